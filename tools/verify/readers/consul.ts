import { X509Certificate } from "node:crypto";
import { secretPart, shownCertificate } from "../../access/consulClient";
import { each } from "../../access/cluster";
import { AccessFacts, ApiFacts, Certificate, NotRead, QuorumFacts, Source, TrustFacts } from "../reading";
import { meshOf } from "./kubernetes";

export async function readApi(source: Source): Promise<ApiFacts> {
  await source.read("consul"); // what cannot be read of Kubernetes is no fault of Consul's
  try {
    const consul = await source.consul();
    return { leader: await consul.get("status/leader") };
  } catch (error) {
    if (error instanceof NotRead) {
      throw error;
    }
    return { leader: "", error: (error as Error).message };
  }
}

/** Stops what needs an API that does not answer, or has nobody to ask: that is judged once. */
export async function answeringConsul(source: Source) {
  const { error, leader } = await source.read("api");
  if (error !== undefined) {
    throw new NotRead("Consul's API does not answer");
  }
  if (leader === "") {
    throw new NotRead("Consul's servers have no leader");
  }
  return source.consul();
}

export async function readQuorum(source: Source): Promise<QuorumFacts> {
  const consul = await answeringConsul(source);
  const self = await consul.get("agent/self");
  // It answers 429 with the same body while a server is not healthy.
  const { status, body } = await consul.ask("operator/autopilot/health");
  const health = [200, 429].includes(status) ? body : { Servers: [], FailureTolerance: 0 };
  return {
    voters: (health.Servers ?? [])
      .filter((server: { Voter: boolean }) => server.Voter)
      .map((server: { Name: string; Healthy: boolean; Version: string }) => ({
        name: server.Name,
        healthy: server.Healthy,
        version: server.Version,
      })),
    failureTolerance: health.FailureTolerance,
    gossipEncrypted: self.Stats?.serf_lan?.encrypted === "true",
    datacenter: self.Config?.Datacenter ?? "",
  };
}

export async function readTrust(source: Source): Promise<TrustFacts> {
  const cluster = await source.cluster();
  const mesh = await meshOf(source);
  const secret = (name: string, key: string) => secretPart(cluster, mesh.namespace, name, key);
  const caPem = await secret(mesh.ca.secretName, mesh.ca.secretKey);
  const ca = new X509Certificate(caPem);
  const server = mesh.external ? undefined : new X509Certificate(await secret("consul-server-cert", "tls.crt"));
  const webhook = new X509Certificate(await secret("consul-connect-inject-webhook-cert", "tls.crt"));
  const { servers } = await source.read("consul");
  const [servername] = mesh.apiAddress.split(":");
  const served = await each(
    (servers?.pods ?? []).filter((pod) => pod.ready),
    async ({ name }) => {
      const shown = await cluster.through(mesh.namespace, name, 8501, (port) =>
        shownCertificate(port, servername, caPem),
      );
      return { ...certificate(shown.certificate, `what ${name} shows`), error: shown.error };
    },
  );
  const roots = await answeringConsul(source).then(
    async (consul) => (await consul.get("connect/ca/roots")).Roots,
    () => [], // mesh-root-lasts, which needs them, is not judged then
  );
  return {
    ca: certificate(ca, `Secret ${mesh.namespace}/${mesh.ca.secretName}`),
    server: server && {
      ...certificate(server, `Secret ${mesh.namespace}/consul-server-cert`),
      byCa: server.checkIssued(ca) && server.verify(ca.publicKey),
    },
    webhook: certificate(webhook, `Secret ${mesh.namespace}/consul-connect-inject-webhook-cert`),
    served,
    roots: (roots as { Name: string; Active: boolean; NotAfter: string }[]).map((root) => ({
      name: root.Name,
      active: root.Active,
      notAfter: Date.parse(root.NotAfter),
    })),
    now: Date.now(),
  };
}

function certificate(its: X509Certificate, place: string): Certificate {
  return {
    place,
    names: (its.subjectAltName ?? "").split(", ").map((name) => name.replace(/^(DNS|IP Address):/, "")),
    notAfter: Date.parse(its.validTo),
    fingerprint: its.fingerprint256,
  };
}

export async function readAccess(source: Source): Promise<AccessFacts> {
  const mesh = await meshOf(source);
  const { ingress } = await source.read("declared");
  const nothing = { acls: false, anonymous: [], ingressTokens: [], ingressPods: [], authMethods: [] };
  if (!mesh.acls) {
    return nothing;
  }
  const consul = await answeringConsul(source);
  const name = ingress?.serviceName ?? "traefik-system-ingress";
  const doors = {
    "the list of tokens": "acl/tokens",
    "a server's configuration": "agent/self",
    "a service's certificate and key": `agent/connect/ca/leaf/${name}`,
  };
  const [anonymous, tokens, methods] = await Promise.all([
    each(Object.entries(doors), async ([what, path]) => ({ what, status: (await consul.ask(path, true)).status })),
    consul.get("acl/tokens"),
    consul.get("acl/auth-methods"),
  ]);
  type Token = {
    AccessorID: string;
    Description: string;
    AuthMethod?: string;
    ServiceIdentities?: { ServiceName: string }[];
  };
  const workload = ingress === undefined ? undefined : (await source.read("ingress")).workload;
  // One that is ending has not logged out yet.
  const leaving = (workload?.leaving ?? []).map((its) => ({ name: its, ready: false }));
  return {
    acls: true,
    anonymous,
    ingressTokens: (tokens as Token[])
      .filter((token) => token.ServiceIdentities?.some((identity) => identity.ServiceName === name))
      .map((token) => ({
        accessor: token.AccessorID,
        pod: /"pod":\s*"[^"/]*\/([^"]*)"/.exec(token.Description)?.[1] ?? "",
      })),
    ingressPods: [...(workload?.pods ?? []).map(({ name: pod, ready }) => ({ name: pod, ready })), ...leaving],
    authMethods: (methods as { Name: string }[]).map((method) => method.Name),
  };
}
