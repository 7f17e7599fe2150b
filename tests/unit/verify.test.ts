import * as fs from "node:fs";
import { mergeValues } from "../../components/chart/consulValues";
import { CATEGORIES } from "../../tools/verify/checks";
import { readEntries } from "../../tools/verify/readers/entries";
import { Part, Reading, Source } from "../../tools/verify/reading";
import { escaped, junit, lines, summary } from "../../tools/verify/report";
import { allWell, chosen, judged, Outcome, run } from "../../tools/verify/runner";
import { CORPUS } from "../accepted";
import { programOf } from "../program";
import { FRESH, HEALTHY } from "../verifyReadings";

/** A fault as it is read: parts of the reading that are otherwise. Lists are replaced whole. */
type Fault = { readonly [P in Part]?: unknown };

const only = <T>(list: readonly T[] | undefined, changes: object): T[] => [{ ...list![0], ...changes } as T];
const servers = HEALTHY.consul!.servers!;
const service = HEALTHY.services![0];
const shop = service.workloads[0];
const sidecar = (changes: object) => ({ sidecars: only(HEALTHY.sidecars, changes) });
const traefik = (changes: object) => ({ ingress: { pods: only(HEALTHY.ingress!.pods, changes) } });
const entry = (changes: object) => ({ entries: { entries: only(HEALTHY.entries!.entries, changes) } });
const ofShop = (changes: object) => ({ services: only(HEALTHY.services, changes) });
const unready = { name: "consul-server-0", ip: "", ready: false, reason: "consul: CrashLoopBackOff" };
const OVER = Date.parse("2026-11-24T00:00:00Z");
/** A server that shows another certificate than its Secret has. */
const shows = (changes: object) => ({
  trust: { served: only(HEALTHY.trust!.served, { fingerprint: "of another", ...changes }) },
});
const settings = (changes: object) => ({
  settings: { settings: mergeValues(FRESH.settings!.settings as any, changes as any) },
});

/** What each check has to find, and no other with it. */
const FAULTS: Record<string, Fault> = {
  "cluster-reachable": { cluster: { error: "connection refused" } },
  "nodes-ready": { cluster: { nodes: [...HEALTHY.cluster!.nodes, { name: "d", ready: false, schedulable: true }] } },
  "cluster-dns": { cluster: { dnsEndpoints: 0 } },
  "settings-valid": { settings: { problems: ["consulServer: is not a known key"], settings: undefined } },
  "version-pair": { settings: { versionProblems: ["kubernetesVersion: 1.20 is not known to work"] } },
  permissions: { permissions: { refused: ["create clusterroles.rbac.authorization.k8s.io"] } },
  "node-for-each-server": { cluster: { nodes: FRESH.cluster!.nodes.slice(0, 2) } },
  "storage-class": { cluster: { storageClasses: [{ name: "slow", default: false }] } },
  "node-ports-free": { ground: { nodePorts: [{ port: 30080, service: "other/web" }] } },
  "given-namespaces": settings({ servicesCreateNamespace: false }),
  "leftover-crds": { ground: { crds: [{ name: "meshes.consul.hashicorp.com", deleting: false }] } },
  "stuck-kinds": { ground: { stuck: ["ServiceIntentions consul-system/shop"] } },
  "leftover-webhooks": { ground: { webhooks: ["consul-connect-injector"] } },
  "leftover-roles": { ground: { clusterRoles: ["consul-server"] } },
  "leftover-release": { ground: { releases: ["sh.helm.release.v1.consul.v1 (failed)"] } },
  "leftover-volumes": { ground: { volumes: ["pvc-1, of the claim data-consul-system-consul-server-0"] } },
  "namespaces-free": { ground: { namespaces: [{ name: "consul-system", phase: "Terminating" }] } },
  "gateway-api-crds": {
    ground: { gatewayCrds: [{ name: "gateways.gateway.networking.k8s.io", owner: "istio/istio" }] },
  },
  "pods-reach": { probe: { error: "unreached" } },
  "injector-reach": { probe: { apiServerReaches: false } },
  "policies-enforced": { probe: { enforced: false } },
  "stack-deployed": { declared: { mesh: undefined } },
  "stack-interrupted": { declared: { pending: ["creating of Release consul-release"] } },
  "network-policies": { policies: { missing: ["mesh-services/mesh-services"] } },
  "servers-ready": { consul: { servers: { ...servers, ready: 2, pods: [...servers.pods.slice(1), unready] } } },
  "consul-api": { api: { error: "certificate has expired", leader: "" } },
  "consul-leader": { api: { leader: "" } },
  "consul-quorum": { quorum: { voters: HEALTHY.quorum!.voters.map((its, i) => ({ ...its, healthy: i > 0 })) } },
  "consul-one-version": {
    quorum: { voters: HEALTHY.quorum!.voters.map((its, i) => ({ ...its, version: `1.22.${i}` })) },
  },
  "gossip-encrypted": { quorum: { gossipEncrypted: false } },
  "catalog-sync": {
    consul: { catalogSync: { name: "consul-sync-catalog", wanted: 1, ready: 0, pods: [], leaving: [] } },
  },
  "ca-lasts": { trust: { ca: { notAfter: OVER } } },
  "server-certificate-lasts": { trust: { server: { notAfter: OVER } } },
  "webhook-certificate-lasts": { trust: { webhook: { notAfter: OVER } } },
  "mesh-root-lasts": { trust: { roots: [{ name: "Consul CA Root", active: true, notAfter: OVER }] } },
  "server-certificate-names": { trust: { server: { names: ["localhost", "server.dc1.consul"] } } },
  "server-certificate-chain": { trust: { server: { byCa: false } } },
  "server-certificate-served": shows({ error: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }),
  "injector-ready": { consul: { injector: { name: "consul-connect-injector", wanted: 1, ready: 0, pods: [] } } },
  "webhooks-registered": { webhooks: { webhooks: [] } },
  "webhooks-answer": { webhooks: { webhooks: only(HEALTHY.webhooks!.webhooks, { endpoints: 0 }) } },
  "webhooks-trusted": { webhooks: { webhooks: only(HEALTHY.webhooks!.webhooks, { trusted: false }) } },
  "injection-works": { admission: { injection: { sidecar: false } } },
  "entries-guarded": { admission: { refusal: { refused: false } } },
  "service-pods-ready": ofShop({
    workloads: [{ ...shop, pods: [...shop.pods, { ...shop.pods[0], ready: false, name: "shop-2" }] }],
  }),
  "service-pods-injected": ofShop({
    workloads: [{ ...shop, pods: [...shop.pods, { ...shop.pods[0], injected: false, name: "shop-2" }] }],
  }),
  "service-registered": ofShop({ proxies: [] }),
  "service-ghosts": ofShop({ instances: [...service.instances, { ...service.instances[0], pod: "shop-0" }] }),
  "service-healthy": ofShop({
    instances: only(service.instances, { failing: ["Kubernetes Readiness Check: not ready"] }),
  }),
  "service-tags": ofShop({ proxies: only(service.proxies, { tags: ["traefik.enable=true"] }) }),
  "service-protocol": { intentions: { protocols: [{ service: "shop", declared: "http", inConsul: "tcp" }] } },
  "jobs-run": { jobs: [{ name: "report", found: true, failed: "report-1: it has failed too often", outside: [] }] },
  "sidecar-connected": sidecar({ connected: false }),
  "sidecar-configuration": sidecar({ rejected: ["public_listener: no such filter"] }),
  "sidecar-certificate": sidecar({ leafNotAfter: OVER }),
  "traefik-ready": { ingress: { workload: { ...HEALTHY.ingress!.workload, wanted: 2 } } },
  "traefik-leaf": traefik({ meshReady: 404 }),
  "traefik-routes": traefik({ served: [{ service: "shop", status: 404 }] }),
  "traefik-routers": traefik({ routers: [{ name: "shop-1234abcd", problems: ['middleware "x" does not exist'] }] }),
  "traefik-strangers": { ingress: { publishedRouters: [{ router: "other", service: "stranger" }] } },
  "traefik-registered": { ingress: { instances: 0 } },
  "traefik-ca-copy": { ingress: { ca: { copy: "another" } } },
  "traefik-ca-read": traefik({ caSha256: "another" }),
  "traefik-address": { ingress: { service: { addresses: [] } } },
  "entries-there": entry({ found: false, synced: false }),
  "entries-synced": entry({ synced: false, reason: "Consul refuses it" }),
  "intentions-applied": { intentions: { inConsul: ["deny * → *"] } },
  "intentions-undeclared": { intentions: { inConsul: [...HEALTHY.intentions!.inConsul, "allow web → shop"] } },
  "deny-all": { intentions: { strangersAllowed: true } },
  "deny-all-enforced": sidecar({ enforces: false }),
  "no-token-no-answer": { access: { anonymous: [{ what: "the list of tokens", status: 200 }] } },
  "auth-method": { access: { authMethods: [] } },
  "traefik-token": { access: { ingressTokens: [] } },
  "stale-tokens": {
    access: { ingressTokens: [...HEALTHY.access!.ingressTokens, { pod: "traefik-0", accessor: "99" }] },
  },
};

const WARNINGS = CATEGORIES.flatMap(({ checks }) => checks).filter((each) => each.warning);

/** Judges all checks of a phase by one reading. */
async function outcomes(reading: Partial<Reading>, pre: boolean): Promise<Outcome[]> {
  const read = async (part: Part) => {
    if (reading[part] === undefined) {
      throw new Error(`${part} is not read in this phase`);
    }
    return reading[part] as never;
  };
  return run(CATEGORIES, { read, renew: async () => undefined }, { pre, wait: 0 });
}

const wrong = (all: readonly Outcome[]) =>
  all.filter(({ state }) => ["failed", "warning"].includes(state)).map(({ id }) => id);
/** Faults that leave nothing to judge other things by. */
const BLINDING = ["cluster-reachable", "pods-reach", "consul-api"];

test.each([
  ["a cluster that is ready for the stack", FRESH, true],
  ["a stack that is well", HEALTHY, false],
] as const)("%s: no check says that anything is wrong, and each is judged", async (_, reading, pre) => {
  const all = await outcomes(reading, pre);
  expect(all.filter(({ state }) => state !== "passed").map(({ id, causes }) => [id, causes])).toEqual([]);
  expect(allWell(all)).toBe(true);
});

test("there are 40 checks and more, each with a fault that shows it, under names of their own", () => {
  const ids = CATEGORIES.flatMap(({ checks }) => checks.map(({ id }) => id));
  expect(ids.length).toBeGreaterThanOrEqual(40);
  expect(Object.keys(FAULTS).sort()).toEqual([...ids].sort());
});

test.each(Object.entries(FAULTS))("%s finds its fault, and no other check does", async (id, fault) => {
  const category = CATEGORIES.find(({ checks }) => checks.some((each) => each.id === id))!;
  const pre = category.when === "before";
  const reading = mergeValues((pre ? FRESH : HEALTHY) as any, fault as any) as Partial<Reading>;
  const all = await outcomes(reading, pre);
  expect(wrong(all)).toEqual([id]);
  expect(all.some(({ state }) => state === "unjudged")).toBe(BLINDING.includes(id));
  const found = all.find((each) => each.id === id)!;
  expect(found.state).toBe(WARNINGS.some((each) => each.id === id) ? "warning" : "failed");
  expect(allWell(all)).toBe(found.state === "warning");
  const text = lines(found, false).join("\n");
  expect(text).toContain(found.causes[0]);
  expect(text).toContain(`docs/troubleshooting.md#${id}`);
});

test.each<[object, string[]]>([
  [{}, []],
  [{ names: HEALTHY.trust!.server!.names.slice(1) }, ["server-certificate-served"]],
  [{ notAfter: OVER }, ["server-certificate-served"]],
])("a server may show another certificate than its Secret has, while that is as good: %j", async (changes, found) => {
  expect(wrong(await outcomes(mergeValues(HEALTHY as any, shows(changes)) as Partial<Reading>, false))).toEqual(found);
});

test("an instance that drains is in the catalog for a while after its pod has gone, and gets no calls", async () => {
  const gone = { ...service.instances[0], pod: "shop-0", failing: ["Kubernetes Readiness Check: Pod is terminating"] };
  const reading = mergeValues(HEALTHY as any, ofShop({ instances: [...service.instances, gone] }) as any);
  expect(wrong(await outcomes(reading as Partial<Reading>, false))).toEqual([]);
});

test("each entry of any stack is looked for in the cluster, and found", async () => {
  const entries = (await programOf(CORPUS))
    .filter(({ type }) => type.startsWith("kubernetes:consul.hashicorp.com/"))
    .map(({ props: { kind, metadata, spec } }) => ({ kind, metadata, spec, ...metadata }));
  const plural = (kind: string) => kind.toLowerCase().replace(/h$/, "he").replace(/[^s]$/, "$&s");
  const cluster = {
    list: async (path: string) =>
      entries
        .filter(({ kind }) => path.endsWith(`/v1alpha1/${plural(kind)}`))
        .map(({ kind, metadata: { name, namespace }, spec }) => ({
          // The one that has no namespace [its CustomResourceDefinition].
          metadata: { name, namespace: kind === "Registration" ? undefined : namespace },
          spec,
        })),
  };
  const source = { cluster: async () => cluster, read: async () => ({ entries }) } as unknown as Source;
  const facts = await readEntries(source);
  expect(facts.entries.filter(({ found, drift }) => !found || drift.length > 0)).toEqual([]);
  expect(facts.entries.length).toBeGreaterThan(10);
});

test("what other stacks of the mesh declare is no fault; where one is not read, an undeclared intention may be its", async () => {
  const edge = "allow web → orders";
  const inConsul = [...HEALTHY.intentions!.inConsul, edge];
  const published = { ingress: { publishedRouters: [{ router: "other", service: "orders" }] } };
  const found = async (fault: object) => {
    const all = await outcomes(mergeValues(HEALTHY as any, fault as any) as Partial<Reading>, false);
    return all.filter(({ state }) => state !== "passed").map(({ id, causes }) => [id, ...causes]);
  };
  const orders = { ...service, name: "orders" };
  const neighbours = [{ ...HEALTHY.declared!, services: [orders] }];
  expect(await found({ declared: { neighbours }, intentions: { inConsul, byOthers: [edge] }, ...published })).toEqual(
    [],
  );
  expect(await found({ intentions: { inConsul, unread: ["team"] } })).toEqual([
    ["intentions-undeclared", `undeclared: ${edge}`, expect.stringContaining("team")],
  ]);
});

test("a pod that is ending is no ghost while its calls are not over", async () => {
  const instances = [...service.instances, { ...service.instances[0], pod: "shop-0" }];
  const fault = ofShop({ instances, workloads: [{ ...shop, leaving: ["shop-0"] }] });
  expect(wrong(await outcomes(mergeValues(HEALTHY as any, fault as any) as Partial<Reading>, false))).toEqual([]);
});

test("a team's stack is there when something of it joins the mesh of another", async () => {
  const judge = CATEGORIES.flatMap(({ checks }) => checks).find(({ id }) => id === "stack-deployed")!.judge;
  const team = (changes: object) => judge({ declared: { ...HEALTHY.declared!, joins: "prod", ...changes } } as Reading);
  expect(team({})).toEqual([]);
  expect(team({ services: [], jobs: [], entries: [] })).toEqual([
    "nothing of it is deployed that would join the mesh of prod",
  ]);
  expect(team({ mesh: undefined })).toEqual(["the state of prod, which it joins, has none"]);
});

test("each check's page is a heading of docs/troubleshooting.md, and each of these is a check's", () => {
  const page = fs.readFileSync("docs/troubleshooting.md", "utf8");
  const anchors = [...page.matchAll(/^### (\S+)$/gm)].map(([, anchor]) => anchor);
  expect(anchors.sort()).toEqual(CATEGORIES.flatMap(({ checks }) => checks.map(({ id }) => id)).sort());
});

test("what cannot be read is not judged, and all is not well then", async () => {
  const check = CATEGORIES[0].checks[0];
  const result = await judged(check, () => Promise.reject(new Error("forbidden")));
  expect(result).toEqual({ state: "unjudged", causes: ["forbidden"] });
  expect(allWell([{ state: "unjudged" } as Outcome])).toBe(false);
});

test("what fails is judged anew by what is read then, until it comes right", async () => {
  let renewed = 0;
  const told: string[] = [];
  const read = async (part: Part) =>
    (part === "cluster" && renewed < 2 ? { ...HEALTHY.cluster, dnsEndpoints: 0 } : HEALTHY[part]) as never;
  const all = await run(
    CATEGORIES.slice(0, 1),
    { read, renew: async () => void renewed++ },
    {
      pre: false,
      wait: 60,
      waiting: ({ id }) => told.push(id),
    },
  );
  expect(wrong(all)).toEqual([]);
  expect(told).toEqual(["cluster-dns", "cluster-dns"]);
});

test("before the first up and after it different things are judged", () => {
  const titles = (pre: boolean) => chosen(CATEGORIES, pre).map(({ title }) => title);
  expect(titles(true)).toContain("what an earlier installation left");
  expect(titles(true)).not.toContain("services");
  expect(titles(false)).not.toContain("what an earlier installation left");
});

test("the JUnit report has each outcome in its own state, whatever its text is", async () => {
  const all = await outcomes(mergeValues(HEALTHY as any, { api: { leader: "" } }) as Partial<Reading>, false);
  const text = junit([...all, { ...all[0], state: "unjudged", causes: ['<&"\x1b'] }], "verify dev");
  expect(text).toContain(`tests="${all.length + 1}" failures="1" errors="1" skipped="0"`);
  expect(text).toMatch(/name="consul-leader: .*"><failure message="they have elected none">/);
  expect(text).toContain('<error message="&#60;&#38;&#34;\ufffd">');
  expect(escaped("a'b")).toBe("a&#39;b");
  expect(summary(all)).toBe(`${all.length - 1} passed, 1 failed`);
});
