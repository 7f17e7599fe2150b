import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { descriptionOfGone } from "../../components/interrupted/gone";
import { installedAnew, owned, ownObjects, stackLabels } from "../../components/interrupted/hooks";
import { ApiServer, useApiServer } from "../apiServer";
import { find, record, Recorded } from "../recorder";

/**
 * What Pulumi's state has and the cluster has not. That Pulumi then makes it anew, and the cluster is as it was, is
 * tests/faults/interrupted.test.ts.
 */
const release = { name: "consul", namespace: "consul-system" };
const LONG_AGO = "2026-11-01T00:00:00.000Z";
const STATE = {
  "urn::settings": {
    type: "kubernetes:core/v1:ConfigMap",
    outputs: { metadata: { name: "settings", namespace: "shop" } },
  },
  "urn::shop": { type: "kubernetes:core/v1:Namespace", outputs: { metadata: { name: "shop" } } },
  "urn::release": { type: "kubernetes:helm.sh/v3:Release", outputs: { name: "consul", namespace: "consul-system" } },
};
const KUBECONFIG = "kubernetes:kubeconfig";
let server: ApiServer;
useApiServer((its, kubeconfig) => {
  server = its;
  pulumi.runtime.setConfig(KUBECONFIG, kubeconfig);
});

/** What the engine is asked for, of a ConfigMap that is to be. */
async function settings(
  state: object = STATE,
  key: pulumi.Input<string> = "value",
  preview = false,
): Promise<Recorded> {
  const program = () => {
    const parent = new pulumi.ComponentResource("test:index:Shop", "shop", {}, owned("shop", {}));
    const metadata = { name: "settings", namespace: "shop", annotations: { team: "shop" } };
    new k8s.core.v1.ConfigMap("settings", { metadata, data: { key } }, { parent });
  };
  return find(await record(program, {}, state as Record<string, object>, [], {}, preview), "settings");
}

const live = (more: object = {}) =>
  server.add("v1", "ConfigMap", {
    metadata: { name: "settings", namespace: "shop", labels: stackLabels(), ...more },
  });

/** What somebody has written who gave an object this label. */
const labelled = (label: string) => ({ "f:metadata": { "f:labels": { [`f:${label}`]: {} } } });

const AT_ONCE = { "pulumi.com/deletionPropagationPolicy": "background" };
const DECLARED_WINS = { "pulumi.com/patchForce": "true" };
const asItWas = { annotations: { team: "shop", ...DECLARED_WINS, ...AT_ONCE } };
const ANEW = expect.stringMatching(/^20\d\d-.*Z$/);
const anew = { annotations: { team: "shop", "consul-traefik-mesh/made-anew": ANEW } };

test("what owns nothing goes at once, and what has pods after them", async () => {
  const recorded = await record(() => {
    const parent = new pulumi.ComponentResource("test:index:Shop", "shop", {}, owned("shop", {}));
    const metadata = { name: "shop", namespace: "shop" };
    new k8s.core.v1.ServiceAccount("account", { metadata }, { parent });
    new k8s.core.v1.Namespace("namespace", { metadata: { name: "shop" } }, { parent });
    new k8s.apps.v1.Deployment("deployment", { metadata, spec: {} as any }, { parent });
    new k8s.batch.v1.CronJob("job", { metadata, spec: {} as any }, { parent });
  });
  const atOnce = ["account", "namespace", "deployment", "job"].map(
    (name) => find(recorded, name).props.metadata.annotations["pulumi.com/deletionPropagationPolicy"],
  );
  expect(atOnce).toEqual(["background", "background", undefined, undefined]);
});

describe("an object that the state has", () => {
  test("is made anew where it is gone, and no other object is looked at", async () => {
    const { props, replaceOnChanges, deleteBeforeReplace } = await settings();
    expect(props.metadata).toMatchObject(anew);
    expect(replaceOnChanges).toEqual(["metadata"]);
    expect(deleteBeforeReplace).toBe(true);
    expect(server.log).toEqual([]);
  });

  test("is made anew where it is being deleted", async () => {
    live({ deletionTimestamp: LONG_AGO });
    expect((await settings()).replaceOnChanges).toEqual(["metadata"]);
  });

  test.each([
    ["it is there", () => live()],
    ["it is there without the stack's label, of before there was one", () => live({ labels: {} })],
    ["nobody may ask", () => (server.refusal = 403)],
    ["the cluster does not answer", () => server.close()],
    ["the server of its API is away", () => (server.refusal = 503)],
  ])("is left as it is where %s", async (_, given) => {
    given();
    const { props, replaceOnChanges } = await settings();
    expect(props.metadata.annotations).toEqual(asItWas.annotations);
    expect(replaceOnChanges).toEqual([]);
  });

  test("is left as it is once it has been made anew", async () => {
    live({ annotations: { "consul-traefik-mesh/made-anew": LONG_AGO } });
    const { props, replaceOnChanges } = await settings();
    expect(props.metadata.annotations).toEqual({ ...asItWas.annotations, "consul-traefik-mesh/made-anew": LONG_AGO });
    expect(replaceOnChanges).toEqual([]);
  });
});

/** The warnings of each test around it, without what the mocks put before them. */
function warnings(): string[] {
  const warned: string[] = [];
  let warn: jest.SpyInstance;
  beforeAll(() => {
    warn = jest.spyOn(console, "warn").mockImplementation((line) => void warned.push(line.replace(/^.*\] /, "")));
  });
  beforeEach(() => void warned.splice(0));
  afterAll(() => warn.mockRestore());
  return warned;
}

describe("an object that an interrupted run has changed", () => {
  const warned = warnings();
  const SOON = "2026-11-01T00:00:09Z";
  const write = (time: string, ...more: string[]) => {
    const keys = ["key", ...more].map((key) => [`f:${key}`, {}]);
    return [{ manager: "pulumi-kubernetes-1a2b", time, fieldsV1: { "f:data": Object.fromEntries(keys) } }];
  };
  const state = (managedFields: object[]) => ({
    "urn::settings": {
      type: "kubernetes:core/v1:ConfigMap",
      outputs: { metadata: { name: "settings", namespace: "shop", managedFields } },
    },
  });
  const there = (data: object, managedFields: object[]) => {
    const metadata = { name: "settings", namespace: "shop", labels: stackLabels(), annotations: asItWas.annotations };
    server.add("v1", "ConfigMap", { metadata: { ...metadata, managedFields }, data });
  };

  test.each([
    ["a value", () => there({ key: "another" }, write(SOON))],
    ["a field more", () => there({ key: "value", more: "" }, write(SOON, "more"))],
  ])("is written again, and not replaced: %s", async (_, given) => {
    given();
    const { props, replaceOnChanges } = await settings(state(write(LONG_AGO)));
    expect(props.metadata).toMatchObject(anew);
    expect(replaceOnChanges).toEqual([]);
    expect(warned).toEqual(["ConfigMap settings: a run that was interrupted has changed it; up writes it again"]);
  });

  test.each([
    ["all is as declared", () => there({ key: "value" }, write(SOON))],
    ["the state knows of it", () => there({ key: "another" }, write(LONG_AGO))],
  ])("is left as it is where %s", async (_, given) => {
    given();
    const { props } = await settings(state(write(LONG_AGO)));
    expect(props.metadata.annotations).toEqual(asItWas.annotations);
    expect(warned).toEqual([]);
  });

  test("is left as it is where somebody else decides how many pods it has", async () => {
    const managedFields = (time: string) => [{ manager: "pulumi-kubernetes-1a2b", time }];
    const metadata = { name: "shop", namespace: "shop" };
    server.add("apps/v1", "StatefulSet", {
      metadata: { ...metadata, labels: stackLabels(), annotations: DECLARED_WINS, managedFields: managedFields(SOON) },
      spec: { replicas: 5, serviceName: "shop" },
    });
    const annotations = async (ignoreChanges: string[]) => {
      const program = () => {
        const parent = new pulumi.ComponentResource("test:index:Shop", "shop", {}, owned("shop", {}));
        const spec = { replicas: 2, serviceName: "shop" } as any;
        new k8s.apps.v1.StatefulSet("pods", { metadata, spec }, { parent, ignoreChanges });
      };
      const outputs = { metadata: { ...metadata, managedFields: managedFields(LONG_AGO) } };
      const recorded = await record(program, {}, { "urn::pods": { type: "kubernetes:apps/v1:StatefulSet", outputs } });
      return find(recorded, "pods").props.metadata.annotations;
    };
    expect(await annotations(["spec.replicas"])).toEqual(DECLARED_WINS);
    expect(await annotations([])).toMatchObject({ "consul-traefik-mesh/made-anew": ANEW });
  });

  test("is compared in what is secret too, which is not told and makes nothing else a secret", async () => {
    there({ key: "another" }, write(SOON));
    const { props } = await settings(state(write(LONG_AGO)), pulumi.secret("value"));
    expect(props.metadata).toMatchObject(anew);
    expect(warned.join()).not.toMatch(/value|another/);
  });

  test("is left as it is while what it is to have is not known", async () => {
    there({ key: "another" }, write(SOON));
    const { props } = await settings(state(write(LONG_AGO)), pulumi.unknown as any, true);
    expect(props.metadata.annotations).toEqual(asItWas.annotations);
  });

  describe("that it has made, and that is not declared any more,", () => {
    const OURS = [{ manager: "pulumi-kubernetes-1a2b", fieldsV1: labelled("consul-traefik-mesh/stack") }];
    const add = (name: string, more: object = {}, kind = "ConfigMap") =>
      server.add("v1", kind, {
        metadata: {
          name,
          ...(kind === "Namespace" ? {} : { namespace: "shop" }),
          ...{ labels: stackLabels(), managedFields: OURS },
          ...more,
        },
        data: { key: "value" },
      });
    const end = async (program: () => Promise<unknown> = settings) => {
      live({ managedFields: OURS });
      await program();
      warned.splice(0);
      process.emit("beforeExit", 0);
      // What is asked then goes on for a while.
      for (let i = 0; i < 20; i++) {
        await new Promise(setImmediate);
      }
      return warned;
    };
    const told = (object: string, unneeded: string, what: string) =>
      `${object} has this stack's label, but neither the program nor the stack's state has it: a run that was interrupted has made it, ` +
      `or the stack has let go of it. If ${unneeded}, delete it: kubectl ${what.replace("VERB", "delete")}; else take the label off: ` +
      `kubectl ${what.replace("VERB", "label")} consul-traefik-mesh/stack-`;
    const LEFT = told("ConfigMap shop/left", "nothing needs it", "--namespace shop VERB configmap left");
    const within = (program: (parent: pulumi.Resource) => void) => () =>
      record(
        () => program(new pulumi.ComponentResource("test:index:Shop", "shop", {}, owned("shop", {}))),
        {},
        STATE as Record<string, object>,
      );

    test("is told", async () => {
      add("left");
      expect(await end()).toEqual([LEFT]);
    });

    test("is told once, whether it was asked for by its namespace or with all", async () => {
      add("left");
      const program = within((parent) => {
        new k8s.core.v1.ConfigMap("settings", { metadata: { name: "settings", namespace: "shop" } }, { parent });
        void ownObjects({ apiVersion: "v1", kind: "ConfigMap" });
      });
      expect(await end(program)).toEqual([LEFT]);
    });

    test("is told with a warning of what is in it, where it is a namespace", async () => {
      add("left", {}, "Namespace");
      const program = within(
        (parent) => void new k8s.core.v1.Namespace("shop", { metadata: { name: "its" } }, { parent }),
      );
      expect(await end(program)).toEqual([
        told("Namespace left", "nothing needs it and nothing is in it", "VERB namespace left"),
      ]);
    });

    test.each<[string, object]>([
      ["is being deleted", { deletionTimestamp: LONG_AGO }],
      ["got its label by hand", { managedFields: [{ ...OURS[0], manager: "kubectl-label" }] }],
      ["got only other labels from Pulumi", { managedFields: [{ ...OURS[0], fieldsV1: labelled("team") }] }],
      ["got no label from Pulumi", { managedFields: [{ ...OURS[0], fieldsV1: { "f:metadata": {} } }] }],
      ["got no metadata from Pulumi", { managedFields: [{ ...OURS[0], fieldsV1: {} }] }],
      ["does not say what Pulumi wrote", { managedFields: [{ manager: OURS[0].manager }] }],
      ["does not say who wrote it", { managedFields: undefined }],
    ])("is passed over where it %s", async (_, more) => {
      add("left", more);
      expect(await end()).toEqual([]);
    });

    test("is none of the jobs", async () => {
      const left = { name: "traefik-served-routes-1", namespace: "shop", labels: stackLabels(), managedFields: OURS };
      server.add("batch/v1", "Job", { metadata: left });
      const metadata = { name: "traefik-served-routes-2", namespace: "shop" };
      const program = within((parent) => void new k8s.batch.v1.Job("job", { metadata, spec: {} as any }, { parent }));
      expect(await end(program)).toEqual([]);
      expect(server.requests).toContain("GET /apis/batch/v1/namespaces/shop/jobs");
    });

    test("is passed over where the state has it", async () => {
      add("kept");
      const outputs = { metadata: { name: "kept", namespace: "shop" } };
      expect(await end(() => settings({ ...STATE, d: { type: "kubernetes:core/v1:ConfigMap", outputs } }))).toEqual([]);
    });

    test("is none of what another provider makes, or of what is not known altogether", async () => {
      add("elsewhere");
      server.add("consul.hashicorp.com/v1alpha1", "ServiceIntentions", {
        metadata: { name: "web", namespace: "shop", labels: stackLabels(), managedFields: OURS },
      });
      const program = within((parent) => {
        const metadata = { name: "elsewhere", namespace: "shop" };
        const provider = new k8s.Provider("it");
        new k8s.core.v1.ConfigMap("settings", { metadata: { name: "settings", namespace: "shop" } }, { parent });
        new k8s.core.v1.ConfigMap("elsewhere", { metadata }, { parent, provider });
        const entry = { apiVersion: "consul.hashicorp.com/v1alpha1", kind: "ServiceIntentions" };
        const spec = pulumi.unknown as any;
        new k8s.apiextensions.CustomResource(
          "web",
          { ...entry, metadata: { ...metadata, name: "web" }, spec },
          { parent },
        );
        void ownObjects(entry);
      });
      expect(await end(program)).toEqual([]);
    });
  });
});

describe("a config entry", () => {
  const SPEC = { destination: { name: "web" }, sources: [{ name: "*", action: "deny" }] };
  const warned = warnings();
  const entry = async (state: object = {}, annotations?: Record<string, string>): Promise<Recorded> => {
    const program = () => {
      const parent = new pulumi.ComponentResource("test:index:Shop", "shop", {}, owned("shop", {}));
      const metadata = { name: "web", namespace: "shop", annotations };
      const what = { apiVersion: "consul.hashicorp.com/v1alpha1", kind: "ServiceIntentions", metadata, spec: SPEC };
      new k8s.apiextensions.CustomResource("entry", what, { parent });
    };
    return find(await record(program, {}, state as Record<string, object>), "entry");
  };
  const written = (manager: string, time: string, fields: object, annotations: object = {}) =>
    server.add("consul.hashicorp.com/v1alpha1", "ServiceIntentions", {
      metadata: {
        ...{ name: "web", namespace: "shop", labels: stackLabels(), annotations },
        managedFields: [{ manager, time, fieldsV1: fields }],
      },
    });
  const SOURCES = { "f:spec": { "f:sources": {} } };
  const NOON = "2026-11-29T12:00:00Z";

  test("that is made anew is awaited as it is then, not as it was before", async () => {
    const awaited = async (state: object) => {
      const { props } = await entry(state, { "pulumi.com/waitFor": "condition=Synced" });
      const { "consul-traefik-mesh/metadata": value, "pulumi.com/waitFor": waitFor } = props.metadata.annotations;
      expect(waitFor).toContain(`=${value}"`);
      return value;
    };
    const outputs = { metadata: { name: "web", namespace: "shop" } };
    const type = "kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions";
    server.add("consul.hashicorp.com/v1alpha1", "ServiceIntentions", {
      metadata: { name: "others", namespace: "shop" },
    });
    expect(await awaited({ "urn::entry": { type, outputs } })).not.toBe(await awaited({}));
  });

  describe("that Pulumi's provider read back as it was before its last update", () => {
    const OPEN = { ...SPEC, sources: [{ name: "*", action: "allow" }] };
    const metadata = (labels: object = stackLabels()) => ({ name: "web", namespace: "shop", labels });
    const noted = (spec: object) => () => ({
      "urn::entry": {
        type: "kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions",
        outputs: { metadata: metadata(), spec },
      },
    });
    const there = (spec: object, labels?: object) =>
      server.add("consul.hashicorp.com/v1alpha1", "ServiceIntentions", { metadata: metadata(labels), spec });

    test.each([
      ["what it opened is closed again", noted(SPEC), () => there(OPEN)],
      ["a source was added", noted(SPEC), () => there({ ...SPEC, sources: [...SPEC.sources, { name: "web" }] })],
      [
        "the stack has its former name again",
        noted(SPEC),
        () => there(SPEC, { "consul-traefik-mesh/stack": "another.name" }),
      ],
    ])("is written again where %s, and the user told", async (_, state, given) => {
      given();
      const { props, replaceOnChanges } = await entry(state());
      expect(props.metadata.annotations).toMatchObject({ "consul-traefik-mesh/made-anew": ANEW });
      expect(replaceOnChanges).toEqual([]);
      expect(warned).toEqual([expect.stringMatching(/ServiceIntentions web: .* does not have what was written last/)]);
    });

    test("and that somebody has changed since is told once", async () => {
      written("kubectl-edit", NOON, SOURCES);
      await entry(noted(SPEC)());
      expect(warned).toHaveLength(1);
    });

    test.each([
      ["Pulumi sees the change itself", noted(OPEN), () => there(OPEN)],
      ["the state notes less than there is", noted(OPEN), () => there(SPEC)],
      ["somebody has added what is not declared", noted(SPEC), () => there({ ...SPEC, jwt: {} })],
      ["the state cannot tell", () => ({}), () => there(OPEN)],
    ])("is left to Pulumi where %s", async (_, state, given) => {
      given();
      expect((await entry(state())).props.metadata.annotations).toEqual({ "pulumi.com/patchForce": "true" });
      expect(warned).toEqual([]);
    });
  });

  test("that somebody has changed is written again, and not made anew, and the user told", async () => {
    written("kubectl-edit", NOON, SOURCES);
    const { props, replaceOnChanges } = await entry();
    expect(props.metadata.annotations).toMatchObject({ "consul-traefik-mesh/made-anew": ANEW });
    expect(replaceOnChanges).toEqual([]);
    expect(warned).toEqual([expect.stringMatching(/ServiceIntentions web: somebody has changed it/)]);
  });

  test.each([
    ["Pulumi alone has written it", "pulumi-kubernetes-1a2b", SOURCES],
    ["somebody looks after it", "consul-k8s-control-plane", { "f:metadata": { "f:finalizers": {} }, "f:status": {} }],
    ["somebody has added what is not declared", "kubectl-edit", { "f:spec": { "f:jwt": {} } }],
  ])("is left as it is where %s", async (_, manager, fields) => {
    written(manager, NOON, fields);
    expect((await entry()).props.metadata.annotations).not.toHaveProperty("consul-traefik-mesh/made-anew");
  });

  test("is left as it is once it has been written again", async () => {
    const after = "2026-11-29T12:00:01.000Z";
    written("kubectl-edit", NOON, SOURCES, { "consul-traefik-mesh/made-anew": after });
    expect((await entry()).props.metadata.annotations).toMatchObject({ "consul-traefik-mesh/made-anew": after });
  });
});

const SETTINGS = "kubernetes:core/v1:ConfigMap";

test.each([
  ["of another kind", "settings", "kubernetes:core/v1:Secret", { name: "settings", namespace: "shop" }],
  ["of another name", "settings", SETTINGS, { name: "others", namespace: "shop" }],
  ["in another namespace", "settings", SETTINGS, { name: "settings", namespace: "orders" }],
  ["that was never made", "settings", SETTINGS, undefined],
  ["of another resource, as in another cluster,", "my-settings", SETTINGS, { name: "settings", namespace: "shop" }],
])("an object %s in the state is not it", async (_, resource, type, metadata) => {
  const { props, replaceOnChanges } = await settings({ [`urn::${resource}`]: { type, outputs: { metadata } } });
  expect([props.metadata.annotations, replaceOnChanges]).toEqual([asItWas.annotations, []]);
});

test("what is in no namespace is made anew where it is gone", async () => {
  const program = () => {
    const parent = new pulumi.ComponentResource("test:index:Shop", "its", {}, owned("shop", {}));
    new k8s.core.v1.Namespace("shop", { metadata: { name: "shop" } }, { parent });
  };
  expect(find(await record(program, {}, STATE), "shop").replaceOnChanges).toEqual(["metadata"]);
});

describe("in the cluster of a provider that the program makes", () => {
  /** The same ConfigMap, by a provider with these inputs; the stack's configuration tells no cluster. */
  const ofProvider = async (args: k8s.ProviderArgs, preview = false) => {
    const program = () => {
      const provider = new k8s.Provider("its", args);
      const parent = new pulumi.ComponentResource("test:index:Shop", "shop", {}, { provider, ...owned("shop", {}) });
      new k8s.core.v1.ConfigMap("settings", { metadata: { name: "settings", namespace: "shop" } }, { parent });
    };
    return find(await record(program, {}, STATE, [], {}, preview), "settings");
  };
  let kubeconfig: string;
  beforeEach(() => {
    kubeconfig = pulumi.runtime.allConfig()[KUBECONFIG];
    pulumi.runtime.setAllConfig({});
  });

  test("an object that is gone is made anew", async () => {
    for (const preview of [false, true]) {
      const { replaceOnChanges } = await ofProvider({ kubeconfig: pulumi.secret(kubeconfig) }, preview);
      expect(replaceOnChanges).toEqual(["metadata"]);
    }
    live();
    expect((await ofProvider({ kubeconfig })).replaceOnChanges).toEqual([]);
  });

  test("that cluster is found by its context, or by its name", async () => {
    const its = JSON.parse(kubeconfig);
    const [cluster] = its.clusters;
    const [context] = its.contexts;
    const none = { name: "none", cluster: { server: "https://127.0.0.1:1" } };
    const other = { name: "none", context: { ...context.context, cluster: "none" } };
    const both = { ...its, clusters: [none, cluster], contexts: [other, context], "current-context": "none" };
    const found = async (args: k8s.ProviderArgs) =>
      (await ofProvider({ kubeconfig: JSON.stringify(both), ...args })).replaceOnChanges.length === 1;
    expect([await found({}), await found({ context: context.name }), await found({ cluster: cluster.name })]).toEqual([
      false,
      true,
      true,
    ]);
  });

  test("nothing is taken for gone while a preview does not know the cluster, since it is still to be made", async () => {
    const unknown = pulumi.output(Promise.resolve(pulumi.unknown as string));
    expect((await ofProvider({ kubeconfig: unknown }, true)).replaceOnChanges).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});

test("an object that is yet to come is made as it is declared", async () => {
  const { props, replaceOnChanges } = await settings({});
  expect(props.metadata.annotations).toEqual(asItWas.annotations);
  expect(replaceOnChanges).toEqual([]);
});

describe("the Job that asks whether routes are served", () => {
  const JOB = "traefik-served-routes-0123";
  const asks = async (state: object): Promise<Recorded> => {
    const program = () => {
      const parent = new pulumi.ComponentResource("test:index:Shop", "shop", {}, owned("shop", {}));
      new k8s.core.v1.ConfigMap("settings", { metadata: { name: "settings", namespace: "shop" } }, { parent });
      const spec = { template: { spec: { containers: [] } } };
      new k8s.batch.v1.Job("asks", { metadata: { name: JOB, namespace: "shop" }, spec }, { parent });
    };
    return find(await record(program, {}, state as Record<string, object>), "asks");
  };
  const job = { type: "kubernetes:batch/v1:Job", outputs: { metadata: { name: JOB, namespace: "shop" } } };
  const there = () =>
    server.add("batch/v1", "Job", { metadata: { name: JOB, namespace: "shop", labels: stackLabels() } });

  test("asks again where something is made anew", async () => {
    there();
    expect((await asks({ ...STATE, job })).replaceOnChanges).toEqual(["metadata"]);
  });

  test("asks no second time where all is there, also where it has been cleared away itself", async () => {
    live();
    expect((await asks({ ...STATE, job })).replaceOnChanges).toEqual([]);
    there();
    expect((await asks({ ...STATE, job })).replaceOnChanges).toEqual([]);
  });
});

test("a job that has ended and is gone is not run again", async () => {
  const program = () => {
    const parent = new pulumi.ComponentResource("test:index:Shop", "shop", {}, owned("shop", {}));
    const spec = { template: { spec: { containers: [] } } };
    new k8s.batch.v1.Job("migration", { metadata: { name: "migration", namespace: "shop" }, spec }, { parent });
  };
  const job = { type: "kubernetes:batch/v1:Job", outputs: { metadata: { name: "migration", namespace: "shop" } } };
  expect(find(await record(program, {}, { job }), "migration").replaceOnChanges).toEqual([]);
});

describe("a release that the state has", () => {
  const revision = (version: number, status: string, info: object = {}) =>
    server.addRevision(version, status, { info });
  const asked = async (
    state: object = STATE,
    its: object = {},
    preview = false,
  ): Promise<{ description?: string; replaceOnChanges: string[] }> => {
    const program = () => {
      const parent = new pulumi.ComponentResource("test:index:Mesh", "mesh");
      const transformations = installedAnew(release, parent);
      new k8s.helm.v3.Release("release", { chart: "consul", ...its }, { parent, transformations });
    };
    const recorded = await record(program, {}, state as Record<string, object>, [], {}, preview);
    const { props, replaceOnChanges } = find(recorded, "release");
    return { description: props.description, replaceOnChanges };
  };
  const records = () =>
    [...server.objects.keys()].filter((each) => each.includes("/secrets/")).map((each) => each.split(".").pop());

  const namespace = (metadata: object = {}) =>
    server.add("v1", "Namespace", { metadata: { name: "consul-system", ...metadata } });
  beforeEach(() => namespace());

  test.each([
    ["is gone", () => server.objects.delete("/api/v1/namespaces/consul-system")],
    ["is being deleted", () => namespace({ deletionTimestamp: LONG_AGO })],
    [
      "is being deleted, and its content is there",
      () => (namespace({ deletionTimestamp: LONG_AGO }), revision(1, "deployed")),
    ],
  ])("is not installed anew where its namespace %s: what is left has to go first", async (_, given) => {
    given();
    let refused: unknown;
    await record(
      async () => {
        const access = { kubeconfig: pulumi.runtime.allConfig()[KUBECONFIG] };
        refused = await descriptionOfGone("release", release, async () => ({}), [], access).catch(
          (error: Error) => error.message,
        );
      },
      {},
      STATE,
    );
    expect(refused).toMatch(/consul-system was deleted by hand.*pulumi destroy.*then pulumi up/s);
  });

  test("is installed anew where Helm has no record of it, and Helm then finds one that is uninstalled", async () => {
    expect(await asked()).toMatchObject({
      description: expect.stringMatching(/^installed anew at /),
      replaceOnChanges: ["description"],
    });
    expect(records()).toEqual(["v0"]);
  });

  test("is installed anew where Helm was killed while it uninstalled", async () => {
    revision(3, "uninstalling", { deleted: LONG_AGO });
    expect((await asked()).replaceOnChanges).toEqual(["description"]);
  });

  test("is not touched while the provider of a CLI that was killed uninstalls it", async () => {
    revision(3, "uninstalling", { deleted: new Date().toISOString() });
    const asking = asked();
    await server.asked(/\/secrets$/, 2);
    expect(records()).toEqual(["v3"]);
    server.objects.delete("/api/v1/namespaces/consul-system/secrets/sh.helm.release.v1.consul.v3");
    expect((await asking).replaceOnChanges).toEqual(["description"]);
    expect(records()).toEqual(["v0"]);
  });

  test.each(["deployed", "failed", "pending-upgrade"])("is left as it is where it is %s", async (status) => {
    revision(3, status, { last_deployed: LONG_AGO, description: "Upgrade complete" });
    expect(await asked()).toEqual({ description: undefined, replaceOnChanges: [] });
    expect(records()).toEqual(["v3"]);
  });

  test("may have no description", async () => {
    revision(3, "deployed");
    expect(await asked()).toEqual({ description: undefined, replaceOnChanges: [] });
  });

  test("keeps its description once it was installed anew", async () => {
    revision(1, "deployed", { description: "installed anew at then" });
    expect(await asked()).toEqual({ description: "installed anew at then", replaceOnChanges: [] });
  });

  test("is left alone where nobody may ask", async () => {
    server.refusal = 403;
    expect(await asked()).toEqual({ description: undefined, replaceOnChanges: [] });
  });

  describe("that an interrupted run has upgraded", () => {
    const warned = warnings();
    const known = (at: number) => ({
      "urn::release": { type: "kubernetes:helm.sh/v3:Release", outputs: { ...release, status: { revision: at } } },
    });
    const chart = { metadata: { name: "consul", version: "1.9.11" } };
    const upgraded = (status: string, config: object | undefined, its: object = chart) =>
      server.addRevision(2, status, {
        info: { last_deployed: LONG_AGO, description: "Upgrade complete" },
        config,
        chart: its,
      });
    const WANTED = { values: { ui: { enabled: true } }, version: "1.9.11" };
    const AGAIN = { description: expect.stringMatching(/^upgraded anew at 20/), replaceOnChanges: [] };
    const LEFT = { description: undefined, replaceOnChanges: [] };

    test.each<[what: string, status: string, config: object | undefined, its: object]>([
      ["with other values", "deployed", { ui: { enabled: false } }, chart],
      ["with a value more", "deployed", { ui: { enabled: true }, tls: {}, x: 1 }, chart],
      ["without values", "deployed", undefined, chart],
      ["with another chart", "deployed", WANTED.values, { metadata: { name: "consul", version: "1.9.10" } }],
      ["and not to its end", "pending-upgrade", WANTED.values, chart],
      ["and failed", "failed", WANTED.values, chart],
    ])("is upgraded again: %s", async (_, status, config, its) => {
      upgraded(status, config, its);
      expect(await asked(known(1), WANTED)).toEqual(AGAIN);
      expect(warned).toEqual([
        "Helm's release consul: a run that was interrupted has upgraded it; up upgrades it again",
      ]);
    });

    test.each<[what: string, status: string, config: object, state: object]>([
      ["all is as declared", "deployed", WANTED.values, known(1)],
      ["the state knows of it", "failed", { ui: { enabled: false } }, known(2)],
      ["the state does not know the release", "failed", {}, {}],
    ])("is left as it is where %s", async (_, status, config, state) => {
      upgraded(status, config);
      expect(await asked(state, WANTED)).toEqual(LEFT);
      expect(warned).toEqual([]);
    });

    test("is left as it is while its values are not known", async () => {
      upgraded("deployed", {});
      expect(await asked(known(1), { values: { ui: pulumi.unknown as any } }, true)).toEqual(LEFT);
    });

    test("is compared in what is secret too", async () => {
      upgraded("deployed", { ui: { enabled: true } });
      expect(await asked(known(1), { values: { ui: pulumi.secret({ enabled: true }) } })).toEqual(LEFT);
      expect(await asked(known(1), { values: { ui: pulumi.secret({ enabled: false }) } })).toEqual(AGAIN);
    });

    test("keeps its description then", async () => {
      server.addRevision(2, "deployed", { info: { description: "upgraded anew at then" } });
      expect((await asked(known(2), { values: {} })).description).toBe("upgraded anew at then");
    });
  });

  test.each([
    ["another type", "kubernetes:core/v1:Secret", { name: "consul", namespace: "consul-system" }],
    ["another name", "kubernetes:helm.sh/v3:Release", { name: "vault", namespace: "consul-system" }],
    ["another namespace", "kubernetes:helm.sh/v3:Release", { name: "consul", namespace: "shop" }],
  ])("is not what the state has of %s", async (_, type, outputs) => {
    expect(await asked({ "urn::release": { type, outputs } })).toEqual({
      description: undefined,
      replaceOnChanges: [],
    });
  });

  test("is installed as it is declared in a namespace that is yet to come too", async () => {
    server.objects.clear();
    expect(await asked({})).toEqual({ description: undefined, replaceOnChanges: [] });
  });

  test("is installed as it is declared where it is yet to come", async () => {
    expect(await asked({})).toEqual({ description: undefined, replaceOnChanges: [] });
    expect(records()).toEqual([]);
  });
});
