import { createHash } from "node:crypto";
import { ConsulMesh, ConsulMeshArgs, MeshService, TraefikConsulIngress } from "../../components";
import { rotationProblems } from "../../components/mesh/rotation";
import { find, record } from "../recorder";

const everything: ConsulMeshArgs = { acls: true, gossipEncryption: true };
const mesh = (args: ConsulMeshArgs, tokenRotation?: string) =>
  record(() => {
    const consul = new ConsulMesh("consul", { ...everything, ...args }, { protect: true });
    new TraefikConsulIngress("traefik", { mesh: consul, tokenRotation });
    new MeshService("web", { mesh: consul, namespace: "shop", image: "web:1", port: 8080 });
  });
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const fromSecret = (name: string, secret: string, key: string, optional = false) => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key, optional } },
});
const annotationsOf = (deployment: any) => deployment.props.spec.template.metadata.annotations;

test("without a word nothing is renewed: no job, no keeper, no annotation", async () => {
  const recorded = await mesh({});
  expect(recorded.filter((r) => /Job$/.test(r.type))).toEqual([]);
  for (const name of ["consul-gossip-key-bytes", "consul-bootstrap-token-bytes"]) {
    const { props, ignoreChanges } = find(recorded, name);
    // A word that is taken away renews nothing.
    expect([props.keepers, ignoreChanges]).toEqual([undefined, ["keepers"]]);
  }
  expect(JSON.stringify(recorded)).not.toMatch(/-rotation|next-bootstrap-token/);
});

test("a word is a value of its own and a job that waits for the servers; what is replaced is not protected", async () => {
  const recorded = await mesh({ rotations: { gossipKey: "a", connectCa: "c" } });
  const bytes = find(recorded, "consul-gossip-key-bytes");
  expect([bytes.props.keepers, bytes.ignoreChanges, bytes.protect]).toEqual([{ rotation: "a" }, [], false]);
  const jobs = recorded.filter((r) => r.type === "kubernetes:batch/v1:Job");
  expect(jobs.map((job) => job.name.replace(/-[0-9a-f]{8}$/, "")).sort()).toEqual([
    "consul-rotate-connect-ca",
    "consul-rotate-gossip-key",
  ]);
  for (const job of jobs) {
    expect(job.dependsOn).toEqual(
      expect.arrayContaining(["consul-server", "consul-gossip-key", "consul-bootstrap-token"]),
    );
    expect([job.props.metadata.name, job.protect]).toEqual([job.name, false]);
  }
});

test("a new management token: Consul is told before the Secret has it, the servers restart, and then the old one goes", async () => {
  const recorded = await mesh({ rotations: { bootstrapToken: "b" } });
  const bytes = find(recorded, "consul-bootstrap-token-bytes");
  expect(bytes.props.keepers).toEqual({ rotation: "b" });
  expect(bytes.protect).toBe(false);
  const next = find(recorded, "consul-next-bootstrap-token");
  const secret = find(recorded, "consul-bootstrap-token");
  expect(next.props.stringData).toEqual(secret.props.stringData);
  expect([next.protect, next.props.metadata.name]).toEqual([false, "consul-next-bootstrap-token"]);
  const [told, last] = recorded.filter((r) => r.type === "kubernetes:batch/v1:Job");
  expect(told.name).toMatch(/^consul-rotate-next-token-/);
  expect(told.dependsOn).toEqual(expect.arrayContaining([next.name]));
  expect(told.dependsOn).not.toEqual(expect.arrayContaining([secret.name]));
  const { containers, volumes } = told.props.spec.template.spec;
  // In a new cluster neither is there yet.
  expect(containers[0].env.slice(2)).toEqual([
    fromSecret("CONSUL_HTTP_TOKEN", "consul-bootstrap-token", "token", true),
    fromSecret("NEXT_TOKEN", "consul-next-bootstrap-token", "token", true),
    { name: "NEXT_TOKEN_SHA256", value: sha256("01234567-89ab-cdef-0123-456789abcdef") },
  ]);
  expect(volumes[0].secret.optional).toBe(true);
  expect(secret.dependsOn).toEqual(expect.arrayContaining([told.name]));
  expect(last.name).toMatch(/^consul-rotate-bootstrap-token-/);
  expect(last.dependsOn).toEqual(expect.arrayContaining(["consul-server", secret.name]));
  const { server } = find(recorded, "consul-release").props.values;
  expect(server.extraEnvironmentVars).toEqual({ BOOTSTRAP_TOKEN_ROTATION: "b" });
});

test("a job of a rotation has what it needs by reference, no right beside it, and is let in to the servers", async () => {
  const recorded = await mesh({
    createNamespace: false,
    ca: {
      certificate: { secretName: "own-ca", secretKey: "ca.pem" },
      key: { secretName: "own-ca-key", secretKey: "key.pem" },
    },
    imagePullPolicy: "Always",
    imagePullSecrets: ["registry"],
    values: { server: { nodeSelector: "pool: mesh", tolerations: "- operator: Exists" } },
    rotations: { gossipKey: "a", connectCa: "c" },
  });
  const job = (what: string) => recorded.find(({ name }) => name.startsWith(`consul-rotate-${what}-`))!;
  const { props, ignoreChanges, timeouts } = job("gossip-key");
  // Its namespace holds pods to the level restricted, and what it is to do is done once.
  expect(props.spec).toEqual({
    backoffLimit: 3,
    activeDeadlineSeconds: 600,
    template: {
      metadata: {
        labels: { app: "consul", component: "rotate-gossip-key" },
        annotations: { "consul.hashicorp.com/connect-inject": "false" },
      },
      spec: {
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        // As the servers: on a cluster with tainted nodes alone it would never run.
        imagePullSecrets: [{ name: "registry" }],
        nodeSelector: { pool: "mesh" },
        tolerations: [{ operator: "Exists" }],
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 100,
          runAsGroup: 1000,
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [
          {
            name: "rotate",
            image: "hashicorp/consul:1.22.7",
            imagePullPolicy: "Always",
            command: ["/bin/sh", "-c", expect.stringContaining("consul keyring -install")],
            env: [
              { name: "CONSUL_HTTP_ADDR", value: "https://consul-server.consul-system.svc:8501" },
              { name: "CONSUL_CACERT", value: "/consul-ca/tls.crt" },
              fromSecret("CONSUL_HTTP_TOKEN", "consul-bootstrap-token", "token"),
              fromSecret("GOSSIP_KEY", "consul-gossip-key", "key"),
              { name: "GOSSIP_KEY_SHA256", value: sha256("cmFuZG9tIGJ5dGVz") },
            ],
            resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
            volumeMounts: [
              { name: "ca", mountPath: "/consul-ca", readOnly: true },
              { name: "tmp", mountPath: "/tmp" },
            ],
          },
        ],
        volumes: [
          {
            name: "ca",
            secret: { secretName: "own-ca", items: [{ key: "ca.pem", path: "tls.crt" }], optional: false },
          },
          { name: "tmp", emptyDir: { medium: "Memory" } },
        ],
      },
    },
  });
  // Another image does not have it done again.
  expect([ignoreChanges, timeouts.create]).toEqual([["spec"], "10m"]);
});

test("a job of a rotation is given what its script reads, and nothing besides", async () => {
  const recorded = await mesh({ rotations: { gossipKey: "a", bootstrapToken: "b", connectCa: "c" } });
  const jobs = recorded.filter((r) => r.type === "kubernetes:batch/v1:Job");
  expect(jobs).toHaveLength(4);
  for (const { name, props } of jobs) {
    const [{ command, env }] = props.spec.template.spec.containers;
    const read = [...command[2].matchAll(/\$\{?((?:CONSUL|GOSSIP|NEXT)_\w+)/g)].map(([, variable]) => variable);
    expect([name, env.map((each: any) => each.name).sort()]).toEqual([name, [...new Set(read)].sort()]);
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

test("how long open connections outlast another listener is said to Envoy, where it is said at all", async () => {
  const annotations = async (listenerDrainSeconds?: number) => {
    const recorded = await record(() => {
      const consul = new ConsulMesh("consul", {});
      new MeshService("web", { mesh: consul, namespace: "shop", image: "web:1", port: 8080, listenerDrainSeconds });
    });
    return annotationsOf(find(recorded, "web-deployment"))["consul.hashicorp.com/envoy-extra-args"];
  };
  expect(await annotations()).toBeUndefined();
  expect(await annotations(3600)).toMatch(/^--drain-time-s 3600 .*--$/);
});

const external = { externalServers: { hosts: ["a.b"] } };
test.each<[string, Parameters<typeof rotationProblems>[0], string[]]>([
  ["all", { acls: true, gossipEncryption: true, rotations: { gossipKey: "a", bootstrapToken: "a", ca: "a" } }, []],
  ["a key without encryption", { rotations: { gossipKey: "a" } }, ["rotations.gossipKey"]],
  ["a token without ACLs", { rotations: { bootstrapToken: "a" } }, ["rotations.bootstrapToken"]],
  ["an empty word", { rotations: { connectCa: "" } }, ["rotations.connectCa"]],
  ["no word at all", {}, []],
  ["a root of external servers", { ...external, rotations: { connectCa: "a" } }, []],
  [
    "what is external servers' own",
    { ...external, acls: true, gossipEncryption: true, rotations: { ca: "a", bootstrapToken: "a", gossipKey: "a" } },
    ["rotations.ca", "rotations.bootstrapToken", "rotations.gossipKey"],
  ],
])("%s", (_, args, paths) => {
  expect(rotationProblems(args).map((p) => p.propertyPath)).toEqual(paths);
  expect(rotationProblems(args, "mesh.").map((p) => p.propertyPath)).toEqual(paths.map((path) => `mesh.${path}`));
});
