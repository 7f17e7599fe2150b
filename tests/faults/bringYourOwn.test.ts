import { randomBytes, randomUUID, X509Certificate } from "node:crypto";
import { workspace, Workspace } from "../workspace";
import { answers, apply, changes, consulAs, inventory, kubectl, poll, secretOf, story } from "../e2e/cluster";
import { ownCa } from "../e2e/ownCa";
import { judged } from "../e2e/pack";
import { addressOf, CLIENTS, letStrangersIn, reached, sendStrangersAway, strangerSteps } from "../e2e/strangers";

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
    secret("own-ca", { "ca.crt": ca.certificate }),
    secret("own-ca-key", { "ca.key": ca.key }),
    secret("own-gossip-key", { gossip: gossipKey }),
    secret("own-token", { management: token }),
  ]);
  await letStrangersIn();
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
        networkPolicyClients: CLIENTS,
      },
      "local",
    ),
  );
});

afterAll(async () => {
  await its?.stack.destroy();
  await its?.remove();
  await sendStrangersAway();
  await kubectl("delete", "namespace", ...NAMESPACES, "--ignore-not-found");
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

strangerSteps(step);

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
