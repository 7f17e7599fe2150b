import * as path from "node:path";
import { DEFAULT_CONSUL_CLI_IMAGE } from "../../../components";
import { HARDENED, restrictedPod } from "../../../components/shared/podSecurity";
import { filled } from "../../../components/shared/script";
import { Cluster } from "../../access/cluster";
import type { DeclaredMesh } from "../../access/declared";
import { scriptText } from "../../scripts";
import { ProbeFacts, Source } from "../reading";

const PORT = 8080;
const TRIES_SECONDS = 60;
const CLOSED_SECONDS = 20;

const CALL = filled(scriptText(path.join(__dirname, "call.sh")), { PORT, TRIES_SECONDS });

/**
 * Tries the cluster's network with two pods of Consul's image in a namespace of its own, which goes afterwards: whether one
 * reaches the other, whether the API server does, and whether a NetworkPolicy that lets nobody in does so.
 */
export async function readProbe(source: Source): Promise<ProbeFacts> {
  const cluster = await source.cluster();
  const nothing = { apiServerReaches: false, enforced: false };
  const { mesh, networkPolicies } = await source.read("declared");
  const untried = !source.probing
    ? "--no-probe was given"
    : mesh !== undefined && networkPolicies.length === 0
      ? "the stack is deployed, without NetworkPolicies"
      : undefined;
  if (untried !== undefined) {
    return { ...nothing, untried };
  }
  const made = await cluster.post("/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { generateName: "mesh-verify-" },
  });
  const namespace: string = made.metadata.name;
  const at = `/api/v1/namespaces/${namespace}`;
  try {
    await accountOf(cluster, at);
    const { consul: image = DEFAULT_CONSUL_CLI_IMAGE, pullPolicy, pullSecrets } = await imagesOf(source);
    const pod = (name: string, command: string[]) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, labels: { app: name } },
      spec: {
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        // Of a namespace of its own: there only where somebody puts them into each.
        imagePullSecrets: pullSecrets,
        terminationGracePeriodSeconds: 0,
        securityContext: { ...restrictedPod(100, []), runAsGroup: 1000 },
        containers: [{ name, image, imagePullPolicy: pullPolicy, command, securityContext: HARDENED }],
      },
    });
    const listen = [
      "consul",
      "agent",
      "-dev",
      "-client=0.0.0.0",
      `-http-port=${PORT}`,
      "-dns-port=-1",
      "-grpc-port=-1",
    ];
    await cluster.post(`${at}/services`, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "called" },
      spec: { selector: { app: "called" }, ports: [{ port: PORT }] },
    });
    await cluster.post(`${at}/pods`, pod("called", [...listen, "-grpc-tls-port=-1"]));
    await cluster.post(`${at}/pods`, pod("caller", ["/bin/sh", "-c", CALL]));
    const said = async (word: string, seconds: number) => {
      const end = Date.now() + seconds * 1000;
      for (;;) {
        const { text } = await cluster.request("GET", `${at}/pods/caller/log`);
        if (text.split("\n").includes(word)) {
          return true;
        }
        if (Date.now() > end || source.stopping || text.includes("unreached") || (await neverStarts(cluster, at))) {
          return false;
        }
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    };
    if (!(await said("reached", 3 * TRIES_SECONDS))) {
      return { ...nothing, error: (await whyNotReached(cluster, at)) ?? UNREACHED };
    }
    const direct = await cluster.request("GET", `${at}/pods/called:${PORT}/proxy/v1/status/leader`);
    await cluster.post(`/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`, {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "nobody" },
      spec: { podSelector: { matchLabels: { app: "called" } }, policyTypes: ["Ingress"], ingress: [] },
    });
    return {
      apiServerReaches: direct.status === 200,
      enforced: await said("closed", CLOSED_SECONDS),
    };
  } finally {
    await cluster.delete(at);
  }
}

/** Pods wait for the account that Kubernetes makes for each namespace. */
async function accountOf(cluster: Cluster, at: string): Promise<void> {
  const end = Date.now() + 20_000;
  while ((await cluster.find(`${at}/serviceaccounts/default`)) === undefined && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Consul's image and how it is pulled, as the stack is deployed or as its file says. */
async function imagesOf(source: Source): Promise<DeclaredMesh["images"]> {
  const { mesh } = await source.read("declared");
  if (mesh !== undefined) {
    return mesh.images;
  }
  const {
    images,
    imagePullPolicy: pullPolicy,
    imagePullSecrets,
  } = (await source.read("settings")).settings?.consul ?? {};
  return { consul: images?.consul, pullPolicy, pullSecrets: imagePullSecrets?.map((name) => ({ name })) };
}

/** Whether a pod has no image, or none that it can be made of: waiting does not help. */
async function neverStarts(cluster: Cluster, at: string): Promise<boolean> {
  return (await cluster.list(`${at}/pods`)).some(({ status }) =>
    /^(ErrImageNeverPull|InvalidImageName|ImagePullBackOff|CreateContainer\w*Error)$/.test(
      status.containerStatuses?.[0]?.state?.waiting?.reason ?? "",
    ),
  );
}

const UNREACHED = "a pod does not reach another one in its namespace; no policy of this one is in the way";

/** Nothing where the pods run: then it is the network. */
async function whyNotReached(cluster: Cluster, at: string): Promise<string | undefined> {
  const pods = await cluster.list(`${at}/pods`);
  for (const { metadata, status } of pods) {
    const waiting = status.containerStatuses?.[0]?.state?.waiting;
    if (waiting !== undefined) {
      return `the pod ${metadata.name} does not start: ${waiting.reason} ${waiting.message ?? ""}`.trim();
    }
    if (status.phase === "Pending") {
      return `the pod ${metadata.name} does not start: ${status.conditions?.[0]?.message ?? "pending"}`;
    }
  }
  return undefined;
}
