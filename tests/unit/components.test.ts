import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh, IntentionSet, TraefikConsulIngress } from "../../components";
import { programOf } from "../program";
import { find, record, Recorded } from "../recorder";
import { ofStack } from "../settings";
import { UNREACHABLE } from "../workspace";

const whoami = { name: "whoami", image: "traefik/whoami:v1.10.3", port: 80, routes: [{ host: "whoami.test" }] };

/** What index.ts declares for the environment dev with these settings on top. */
const story = (settings: Record<string, unknown> = {}) =>
  programOf({ ...ofStack("dev"), services: [whoami], servicesNamespace: "apps", ...settings });

let asInDev: Promise<Recorded[]> | undefined;
/** What index.ts declares for dev as it is; run once. */
const dev = () => (asInDev ??= story());
afterAll(() => (asInDev = undefined));

const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const isSecret = (value: any) => value?.["4dabf18193072939515e22adb298388d"] === SECRET_SIGNATURE;

describe("the story", () => {
  let recorded: Recorded[];
  beforeAll(async () => {
    recorded = await dev();
  });

  test("children are named after their component and belong to it", () => {
    // The Job that asks whether routes are served is another one for other routes.
    const names = recorded.map((r) => `${r.parent} > ${r.name}`.replace(/-[0-9a-f]{8}$/, "-<hash>")).sort();
    expect(names.filter((n) => !n.startsWith(" > "))).toEqual(
      [
        "baseline > baseline-all.services",
        "consul > consul-cluster",
        "consul > consul-connect-injector",
        "consul > consul-entries",
        "consul > consul-namespace",
        "consul > consul-release",
        "consul > consul-release-remains",
        "consul > consul-remains",
        "consul > consul-server",
        "consul > consul-stuck-hooks",
        "consul > consul-sync-catalog",
        "intentions > intentions-whoami",
        "served-routes > served-routes-<hash>",
        "served-routes > served-routes-traefik-pods",
        "traefik > traefik-consul-ca",
        "traefik > traefik-deployment",
        "traefik > traefik-namespace",
        "traefik > traefik-service",
        "traefik > traefik-service-account",
        "whoami > whoami-defaults",
        "whoami > whoami-deployment",
        "whoami > whoami-service",
        "whoami > whoami-service-account",
      ]
        .concat(names.filter((n) => n.startsWith("consul-traefik-mesh-test > ")))
        .sort(),
    );
    for (const component of ["ConsulMesh", "TraefikConsulIngress", "MeshService", "IntentionSet"]) {
      expect(recorded.map((r) => r.type)).toContain(`consul-traefik-mesh:index:${component}`);
    }
  });

  test("no service starts before deny-all is in force and its protocol is known", () => {
    expect(find(recorded, "whoami-deployment").dependsOn).toEqual(
      expect.arrayContaining(["baseline-all.services", "whoami-defaults", "consul-connect-injector", "whoami-service"]),
    );
  });

  test("an intention waits for its destination's protocol, and goes before the mesh goes", () => {
    expect(find(recorded, "intentions-whoami").dependsOn).toEqual([
      "consul-connect-injector",
      "consul-namespace",
      "whoami-defaults",
    ]);
  });

  test("what removes the remains of a release goes after it, once before the namespace and once after that", () => {
    expect(find(recorded, "consul-release").dependsOn).toContain("consul-release-remains");
    expect(find(recorded, "consul-release-remains").dependsOn).toContain("consul-namespace");
    expect(find(recorded, "consul-namespace").dependsOn).toContain("consul-remains");
  });

  test("what stops a destroy for the sake of others' entries goes first of all, and again before the release goes", () => {
    const guard = find(recorded, "foreign-entries");
    const others = recorded.filter(
      ({ type, name }) => /^(kubernetes|pulumi-nodejs):/.test(type) && !name.startsWith("foreign-entries"),
    );
    expect(others.map(({ name }) => name).filter((name) => !guard.dependsOn.includes(name))).toEqual([]);
    expect(find(recorded, "consul-entries").dependsOn).toEqual(["consul-release"]);
    expect(find(recorded, "consul-connect-injector").dependsOn).toContain("consul-entries");
  });

  test("every config entry is awaited until Consul has taken it", () => {
    const entries = recorded.filter((r) => r.type.startsWith("kubernetes:consul.hashicorp.com/"));
    expect(entries).toHaveLength(3);
    for (const entry of entries) {
      expect(entry.props.metadata.annotations).toEqual({
        "pulumi.com/waitFor": expect.stringContaining('"condition=Synced"'),
        "consul-traefik-mesh/metadata": expect.stringMatching(/^[0-9a-f]{16}$/),
        "pulumi.com/patchForce": "true",
      });
      expect(entry.deleteBeforeReplace).toBe(true);
    }
  });

  test("Traefik's pods wait for the mesh, and are replaced when the CA changes", () => {
    const deployment = find(recorded, "traefik-deployment");
    expect(deployment.dependsOn).toEqual(expect.arrayContaining(["consul-connect-injector", "traefik-service"]));
    const { template } = deployment.props.spec;
    expect(template.metadata.annotations).toMatchObject({
      "consul-traefik-mesh/ca-sha256": createHash("sha256").update("the CA").digest("hex"),
    });
  });

  test("only the certificate is copied to Traefik, never a key", () => {
    const copy = find(recorded, "traefik-consul-ca");
    expect(copy.type).toBe("kubernetes:core/v1:ConfigMap");
    expect(copy.props.data).toEqual({ "tls.crt": "the CA" });
    expect(copy.props.binaryData).toBeUndefined();
  });

  test("Traefik has its mesh identity and no right in Kubernetes", () => {
    expect(find(recorded, "traefik-service-account").props.metadata.name).toBe("traefik-system-ingress");
    expect(recorded.filter((r) => /rbac/.test(r.type))).toEqual([]);
    const { spec } = find(recorded, "traefik-deployment").props.spec.template;
    expect(spec.serviceAccountName).toBe("traefik-system-ingress");
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(spec.containers[0].args.join(" ")).not.toMatch(/insecure/i);
  });
});

test("with ACLs and gossip encryption, what is generated is secret and never a chart value", async () => {
  const recorded = await story({ consulAcls: true, consulGossipEncryption: true });
  expect(isSecret(find(recorded, "consul-gossip-key").props.stringData)).toBe(true);
  const token = find(recorded, "consul-bootstrap-token").props.stringData;
  expect(isSecret(token)).toBe(true);
  expect(token.value).toEqual({ token: "01234567-89ab-cdef-0123-456789abcdef" });
  const release = find(recorded, "consul-release");
  expect(release.dependsOn).toEqual(expect.arrayContaining(["consul-bootstrap-token", "consul-gossip-key"]));
  expect(JSON.stringify(release.props.values)).not.toMatch(/cmFuZG9t|89abcdef|89ab-cdef/);
  const { spec } = find(recorded, "traefik-deployment").props.spec.template;
  expect(spec.initContainers[0].env).toContainEqual({ name: "AUTH_METHOD", value: "consul-k8s-auth-method" });
  expect(spec.initContainers[0].restartPolicy).toBe("Always");
  expect(spec.automountServiceAccountToken).toBe(false);
  expect(spec.containers[0].volumeMounts.map((m: any) => m.name)).toEqual(["consul-ca", "consul-token"]);
  expect(spec.containers[0].env).toContainEqual({ name: "CONSUL_HTTP_TOKEN_FILE", value: "/consul/token/token" });
});

test("what holds data or trust is protected where asked for, and nothing else is", async () => {
  const kept = (recorded: Recorded[]) => recorded.filter((r) => r.protect).map((r) => r.name);
  expect(kept(await story({ consulAcls: true, consulGossipEncryption: true }))).toEqual([]);
  expect(kept(await story({ consulAcls: true, consulGossipEncryption: true, protect: true })).sort()).toEqual([
    "consul-bootstrap-token",
    "consul-gossip-key",
    "consul-namespace",
    "consul-release",
  ]);
});

test("Traefik's start waits for a route of the mesh, or for itself where the catalog sync is off", async () => {
  const startup = async (values: object) => {
    const recorded = await record(() => {
      const mesh = new ConsulMesh("consul", { values: { ...values } });
      new TraefikConsulIngress("traefik", { mesh });
    });
    return find(recorded, "traefik-deployment").props.spec.template.spec.containers[0].startupProbe.httpGet.path;
  };
  expect(await startup({})).toBe("/mesh-ready");
  expect(await startup({ syncCatalog: { enabled: false } })).toBe("/ping");
});

test("each workload of the chart is awaited after the release, and again after each of its revisions", async () => {
  const recorded = await dev();
  for (const part of ["consul-server", "consul-connect-injector", "consul-sync-catalog"]) {
    const workload = find(recorded, part);
    expect(workload.type).toMatch(/^kubernetes:apps\/v1:(StatefulSet|Deployment)Patch$/);
    expect(workload.dependsOn).toEqual(expect.arrayContaining(["consul-entries", "consul-release"]));
    expect(workload.props.metadata.annotations).toMatchObject({ "consul-traefik-mesh/helm-revision": "1" });
  }
  expect(find(recorded, "consul-release").props.skipAwait).toBe(true);

  const fewer = await record(
    () =>
      new ConsulMesh("consul", {
        createNamespace: false,
        ca: { certificate: { secretName: "consul-ca", secretKey: "tls.crt" } },
        externalServers: { hosts: ["consul.example.com"] },
        values: { syncCatalog: { enabled: false } },
      }),
  );
  expect(fewer.filter((r) => r.type.endsWith("Patch")).map((r) => r.name)).toEqual(["consul-connect-injector"]);
});

test("a tcp service has no ServiceDefaults: going from http to tcp removes them after its L7 intentions", async () => {
  const recorded = await story({
    services: [{ ...whoami, protocol: "tcp" }],
    intentions: [{ source: "traefik-system-ingress", destination: "whoami" }],
  });
  expect(recorded.map((r) => r.type)).not.toContain("kubernetes:consul.hashicorp.com/v1alpha1:ServiceDefaults");
});

test("bad inputs are refused at construction with the path of each, before anything is registered", async () => {
  let caught: unknown;
  const recorded = await record(() => {
    try {
      new ConsulMesh("consul", { servers: 2, namespace: "Not_A_Label" });
    } catch (error) {
      caught = error;
    }
  });
  expect(pulumi.InputPropertiesError.isInstance(caught)).toBe(true);
  expect((caught as pulumi.InputPropertiesError).errors.map((e) => e.propertyPath)).toEqual(["namespace", "servers"]);
  expect(recorded.filter((r) => r.type !== "pulumi:pulumi:Stack")).toEqual([]);
});

test("what Pulumi.yaml gives where nothing is said is what the components do by themselves", async () => {
  const byStack = await programOf({});
  const byThemselves = await record(() => {
    // These three are the chart's own defaults, written out.
    const mesh = new ConsulMesh("consul", { datacenter: "dc1", storage: "10Gi", serverAdditionalDnsSans: [] });
    new TraefikConsulIngress("traefik", { mesh });
    new IntentionSet("baseline", { mesh, externalServices: ["traefik-system-ingress"] });
  });
  const own = byThemselves.filter(({ parent }) => ["consul", "traefik", "baseline"].includes(parent));
  expect(own.length).toBeGreaterThan(8);
  for (const { name, props, protect } of own) {
    const { props: its, protect: isProtected } = find(byStack, name);
    expect([name, its, isProtected]).toEqual([name, props, protect]);
  }
  expect(
    byStack
      .map(({ name }) => name)
      .filter((name) => !byThemselves.some((each) => each.name === name))
      .sort(),
  ).toEqual(["foreign-entries", "intentions", "served-routes", "services"]);
});

test("a kubeconfig that is configured is a secret of the state, also where a destroy has it from", async () => {
  const recorded = await record(() => {
    pulumi.runtime.setAllConfig({ "kubernetes:kubeconfig": UNREACHABLE });
    new ConsulMesh("consul");
  });
  pulumi.runtime.setAllConfig({});
  const given = find(recorded, "consul-cluster").props["kubernetes:kubeconfig"];
  expect([isSecret(given), given.value]).toEqual([true, UNREACHABLE]);
});

test("what a destroy does about a hook that cannot run is as far from the root as the release: Pulumi deletes the two at once", async () => {
  const recorded = await record(() => {
    new ConsulMesh("consul", { acls: true, gossipEncryption: true });
  });
  // The release has its namespace by its input too, on which the others stand already.
  const before = find(recorded, "consul-release").dependsOn.filter((name) => name !== "consul-namespace");
  expect(before).toContain("consul-gossip-key");
  expect(find(recorded, "consul-stuck-hooks").dependsOn).toEqual(before);
});

test("the namespaces of a stack are as far from the root as Consul's: a destroy deletes them at once, not one after another", async () => {
  const recorded = await programOf({});
  const [consul, ...others] = ["consul-namespace", "traefik-namespace", "services"].map((name) => find(recorded, name));
  expect(consul.dependsOn).toEqual(["consul-remains"]);
  expect(others.map(({ dependsOn }) => dependsOn)).toEqual(others.map(() => consul.dependsOn));
});

test("no part of the chart that is turned off holds an up: what waits for it is not taken back from what is gone", async () => {
  const recorded = await record(() => {
    new ConsulMesh("consul");
  });
  const waiting = recorded.filter(({ type }) => type.endsWith("Patch"));
  expect(waiting.map(({ name }) => name)).toEqual(expect.arrayContaining(["consul-server", "consul-sync-catalog"]));
  expect(waiting.filter(({ retainOnDelete }) => !retainOnDelete)).toEqual([]);
});
