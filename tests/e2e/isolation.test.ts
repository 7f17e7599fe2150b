import { randomBytes, randomUUID, X509Certificate } from "node:crypto";
import { workspace, Workspace } from "../workspace";
import { answers, apply, changes, consulAs, inventory, kubectl, poll, secretOf, story } from "./cluster";
import { ownCa } from "./ownCa";
import { judged } from "./pack";

/**
 * What one brings (namespaces, CA, gossip key, management token), NetworkPolicies and Pod Security, in one deployment:
 * each is independent of the others, and a deployment takes a minute.
 */
const step = story();
const token = randomUUID();
const gossipKey = randomBytes(32).toString("base64");
const NAMESPACES = ["consul-system", "traefik-consul", "mesh-services"];
const ca = ownCa();
let before: string[];
let its: Workspace;

beforeAll(async () => {
  const level = (name: string) => ({
    "pod-security.kubernetes.io/enforce": name === "mesh-services" ? "privileged" : "restricted",
  });
  await apply([
    ...NAMESPACES.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: level(name) } })),
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "strangers" } },
    secret("own-ca", { "ca.crt": ca.certificate }),
    secret("own-ca-key", { "ca.key": ca.key }),
    secret("own-gossip-key", { gossip: gossipKey }),
    secret("own-token", { management: token }),
    stranger("stranger", {}),
    // What would open every door, were it not in a namespace that is none of the services'.
    stranger("impostor", {
      "consul.hashicorp.com/connect-inject-status": "injected",
      app: "consul",
      component: "server",
    }),
    stranger("monitoring", { app: "prometheus" }),
  ]);
  before = await inventory();
  its = judged(
    await workspace(
      "local",
      {
        consulCreateNamespace: false,
        traefikCreateNamespace: false,
        servicesCreateNamespace: false,
        consulCa: {
          certificate: { secretName: "own-ca", secretKey: "ca.crt" },
          key: { secretName: "own-ca-key", secretKey: "ca.key" },
        },
        consulGossipEncryption: true,
        consulGossipKeySecret: { secretName: "own-gossip-key", secretKey: "gossip" },
        consulAcls: true,
        consulBootstrapTokenSecret: { secretName: "own-token", secretKey: "management" },
        networkPolicies: true,
        networkPolicyClients: [{ namespace: "strangers", podLabels: { app: "prometheus" }, reaches: ["proxyMetrics"] }],
      },
      "local",
    ),
  );
});

afterAll(async () => {
  await its?.stack.destroy();
  await its?.remove();
  await kubectl("delete", "namespace", ...NAMESPACES, "strangers", "--ignore-not-found");
});

step("preview refuses a namespace that is said to exist and does not", async () => {
  its.configure({ servicesNamespace: "nowhere" });
  await expect(its.stack.preview()).rejects.toThrow(/namespaces "nowhere" not found|resource 'nowhere' does not exist/);
  its.configure({ servicesNamespace: "mesh-services" });
});

step("the mesh comes up on what it was given, behind its NetworkPolicies", async () => {
  await its.stack.up();
  await answers(200, "whoami.localhost");
});

step(
  "Consul's servers have a certificate of the given CA, and Traefik has the given certificate and no key",
  async () => {
    const made = await secretOf("consul-server-cert", "tls.crt");
    expect(new X509Certificate(made).verify(new X509Certificate(ca.certificate).publicKey)).toBe(true);
    const copy = JSON.parse(await kubectl("get", "configmap", "consul-ca-cert", "-n", "traefik-consul", "-o", "json"));
    expect(copy.data).toEqual({ "tls.crt": ca.certificate });
  },
);

step("gossip has the given key, and the given token manages ACLs", async () => {
  const [{ Keys: keys }] = await consulAs(token, "operator/keyring");
  expect(Object.keys(keys)).toEqual([gossipKey]);
  expect((await consulAs(token, "acl/token/self")).Policies).toMatchObject([{ Name: "global-management" }]);
});

step("nothing that was given is in the state", async () => {
  const state = JSON.stringify(await its.stack.exportStack());
  for (const value of [token, gossipKey, ca.key]) {
    expect(state).not.toContain(value);
    expect(state).not.toContain(Buffer.from(value).toString("base64"));
  }
});

step("a second up and a refresh change nothing", async () => {
  for (const { summary } of [await its.stack.up(), await its.stack.refresh()]) {
    expect(changes(summary.resourceChanges)).toEqual([]);
  }
});

step("a pod that is no part of the mesh reaches nothing but Traefik's entry points", async () => {
  const [server, injector, traefik, whoami] = await Promise.all(
    ["app=consul,component=server", "app=consul,component=connect-injector", "app=traefik", "app=whoami"].map(
      addressOf,
    ),
  );
  const closed = [
    ...[8300, 8301, 8302, 8501, 8502, 8600].map((port) => `${server}:${port}`),
    `${traefik}:8080`,
    ...[80, 20000, 20200].map((port) => `${whoami}:${port}`),
  ];
  for (const from of ["stranger", "impostor"]) {
    expect(await reached(from, [...closed, `${traefik}:80`, `${injector}:8080`])).toEqual([
      `${traefik}:80`,
      `${injector}:8080`,
    ]);
  }
  // The same probe tells open from closed: from Traefik's pod and from the one that was let in, other doors are open.
  expect(await reached("monitoring", [`${server}:8501`, `${whoami}:20000`, `${whoami}:20200`])).toEqual([
    `${whoami}:20200`,
  ]);
  const traefikPod = await nameOf("app=traefik");
  expect(await reached(traefikPod, [`${server}:8501`, `${server}:8502`, `${whoami}:20000`], "traefik-consul")).toEqual([
    `${server}:8501`,
    `${whoami}:20000`,
  ]);
  await answers(200, "whoami.localhost");
});

step("no pod gets a leaf from a server without a token that may write the service", async () => {
  const servers = JSON.parse(
    await kubectl("get", "pods", "-n", "consul-system", "-l", "app=consul,component=server", "-o", "json"),
  ).items;
  const url = (address: string, service: string) => `https://${address}/v1/agent/connect/ca/leaf/${service}`;
  const asked = (pod: any, container: string, urls: string[]) => {
    const { name, namespace } = pod.metadata;
    const curl = urls.map((each) => `curl -sk -m 10 -w ' %{http_code} ' ${each}`).join("\n");
    return kubectl("exec", "-n", namespace, name, "-c", container, "--", "sh", "-c", `${curl}\ntrue`);
  };
  const identities = ["traefik-system-ingress", "whoami"];
  // The server has them, and would hand them out: behind the gate, where only its own pod gets, it does.
  for (const identity of identities) {
    const answer = await asked(servers[0], "consul", [url("127.0.0.1:8499", identity)]);
    expect([identity, answer]).toEqual([identity, expect.stringContaining("PRIVATE KEY")]);
  }
  const addresses = [...servers.map((pod: any) => `${pod.status.podIP}:8501`), "consul-server.consul-system.svc:8501"];
  const urls = addresses.flatMap((address) => identities.map((identity) => url(address, identity)));
  const probed: string[] = [];
  for (const namespace of NAMESPACES) {
    const { items } = JSON.parse(await kubectl("get", "pods", "-n", namespace, "-o", "json"));
    for (const pod of items.filter((each: any) => each.status.phase === "Running")) {
      const answer = await asked(pod, pod.spec.containers[0].name, urls);
      expect([pod.metadata.name, answer]).toEqual([pod.metadata.name, expect.not.stringContaining("PRIVATE KEY")]);
      expect([pod.metadata.name, answer.match(/\b403 /g)]).toEqual([pod.metadata.name, urls.map(() => "403 ")]);
      probed.push(pod.metadata.name.replace(/-[^-]*-[^-]*$/, ""));
    }
  }
  expect(probed).toEqual(expect.arrayContaining(["consul", "consul-connect-injector", "traefik", "whoami"]));
});

step("of a service's pod, what is not restricted is the injector's and nothing of ours", async () => {
  // Consul's and Traefik's pods came up in namespaces that take no others.
  const { template } = JSON.parse(
    await kubectl("get", "deployment", "whoami", "-n", "mesh-services", "-o", "json"),
  ).spec;
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "as-declared" }, spec: template.spec };
  const refused = (namespace: string, object: object) =>
    apply([{ ...object, metadata: { name: "try", namespace } }], "--dry-run=server").then(
      () => undefined,
      (error) => String(error.stderr),
    );
  pod.spec.serviceAccountName = "default";
  expect(await refused("traefik-consul", pod)).toBeUndefined();
  const [injected] = JSON.parse(await kubectl("get", "pods", "-n", "mesh-services", "-o", "json")).items;
  const { initContainers, containers, securityContext } = injected.spec;
  const names = ([...initContainers, ...containers] as { name: string }[]).map(({ name }) => name);
  const said = await refused("traefik-consul", {
    ...pod,
    spec: { initContainers, containers, securityContext, volumes: injected.spec.volumes },
  });
  expect(said).toMatch(/violates PodSecurity "restricted/);
  expect(names.filter((name) => said!.includes(`"${name}"`)).sort()).toEqual([
    "consul-connect-inject-init",
    "consul-dataplane",
  ]);
});

step("without the policies the same doors are open: it was they that closed them", async () => {
  its.configure({ networkPolicies: false, networkPolicyClients: [] });
  await its.stack.up();
  const server = await addressOf("app=consul,component=server");
  const whoami = await addressOf("app=whoami");
  const doors = [`${server}:8300`, `${server}:8501`, `${server}:8502`, `${whoami}:20000`];
  await poll(
    "doors that opened",
    () => reached("stranger", doors),
    (open) => open.length === doors.length,
  );
});

step("destroy leaves what was given, the servers' data and what the chart's first hook made", async () => {
  await its.stack.destroy();
  const left = [
    "PersistentVolumeClaim consul-system data-consul-system-consul-server-0",
    "Role consul-system consul-tls-init",
    "RoleBinding consul-system consul-tls-init",
    "ServiceAccount consul-system consul-tls-init",
  ];
  await poll(
    "what is left",
    async () => (await inventory()).filter((object) => !before.includes(object) && !/^PersistentVolume /.test(object)),
    (objects) => JSON.stringify(objects) === JSON.stringify(left),
  );
  expect(await kubectl("get", "secret", "own-ca-key", "-n", "consul-system", "-o", "name")).toBeTruthy();
});

function secret(name: string, stringData: Record<string, string>) {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "consul-system" }, stringData };
}

function stranger(name: string, labels: Record<string, string>) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "strangers", labels },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        { name: "shell", image: "localhost/busybox:1.35.0", imagePullPolicy: "Never", command: ["sleep", "infinity"] },
      ],
    },
  };
}

/** Which of these addresses take a TCP connection from a pod, in their order. Closed are those that drop it. */
async function reached(pod: string, addresses: string[], namespace = "strangers"): Promise<string[]> {
  const probes = addresses.map((address) => {
    const [host, port] = address.split(":");
    return `(nc -w 2 ${host} ${port} < /dev/null > /dev/null 2>&1 && echo ${address}) &`;
  });
  const open = await kubectl("exec", "-n", namespace, pod, "--", "sh", "-c", [...probes, "wait"].join("\n"));
  return addresses.filter((address) => open.split("\n").includes(address));
}

async function addressOf(labels: string): Promise<string> {
  return kubectl("get", "pods", "-A", "-l", labels, "-o", "jsonpath={.items[0].status.podIP}");
}

async function nameOf(labels: string): Promise<string> {
  return kubectl("get", "pods", "-A", "-l", labels, "-o", "jsonpath={.items[0].metadata.name}");
}
