import * as fc from "fast-check";
import {
  DENY_ALL,
  describeEdges,
  intentionProblems,
  IntentionRule,
  KnownServices,
  mergeIntentions,
} from "../../components/intentions";

const known: KnownServices = {
  denyAll: true,
  services: new Map([
    ["web", "http"],
    ["db", "tcp"],
  ]),
  external: new Set(["traefik-system-ingress"]),
};

const name = fc.constantFrom("web", "db", "traefik-system-ingress", "*");
const rules = fc.uniqueArray(
  fc.record({ source: name, destination: name, action: fc.constantFrom("allow" as const, "deny" as const) }),
  { selector: (rule) => `${rule.source} ${rule.destination}` },
);

test("the order of declaration changes nothing", () => {
  fc.assert(
    fc.property(
      rules.chain((r) => fc.tuple(fc.constant(r), fc.shuffledSubarray(r, { minLength: r.length }))),
      ([declared, shuffled]) => {
        expect(mergeIntentions(shuffled)).toEqual(mergeIntentions(declared));
      },
    ),
  );
});

test("each destination has one entry, and no rule is lost or invented", () => {
  fc.assert(
    fc.property(rules, (declared) => {
      const merged = mergeIntentions(declared);
      expect(new Set(merged.map((m) => m.destination.name)).size).toBe(merged.length);
      const edges = merged.flatMap((m) => m.sources.map((s) => `${s.name} ${m.destination.name} ${s.action}`));
      expect(edges.sort()).toEqual(declared.map((r) => `${r.source} ${r.destination} ${r.action}`).sort());
    }),
  );
});

test("an L7 rule has permissions and no action; an L4 rule allows unless it says otherwise", () => {
  const permissions = [{ action: "allow" as const, http: { pathPrefix: "/", methods: ["GET"] } }];
  expect(
    mergeIntentions([
      { source: "traefik-system-ingress", destination: "web", permissions, description: "from outside" },
      { source: "web", destination: "db" },
      DENY_ALL,
    ]),
  ).toEqual([
    { destination: { name: "*" }, sources: [{ name: "*", action: "deny" }] },
    { destination: { name: "db" }, sources: [{ name: "web", action: "allow" }] },
    {
      destination: { name: "web" },
      sources: [{ name: "traefik-system-ingress", permissions, description: "from outside" }],
    },
  ]);
});

const permit = (http: object): IntentionRule => ({
  source: "traefik-system-ingress",
  destination: "web",
  permissions: [{ action: "allow", http: http as any }],
});

test.each<[string, IntentionRule[], string[]]>([
  ["nothing wrong", [{ source: "web", destination: "db" }, permit({ pathExact: "/a" })], []],
  ["a source that nobody has", [{ source: "wbe", destination: "db" }], ["rules[0].source"]],
  ["a destination that nobody has", [{ source: "web", destination: "bd" }], ["rules[0].destination"]],
  ["a name that is none", [{ source: "Web!", destination: "db" }], ["rules[0].source"]],
  [
    "the same pair twice",
    [
      { source: "web", destination: "db" },
      { source: "web", destination: "db" },
    ],
    ["rules[1]"],
  ],
  ["deny-all twice", [DENY_ALL], ["rules[0]"]],
  ["action beside permissions", [{ ...permit({ pathPrefix: "/" }), action: "allow" }], ["rules[0].action"]],
  ["no permission", [{ ...permit({}), permissions: [] }], ["rules[0].permissions"]],
  ["permissions for tcp", [{ ...permit({ pathPrefix: "/" }), destination: "db" }], ["rules[0].permissions"]],
  ["permissions for every service", [{ ...permit({ pathPrefix: "/" }), destination: "*" }], ["rules[0].permissions"]],
  ["an empty match", [permit({})], ["rules[0].permissions[0].http"]],
  ["two path matchers", [permit({ pathPrefix: "/", pathExact: "/" })], ["rules[0].permissions[0].http"]],
  ["a path without slash", [permit({ pathPrefix: "api" })], ["rules[0].permissions[0].http.pathPrefix"]],
  ["an unknown method", [permit({ methods: ["FETCH"] })], ["rules[0].permissions[0].http.methods[0]"]],
  ["a method twice", [permit({ methods: ["GET", "GET"] })], ["rules[0].permissions[0].http.methods"]],
])("judges %s", (_, declared, paths) => {
  expect(intentionProblems(declared, known, "rules").map((p) => p.propertyPath)).toEqual(paths);
});

test("edges in words", () => {
  expect(describeEdges([DENY_ALL, permit({ pathPrefix: "/api/", methods: ["GET", "HEAD"] })])).toEqual([
    "* → * (deny)",
    "traefik-system-ingress → web (allow GET|HEAD /api/*)",
  ]);
});
