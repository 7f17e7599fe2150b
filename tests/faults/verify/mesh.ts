import { X509Certificate } from "node:crypto";
import { kubectl, secretOf } from "../../e2e/cluster";
import { ownCa, renewed, signedBy } from "../../e2e/ownCa";
import { all, at, created, deleted, edited, Fault, hanging, Harm, scaled, told } from "./harm";

/** What goes wrong with the cluster, and with Consul itself. */

const ca = async () => ({
  certificate: await secretOf("consul-ca-cert", "tls.crt"),
  key: await secretOf("consul-ca-key", "tls.key"),
});

/** Puts another certificate into a Secret. */
const certified =
  (secret: string, made: () => Promise<{ certificate: string; key: string }>, withKey = true): Harm =>
  async () => {
    const { certificate, key } = await made();
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    return edited(at.consul("secret", secret), ({ data }) => {
      data["tls.crt"] = base64(certificate);
      if (withKey) {
        data["tls.key"] = base64(key);
      }
    })();
  };
/** The servers' certificate anew, with the names that it has, but for one, or one more. Servers go on with theirs. */
const serverCertificate = ({
  days,
  by = ca,
  without,
  more,
}: {
  days?: number;
  by?: typeof ca;
  without?: string;
  more?: string[];
}) =>
  certified("consul-server-cert", async () => {
    const { subjectAltName = "" } = new X509Certificate(await secretOf("consul-server-cert", "tls.crt"));
    const names = [...subjectAltName.matchAll(/DNS:([^,]+)/g)].map(([, name]) => name);
    return signedBy(
      await by(),
      [...names, ...(more ?? [])].filter((name) => name !== without),
      days,
    );
  });

const WEBHOOKS = ["mutatingwebhookconfiguration", "validatingwebhookconfiguration"].map((kind) =>
  at.cluster(kind, "consul-connect-injector"),
);
/** What writes the CA of the webhooks anew would undo the harm. */
const unattended = (...harms: Harm[]) =>
  all(hanging("consul-system", "component=webhook-cert-manager", "webhook-cert-manager"), ...harms);
const trusting = (bundle: (before: string) => string) =>
  all(
    ...WEBHOOKS.map((place) =>
      edited(place, ({ webhooks }) =>
        webhooks.forEach(({ clientConfig }: any) => {
          const before = Buffer.from(clientConfig.caBundle, "base64").toString();
          clientConfig.caBundle = Buffer.from(bundle(before)).toString("base64");
        }),
      ),
    ),
  );
const ended = renewed(ownCa(), -1);

const cordoned: Harm = async () => {
  const node = (await kubectl("get", "nodes", "-o", "name")).trim().split("\n")[0];
  await kubectl("cordon", node);
  return () => kubectl("uncordon", node);
};
const fourthServer: Harm = async () => {
  const sts = at.consul("statefulset", "consul-server");
  await kubectl("scale", ...sts, "--replicas=4");
  return async () => {
    await kubectl("scale", ...sts, "--replicas=3");
    await kubectl("delete", ...at.consul("pvc", "data-consul-system-consul-server-3"), "--ignore-not-found");
  };
};

/** Two of three servers hang, until the third has heard of it. */
const leaderless: Harm = async () => {
  const heal = await hanging("consul-system", "component=server", "consul", (name) => name !== "consul-server-0")();
  const third = ["--for=condition=Ready=false", ...at.consul("pod", "consul-server-0"), "--timeout=60s"];
  await kubectl("wait", ...third).catch(async (error) => {
    await heal();
    throw error;
  });
  return heal;
};

/** Consul's roots of this life: other keys make another root, which lives as long as is said. */
const rootLasting = (ttl: Record<string, string>) =>
  told(async (ask) => {
    const before = await ask("GET", "connect/ca/configuration");
    const put = (changes: object) =>
      ask("PUT", "connect/ca/configuration", { Provider: before.Provider, Config: { ...before.Config, ...changes } });
    await put({ ...ttl, PrivateKeyType: "ec", PrivateKeyBits: 384 });
    return () => put({ PrivateKeyType: "ec", PrivateKeyBits: 256 });
  });

export const MESH: Record<string, Fault> = {
  "nodes-ready": { harm: created({ apiVersion: "v1", kind: "Node", metadata: { name: "lost" } }) },
  "cluster-dns": { harm: scaled(["deployment", "coredns", "-n", "kube-system"], 0) },
  "stack-interrupted": {
    harm: created({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "sh.helm.release.v1.consul.v0", namespace: "consul-system" },
    }),
  },
  "network-policies": { harm: deleted(at.services("networkpolicy", "mesh-services")) },
  "servers-ready": { harm: all(cordoned, fourthServer) },
  "consul-api": { harm: hanging("consul-system", "component=server", "leaf-gate") },
  "consul-leader": {
    harm: leaderless,
    besides: { "servers-ready": "a server without a leader is not ready, nor is one that hangs" },
  },
  "consul-quorum": {
    harm: told(async (ask) => {
      const before = await ask("GET", "operator/autopilot/configuration");
      // Further apart than this no server may be: such as in two regions.
      await ask("PUT", "operator/autopilot/configuration", { ...before, LastContactThreshold: "1ns" });
      return () => ask("PUT", "operator/autopilot/configuration", before);
    }),
  },
  "catalog-sync": { harm: scaled(at.consul("deployment", "consul-sync-catalog"), 0) },
  "ca-lasts": {
    harm: certified("consul-ca-cert", async () => renewed(await ca(), 5), false),
    besides: {
      "traefik-ca-copy": "Traefik's copy is of the certificate before",
      "traefik-ca-read": "Traefik read the certificate before",
    },
  },
  "server-certificate-lasts": {
    harm: serverCertificate({ days: 5 }),
  },
  "server-certificate-names": {
    harm: serverCertificate({ without: "server.dc1.consul" }),
  },
  "server-certificate-chain": {
    harm: serverCertificate({ by: async () => ownCa() }),
  },
  "server-certificate-served": { harm: serverCertificate({ more: ["more.example"] }) },
  "webhook-certificate-lasts": {
    harm: unattended(
      trusting((before) => `${before}\n${ended.certificate}`),
      certified("consul-connect-inject-webhook-cert", async () => ended),
    ),
  },
  "mesh-root-lasts": {
    harm: rootLasting({ RootCertTTL: "200h", IntermediateCertTTL: "100h", LeafCertTTL: "24h" }),
  },
  "injector-ready": { harm: scaled(at.consul("deployment", "consul-connect-injector"), 0) },
  "webhooks-registered": { harm: unattended(...WEBHOOKS.map(deleted)) },
  "webhooks-answer": {
    harm: edited(at.consul("service", "consul-connect-injector"), ({ spec }) => (spec.selector.of = "nobody")),
  },
  "webhooks-trusted": { harm: unattended(trusting(() => ended.certificate)) },
  "injection-works": {
    harm: edited(WEBHOOKS[0], ({ webhooks }) => {
      const its = webhooks.find(({ rules }: any) => rules[0].resources.includes("pods"));
      its.namespaceSelector = { matchLabels: { injected: "yes" } };
    }),
  },
  "entries-guarded": {
    harm: edited(WEBHOOKS[0], (configuration) => {
      configuration.webhooks = configuration.webhooks.filter(
        ({ rules }: any) => !rules[0].resources.includes("serviceintentions"),
      );
    }),
  },
};
