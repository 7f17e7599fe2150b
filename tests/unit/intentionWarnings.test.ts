import * as fc from "../generated";
import { decider } from "../../components/intentions/decision";
import { IntentionPermission, IntentionRule } from "../../components/intentions/intentions";
import { intentionWarnings } from "../../components/intentions/intentionWarnings";
import { known } from "../intentionCases";

const services = [...known.services.keys()];
const outside = { ...known, external: new Set(["billing"]) };

/** A call of each service to each other one, by paths, methods and headers of every kind below. */
const CALLS = services.flatMap((source) =>
  [...services, "billing"]
    .filter((destination) => destination !== source)
    .flatMap((destination) =>
      ["/", "/a", "/ab", "/a/b"].flatMap((path) =>
        ["GET", "PUT"].flatMap((method) =>
          [{}, { "x-team": "a" }, { "x-team": "b" }].map((headers) => ({
            source,
            destination,
            http: { method, path, headers: headers as Record<string, string> },
          })),
        ),
      ),
    ),
);
const decisions = (rules: readonly IntentionRule[]) => CALLS.map(decider(rules));

const permission: fc.Arbitrary<IntentionPermission> = fc.record({
  action: fc.constantFrom("allow" as const, "deny" as const),
  http: fc
    .tuple(
      fc.constantFrom(
        {},
        ...["/", "/a", "/ab"].flatMap((path) => [{ pathPrefix: path }, { pathExact: path }, { pathRegex: path }]),
      ),
      fc.constantFrom({}, { methods: [] }, { methods: ["GET"] }, { methods: ["GET", "PUT"] }),
      fc.constantFrom({}, ...["a", "b"].map((exact) => ({ header: [{ name: "x-team", exact }] }))),
    )
    .map(([path, methods, header]) => ({ ...path, ...methods, ...header })),
});
const body = fc.oneof(
  fc.record({ action: fc.constantFrom("allow" as const, "deny" as const) }),
  fc.record({ permissions: fc.array(permission, { minLength: 1, maxLength: 3 }) }),
);
const end = fc.constantFrom(...services, "*");
const rules = fc.uniqueArray(
  fc
    .record({ source: end, destination: fc.oneof(end, fc.constant("billing")), body })
    .map(({ body: its, ...ends }): IntentionRule => ({
      ...ends,
      ...(ends.destination === "*" ? { action: "allow" } : its),
    })),
  { maxLength: 8, selector: ({ source, destination }) => `${source} ${destination}` },
);

test("what a warning says to be without effect can be left out, and no call is decided otherwise", () => {
  fc.assert(
    fc.property(rules, (declared) => {
      for (const { propertyPath } of intentionWarnings(declared, outside, "rules")) {
        const [i, j] = propertyPath.match(/\d+/g)!.map(Number);
        const without = declared.flatMap((rule, at) =>
          at !== i
            ? [rule]
            : j === undefined
              ? []
              : [{ ...rule, permissions: rule.permissions!.filter((_, k) => k !== j) }],
        );
        expect([propertyPath, decisions(without)]).toEqual([propertyPath, decisions(declared)]);
      }
    }),
    { numRuns: 500 },
  );
});

const allow = (http: object): IntentionPermission => ({ action: "allow", http });
const deny = (http: object): IntentionPermission => ({ action: "deny", http });
const x = { name: "x-team", exact: "a" };

test.each<[what: string, earlier: IntentionPermission, later: IntentionPermission, remedy: string]>([
  ["the same path", allow({ pathExact: "/a" }), allow({ pathExact: "/a" }), "; remove it"],
  ["the same expression", allow({ pathRegex: "/a.*" }), deny({ pathRegex: "/a.*" }), "it never denies"],
  ["any path", deny({ methods: ["GET"] }), allow({ pathRegex: "/a.*", methods: ["GET"] }), "it never allows"],
  ["some of its methods", allow({ methods: ["GET", "PUT"] }), deny({ methods: ["GET"] }), "it never denies"],
  ["its header", allow({ header: [x] }), deny({ header: [{ exact: "a", name: "x-team" }] }), "it never denies"],
])("a permission that one before it decides is told, with what to do: %s", (_, earlier, later, remedy) => {
  const [warning, ...more] = intentionWarnings(
    [{ source: "web", destination: "rpc", permissions: [earlier, later] }],
    known,
    "rules",
  );
  expect(more).toEqual([]);
  expect(warning.propertyPath).toBe("rules[0].permissions[1]");
  expect(warning.reason).toContain(remedy);
});

test("an allow is compared with the rules of other sets, which are named by where they were declared", () => {
  const rule: IntentionRule = { source: "web", destination: "db" };
  const wider: IntentionRule = { source: "*", destination: "db" };
  const reason = (...elsewhere: IntentionRule[]) => intentionWarnings([rule], known, "rules", elsewhere)[0]?.reason;
  expect(reason()).toBeUndefined();
  expect(reason(wider)).toContain("what an earlier set (* → db)");
  expect(reason({ ...wider, declaredAt: "services[1].calls[0]" })).toContain("what services[1].calls[0] (* → db)");
  expect(reason({ source: "web", destination: "*" })).toContain("(web → *)");
  expect(reason({ source: "*", destination: "*" })).toContain("(* → *)");
});

test("an allow with an exception, or for callers that others name, has its effect", () => {
  const told = (...declared: IntentionRule[]) => intentionWarnings(declared, known, "rules").map((p) => p.propertyPath);
  const everywhere: IntentionRule = { source: "*", destination: "*" };
  const db: IntentionRule = { source: "*", destination: "db" };
  expect(told(everywhere, db)).toEqual(["rules[1]"]);
  expect(told(everywhere, db, { source: "web", destination: "*", action: "deny" })).toEqual([]);
  expect(told(everywhere, db, { source: "web", destination: "rpc", action: "deny" })).toEqual(["rules[1]"]);
});

test("a rule to the ingress is useless as soon as it allows anything", () => {
  const ingress = { name: "traefik-system-ingress", routed: new Set<string>() };
  const told = (...permissions: IntentionPermission[]) =>
    intentionWarnings([{ source: "web", destination: ingress.name, permissions }], { ...known, ingress }, "rules")
      .length;
  expect([told(deny({ pathPrefix: "/" })), told(deny({ pathExact: "/a" }), allow({ pathPrefix: "/" }))]).toEqual([
    0, 1,
  ]);
});

test("in a mesh of one service so far a wide allow is for those to come", () => {
  const alone = { ...known, services: new Map([["web", "http"]]), external: new Set<string>() };
  expect(intentionWarnings([{ source: "web", destination: "*" }], alone, "rules")).toEqual([]);
});

test("rules for each destination by name are what decides", () => {
  const declared = ["db", "rpc", "traefik-system-ingress"].map((destination) => ({ source: "web", destination }));
  expect(intentionWarnings(declared, known, "rules")).toEqual([]);
  const denials = declared.map((rule) => ({ ...rule, action: "deny" as const }));
  const withWide = intentionWarnings([...denials, { source: "web", destination: "*" }], known, "rules");
  expect(withWide.map((p) => p.propertyPath)).toEqual(["rules[3]"]);
});
