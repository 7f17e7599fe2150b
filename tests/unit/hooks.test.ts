import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  generatedKeyHooks,
  installedAnew,
  interruptedReleaseHooks,
  owned,
  ownObjects,
  recordHooks,
  stackLabels,
} from "../../components/interrupted/hooks";
import { wayTo } from "../../components/interrupted/way";
import { ApiServer, useApiServer } from "../apiServer";
import { anotherLanguages } from "../anotherLanguages";
import { begin, find, record, Recorded } from "../recorder";

const release = { name: "consul", namespace: "consul-system" };
let server: ApiServer;
useApiServer((its, kubeconfig) => {
  server = its;
  pulumi.runtime.setAllConfig({ "kubernetes:kubeconfig": kubeconfig });
});

class Made extends pulumi.CustomResource {}
const component = (opts?: pulumi.ComponentResourceOptions) =>
  new pulumi.ComponentResource("test:index:Shop", "shop", {}, owned("shop", opts));

test.each<[project: string, stack: string, label: string]>([
  ["shop", "prod", "shop.prod"],
  ["my shop/é", "a:b", "my_shop__.a_b"],
  ["S_0-.", "x", "S_0-..x"],
  ["a".repeat(60), "prod", `${"a".repeat(60)}.pr`],
  ["a".repeat(60), "__-_", "a".repeat(60)],
])("the label of project %s and stack %s is one that Kubernetes takes", async (project, stack, label) => {
  await begin(false, project, stack);
  expect(stackLabels()).toEqual({ "consul-traefik-mesh/stack": label });
  expect(label).toMatch(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
});

test("the stack's own objects of a kind are those with its label", async () => {
  await begin(false, "shop", "prod");
  for (const [name, labels] of Object.entries({
    ours: stackLabels(),
    others: { ...stackLabels(), a: "b" },
    theirs: {},
  })) {
    server.add("v1", "ConfigMap", { metadata: { name, namespace: "shop", labels } });
  }
  const own = await ownObjects({ apiVersion: "v1", kind: "ConfigMap" });
  expect([...(own as ReadonlyMap<string, unknown>).keys()]).toEqual(["ours", "others"]);
});

const A = { apiVersion: "example.com/v1", kind: "A" };

describe("of a component that the stack is to own", () => {
  const LABELS = { "consul-traefik-mesh/stack": "consul-traefik-mesh.test" };
  const made = async (program: (parent: pulumi.Resource) => void, opts?: pulumi.ComponentResourceOptions) =>
    record(() => program(component(opts)));
  const labelsOf = ({ props }: Recorded) => props.metadata.labels;

  test("each object is labelled, looked for before it is made, and made anew where it is gone", async () => {
    const recorded = await made((parent) => {
      const metadata = { name: "a", namespace: "shop", labels: { team: "a" } };
      new k8s.core.v1.ConfigMap("a", { metadata }, { parent, replaceOnChanges: ["data"] });
    });
    const its = find(recorded, "a");
    expect([labelsOf(its), its.beforeCreate, its.deleteBeforeReplace]).toEqual([
      { team: "a", ...LABELS },
      ["shop-foreign"],
      true,
    ]);
    expect(its.replaceOnChanges).toEqual(["data"]);
  });

  test("what has no object of its own is left alone", async () => {
    const metadata = { name: "a" };
    const recorded = await made((parent) => {
      new Made("test:index:Made", "other", { metadata }, { parent });
      new k8s.helm.v3.Release("release", { chart: "a" }, { parent });
      new k8s.apps.v1.DeploymentPatch("patch", { metadata }, { parent });
      new Made("kubernetes:core/v1:ConfigMapList", "list", { metadata }, { parent });
      new Made("kubernetes:yaml/v2:ConfigGroup", "group", { metadata }, { parent });
      new Made("kubernetes:kustomize/v2:Directory", "directory", { metadata }, { parent });
      new Made("kubernetes:core/v1:ConfigMap", "read", { metadata }, { parent, id: "shop/read" });
    });
    for (const { props, beforeCreate } of recorded.filter(({ parent }) => parent === "shop")) {
      expect([props.metadata?.labels, beforeCreate]).toEqual([undefined, []]);
    }
    expect(recorded.filter(({ parent }) => parent === "shop").length).toBeGreaterThan(5);
  });

  test.each(["kubernetes:example.com/v1:PatchOfLand", "kubernetes:example.com/v1:yamlThing"])(
    "%s has one",
    async (type) => {
      const recorded = await made((parent) => void new Made(type, "a", { ...A, metadata: { name: "a" } }, { parent }));
      expect([labelsOf(find(recorded, "a")), find(recorded, "a").beforeCreate]).toEqual([LABELS, ["shop-foreign"]]);
    },
  );

  test("of one within another, each object is looked for once, and what else was asked for stays", async () => {
    const before = new pulumi.ResourceHook("before", () => undefined);
    const transformations = [
      ({ props, opts }: pulumi.ResourceTransformationArgs) => ({ props: { ...props, immutable: true }, opts }),
    ];
    const recorded = await made(
      (parent) => {
        const metadata = { name: "a", namespace: "shop" };
        const opts = owned("inner", { parent, hooks: { beforeCreate: [before] } });
        new k8s.core.v1.ConfigMap("a", { metadata }, opts);
      },
      { transformations },
    );
    const { beforeCreate, props } = find(recorded, "a");
    expect([beforeCreate, props.immutable]).toEqual([["before", "inner-foreign"], true]);
  });

  test.each<[string, (metadata: any) => pulumi.Input<object>]>([
    ["metadata", (metadata) => pulumi.output(metadata)],
    ["labels", (metadata) => ({ ...metadata, labels: pulumi.output(metadata?.labels) })],
  ])("where a transformation makes an output of its %s, it is labelled too", async (_, later) => {
    const transformations = [
      ({ props, opts }: pulumi.ResourceTransformationArgs) => ({
        props: { ...props, metadata: later(props.metadata) },
        opts,
      }),
    ];
    const metadata = { name: "a", namespace: "shop", labels: { team: "a" }, annotations: { note: "a" } };
    const recorded = await made((parent) => void new k8s.core.v1.ConfigMap("a", { metadata }, { parent }), {
      transformations,
    });
    expect(find(recorded, "a").props.metadata).toEqual({
      ...metadata,
      labels: { team: "a", ...LABELS },
      annotations: {
        note: "a",
        "pulumi.com/patchForce": "true",
        "pulumi.com/deletionPropagationPolicy": "background",
      },
    });
  });

  test("it is looked for in the cluster of a provider that a program in another language has made, too", async () => {
    const metadata = { name: "a", namespace: "shop" };
    const access = { kubeconfig: "a", context: "blue", cluster: "it" };
    const recorded = await record(async () => {
      const provider = await anotherLanguages(access);
      expect(await wayTo(undefined, provider)).toEqual(access);
      const parent = component({ providers: [provider] });
      new k8s.core.v1.ConfigMap("by-parent", { metadata }, { parent });
      new k8s.core.v1.ConfigMap("by-itself", { metadata }, owned("x", { provider }));
    });
    for (const name of ["by-parent", "by-itself"]) {
      const { props, beforeCreate, deleteBeforeReplace } = find(recorded, name);
      expect([props.metadata.labels, beforeCreate, deleteBeforeReplace]).toEqual([LABELS, [expect.any(String)], true]);
    }
  });

  test("what is written to a folder is in no cluster, so the user's current one is not asked", async () => {
    await record(async () => {
      const [folder, none] = ["out", ""].map(
        (renderYamlToDirectory) =>
          new k8s.Provider(`to-${renderYamlToDirectory}`, { renderYamlToDirectory, kubeconfig: "a" }),
      );
      expect(await wayTo(component({ providers: [folder] }))).toBeUndefined();
      expect(await wayTo(undefined, none)).toMatchObject({ kubeconfig: "a" });
    });
  });

  test.each(["TypeScript", "another language"])(
    "an entry is awaited by labels of its own where the program is in %s",
    async (language) => {
      const waitFor = async (labels: Record<string, string>) => {
        const recorded = await record(async () => {
          const provider = language === "TypeScript" ? undefined : await anotherLanguages({ kubeconfig: "a" });
          const metadata = { name: "web", labels, annotations: { "pulumi.com/waitFor": "condition=Synced" } };
          const entry = { apiVersion: "consul.hashicorp.com/v1alpha1", kind: "ServiceDefaults", metadata };
          new k8s.apiextensions.CustomResource("web", entry, owned("x", { parent: component({}), provider }));
          const bare = { ...entry, metadata: { name: "bare" } };
          new k8s.apiextensions.CustomResource("bare", bare, owned("x", { parent: component({}), provider }));
        });
        expect(find(recorded, "bare").props.metadata.annotations ?? {}).not.toHaveProperty(["pulumi.com/waitFor"]);
        return find(recorded, "web").props.metadata.annotations["pulumi.com/waitFor"];
      };
      const its = [await waitFor({}), await waitFor({ team: "shop" })];
      expect(its).toEqual(Array(2).fill(expect.stringContaining('"condition=Synced"')));
      expect(its[0]).not.toBe(its[1]);
    },
  );

  test("a preview refuses what is somebody else's too, in the cluster of the context that is configured", async () => {
    const its = JSON.parse(pulumi.runtime.allConfig()["kubernetes:kubeconfig"]);
    const contexts = [...its.contexts, { name: "none", context: { cluster: "none", user: "none" } }];
    pulumi.runtime.setAllConfig({
      "kubernetes:kubeconfig": JSON.stringify({ ...its, contexts, "current-context": "none" }),
      "kubernetes:context": "it",
    });
    server.add("v1", "ConfigMap", { metadata: { name: "a", namespace: "shop" } });
    const newInputs = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "shop" } };
    let hook!: any;
    await record(() => {
      const [own] = owned("shop", undefined).transformations!;
      const args = {
        type: "kubernetes:core/v1:ConfigMap",
        name: "a",
        props: newInputs,
        opts: {},
        resource: {} as never,
      };
      [hook] = (own(args)!.opts as pulumi.CustomResourceOptions).hooks!.beforeCreate!;
    });
    expect(hook.opts).toEqual({ onDryRun: true });
    await expect(hook.callback({ newInputs })).rejects.toThrow("ConfigMap shop/a already exists");
  });
});

describe("a release", () => {
  const hooks = async () => {
    let its: pulumi.ResourceHookBinding | undefined;
    let transformations: unknown[] = [];
    await record(() => {
      const parent = new pulumi.ComponentResource("test:index:Mesh", "mesh");
      its = interruptedReleaseHooks("consul", release, parent);
      transformations = installedAnew(release, parent);
    });
    const namesOf = (of: readonly unknown[] | undefined) => (of as any[])?.map(({ name }) => name);
    return { its, names: [namesOf(its?.beforeCreate), namesOf(its?.beforeUpdate)], transformations };
  };
  const namespace = (labels: object) => server.add("v1", "Namespace", { metadata: { name: "consul-system", labels } });

  test("has its hooks, by the name of the mesh", async () => {
    const { names, transformations } = await hooks();
    expect([names, transformations.length]).toEqual([[["consul-reinstall"], ["consul-upgrade", "consul-claims"]], 1]);
  });

  test("is replaced in the order in which a name can be: the one before goes first", async () => {
    const recorded = await record(() => {
      const parent = new pulumi.ComponentResource("test:index:Mesh", "mesh");
      const opts = { parent, transformations: installedAnew(release, parent) };
      new k8s.helm.v3.Release("release", { chart: "consul", namespace: "consul-system" }, opts);
    });
    const { deleteBeforeReplace, replaceOnChanges, props } = find(recorded, "release");
    expect([deleteBeforeReplace, replaceOnChanges, props.chart]).toEqual([true, [], "consul"]);
  });

  test("is not upgraded to what Kubernetes or its servers refuse, which a preview says too, and of ACLs it warns", async () => {
    const [, claims] = (await hooks()).its!.beforeUpdate as unknown as {
      callback: (args: object) => Promise<void>;
      opts: object;
    }[];
    expect(claims.opts).toEqual({ onDryRun: true });
    const to = (before: object, after: object) =>
      claims.callback({ oldInputs: { values: before }, newInputs: { values: after } });
    const storage = (size: string) => ({ server: { storage: size } });
    const spec = { volumeClaimTemplates: [{ spec: { resources: { requests: { storage: "1Gi" } } } }] };
    server.add("apps/v1", "StatefulSet", { metadata: { name: "consul-server", namespace: "consul-system" }, spec });
    await expect(to(storage("1Gi"), storage("2Gi"))).rejects.toThrow(
      "StatefulSet consul-system/consul-server makes claims of 1Gi, and is to make claims of 2Gi",
    );
    const datacenter = (name: string) => ({ ...storage("1Gi"), global: { datacenter: name } });
    await expect(to(datacenter("dc1"), datacenter("dc2"))).rejects.toThrow("A mesh keeps its datacenter");
    const acls = (on: boolean) => ({ ...storage("1Gi"), global: { acls: { manageSystemACLs: on } } });
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
    await to(acls(false), acls(true));
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  test("is forgotten before it is made, but not where the namespace is not the stack's", async () => {
    const { its } = await hooks();
    const create = (its!.beforeCreate![0] as pulumi.ResourceHook).callback as unknown as () => Promise<void>;
    server.addRevision(1, "failed");
    for (const labels of [{}, { "consul-traefik-mesh/stack": "other.prod" }]) {
      namespace(labels);
      await expect(create()).rejects.toThrow("Helm's release consul-system/consul already exists");
    }
    server.objects.delete("/api/v1/namespaces/consul-system");
    await expect(create()).rejects.toThrow("already exists");
    namespace(stackLabels());
    await expect(create()).resolves.toBeUndefined();
    expect([...server.objects.keys()]).toEqual(["/api/v1/namespaces/consul-system"]);
  });
});

test("a release that Helm has lost can be upgraded, and what goes of one is waited for before it is made", async () => {
  let its!: pulumi.ResourceHookBinding;
  await record(() => {
    its = interruptedReleaseHooks("consul", release, new pulumi.ComponentResource("test:index:Mesh", "mesh"))!;
  });
  const [create, update] = [its.beforeCreate, its.beforeUpdate].map((each) => (each as any)[0].callback);
  await update({ newInputs: {} });
  const lost = "/api/v1/namespaces/consul-system/secrets/sh.helm.release.v1.consul.v1";
  expect(server.objects.get(lost)?.metadata.labels).toMatchObject({ status: "failed" });
  server.objects.clear();
  server.add("rbac.authorization.k8s.io/v1", "ClusterRole", {
    metadata: {
      name: "consul",
      deletionTimestamp: "2026-11-01T00:00:00Z",
      labels: { "app.kubernetes.io/managed-by": "Helm" },
      annotations: { "meta.helm.sh/release-name": "consul", "meta.helm.sh/release-namespace": "consul-system" },
    },
  });
  let done = false;
  const creating = create({}).then(() => (done = true));
  await server.asked(/\/clusterroles$/, 2);
  expect(done).toBe(false);
  server.objects.clear();
  await creating;
});

test("what a destroy has Helm find goes before its guard is made anew", async () => {
  let hook!: any;
  await record(() => {
    [hook] = recordHooks("consul-entries", release, wayTo(undefined)!).beforeCreate!;
  });
  expect(hook.name).toBe("consul-entries-record");
  await hook.callback({});
  expect(server.requests).toContain("DELETE /api/v1/namespaces/consul-system/secrets/sh.helm.release.v1.consul.v0");
});

test("before a key is generated, one that the stack has in the cluster stops that, in a preview too", async () => {
  let hooks: pulumi.ResourceHookBinding | undefined;
  let labels = {};
  const secret = { name: "consul-gossip-key", namespace: "consul-system" };
  await record(() => {
    const key = { namespace: secret.namespace, secretName: secret.name, secretKey: "key", rotation: "gossipKey" };
    hooks = generatedKeyHooks("lost", key, new pulumi.ComponentResource("test:index:Mesh", "mesh"));
    labels = stackLabels();
  });
  server.add("v1", "Secret", { metadata: { ...secret, labels }, data: { key: "b2xk" } });
  const [hook] = hooks!.beforeCreate as pulumi.ResourceHook[];
  await expect((async () => hook.callback({} as never))()).rejects.toThrow("set rotations.gossipKey to a word");
  expect(hook.opts?.onDryRun).toBe(true);
});
