import { refuseForeign } from "../../components/interrupted/foreign";
import { ApiServer, useApiServer } from "../apiServer";
import { begin, record } from "../recorder";

const LABEL = ["consul-traefik-mesh/stack", "shop.prod"] as const;
const OURS = { [LABEL[0]]: LABEL[1] };
const ORDERS = { name: "orders", namespace: "shop" };
const LONG_AGO = "2026-11-01T00:00:00Z";
const clock = Date.now;
let server: ApiServer;
let kubeconfig: string;
useApiServer((...its) => ([server, kubeconfig] = its));
afterEach(async () => {
  Date.now = clock;
  await begin();
});

const urnOf = (component: string) => `urn:pulumi:prod::shop::${component}$kubernetes:core/v1:Service::orders-service`;
const MADE = { urn: urnOf("MeshJob"), type: "kubernetes:core/v1:Service" };
const judged = (newInputs: unknown, aliased = false) =>
  refuseForeign({ ...MADE, newInputs: newInputs as never }, { kubeconfig }, LABEL, aliased);
const service = (metadata: object = ORDERS, aliased?: boolean) =>
  judged({ apiVersion: "v1", kind: "Service", metadata }, aliased);
const there = (metadata: object) => server.add("v1", "Service", { metadata: { ...ORDERS, ...metadata } });

const asked = (times: number) => server.asked(/\/orders$/, times);

test.each<[what: string, newInputs: unknown]>([
  ["nothing at all", undefined],
  ["no name", { apiVersion: "v1", kind: "Service", metadata: {} }],
  ["no metadata", { apiVersion: "v1", kind: "Service" }],
  ["a name that is not known yet", { apiVersion: "v1", kind: "Service", metadata: { ...ORDERS, name: {} } }],
  ["a namespace that is not known yet", { apiVersion: "v1", kind: "Service", metadata: { ...ORDERS, namespace: {} } }],
  ["no version", { kind: "Service", metadata: ORDERS }],
])("nobody is asked for what cannot be there: %s", async (_, newInputs) => {
  there({});
  await expect(judged(newInputs)).resolves.toBeUndefined();
  expect(server.requests).toEqual([]);
});

test.each<[whose: string, labels: object]>([
  ["the stack's own", OURS],
  ["somebody else's", {}],
])("one that is being deleted is waited for, though it is %s", async (_, labels) => {
  there({ labels, deletionTimestamp: LONG_AGO });
  let done = false;
  const making = service().then(() => (done = true));
  await asked(3);
  expect(done).toBe(false);
  server.objects.clear();
  await making;
});

test("one that does not go is waited for, for five minutes, and then left to Kubernetes to tell", async () => {
  there({ deletionTimestamp: LONG_AGO });
  let now = clock();
  Date.now = () => (now += 50_000);
  await expect(service()).resolves.toBeUndefined();
  expect(server.requests.filter((each) => each.endsWith("/orders")).length).toBeGreaterThan(2);
});

test("a preview waits for nothing, and refuses what is somebody else's", async () => {
  await begin(true);
  there({ deletionTimestamp: LONG_AGO });
  await expect(service()).resolves.toBeUndefined();
  expect(server.requests.filter((each) => each.endsWith("/orders"))).toHaveLength(1);
  there({});
  await expect(service()).rejects.toThrow("already exists");
  there({ labels: OURS });
  await expect(service()).resolves.toBeUndefined();
});

test("a cluster that cannot be asked is passed over", async () => {
  there({});
  server.refusal = 403;
  await expect(service()).resolves.toBeUndefined();
});

test("the ways out of it are told, of a namespace too, which may stay its owner's", async () => {
  there({ creationTimestamp: LONG_AGO });
  await expect(service()).rejects.toThrow(
    /was left as it is\. Choose another name, or delete it; or hand it over to this stack, .*: kubectl --namespace shop label service orders consul-traefik-mesh\/stack=shop\.prod --overwrite$/,
  );
  server.add("v1", "Namespace", { metadata: { name: "shop" } });
  await expect(judged({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } })).rejects.toThrow(
    /^Namespace shop already .* leave it to its owner .*"createNamespace": false; .*: kubectl label namespace shop /,
  );
});

/** What comes of making a Service of the stack's own while its state has this resource. */
async function beside(urn: string, its: object, aliased = false): Promise<string> {
  there({ labels: OURS });
  let outcome = "";
  await record(
    async () => {
      outcome = await service(ORDERS, aliased).then(
        () => "made",
        ({ message }: Error) => message,
      );
    },
    {},
    { "urn:of:a:component": { type: "MeshService", outputs: {} }, [urn]: { type: MADE.type, ...its } },
  );
  return outcome;
}

test("one that is another resource's in the state is not made, which would delete it at the end", async () => {
  expect(await beside(urnOf("MeshService"), { outputs: { metadata: ORDERS } })).toBe(
    "Service shop/orders is that of urn:pulumi:prod::shop::MeshService$kubernetes:core/v1:Service::orders-service in the stack's state. " +
      "As urn:pulumi:prod::shop::MeshJob$kubernetes:core/v1:Service::orders-service it would be taken over, and then deleted with the " +
      "resource that the program no longer has. It was left as it is. Let its component keep name and kind; or give a component with a " +
      'new name the old one as an alias, aliases: [{ name: "…" }]; or remove it with one up, and declare it anew with the next',
  );
});

test.each<[what: string, urn: string, its: object]>([
  ["its own, of a run that was interrupted", MADE.urn, { outputs: { metadata: ORDERS } }],
  ["of another kind", urnOf("MeshService"), { type: "kubernetes:core/v1:Secret", outputs: { metadata: ORDERS } }],
  ["of another name", urnOf("MeshService"), { outputs: { metadata: { ...ORDERS, name: "bills" } } }],
  ["of another namespace", urnOf("MeshService"), { outputs: { metadata: { ...ORDERS, namespace: "bills" } } }],
  ["in another cluster", urnOf("MeshService"), { outputs: { metadata: { ...ORDERS, uid: "another" } } }],
  ["no object", urnOf("MeshService"), { outputs: {} }],
])("one of a run that was interrupted is taken over beside a resource of the state that is %s", async (_, urn, its) => {
  expect(await beside(urn, its)).toBe("made");
});

test("one that the state may know by another name, and that is replaced, is made", async () => {
  expect(await beside(urnOf("MeshService"), { outputs: { metadata: ORDERS } }, true)).toBe("made");
});
