import { gunzipSync } from "node:zlib";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { interruptedReleaseHooks, owned, recordHooks, stackLabels } from "../../components/interrupted/hooks";
import { wayTo } from "../../components/interrupted/way";
import { ApiServer, useApiServer } from "../apiServer";
import { begin, record } from "../recorder";

const release = { name: "consul", namespace: "consul-system" };
const OLD = "2026-11-01T00:00:00Z";
let server: ApiServer;
useApiServer((its, kubeconfig) => {
  server = its;
  pulumi.runtime.setConfig("kubernetes:kubeconfig", kubeconfig);
});

type Hook = (args: object) => Promise<void>;
const first = (hooks: readonly unknown[] | undefined) => (hooks![0] as pulumi.ResourceHook).callback as unknown as Hook;

/** What the stack's Release runs before Helm does. */
async function ofRelease(): Promise<{ create: Hook; update: Hook }> {
  let hooks: pulumi.ResourceHookBinding | undefined;
  await record(() => {
    const parent = new pulumi.ComponentResource("test:index:Mesh", "mesh");
    hooks = interruptedReleaseHooks("consul", release, parent);
  });
  return { create: first(hooks!.beforeCreate), update: first(hooks!.beforeUpdate) };
}

/** What runs before the stack's namespace is made; in a preview where `preview` says so. */
async function ofNamespace(preview = false): Promise<() => Promise<void>> {
  const newInputs = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
  let its: pulumi.CustomResourceOptions | undefined;
  await record(() => {
    its = transformed({}, newInputs).opts;
  });
  if (preview) {
    await begin(true);
  }
  return () => first(its!.hooks!.beforeCreate)({ newInputs });
}

/** What becomes of a namespace's options and inputs. */
function transformed(opts: pulumi.CustomResourceOptions, props: object) {
  const [own] = owned("services", opts).transformations!;
  const args = { type: "kubernetes:core/v1:Namespace", name: "services", props, opts, resource: {} as pulumi.Resource };
  return own(args)!;
}

const namespace = (name: string, more: object) =>
  server.add("v1", "Namespace", { metadata: { name, creationTimestamp: OLD, ...more } });

/** Adds a revision of which more is told. */
function revision(version: number, status: string, begun = OLD): void {
  server.addRevision(version, status, {
    name: "consul",
    info: { status, last_deployed: begun },
    chart: { metadata: { name: "consul", version: "1.9.11" } },
    manifest: "kind: Secret",
  });
}

/** The revisions that Helm would find: by the label, and by the release in it. */
function revisions() {
  return [...server.objects.values()]
    .filter(({ kind }) => kind === "Secret")
    .map(({ metadata, data }) => {
      const inner = Buffer.from(Buffer.from((data as { release: string }).release, "base64").toString(), "base64");
      const { info, manifest } = JSON.parse(gunzipSync(inner).toString());
      return { label: metadata.labels!.status, status: info.status, manifest };
    });
}

const asked = (times: number) => server.asked(/./, times);

describe("before a release is installed", () => {
  test("what is being deleted of the one before is waited for", async () => {
    const { create } = await ofRelease();
    const marks = { "meta.helm.sh/release-name": "consul", "meta.helm.sh/release-namespace": "consul-system" };
    server.add("rbac.authorization.k8s.io/v1", "ClusterRole", {
      metadata: {
        name: "consul-server",
        labels: { "app.kubernetes.io/managed-by": "Helm" },
        annotations: marks,
        deletionTimestamp: OLD,
      },
    });
    let done = false;
    const creating = create({}).then(() => (done = true));
    await server.asked(/\/clusterroles$/, 2);
    expect(done).toBe(false);
    server.objects.clear();
    await creating;
  });

  test("one that an interrupted run left in the stack's namespace is forgotten", async () => {
    const { create } = await ofRelease();
    namespace(release.namespace, { labels: stackLabels() });
    revision(1, "superseded");
    revision(2, "pending-install");
    await create({});
    expect(revisions()).toEqual([]);
    expect(server.log.every((each) => each.includes("/secrets/sh.helm.release.v1.consul."))).toBe(true);
  });

  test("one in somebody else's namespace is refused with what it is and the ways out, and stays", async () => {
    const { create } = await ofRelease();
    namespace(release.namespace, { labels: { "consul-traefik-mesh/stack": "other.prod" } });
    revision(3, "deployed");
    await expect(create({})).rejects.toThrow(
      /^Helm's release consul-system\/consul already exists.*: chart consul 1\.9\.11, revision 3, deployed since 2026-11-01.*kubectl label namespace consul-system consul-traefik-mesh\/stack=consul-traefik-mesh\.test$/,
    );
    expect(revisions()).toHaveLength(1);
  });

  test("where there is none, whoever the namespace is of, nothing is said", async () => {
    const { create } = await ofRelease();
    await create({});
    expect(server.log).toEqual([]);
  });
});

describe("before a release is upgraded", () => {
  test("an upgrade that never ended counts as failed, with all that it was", async () => {
    const { update } = await ofRelease();
    revision(1, "pending-upgrade");
    await update({ newInputs: {} });
    expect(revisions()).toEqual([{ label: "failed", status: "failed", manifest: "kind: Secret" }]);
  });

  test.each(["deployed", "failed"])("one that is %s stays as it is", async (status) => {
    const { update } = await ofRelease();
    revision(1, status);
    await update({ newInputs: {} });
    expect(server.requests.filter((each) => !each.startsWith("GET"))).toEqual([]);
  });

  test("one that never ended, and that had other values than it is to have now, is what Helm begins from", async () => {
    const { update } = await ofRelease();
    revision(1, "deployed");
    revision(2, "pending-upgrade");
    await update({ newInputs: { values: { ui: pulumi.secret({ enabled: true }) } } });
    expect(revisions()).toMatchObject([{ status: "superseded" }, { status: "deployed" }]);
  });

  test("one that is under way is waited for", async () => {
    const { update } = await ofRelease();
    revision(1, "pending-upgrade", new Date().toISOString());
    const updated = update({ newInputs: {} });
    await asked(1);
    revision(1, "deployed");
    await updated;
    expect(revisions()).toMatchObject([{ label: "deployed", status: "deployed" }]);
  });

  test("one whose record is lost is told as a revision that failed", async () => {
    const { update } = await ofRelease();
    await update({ newInputs: {} });
    expect(revisions()).toMatchObject([{ label: "failed", status: "failed" }]);
  });
});

test("where a destroy was interrupted before Helm had begun, an up leaves nothing of what Helm was to find", async () => {
  let hooks: pulumi.ResourceHookBinding | undefined;
  await record(() => {
    hooks = recordHooks("consul-entries", release, wayTo(undefined)!);
  });
  revision(0, "uninstalled");
  revision(1, "deployed");
  await first(hooks!.beforeCreate)({});
  expect(revisions()).toMatchObject([{ label: "deployed" }]);
});

describe("before a namespace is made", () => {
  test("somebody else's is refused with its owner, in a preview too", async () => {
    namespace("shop", { managedFields: [{ manager: "kubectl" }] });
    for (const preview of [false, true]) {
      await expect((await ofNamespace(preview))()).rejects.toThrow(
        /^Namespace shop already exists and does not belong to this stack, but to kubectl, since 2026-11-01/,
      );
    }
  });

  test("the stack's own is taken over", async () => {
    const making = await ofNamespace();
    namespace("shop", { labels: stackLabels() });
    await expect(making()).resolves.toBeUndefined();
  });

  test("one that is being deleted is waited for, but not by a preview", async () => {
    namespace("shop", { deletionTimestamp: OLD });
    await expect((await ofNamespace(true))()).resolves.toBeUndefined();
    let made = false;
    const making = (await ofNamespace())().then(() => (made = true));
    await asked(server.requests.length + 3);
    expect(made).toBe(false);
    server.objects.clear();
    await making;
  });
});

test.each([401, 403])("who may not ask (%i) is left to what Pulumi's provider and Helm say", async (status) => {
  server.refusal = status;
  const { create, update } = await ofRelease();
  await expect(Promise.all([create({}), update({ newInputs: {} }), (await ofNamespace())()])).resolves.toBeDefined();
  expect(server.requests.length).toBeGreaterThan(2);
});

test("a preview passes over a cluster that cannot be reached, and does not ask it for each object", async () => {
  server.close();
  const making = await ofNamespace(true);
  await expect(making()).resolves.toBeUndefined();
  await expect(making()).resolves.toBeUndefined();
});

/** What comes of making a namespace of the stack's own that its state has under another name; aliases by what has them. */
async function renamed(aliases: { its?: string; component?: string; around?: string }): Promise<string> {
  namespace("shop", { labels: stackLabels() });
  const metadata = { name: "shop" };
  const type = "kubernetes:core/v1:Namespace";
  const called = (name: string | undefined) => ({ aliases: name === undefined ? [] : [{ name }] });
  let outcome = "";
  await record(
    async () => {
      const around = new pulumi.ComponentResource("test:index:Around", "around", {}, called(aliases.around));
      const parent = new pulumi.ComponentResource(
        "test:index:Mesh",
        "mesh",
        {},
        {
          parent: around,
          ...called(aliases.component),
        },
      );
      let its: pulumi.CustomResourceOptions | undefined;
      const seen: pulumi.ResourceTransformation = ({ props, opts }) => ((its = opts), { props, opts });
      const opts = owned<pulumi.CustomResourceOptions>("services", { parent, ...called(aliases.its) });
      new k8s.core.v1.Namespace(
        "services",
        { metadata },
        { ...opts, transformations: [...opts.transformations!, seen] },
      );
      const newInputs = { apiVersion: "v1", kind: "Namespace", metadata };
      outcome = await first(its!.hooks!.beforeCreate)({ newInputs, urn: "urn:its", type, name: "services" }).then(
        () => "made",
        ({ message }: Error) => message,
      );
    },
    {},
    { "urn:old": { type, outputs: { metadata } } },
  );
  return outcome;
}

test("one that was renamed is refused, unless it is told what it was called, itself or with what it is part of", async () => {
  expect(await renamed({})).toContain("Namespace shop is that of urn:old in the stack's state. As urn:its");
  expect(await renamed({ its: "old" })).toBe("made");
  expect(await renamed({ component: "old" })).toBe("made");
  expect(await renamed({ around: "old" })).toBe("made");
});
