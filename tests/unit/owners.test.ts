import * as fc from "../generated";
import { decider } from "../../components/intentions/decision";
import {
  canonical,
  IntentionPermission,
  IntentionRule,
  intentionsName,
  mergeIntentions,
  tokensOf,
} from "../../components/intentions/intentions";

const call = (path: string) => ({ source: "web", destination: "rpc", http: { method: "GET", path, headers: {} } });
const of = (owner: string, more: Partial<IntentionRule>): IntentionRule => ({
  source: "web",
  destination: "rpc",
  declaredAt: `${owner}.calls[0]`,
  ...more,
});
const allow = (pathExact: string): IntentionPermission => ({ action: "allow", http: { pathExact } });
const denied: IntentionPermission = { action: "deny", http: { pathPrefix: "/" } };
const withToken: IntentionPermission = { ...allow("/a"), jwt: { providers: [{ name: "okta" }] } };
const sources = (...rules: IntentionRule[]) => mergeIntentions(rules).flatMap((entry) => entry.sources);

const body: fc.Arbitrary<Partial<IntentionRule>> = fc.oneof(
  fc.record({ action: fc.constantFrom("allow" as const, "deny" as const, undefined) }),
  fc.record({ permissions: fc.uniqueArray(fc.constantFrom(allow("/a"), allow("/b"), denied), { minLength: 1 }) }),
);

test("two owners' rules of a pair become one only if that allows what either of them allows, whoever comes first", () => {
  fc.assert(
    fc.property(body, body, (a, b) => {
      const [one, other] = [of("cart", a), of("pay", b)];
      expect(sources(other, one)).toEqual(sources(one, other));
      if (sources(one, other).length === 1) {
        for (const path of ["/a", "/b", "/c"]) {
          const either = [one, other].some((rule) => decider([rule])(call(path)) === "allow");
          expect([path, decider([one, other])(call(path))]).toEqual([path, either ? "allow" : "deny"]);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test.each<[what: string, a: Partial<IntentionRule>, b: Partial<IntentionRule>, one: boolean]>([
  ["an allow is what is meant without an action", { action: "allow" }, {}, true],
  ["a denial", { action: "deny" }, { action: "deny" }, true],
  ["a denial and an allow", { action: "deny" }, {}, false],
  ["all and a part", {}, { permissions: [allow("/a")] }, false],
  ["lists with a denial that are the same", { permissions: [denied] }, { permissions: [denied] }, true],
  ["lists with a denial that differ", { permissions: [denied] }, { permissions: [denied, denied] }, false],
  [
    "keys in another order",
    { permissions: [withToken] },
    { permissions: [{ jwt: withToken.jwt, http: withToken.http, action: "allow" }] },
    true,
  ],
  ["a token and none", { permissions: [withToken] }, { permissions: [allow("/b")] }, false],
])("of two owners %s", (_, a, b, one) => {
  expect(sources(of("cart", a), of("pay", b))).toHaveLength(one ? 1 : 2);
});

test("a value that is null is a value, in whatever order", () => {
  expect(canonical({ b: null, a: [{ d: 1, c: 2 }] })).toBe('{"a":[{"c":2,"d":1}],"b":null}');
});

test("an owner's list is one place: what it says twice stays two, and what another says is united", () => {
  const listed = [0, 10].map((i) => of("cart", { declaredAt: `intentions[${i}]` }));
  expect(sources(...listed)).toHaveLength(2);
  expect(
    sources({ ...listed[0], declaredAt: "cart[10].calls[0]" }, { ...listed[0], declaredAt: "cart[1].calls[0]" }),
  ).toHaveLength(1);
});

test("a united rule keeps the first description that there is", () => {
  const described = (a?: string, b?: string) =>
    sources(of("cart", { description: a }), of("pay", { description: b })).map((source) => source.description);
  expect([described("a", "b"), described(undefined, "b"), described("a"), described()]).toEqual([
    ["a"],
    ["b"],
    ["a"],
    [undefined],
  ]);
});

test("an empty list of permissions allows nothing and stays empty; a wrong action beside permissions stays for Consul to refuse", () => {
  expect(sources(of("cart", { permissions: [] }))).toEqual([{ name: "web", permissions: [] }]);
  const both = { action: "allow" as const, permissions: [allow("/a")] };
  expect(sources(of("cart", both))).toMatchObject([{ action: "allow" }]);
  expect(sources(of("cart", { permissions: [allow("/a")] }))[0]).not.toHaveProperty("action");
});

test("the providers of tokens that an entry asks for", () => {
  const [entry] = mergeIntentions([of("cart", { permissions: [allow("/b"), withToken] })]);
  expect(tokensOf(entry)).toEqual(["okta"]);
  expect(tokensOf(mergeIntentions([of("cart", {})])[0])).toEqual([]);
});

test("how the owners are called or listed changes nothing", () => {
  const [a, b] = ["/a", "/b"].map((path) => ({ permissions: [allow(path)] }));
  expect(sources(of("cart", a), of("pay", b))).toEqual(sources(of("pay", a), of("cart", b)));
  expect(sources(of("services[9]", a), of("services[10]", b))).toEqual(
    sources(of("services[10]", a), of("services[9]", b)),
  );
});

test("what is not said is not in the entry, so that Consul has what the program has", () => {
  expect(Object.keys(sources(of("cart", {}))[0])).toEqual(["name", "action"]);
});

test("the wildcard's resource has a name that no service can have", () => {
  expect([intentionsName("*"), intentionsName("rpc")]).toEqual(["all.services", "rpc"]);
});

test.each<[what: string, a: Partial<IntentionRule>, b: Partial<IntentionRule>]>([
  ["whole and a list", { permissions: [allow("/a")] }, { action: "allow" }],
  ["a list and a denial", { permissions: [allow("/a")] }, { action: "deny" }],
])("two owners who say %s stay two", (_, a, b) => {
  expect(sources(of("cart", a), of("pay", b))).toHaveLength(2);
  expect(sources(of("cart", b), of("pay", a))).toHaveLength(2);
});

test("rules that were declared nowhere are one owner's", () => {
  const nowhere = { source: "web", destination: "rpc", permissions: [allow("/a")] };
  expect(sources(nowhere, { ...nowhere })).toHaveLength(2);
  expect(sources(nowhere, { ...nowhere, declaredAt: "cart.calls[0]" })).toHaveLength(1);
});
