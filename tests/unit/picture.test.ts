import { mergeIntentions, DENY_ALL, IntentionRule } from "../../components/intentions/intentions";
import { Declared } from "../../tools/access/declared";
import { toDot } from "../../tools/picture/dot";
import { toMermaid } from "../../tools/picture/mermaid";
import { live, Picture, previewed, routesIn } from "../../tools/picture/model";
import { ofPreview } from "../../tools/picture/preview";
import { toPage } from "../../tools/picture/page";

const TAGS = ["traefik.http.routers.shop-1234abcd.rule=Host(`shop.example.com`) && PathPrefix(`/orders`)"];
const NAMES = ["shop", "orders", "payments"];

/** A stack with these services, each in a namespace of its own, and these rules. */
function stack(names: readonly string[], rules: readonly IntentionRule[]): Declared {
  return {
    stack: "mesh/test",
    mesh: undefined,
    ingress: {
      namespace: "traefik-consul",
      serviceName: "traefik-system-ingress",
      replicas: 1,
      dashboard: false,
      caCertificate: "",
    },
    services: names.map((name) => ({
      name,
      protocol: "http",
      namespace: `team-${name}`,
      workloads: [
        { kind: "Deployment", name, namespace: `team-${name}`, replicas: 1, tags: name === "shop" ? TAGS : [] },
      ],
    })),
    entries: mergeIntentions(rules).map((spec) => ({
      kind: "ServiceIntentions",
      namespace: "consul-system",
      name: spec.destination.name,
      spec: { ...spec },
    })),
    jobs: [],
    teams: [],
    networkPolicies: [],
    pending: [],
  };
}

const rule = (source: string, destination: string, pathPrefix?: string): IntentionRule => ({
  source,
  destination,
  ...(pathPrefix === undefined ? {} : { permissions: [{ action: "allow", http: { pathPrefix } }] }),
});
const BEFORE = stack(NAMES, [DENY_ALL, rule("traefik-system-ingress", "shop", "/"), rule("shop", "orders")]);
const AFTER = stack(NAMES, [
  DENY_ALL,
  rule("traefik-system-ingress", "shop", "/"),
  rule("shop", "payments", "/pay"),
  { source: "*", destination: "payments", action: "deny" },
]);

const edge = (picture: Picture) =>
  picture.edges.map(({ action, from, to, match, change }) => `${change}: ${action} ${from} → ${to} ${match}`.trim());

test("a preview's picture has what stays, what opens and what closes, and says what holds for the rest", () => {
  const picture = previewed("dev", BEFORE, AFTER);
  expect(edge(picture).sort()).toEqual([
    "closes: allow shop → orders",
    "opens: allow shop → payments /pay*",
    "opens: deny * → payments",
    "same: allow traefik-system-ingress → shop /*",
  ]);
  expect(picture.denyAll).toBe(true);
  expect(previewed("dev", AFTER, stack(NAMES, [])).denyAll).toBe(false);
  expect(picture.nodes.find(({ name }) => name === "shop")?.routes).toEqual(["shop.example.com/orders"]);
  expect(picture.nodes.map(({ name }) => name).sort()).toEqual(["*", ...NAMES, "traefik-system-ingress"].sort());
});

test("a service that comes or goes is marked", () => {
  const { nodes } = previewed("dev", stack(["shop"], []), stack(["orders"], []));
  expect(nodes.map(({ name, change }) => [name, change])).toEqual([
    ["traefik-system-ingress", "same"],
    ["shop", "closes"],
    ["orders", "opens"],
  ]);
});

test("the live picture shows drift both ways", () => {
  const inConsul = ["deny * → *", "allow traefik-system-ingress → shop  /*", "allow stranger → orders"];
  const picture = live("dev", BEFORE, inConsul, new Map([["shop", "2 of 2 healthy"]]));
  expect(edge(picture).filter((line) => !line.startsWith("same"))).toEqual([
    "missing: allow shop → orders",
    "undeclared: allow stranger → orders",
  ]);
  expect(picture.nodes.find(({ name }) => name === "shop")?.remark).toBe("2 of 2 healthy");
  expect(picture.nodes.find(({ name }) => name === "stranger")?.kind).toBe("other");
});

test("routes are told shortly where they are a host and a path, and as rules else; what asks Traefik is none", () => {
  const rules = [
    ...TAGS,
    "traefik.http.routers.raw-1234abcd.rule=Header(`a`, `b`)",
    "traefik.tcp.routers.db-1234abcd.rule=HostSNI(`db.example.com`)",
    "traefik.http.routers.shop-served-1234abcd.rule=Path(`/served/shop/1234abcd`)",
    "traefik.http.routers.shop-1234abcd.entrypoints=web",
  ];
  expect(routesIn(rules)).toEqual(["shop.example.com/orders", "Header(`a`, `b`)", "db.example.com"]);
});

test("a namespace that is collapsed is one node, which has all arrows of its services but those among them", () => {
  const picture = previewed("dev", BEFORE, BEFORE);
  const dot = toDot({ ...picture, nodes: picture.nodes.map((n) => ({ ...n, namespace: "one" })) }, []);
  expect(dot).toContain('"shop" -> "orders"');
  const collapsed = toDot(picture, ["team-orders"]);
  expect(collapsed).toContain('"shop" -> "namespace team-orders"');
  expect(collapsed).not.toContain('"orders"');
  const all = toDot({ ...picture, nodes: picture.nodes.map((n) => ({ ...n, namespace: "one" })) }, ["one"]);
  expect(all).not.toContain("->");
});

test("Mermaid says what opens and closes, and keeps what means something to it apart", () => {
  const text = toMermaid(previewed("dev", BEFORE, AFTER));
  expect(text.split("\n")[0]).toBe("```mermaid");
  expect(text).toMatch(/n\d -->\|"\+<br\/>\/pay\*"\| n\d/);
  expect(text).toMatch(/n\d -\.->\|"−"\| n\d/);
  expect(text).toContain("What no arrow allows is denied.");
  const odd = stack(NAMES, [
    { source: "shop", destination: "orders", permissions: [{ action: "allow", http: { pathRegex: '/"a|b"<#>' } }] },
  ]);
  expect(toMermaid(previewed("dev", odd, odd))).toContain("~/#34;a#124;b#34;#60;#35;#62;");
  const many = Array.from({ length: 50 }, (_, i) => rule(`caller-${i}`, "shop"));
  const more = toMermaid(previewed("dev", stack(NAMES, many), stack(NAMES, [...many, rule("shop", "orders")])));
  expect(more).toContain("50 edges that do not change are left out.");
  expect(more).toContain("There is no deny-all");
});

test("the page needs nothing but itself, whatever the names are", async () => {
  const text = await toPage(previewed("dev </script><b>", BEFORE, AFTER));
  expect(text).not.toMatch(/(src|href)="?https?:/);
  expect(text).not.toContain("</script><b>");
  expect(text.match(/<svg/g)!.length).toBeGreaterThan(0);
  expect(text).toContain("shop.example.com/orders");
  expect(text).toContain("what no arrow allows is denied");
});

test("200 services begin as one node a namespace", async () => {
  const names = Array.from({ length: 200 }, (_, i) => `s${i}`);
  const picture = previewed("dev", stack(names, []), stack(names, []));
  const nodes = picture.nodes.map((node, i) => ({ ...node, namespace: `team-${i % 10}` }));
  const svg = /<svg[^]*?<\/svg>/.exec(await toPage({ ...picture, nodes }))![0];
  expect(svg.match(/class="node"/g)).toHaveLength(10);
});

test("a preview that failed makes no picture, and says why", () => {
  const diagnostics = [{ severity: "error", message: "consulServers: 2 servers have no useful quorum" }];
  expect(() => ofPreview("dev", JSON.stringify({ steps: [{ op: "create", urn: "x" }], diagnostics }))).toThrow(
    /the preview failed.*\n.*no useful quorum/,
  );
  expect(() => ofPreview("dev", "{}")).toThrow(/the preview failed/);
});
