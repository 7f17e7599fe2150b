import * as fc from "./generated";
import { IntentionRule } from "../components";
import { Refuser } from "../components/routing/httpMatches";
import { KnownServices } from "../components/intentions/intentionProblems";

/** The mesh that the cases are about. */
export const known = {
  denyAll: false,
  services: new Map([
    ["web", "http"],
    ["rpc", "grpc"],
    ["db", "tcp"],
  ]),
  external: new Set(["traefik-system-ingress"]),
  jwtProviders: new Set(["okta"]),
} satisfies KnownServices;

const ingress = "traefik-system-ingress";

/** A rule with one permission that matches this. */
export const permit = (http: object | undefined, more: object = {}): IntentionRule =>
  ({ source: ingress, destination: "web", permissions: [{ action: "allow", http, ...more }] }) as any;
const header = (criterion: object) => permit({ header: [{ name: "x-team", ...criterion }] });
const http = "rules[0].permissions[0].http";
const jwt = (...names: string[]) =>
  permit({ pathPrefix: "/" }, { jwt: { providers: names.map((name) => ({ name })) } });

/** The rules, where their problems are, and who refuses them. */
export type Case = [what: string, rules: IntentionRule[], paths: string[], refusedBy?: Refuser];

/** Every row of the table of what Consul and its webhook refuse, and every rule of our own. */
export const CASES: Case[] = [
  ["an L4 and an L7 rule", [{ source: "web", destination: "db" }, permit({ pathExact: "/a" })], []],
  [
    "a wildcard at each end",
    [
      { source: "*", destination: "db" },
      { source: "web", destination: "*" },
    ],
    [],
  ],
  ["a match by method alone", [permit({ methods: ["GET"] })], []],
  ["a match by header alone", [header({ exact: "a" })], []],
  ["a header that is not there", [header({ present: true, invert: true })], []],
  ["a header in any case", [header({ contains: "a", ignoreCase: true })], []],
  ["a regular expression", [permit({ pathRegex: "/v[0-9]+/(?P<name>[^/]*)" })], []],
  ["permissions for grpc", [{ ...permit({ pathPrefix: "/" }), destination: "rpc" }], []],
  ["a JWT provider", [jwt("okta")], []],
  ["a description of 512 bytes", [{ source: "web", destination: "db", description: "é".repeat(256) }], []],

  ["action and permissions", [{ ...permit({ pathPrefix: "/" }), action: "allow" }], ["rules[0].action"], "Consul"],
  ["an unknown action", [{ source: "web", destination: "db", action: "log" as any }], ["rules[0].action"], "Consul"],
  [
    "an unknown action of a permission",
    [permit({ pathPrefix: "/" }, { action: "log" })],
    ["rules[0].permissions[0].action"],
    "Consul",
  ],
  ["no permission", [{ ...permit({}), permissions: [] }], ["rules[0].permissions"], "Consul"],
  [
    "no permission, and an action",
    [{ ...permit({}), permissions: [], action: "deny" }],
    ["rules[0].permissions"],
    "us",
  ],
  ["two path matchers", [permit({ pathPrefix: "/", pathExact: "/" })], [http], "Consul"],
  ["a permission without http", [permit(undefined)], [http], "Consul"],
  ["a permission with only jwt", [permit(undefined, { jwt: { providers: [{ name: "okta" }] } })], [http], "Consul"],
  ["permissions for tcp", [{ ...permit({ pathPrefix: "/" }), destination: "db" }], ["rules[0].permissions"], "Consul"],
  [
    "permissions for every service",
    [{ ...permit({ pathPrefix: "/" }), destination: "*" }],
    ["rules[0].permissions"],
    "Consul",
  ],
  [
    "the same source twice",
    [
      { source: "web", destination: "db" },
      { source: "web", destination: "db", action: "deny" },
    ],
    ["rules[1]"],
    "Consul",
  ],
  ["an empty match", [permit({})], [http], "Consul"],
  ["a path without slash", [permit({ pathPrefix: "api" })], [`${http}.pathPrefix`], "Consul"],
  ["an exact path without slash", [permit({ pathExact: "api" })], [`${http}.pathExact`], "Consul"],
  ["an unknown method", [permit({ methods: ["FETCH"] })], [`${http}.methods[0]`], "Consul"],
  ["a method in small letters", [permit({ methods: ["get"] })], [`${http}.methods[0]`], "webhook"],
  ["a method twice", [permit({ methods: ["GET", "GET"] })], [`${http}.methods`], "Consul"],
  ["a header without criterion", [header({})], [`${http}.header[0]`], "Consul"],
  ["a header with two criteria", [header({ exact: "a", prefix: "a" })], [`${http}.header[0]`], "Consul"],
  ["a header without a name", [permit({ header: [{ name: "", exact: "a" }] })], [`${http}.header[0].name`], "Consul"],
  ["presence in any case", [header({ present: true, ignoreCase: true })], [`${http}.header[0].ignoreCase`], "Consul"],
  ["a partial wildcard", [{ source: "we*", destination: "db" }], ["rules[0].source"], "Consul"],
  ["an empty name", [{ source: "web", destination: "" }], ["rules[0].destination"], "Consul"],
  [
    "a description that is too long",
    [{ source: "web", destination: "db", description: "é".repeat(257) }],
    ["rules[0].description"],
    "Consul",
  ],
  ["a JWT provider that does not exist", [jwt("auth0")], ["rules[0].permissions[0].jwt.providers[0].name"], "Consul"],
  ["a JWT provider without a name", [jwt("")], ["rules[0].permissions[0].jwt.providers[0].name"], "Consul"],

  [
    "a token of a deny",
    [permit({ pathPrefix: "/" }, { action: "deny", jwt: { providers: [{ name: "okta" }] } })],
    ["rules[0].permissions[0].jwt"],
    "us",
  ],
  [
    "a claim without a path",
    [permit({ pathPrefix: "/" }, { jwt: { providers: [{ name: "okta", verifyClaims: [{ path: [], value: "a" }] }] } })],
    ["rules[0].permissions[0].jwt.providers[0].verifyClaims[0].path"],
    "us",
  ],
  ["no JWT provider", [jwt()], ["rules[0].permissions[0].jwt.providers"], "us"],
  ["a source that nobody has", [{ source: "wbe", destination: "db" }], ["rules[0].source"], "us"],
  ["a destination that nobody has", [{ source: "web", destination: "bd" }], ["rules[0].destination"], "us"],
  ["a name that is none", [{ source: "Web!", destination: "db" }], ["rules[0].source"], "us"],
  ["a path that is no RE2", [permit({ pathRegex: "/(?!admin)" })], [`${http}.pathRegex`], "us"],
  ["a header that is no RE2", [header({ regex: "(a" })], [`${http}.header[0].regex`], "us"],
  [
    "a header's name that is none",
    [permit({ header: [{ name: "a b", present: true }] })],
    [`${http}.header[0].name`],
    "us",
  ],
  ["a path with a query", [permit({ pathExact: "/a?b=c" })], [`${http}.pathExact`], "us"],
  ["a path that leads up", [permit({ pathExact: "/public/../admin" })], [`${http}.pathExact`], "us"],
  ["a path that stays, in escapes", [permit({ pathPrefix: "/a/%2e/" })], [`${http}.pathPrefix`], "us"],
  ["a path with an asterisk", [permit({ pathPrefix: "/api/*" })], [`${http}.pathPrefix`], "us"],
  ["points in a path's names", [permit({ pathExact: "/a../.b/..." })], []],
  ["an empty path beside a method", [permit({ pathPrefix: "", methods: ["GET"] })], [`${http}.pathPrefix`], "us"],
];

/** Mostly the first, and sometimes one of the second: cases of which about half are right. */
function mostly<T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, weight = 24): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

const action: fc.Arbitrary<any> = mostly(fc.constantFrom("allow", "deny"), fc.constantFrom("", "log", "ALLOW"), 40);
const path = mostly(
  fc.constantFrom("/", "/api", "/api/", "/é", "/a b", "/a?b"),
  fc.constantFrom("", "api", " /", "*", "./"),
);
const regex = fc.constantFrom(".*", "/v[0-9]+", "(?i)/A", "(", "(?=a)", "a{2,1}", "[[:alpha:]]+");
const method = mostly(
  fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"),
  fc.constantFrom("get", "Post", "delete", "head", "FETCH", "", "*", " GET"),
  20,
);
const text = mostly(fc.string({ minLength: 1, maxLength: 6 }), fc.constant(""));
const criterion: fc.Arbitrary<object> = fc.oneof(
  fc.record({ present: mostly(fc.constant(true), fc.constant(false)) }),
  ...["exact", "prefix", "suffix", "contains"].map((key) => text.map((value) => ({ [key]: value }))),
  regex.map((value) => ({ regex: value })),
);
const headerMatch = fc
  .tuple(
    mostly(fc.constantFrom("x-team", "X-Team", ":authority", "a b"), fc.constant("")),
    mostly(criterion, fc.constant({})),
    mostly(fc.constant({}), criterion),
    fc.record(
      { invert: fc.boolean(), ignoreCase: mostly(fc.constant(false), fc.constant(true), 8) },
      { requiredKeys: [] },
    ),
  )
  .map(([name, one, another, flags]) => ({ name, ...one, ...another, ...flags }));
const pathMatch: fc.Arbitrary<object> = fc.oneof(
  path.map((pathExact) => ({ pathExact })),
  path.map((pathPrefix) => ({ pathPrefix })),
  regex.map((pathRegex) => ({ pathRegex })),
);
const httpMatch = fc
  .tuple(
    mostly(pathMatch, fc.constant({}), 4),
    mostly(fc.constant({}), pathMatch, 20),
    fc.option(fc.array(headerMatch, { maxLength: 2 }), { nil: undefined }),
    fc.option(
      fc.oneof(fc.uniqueArray(method, { maxLength: 3 }), mostly(fc.constant<any[]>(["GET"]), fc.array(method))),
      {
        nil: undefined,
      },
    ),
  )
  .map(([one, another, header, methods]) => ({ ...one, ...another, header, methods }));
const jwtRequirement = fc.record({
  providers: fc.array(
    fc.record(
      {
        name: mostly(fc.constant("okta"), fc.constantFrom("", "auth0", "Okta"), 6),
        verifyClaims: fc.constant([{ path: ["team"], value: "a" }]),
      },
      { requiredKeys: ["name"] },
    ),
    { maxLength: 2 },
  ),
});
const permission = fc.record(
  { action, http: mostly<any>(httpMatch, fc.constant(undefined), 30), jwt: jwtRequirement },
  { requiredKeys: ["action", "http"] },
);
const what = fc.oneof(
  fc.record({ action }),
  fc.record({ permissions: mostly(fc.array(permission, { minLength: 1, maxLength: 3 }), fc.constant<any[]>([])) }),
  fc.record({ permissions: fc.array(permission, { minLength: 1, maxLength: 2 }) }),
  mostly<object>(fc.constant({}), fc.record({ action, permissions: fc.array(permission, { maxLength: 2 }) }), 2),
);
const source = mostly(
  fc.constantFrom("web", "rpc", "db", "*", ingress, "Web", "no-body", "a.b", "über"),
  fc.constantFrom("", "we*", "**", "*web"),
  60,
);
const destination = mostly(
  fc.constantFrom("web", "web", "rpc", "rpc", "db", "*"),
  fc.constantFrom("", "we*", "**"),
  40,
);

/** The rules for one destination, right and wrong. */
export const entries: fc.Arbitrary<IntentionRule[]> = fc
  .tuple(
    destination,
    fc.array(
      fc
        .tuple(
          source,
          what,
          fc.record(
            {
              description: mostly(
                fc.constant("why"),
                fc.integer({ min: 510, max: 514 }).map((n) => "x".repeat(n)),
                6,
              ),
            },
            { requiredKeys: [] },
          ),
        )
        .map(([from, body, more]) => ({ source: from, ...body, ...more })),
      { minLength: 1, maxLength: 2 },
    ),
  )
  .map(([to, rules]) => rules.map((rule) => ({ destination: to, ...rule }) as IntentionRule));
