import { gunzipSync } from "node:zlib";
import { ClusterApi } from "../../components/interrupted/clusterApi";
import { refuseForeign } from "../../components/interrupted/foreign";
import { forgetRelease } from "../../components/interrupted/helmRecord";
import { handler } from "../../components/interrupted/inProvider";
import { PROVIDER_CODE } from "../../components/interrupted/providerCode";
import { ApiServer, SYNCS, useApiServer } from "../apiServer";

const LABEL = ["consul-traefik-mesh/stack", "consul-traefik-mesh.test"] as const;
const OURS = { [LABEL[0]]: LABEL[1] };
const release = { name: "consul", namespace: "consul-system" };
let server: ApiServer;
let kubeconfig: string;
useApiServer((...its) => ([server, kubeconfig] = its));

const left = () => [...server.objects.values()].map(({ kind, metadata }) => `${kind as string} ${metadata.name}`);

/** Makes a dynamic resource and deletes it, as Pulumi does. */
async function deleted(props: object): Promise<void> {
  const provider: any = handler();
  await provider.configure({ config: { get: (key: string) => (/kubeconfig/.test(key) ? kubeconfig : undefined) } });
  const { id, outs } = await provider.create(props);
  await provider.delete(id, outs);
}

describe("what is to be made", () => {
  const wanted = (apiVersion: string, kind: string, metadata: object) =>
    refuseForeign(
      { urn: "urn:its", type: "its", newInputs: { apiVersion, kind, metadata } as any },
      { kubeconfig },
      LABEL,
      false,
    );
  const service = { name: "orders", namespace: "shop" };

  test("is made where there is nothing, and taken over where it is the stack's", async () => {
    await expect(wanted("v1", "Service", service)).resolves.toBeUndefined();
    server.add("v1", "Service", { metadata: { ...service, labels: OURS } });
    await expect(wanted("v1", "Service", service)).resolves.toBeUndefined();
    await expect(wanted("example.com/v1", "Thing", service)).resolves.toBeUndefined();
  });

  test.each([
    ["another stack's", { labels: { [LABEL[0]]: "other.prod" } }, "Pulumi's stack other.prod"],
    [
      "Helm's",
      {
        annotations: { "meta.helm.sh/release-name": "orders", "meta.helm.sh/release-namespace": "apps" },
      },
      "Helm's release apps/orders",
    ],
    ["a controller's", { ownerReferences: [{ kind: "Shop", name: "main" }] }, "Shop main"],
    ["a tool's", { managedFields: [{ manager: "kubectl" }, { manager: "kubectl" }] }, "kubectl"],
    [
      "a tool's, and a controller looks after it",
      {
        managedFields: [
          { manager: "kubectl", fieldsV1: { "f:metadata": {}, "f:spec": {} } },
          { manager: "consul-k8s-control-plane", fieldsV1: { "f:metadata": { "f:finalizers": {} } } },
          { manager: "consul-k8s-control-plane", fieldsV1: { "f:status": {} } },
        ],
      },
      "kubectl",
    ],
    ["nobody's", {}, "nobody that it names"],
  ])("is refused where it is %s, with its owner and the way to import it", async (_, metadata, owner) => {
    server.add("v1", "Service", { metadata: { ...service, creationTimestamp: "2026-11-01", ...metadata } });
    await expect(wanted("v1", "Service", service)).rejects.toThrow(
      new RegExp(
        `^Service shop/orders already exists and does not belong to this stack, but to ${owner}, since 2026-11-01\\. .*` +
          `kubectl --namespace shop label service orders ${LABEL.join("=")} --overwrite$`,
      ),
    );
  });

  test("waits for one that goes", async () => {
    server.add("v1", "Service", { metadata: { ...service, deletionTimestamp: "2026-11-01" } });
    const made = wanted("v1", "Service", service);
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.objects.clear();
    await expect(made).resolves.toBeUndefined();
  });
});

describe("of an installation that never ended", () => {
  test("Helm forgets each revision, and nothing else", async () => {
    server.addRevision(1, "superseded");
    server.addRevision(2, "failed");
    server.addRevision(1, "deployed", {}, { name: "vault" });
    await forgetRelease(ClusterApi.connect({ kubeconfig }), release);
    expect(left().filter((each) => each.startsWith("Secret"))).toEqual(["Secret sh.helm.release.v1.vault.v1"]);
  });
});

describe("of a release that Helm has no record of", () => {
  const helms = (by = release) => ({
    labels: { "app.kubernetes.io/managed-by": "Helm" },
    annotations: { "meta.helm.sh/release-name": by.name, "meta.helm.sh/release-namespace": by.namespace },
  });
  const webhooks = ["admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"] as const;
  const definitions = ["apiextensions.k8s.io/v1", "CustomResourceDefinition"] as const;
  const destroyed = () => deleted({ task: "remains", release });

  test("everything that it made goes, webhooks first, and entries that nobody lets go of any more", async () => {
    server.add("v1", "Service", { metadata: { name: "consul-dns", namespace: "kube-system", ...helms() } });
    server.add("rbac.authorization.k8s.io/v1", "ClusterRole", { metadata: { name: "consul-server", ...helms() } });
    server.add(...webhooks, { metadata: { name: "consul-injector", ...helms() } });
    server.add(...definitions, {
      metadata: { name: "serviceintentions.consul.hashicorp.com", ...helms() },
      spec: {
        group: "consul.hashicorp.com",
        versions: [
          { name: "v1beta1", served: false },
          { name: "v1alpha1", served: true },
        ],
      },
    });
    server.add("consul.hashicorp.com/v1alpha1", "ServiceIntentions", {
      metadata: { name: "all.services", namespace: "consul-system", finalizers: ["finalizers.consul.hashicorp.com"] },
    });
    await destroyed();
    expect(left()).toEqual([]);
    expect(server.log[0]).toMatch(/validatingwebhookconfigurations\/consul-injector/);
  });

  test("what is somebody else's stays, and what its chart keeps", async () => {
    const kept = { ...helms(), annotations: { ...helms().annotations, "helm.sh/resource-policy": "keep" } };
    server.add("v1", "ConfigMap", { metadata: { name: "kept", namespace: "consul-system", ...kept } });
    for (const [name, other] of [
      ["vault", { ...release, name: "vault" }],
      ["blue", { ...release, namespace: "blue" }],
    ] as const) {
      server.add("rbac.authorization.k8s.io/v1", "ClusterRole", { metadata: { name, ...helms(other) } });
    }
    server.add("rbac.authorization.k8s.io/v1", "ClusterRole", { metadata: { name: "by-hand" } });
    const all = left();
    await destroyed();
    expect(left()).toEqual(all);
  });

  test("and one that Helm has a record of is left to it, as after a return to a version without this", async () => {
    server.add("rbac.authorization.k8s.io/v1", "ClusterRole", { metadata: { name: "consul-server", ...helms() } });
    server.addRevision(1, "deployed");
    await destroyed();
    expect(left()).toHaveLength(2);
  });
});

describe("the chart's job before a deletion", () => {
  const account = "consul-gateway-cleanup";
  const job = (hook = "pre-delete") =>
    server.add("batch/v1", "Job", {
      metadata: { name: account, namespace: "consul-system", annotations: { "helm.sh/hook": hook } },
      spec: { template: { spec: { serviceAccountName: account } } },
    });
  const destroyed = () => deleted({ task: "stuckHooks", release });
  /** Has Helm go on as soon as the job is gone: then the release is, too. */
  const uninstalled = async () => {
    const ended = destroyed();
    for (const deadline = Date.now() + 10_000; left().includes(`Job ${account}`);) {
      expect(Date.now()).toBeLessThan(deadline);
      await new Promise(setImmediate);
    }
    server.objects.clear();
    await ended;
  };

  test("goes where its account was never made: Helm would wait for it for ever", async () => {
    server.addRevision(1, "failed");
    job();
    await uninstalled();
    expect(server.log).toEqual([`deleted /apis/batch/v1/namespaces/consul-system/jobs/${account}`]);
  });

  test("stays where it can run, and so does any other job", async () => {
    server.addRevision(1, "failed");
    job();
    server.add("v1", "ServiceAccount", { metadata: { name: account, namespace: "consul-system" } });
    const ended = destroyed();
    await server.asked(/serviceaccounts/, 3);
    server.objects.delete(`/api/v1/namespaces/consul-system/serviceaccounts/${account}`);
    job("post-install");
    await server.asked(/jobs/, 6);
    expect(server.log).toEqual([]);
    server.objects.clear();
    await ended;
  });

  test("goes where its account went with Helm's record, by the destroy before, whose provider went on", async () => {
    job();
    await destroyed();
    expect(server.log).toEqual([`deleted /apis/batch/v1/namespaces/consul-system/jobs/${account}`]);
  });

  test("is waited for where it runs, also when Helm's record has gone; where neither is there, nothing is", async () => {
    job();
    server.add("v1", "ServiceAccount", { metadata: { name: account, namespace: "consul-system" } });
    const ended = destroyed();
    await server.asked(/serviceaccounts/, 2);
    server.objects.clear();
    await ended;
    expect(server.log).toEqual([]);
    await destroyed();
  });
});

const SPARE = "Secret sh.helm.release.v1.consul.v0";

describe("entries in Consul at a destroy", () => {
  const guard = (foreignEntries: boolean) => deleted({ task: "entries", release, label: LABEL, foreignEntries });
  const entry = (name: string, metadata: object = {}) =>
    server.add("consul.hashicorp.com/v1alpha1", "ServiceIntentions", {
      metadata: { name, namespace: "shop", ...metadata },
    });

  test("of the stack's own and of the chart's are no reason to stop", async () => {
    entry("ours", { labels: OURS });
    entry("of-the-chart", {
      annotations: { "meta.helm.sh/release-name": "consul", "meta.helm.sh/release-namespace": "consul-system" },
    });
    entry("of-its-job", { labels: { heritage: "Helm", release: "consul" } });
    await expect(guard(false)).resolves.toBeUndefined();
  });

  test("of others stop it, with how many there are of whom, unless the setting says that they may go", async () => {
    entry("ours", { labels: OURS });
    for (let i = 1; i <= 800; i++) {
      entry(`many-${i}`, { labels: { [LABEL[0]]: "team.prod" } });
    }
    entry("by-hand", { managedFields: [{ manager: "kubectl" }] });
    await expect(guard(false)).rejects.toThrow(
      /nothing was removed:\n {2}800 of Pulumi's stack team\.prod: ServiceIntentions shop\/many-1, .* and 797 more\n {2}1 of kubectl: ServiceIntentions shop\/by-hand\n.*consulDestroyForeignEntries/s,
    );
    expect(left()).toHaveLength(802);
    await expect(guard(true)).resolves.toBeUndefined();
    expect(left().filter((each) => each.startsWith("ServiceIntentions"))).toHaveLength(802);
  });

  describe("where the stack has some, that the injector is to let go of", () => {
    const ENTRY = "/apis/consul.hashicorp.com/v1alpha1/namespaces/shop/serviceintentions/ours";
    const TRIED =
      "/apis/consul.hashicorp.com/v1alpha1/namespaces/consul-system/servicedefaults/consul-traefik-mesh-destroy";
    const HOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/";
    const webhooks = (name: string, annotations: object) =>
      server.add("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", {
        metadata: { name, annotations },
      });
    beforeEach(() => {
      entry("ours", { labels: OURS, finalizers: ["finalizers.consul.hashicorp.com"] });
      entry("of-the-chart", { labels: { heritage: "Helm", release: "consul" }, finalizers: ["its.own"] });
      webhooks("consul", { "meta.helm.sh/release-name": "consul", "meta.helm.sh/release-namespace": "consul-system" });
      webhooks("of-others", {});
    });
    const clock = Date.now;
    afterEach(() => void (Date.now = clock));
    /** Each look at the clock finds it later, so that what waits gives up at once. */
    const hasten = () => {
      let now = Date.now();
      Date.now = () => (now += 20_000);
    };

    test("it is left to that, which has shown that it does, with an entry of the stack's own", async () => {
      let shown: unknown;
      server.controller = (tried) => {
        shown ??= structuredClone([tried.metadata.labels, tried.spec]);
        SYNCS(tried);
      };
      await guard(false);
      expect(server.log).toEqual([`deleted ${TRIED}`]);
      // Where the destroy is killed, the next one takes it for no entry of others.
      expect(shown).toEqual([OURS, { protocol: "tcp" }]);
    });

    test("it is left to that also where it takes its time", async () => {
      server.controller = (tried, looks) => (looks > 2 ? SYNCS(tried) : undefined);
      await guard(false);
      expect(server.log).toEqual([`deleted ${TRIED}`]);
    });

    const conditions = [
      { type: "Synced", status: "False" },
      { type: "Other", status: "True" },
    ];
    test.each<[string, ApiServer["controller"]]>([
      ["does nothing", () => undefined],
      ["cannot write", (tried) => void (tried.status = { conditions })],
      ["cannot take out what it wrote", (tried) => (SYNCS(tried), void (tried.metadata.finalizers ??= ["its"]))],
      ["has webhooks that fail", { status: 500, message: 'failed calling webhook "mutate": connection refused' }],
      ["goes with its namespace", { status: 403, message: "forbidden: namespace consul is being terminated" }],
    ])("they are let go of where that %s, its webhooks first", async (_, controller) => {
      server.controller = controller;
      hasten();
      await guard(false);
      expect(server.log.filter((each) => !each.includes(TRIED))).toEqual([
        `deleted ${HOOKS}consul`,
        `deleted ${ENTRY}`,
        `released ${ENTRY}`,
      ]);
    });

    test.each([
      ["somebody who may not", { status: 403, message: "forbidden" }, false],
      ["an API server that does not take it", { status: 422, message: "invalid" }, true],
    ])("they are left alone where it is tried by %s", async (_, controller, told) => {
      server.controller = controller;
      await (told ? expect(guard(false)).rejects.toThrow("invalid") : guard(false));
      expect(server.log).toEqual([]);
    });

    test("what a destroy that was killed has left of that trial is in nobody's way", async () => {
      await guard(false);
      server.add("consul.hashicorp.com/v1alpha1", "ServiceDefaults", {
        metadata: { name: "consul-traefik-mesh-destroy", namespace: "consul-system", labels: OURS },
        status: { conditions: [{ type: "Synced", status: "True" }] },
      });
      await guard(false);
      expect(server.log).toEqual([`deleted ${TRIED}`, `deleted ${TRIED}`]);
    });
  });

  test("where the stack has none, nothing is tried", async () => {
    server.controller = { status: 500, message: "failed calling webhook" };
    await guard(false);
    expect(server.requests.filter((each) => /^POST .*servicedefaults/.test(each))).toEqual([]);
  });

  describe("that go on once Helm has deleted its record, as where the destroy was killed", () => {
    const api = () => ClusterApi.connect({ kubeconfig });
    const record = (version: number) =>
      `/api/v1/namespaces/consul-system/secrets/sh.helm.release.v1.consul.v${version}`;
    beforeEach(async () => {
      server.add("v1", "Namespace", { metadata: { name: "consul-system" } });
      server.addRevision(1, "deployed");
      await guard(false);
      await guard(false); // there are two
      // As Helm does when it has uninstalled.
      await Promise.all([0, 1].map((version) => api().delete(record(version))));
    });

    test("Helm finds a release that is uninstalled", () => {
      expect(left()).toEqual(["Namespace consul-system", SPARE]);
      const [, { data, metadata }] = [...server.objects.values()] as any[];
      expect(metadata.labels).toEqual({ owner: "helm", name: "consul", status: "uninstalled", version: "0" });
      const text = gunzipSync(Buffer.from(Buffer.from(data.release, "base64").toString(), "base64")).toString();
      expect(JSON.parse(text)).toMatchObject({ name: "consul", version: 0, info: { status: "uninstalled" } });
    });

    test("what goes after the release takes that away", async () => {
      await deleted({ task: "remains", release });
      expect(left()).toEqual(["Namespace consul-system"]);
    });

    test("so does a new installation", async () => {
      await forgetRelease(api(), release);
      expect(left()).toEqual(["Namespace consul-system"]);
    });
  });

  test("where Helm's record went with its namespace, that is made again for as long as the release takes to go", async () => {
    await guard(false);
    expect(left()).toEqual(["Namespace consul-system", SPARE]);
    expect(server.objects.get("/api/v1/namespaces/consul-system")!.metadata.labels).toEqual(OURS);
    await deleted({ task: "remains", release });
    expect(left()).toEqual([]);
  });

  test("a namespace that is there stays as it is", async () => {
    server.add("v1", "Namespace", { metadata: { name: "consul-system" } });
    await guard(false);
    await deleted({ task: "remains", release });
    expect(left()).toEqual(["Namespace consul-system"]);
  });
});

test("the code in the state is whole: Pulumi's own provider can load it from there", () => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- what it loads it by
  expect(Object.keys(require("require-from-string")(PROVIDER_CODE).handler())).toEqual(Object.keys(handler()));
});
