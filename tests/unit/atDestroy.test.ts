import { ClusterApi } from "../../components/interrupted/clusterApi";
import { refuseForeignEntries } from "../../components/interrupted/foreignEntries";
import { handler } from "../../components/interrupted/inProvider";
import { removeGoing, removeRemains } from "../../components/interrupted/remains";
import { removeStuckHooks } from "../../components/interrupted/stuckHooks";
import { ApiServer, useApiServer } from "../apiServer";
import { refusal } from "../refusal";

const LABEL = ["consul-traefik-mesh/stack", "shop.prod"] as const;
const release = { name: "consul", namespace: "consul-system" };
const ENTRIES = "consul.hashicorp.com/v1alpha1";
const LONG_AGO = "2026-11-01T00:00:00Z";
const clock = Date.now;
let server: ApiServer;
let kubeconfig: string;
let api: ClusterApi;
useApiServer((...its) => {
  [server, kubeconfig] = its;
  api = ClusterApi.connect({ kubeconfig });
});
afterEach(() => void (Date.now = clock));

/** Each look at the clock finds it later. */
function hasten(milliseconds: number): void {
  let now = clock();
  Date.now = () => (now += milliseconds);
}

const left = () => [...server.objects.values()].map(({ kind, metadata }) => `${kind as string} ${metadata.name}`);
const marks = (by = release) => ({
  "meta.helm.sh/release-name": by.name,
  "meta.helm.sh/release-namespace": by.namespace,
});
const helms = (annotations: object = {}) => ({
  labels: { "app.kubernetes.io/managed-by": "Helm" },
  annotations: { ...marks(), ...annotations },
});

describe("entries of others at a destroy", () => {
  const told = (foreignEntries = false) =>
    refusal(refuseForeignEntries(api, { release, label: LABEL, foreignEntries }));
  const entry = (name: string, metadata: object = {}, apiVersion = ENTRIES) =>
    server.add(apiVersion, "ServiceIntentions", { metadata: { name, namespace: "shop", ...metadata } });

  test.each<[whose: string, metadata: object, owner: string]>([
    ["another stack", { labels: { [LABEL[0]]: "bank.prod" } }, "Pulumi's stack bank.prod"],
    ["another release", { labels: { heritage: "Helm", release: "vault" } }, "nobody that it names"],
    ["a label that is not Helm's", { labels: { heritage: "Us", release: "consul" } }, "nobody that it names"],
    [
      "a release of that name elsewhere",
      { annotations: marks({ name: "consul", namespace: "blue" }) },
      "Helm's release blue/consul",
    ],
    [
      "another release there",
      { annotations: marks({ name: "vault", namespace: "consul-system" }) },
      "Helm's release consul-system/vault",
    ],
    ["a tool", { managedFields: [{ manager: "kubectl" }] }, "kubectl"],
  ])("of %s stop it", async (_, metadata, owner) => {
    entry("theirs", metadata);
    expect(await told()).toMatch(`\n  1 of ${owner}: ServiceIntentions shop/theirs\n`);
    expect(await told(true)).toBeUndefined();
  });

  test("are told by three names of each owner, and how many more there are", async () => {
    ["a", "b", "c"].forEach((name) => entry(name, { labels: { [LABEL[0]]: "bank.prod" } }));
    ["d", "e", "f", "g"].forEach((name) => entry(name));
    entry("ours", { labels: { [LABEL[0]]: LABEL[1] } });
    const [, bank, others] = (await told())!.split("\n");
    const names = (...its: string[]) => its.map((each) => `ServiceIntentions shop/${each}`).join(", ");
    expect(bank).toBe(`  3 of Pulumi's stack bank.prod: ${names("a", "b", "c")}`);
    expect(others).toBe(`  4 of nobody that it names: ${names("d", "e", "f")} and 1 more`);
  });

  test("are those of Consul's groups, and no other group's", async () => {
    server.add("v1", "Service", { metadata: { name: "theirs", namespace: "shop" } });
    for (const group of ["myconsul.hashicorp.com", "consul.hashicorp.com.example.com", "consulXhashicorp.com"]) {
      server.groups[`${group}/v1`] = ["ServiceIntentions"];
      entry("theirs", {}, `${group}/v1`);
    }
    expect(await told()).toBeUndefined();
    server.groups["auth.consul.hashicorp.com/v1"] = ["ServiceIntentions"];
    entry("theirs", {}, "auth.consul.hashicorp.com/v1");
    expect(await told()).toContain("1 of nobody");
  });
});

describe("what Helm no longer knows of", () => {
  // What does not go is told soon.
  beforeEach(() => hasten(1_000));
  const service = (name: string, more: object = {}) =>
    server.add("v1", "Service", { metadata: { name, namespace: "kube-system", ...helms(), ...more } });
  const definition = (metadata: object = {}, spec: object | undefined = undefined) =>
    server.add("apiextensions.k8s.io/v1", "CustomResourceDefinition", {
      metadata: { name: "serviceintentions.consul.hashicorp.com", ...helms(), ...metadata },
      ...(spec && { spec }),
    });
  const SPEC = { group: "consul.hashicorp.com", versions: [{ name: "v1alpha1", served: true }] };

  test("goes with the class of gateways that the chart's job made, and no other's", async () => {
    server.groups["gateway.networking.k8s.io/v1"] = ["GatewayClass"];
    const gateways = (name: string, labels: object, annotations?: object) =>
      server.add("gateway.networking.k8s.io/v1", "GatewayClass", { metadata: { name, labels, annotations } });
    gateways("consul", { heritage: "Helm", release: "consul" });
    gateways("vault", { heritage: "Helm", release: "vault" });
    gateways("by-hand", { release: "consul" });
    gateways("kept", { heritage: "Helm", release: "consul" }, { "helm.sh/resource-policy": "keep" });
    await removeRemains(api, release);
    expect(left()).toEqual(["GatewayClass vault", "GatewayClass by-hand", "GatewayClass kept"]);
  });

  test("is told by name where it does not go", async () => {
    service("consul-dns", { finalizers: ["somebody's"] });
    hasten(4_000);
    await expect(removeRemains(api, release)).rejects.toThrow(
      /^of Helm's release consul-system\/consul are still there: Service kube-system\/consul-dns$/,
    );
    expect(server.log).toContain("deleted /api/v1/namespaces/kube-system/services/consul-dns");
  });

  test("goes without a request for what has no finalizer, or whose definition stays", async () => {
    definition({}, SPEC);
    server.add(ENTRIES, "ServiceIntentions", { metadata: { name: "free", namespace: "shop" } });
    server.add(ENTRIES, "ServiceDefaults", { metadata: { name: "others", namespace: "shop", finalizers: ["a"] } });
    await removeRemains(api, release);
    expect(left()).toEqual(["ServiceDefaults others"]);
    expect(server.log.filter((each) => each.startsWith("released"))).toEqual([]);
  });

  test.each<[what: string, spec: object | undefined]>([
    ["nothing", undefined],
    ["no group", { versions: SPEC.versions }],
    ["no version that is served", { ...SPEC, versions: [{ name: "v1alpha1", served: false }] }],
    ["no version", { group: SPEC.group }],
  ])("is told by name where a definition says %s of its entries", async (_, spec) => {
    definition({ finalizers: ["somebody's"] }, spec);
    hasten(4_000);
    await expect(removeRemains(api, release)).rejects.toThrow(/: CustomResourceDefinition serviceintentions\./);
  });

  test("is nothing that Helm has not labelled", async () => {
    service("by-hand", { labels: {} });
    await removeRemains(api, release);
    expect(left()).toEqual(["Service by-hand"]);
  });

  test("is left to Helm where it has a record, but for what was made to stand for one", async () => {
    service("consul-dns");
    server.addRevision(0, "uninstalled");
    server.addRevision(1, "deployed");
    await removeRemains(api, release);
    expect(left()).toEqual(["Service consul-dns", "Secret sh.helm.release.v1.consul.v1"]);
  });

  describe("and what of it is being deleted as an up begins", () => {
    test("is waited for, while its entries are let go of, and the rest stays", async () => {
      service("consul-dns");
      definition({ deletionTimestamp: LONG_AGO }, SPEC);
      const held = { namespace: "shop", finalizers: ["finalizers.consul.hashicorp.com"] };
      server.add(ENTRIES, "ServiceIntentions", { metadata: { name: "held", deletionTimestamp: LONG_AGO, ...held } });
      await removeGoing(api, release);
      expect(left()).toEqual(["Service consul-dns"]);
      expect(server.log).toEqual([`released /apis/${ENTRIES}/namespaces/shop/serviceintentions/held`]);
      // And no longer than it takes.
      expect(server.requests.filter((each) => /^GET .*\/services$/.test(each))).toHaveLength(2);
    });

    test("is waited for no longer than two minutes", async () => {
      service("consul-dns", { deletionTimestamp: LONG_AGO, finalizers: ["somebody's"] });
      let done = false;
      const going = removeGoing(api, release).then(() => (done = true));
      await server.asked(/GET .*\/services$/, 3);
      expect(done).toBe(false);
      hasten(30_000);
      await going;
      expect(left()).toEqual(["Service consul-dns"]);
    });
  });
});

describe("the chart's job that cannot run", () => {
  const JOB = "deleted /apis/batch/v1/namespaces/consul-system/jobs/";
  const job = (name: string, hook: string | undefined, account: string | undefined) =>
    server.add("batch/v1", "Job", {
      metadata: { name, namespace: "consul-system", ...(hook && { annotations: { "helm.sh/hook": hook } }) },
      spec: { template: { spec: { serviceAccountName: account } } },
    });

  test.each<[status: string, records: string[]]>([
    ["was up once", ["superseded", "failed"]],
    ["is up", ["deployed"]],
  ])("of a release that %s goes, and is looked for until the release has gone", async (_, records) => {
    records.forEach((status, i) => server.addRevision(i + 1, status));
    let done = false;
    const going = removeStuckHooks(api, release).then(() => (done = true));
    await server.asked(/GET .*\/jobs$/, 2);
    job("cleanup", "pre-delete", "none");
    await server.asked(/DELETE .*\/jobs\/cleanup$/, 1);
    expect(done).toBe(false);
    server.objects.clear();
    await going;
  });

  test("of a release that is not known is not waited for where there is none", async () => {
    job("other-hook", "post-delete", "none");
    hasten(20_000);
    await removeStuckHooks(api, release);
    expect(server.requests).toHaveLength(2);
    expect(server.log).toEqual([]);
  });

  test("goes, whatever else it is a hook for, and no other goes with it, until a minute has passed without one", async () => {
    server.addRevision(1, "failed");
    server.add("v1", "ServiceAccount", { metadata: { name: "there", namespace: "consul-system" } });
    job("cleanup", "pre-install,pre-delete", "none");
    job("can-run", "pre-delete", "there");
    job("without-account", "pre-delete", undefined);
    job("other-hook", "post-delete", "none");
    job("no-hook", undefined, "none");
    const bare = { name: "bare", namespace: "consul-system", annotations: { "helm.sh/hook": "pre-delete" } };
    server.add("batch/v1", "Job", { metadata: bare });
    server.add("batch/v1", "Job", { metadata: { ...bare, name: "no-template" }, spec: {} });
    server.add("batch/v1", "Job", { metadata: { ...bare, name: "no-pod" }, spec: { template: {} } });
    server.add("batch/v1", "Job", { metadata: { ...bare, name: "annotated", annotations: { team: "a" } } });
    let done = false;
    const going = removeStuckHooks(api, release).then(() => (done = true));
    await server.asked(/GET .*\/jobs$/, 3);
    expect([server.log, done]).toEqual([[`${JOB}cleanup`], false]);
    hasten(30_000);
    await going;
    expect(server.log).toEqual([`${JOB}cleanup`]);
  });

  test("is looked for for a minute more after each that went", async () => {
    server.addRevision(1, "failed");
    let now = clock();
    Date.now = () => now;
    const jobs = /GET .*\/jobs$/;
    const again = () => server.asked(jobs, server.requests.filter((each) => jobs.test(each)).length + 2);
    let done = false;
    const going = removeStuckHooks(api, release).then(() => (done = true));
    await server.asked(jobs, 1);
    for (const name of ["first", "second"]) {
      now += 50_000;
      job(name, "pre-delete", "none");
      await again();
      expect([left().includes(`Job ${name}`), done]).toEqual([false, false]);
    }
    now += 70_000;
    await going;
  });
});

describe("Pulumi's provider", () => {
  const provider = async (get: (key: string) => string | undefined): Promise<any> => {
    const its: any = handler();
    await its.configure({ config: { get } });
    return its;
  };

  test("asks the cluster of the context that is configured", async () => {
    const its = JSON.parse(kubeconfig);
    const contexts = [...its.contexts, { name: "none", context: { cluster: "none", user: "none" } }];
    const both = JSON.stringify({ ...its, contexts, "current-context": "none" });
    const configured = { "kubernetes:kubeconfig": both, "kubernetes:context": "it" };
    const made = await provider((key) => configured[key as keyof typeof configured]);
    await made.delete("remains", { task: "remains", release });
    expect(server.requests.length).toBeGreaterThan(0);
  });

  test("knows a resource by its task, and takes each new input", async () => {
    const its = await provider(() => undefined);
    const props = { task: "remains", release };
    expect(await its.create(props)).toEqual({ id: "remains", outs: props });
    expect(await its.update("remains", {}, props)).toEqual({ outs: props });
  });

  test("tells what went wrong once, without a stack", async () => {
    server.add(ENTRIES, "ServiceIntentions", { metadata: { name: "theirs", namespace: "shop" } });
    const its = await provider((key) => (key === "kubernetes:kubeconfig" ? kubeconfig : undefined));
    const props = { task: "entries", release, label: LABEL, foreignEntries: false };
    await expect(its.delete("entries", props)).rejects.toMatchObject({
      message: expect.stringContaining("entries of others"),
      stack: "",
    });
  });

  test("ends with the CLI that holds its other end, where it runs by itself", () => {
    const [, script] = process.argv;
    const on = jest.spyOn(process.stdin, "on").mockReturnValue(process.stdin);
    const resume = jest.spyOn(process.stdin, "resume").mockReturnValue(process.stdin);
    const exit = jest.spyOn(process, "exit").mockImplementation((() => undefined) as never);
    handler();
    expect([on.mock.calls.length, resume.mock.calls.length]).toEqual([0, 0]);
    process.argv[1] = "/pulumi/cmd/dynamic-provider/index.js";
    handler();
    process.argv[1] = script;
    const [event, ends] = on.mock.calls[0] as unknown as [string, () => void];
    ends();
    expect([event, resume.mock.calls.length, exit.mock.calls.length]).toEqual(["end", 1, 1]);
    [on, resume, exit].forEach((each) => each.mockRestore());
  });
});
