import { ConsulMesh, ConsulMeshArgs, MeshService, TraefikConsulIngress } from "../../components";
import { rotationProblems } from "../../components/rotation";
import { find, record } from "../recorder";

const everything: ConsulMeshArgs = { acls: true, gossipEncryption: true, protect: true };
const mesh = (args: ConsulMeshArgs, tokenRotation?: string) =>
  record(() => {
    const consul = new ConsulMesh("consul", { ...everything, ...args });
    new TraefikConsulIngress("traefik", { mesh: consul, tokenRotation });
    new MeshService("web", { mesh: consul, namespace: "shop", image: "web:1", port: 8080 });
  });
const annotationsOf = (deployment: any) => deployment.props.spec.template.metadata.annotations;

test("without a word nothing is renewed: no job, no keeper, no annotation", async () => {
  const recorded = await mesh({});
  expect(recorded.filter((r) => /Job$/.test(r.type))).toEqual([]);
  expect(find(recorded, "consul-gossip-key-bytes").props.keepers).toBeUndefined();
  expect(JSON.stringify(recorded)).not.toMatch(/-rotation/);
});

test("a word is a value of its own and a job that waits for the servers; what is replaced is not protected", async () => {
  const recorded = await mesh({ rotations: { gossipKey: "a", connectCa: "c" } });
  const bytes = find(recorded, "consul-gossip-key-bytes");
  expect(bytes.props.keepers).toEqual({ rotation: "a" });
  expect(bytes.protect).toBe(false);
  const jobs = recorded.filter((r) => r.type === "kubernetes:batch/v1:Job");
  expect(jobs.map((job) => job.name.replace(/-[0-9a-f]{8}$/, ""))).toEqual([
    "consul-rotate-gossip-key",
    "consul-rotate-connect-ca",
  ]);
  for (const job of jobs) {
    expect(job.dependsOn).toEqual(
      expect.arrayContaining(["consul-server", "consul-gossip-key", "consul-bootstrap-token"]),
    );
    expect(job.props.metadata.name).toBe(job.name);
  }
});

test("another word is another job", async () => {
  const names = async (connectCa: string) =>
    (await mesh({ rotations: { connectCa } })).filter((r) => /Job$/.test(r.type)).map((r) => r.name);
  expect(await names("a")).not.toEqual(await names("b"));
  expect(await names("a")).toEqual(await names("a"));
});

test("a word for the CA restarts whoever has read it, one for Traefik's token Traefik alone", async () => {
  const ca = await mesh({ rotations: { ca: "2026-11" } });
  const annotation = '"consul-traefik-mesh/ca-rotation": "2026-11"';
  const { server, connectInject, syncCatalog } = find(ca, "consul-release").props.values;
  expect([server, connectInject, syncCatalog].map((part) => part.annotations)).toEqual([
    annotation,
    annotation,
    annotation,
  ]);
  expect(annotationsOf(find(ca, "web-deployment"))).toMatchObject({ "consul-traefik-mesh/ca-rotation": "2026-11" });
  expect(ca.filter((r) => /Job$/.test(r.type))).toEqual([]);

  const token = await mesh({}, "2026-11");
  expect(annotationsOf(find(token, "traefik-deployment"))).toMatchObject({
    "consul-traefik-mesh/token-rotation": "2026-11",
  });
  expect(JSON.stringify(annotationsOf(find(token, "web-deployment")))).not.toMatch(/rotation/);
});

test("a service's pod that is to stop serves until its callers know, and its sidecar longer", async () => {
  const specOf = async (drainSeconds?: number, args: ConsulMeshArgs = {}) => {
    const recorded = await record(() => {
      const consul = new ConsulMesh("consul", args);
      new MeshService("web", { mesh: consul, namespace: "shop", image: "web:1", port: 8080, drainSeconds });
    });
    return find(recorded, "web-deployment").props.spec.template;
  };
  const grace = "consul.hashicorp.com/sidecar-proxy-lifecycle-shutdown-grace-period-seconds";
  const usual = await specOf();
  expect(usual.spec.containers[0].lifecycle).toEqual({ preStop: { sleep: { seconds: 10 } } });
  expect(usual.metadata.annotations[grace]).toBe("15");
  expect(usual.spec.terminationGracePeriodSeconds).toBe(30);
  const long = await specOf(60);
  expect(long.metadata.annotations[grace]).toBe("65");
  expect(long.spec.terminationGracePeriodSeconds).toBe(70);
  expect((await specOf(0)).spec.containers[0].lifecycle).toBeUndefined();
  for (const older of [{ kubernetesVersion: "1.29", chart: { version: "1.5.3" } }, { chart: { version: "1.5.1" } }]) {
    expect((await specOf(undefined, older)).spec.containers[0].lifecycle).toBeUndefined();
  }
});

const external = { externalServers: { hosts: ["a.b"] } };
test.each<[string, Parameters<typeof rotationProblems>[0], string[]]>([
  ["all", { gossipEncryption: true, rotations: { gossipKey: "a", ca: "a" } }, []],
  ["a key without encryption", { rotations: { gossipKey: "a" } }, ["rotations.gossipKey"]],
  ["an empty word", { rotations: { connectCa: "" } }, ["rotations.connectCa"]],
  ["a root of external servers", { ...external, rotations: { connectCa: "a" } }, []],
  [
    "what is external servers' own",
    { ...external, gossipEncryption: true, rotations: { ca: "a", gossipKey: "a" } },
    ["rotations.ca", "rotations.gossipKey"],
  ],
])("%s", (_, args, paths) => {
  expect(rotationProblems(args).map((p) => p.propertyPath)).toEqual(paths);
});
