import { intentionProblems, KnownServices } from "../../components/intentions/intentionProblems";
import { IntentionRule } from "../../components/intentions/intentions";
import { known, permit } from "../intentionCases";

const told = (rule: IntentionRule, more: Partial<KnownServices> = {}) =>
  intentionProblems([rule], { ...known, ...more }, "rules").map((p) => [p.refusedBy, p.propertyPath, p.reason]);
const where = (...given: Parameters<typeof told>) => told(...given).map(([by, path]) => [by, path]);
const providers = "rules[0].permissions[0].jwt.providers[0].name";
const withToken = permit({ pathPrefix: "/" }, { jwt: { providers: [{ name: "okta" }] } });

test("only * → * is what deny-all declares, and only where it is declared", () => {
  const rule = (source: string, destination: string): IntentionRule => ({ source, destination, action: "deny" });
  expect(told(rule("*", "*"), { denyAll: true })).toEqual([["us", "rules[0]", expect.stringContaining("denyAll")]]);
  expect(told(rule("*", "*"))).toEqual([]);
  expect(told(rule("*", "db"), { denyAll: true })).toEqual([]);
  expect(told(rule("web", "*"), { denyAll: true })).toEqual([]);
});

test("an empty action is none for Consul, which takes it beside permissions; here it is refused", () => {
  const empty = { action: "" as never };
  expect(where({ ...withToken, ...empty })).toEqual([["us", "rules[0].action"]]);
  expect(where({ source: "web", destination: "db", ...empty })).toEqual([["Consul", "rules[0].action"]]);
  expect(where({ ...withToken, action: "log" as never })).toEqual([
    ["Consul", "rules[0].action"],
    ["Consul", "rules[0].action"],
  ]);
});

test("nobody may call a job, and a job may call", () => {
  const jobs = new Set(["db"]);
  const rule: IntentionRule = { source: "web", destination: "db", action: "allow" };
  const reason = '"db" is a job, which nobody can call: it listens nowhere; name a service';
  expect(told(rule, { jobs })).toEqual([["us", "rules[0].destination", reason]]);
  expect(told({ ...rule, action: "deny" }, { jobs })).toEqual([]);
  expect(told({ ...rule, source: "db", destination: "web" }, { jobs })).toEqual([]);
  expect(told(rule, { jobs: new Set(["web"]) })).toEqual([]);
  expect(told(rule)).toEqual([]);
});

test("a name that is none is refused also where somebody is known by it", () => {
  const rule: IntentionRule = { source: "Web!", destination: "db" };
  expect(where(rule, { external: new Set(["Web!"]) })).toEqual([["us", "rules[0].source"]]);
});

test("who misspells a name is told the names that are known, in alphabetical order", () => {
  const [[, , service]] = told({ source: "wbe", destination: "db" }, { external: new Set(["billing", "web"]) });
  expect(service).toContain("known: billing, db, rpc, web.");
  const token = (jwtProviders?: ReadonlySet<string>) => told(withToken, { jwtProviders });
  expect(token(new Set(["zitadel", "auth0"]))).toEqual([
    ["Consul", providers, expect.stringContaining("known: auth0, zitadel.")],
  ]);
  expect(token(new Set())).toEqual([["Consul", providers, expect.stringContaining("known: none.")]]);
  expect(token()).toEqual([]);
});

test("who names a provider that nobody has is told who can declare it", () => {
  const token = (more: Partial<KnownServices>) => told(withToken, { jwtProviders: new Set(["auth0"]), ...more });
  const reason = (whose: string) =>
    `"okta" is not a JWT provider; known: auth0. ${whose} it in jwtProviders, or name it in externalJwtProviders where others declare it`;
  expect(token({})).toEqual([["Consul", providers, reason("Declare")]]);
  expect(token({ jwtProvidersElsewhere: true })).toEqual([
    ["Consul", providers, reason("Have the stack that makes the mesh declare")],
  ]);
});

test("a provider without a name is told to be so, whichever are known", () => {
  const nameless = permit({ pathPrefix: "/" }, { jwt: { providers: [{ name: "" }] } });
  for (const jwtProviders of [undefined, new Set<string>()]) {
    expect(told(nameless, { jwtProviders })).toEqual([["Consul", providers, expect.stringContaining("is empty")]]);
  }
});

test("a match needs one matcher of any kind, and may have one of each", () => {
  const header = [{ name: "x-team", present: true }];
  for (const http of [
    { header, methods: ["GET"] },
    { pathPrefix: "/", methods: ["GET"] },
    { pathPrefix: "/", header },
  ]) {
    expect(told(permit(http))).toEqual([]);
  }
});

test.each([
  ["contains", { contains: "a" }, '".*text.*"'],
  ["ignoreCase", { exact: "a", ignoreCase: true }, '"(?i)text"'],
])(
  "%s, which an older chart drops so that the rule would match more, is refused with what to write instead",
  (key, criterion, remedy) => {
    const rule = permit({ header: [{ name: "x-team", ...criterion }] });
    expect(told(rule, { partWithoutContains: "chart 1.5.3" })).toEqual([
      [
        "us",
        `rules[0].permissions[0].http.header[0].${key}`,
        expect.stringMatching(/chart 1\.5\.3.*Use regex, such as /),
      ],
    ]);
    expect(told(rule, { partWithoutContains: "chart 1.5.3" })[0][2]).toContain(remedy);
    expect(told(rule)).toEqual([]);
  },
);

test("a token is not looked at where Consul has no ACLs, and of those that nobody knows it is not said", () => {
  const at = "rules[0].permissions[0].jwt";
  expect(told(withToken, { acls: false })).toEqual([["us", at, expect.stringContaining("consulAcls")]]);
  expect([told(withToken, { acls: true }), told(withToken)]).toEqual([[], []]);
});

test("a claim has a path, of names that are not empty", () => {
  const claims = (...paths: string[][]) =>
    permit(
      { pathPrefix: "/" },
      { jwt: { providers: [{ name: "okta", verifyClaims: paths.map((path) => ({ path, value: "a" })) }] } },
    );
  const at = (i: number) => ["us", `rules[0].permissions[0].jwt.providers[0].verifyClaims[${i}].path`];
  expect(where(claims(["team"], [], ["k8s", "team"], ["k8s", ""]))).toEqual([at(1), at(3)]);
});
