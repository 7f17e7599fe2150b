import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import {
  anyPath,
  configEntry,
  denyAll,
  http,
  intentions,
  kube,
  meshed,
  paths,
  release,
  safeBut,
  SAFE_VALUES,
  service,
  workload,
} from "./resources";

useAnalyzer();
const NOT_KNOWN = "can't be known during preview; give it a plain value";

cases("deny-all-exists", [
  passes("a mesh with it", [release(SAFE_VALUES), denyAll]),
  passes("a program without a mesh", [workload("batch")]),
  passes("beside an intention that is not known", [denyAll, intentions("whoami", UNKNOWN)]),
  passes("a program in a mesh of another stack", [meshed("whoami")], { config: { declaredElsewhere: true } }),
  ...["", "=true", "=1 \\\n  -listen=:8080"].map((on) =>
    blocks(
      `an injector of Consul's second catalog: ${JSON.stringify(on)}`,
      [denyAll, workload("injector", { container: { args: [`-enable-resource-apis${on}`] } })],
      "Deployment injector: serves no intentions, deny-all among them, until global.experiments is without resource-apis. Declare",
    ),
  ),
  ...["false", "F", "0 \\\n  -listen=:8080"].map((off) =>
    passes(`an injector of the first: ${JSON.stringify(off)}`, [
      denyAll,
      workload("injector", { container: { args: [`-enable-resource-apis=${off}`] } }),
    ]),
  ),
  blocks("servers alone", [release(SAFE_VALUES)], "no intention denies * → *"),
  blocks("a service alone", [meshed("whoami")], "no intention denies * → *"),
  blocks("deny for one destination", [intentions("whoami", { name: "*", action: "deny" })], "no intention denies"),
  blocks("deny for one source", [intentions("*", { name: "web", action: "deny" })], "no intention denies"),
  blocks("the wildcard allowed", [intentions("*", { name: "*", action: "allow" })], "no intention denies"),
  blocks("only other peers denied", [intentions("*", { name: "*", action: "deny", peer: "x" })], "no intention denies"),
  blocks("unknown action", [intentions("*", { name: "*", action: UNKNOWN })], "no intention denies"),
  blocks("unknown spec", [configEntry("ServiceIntentions", "a", UNKNOWN)], "no intention is known to deny"),
]);

cases("no-wildcard-allow", [
  passes("a source by name", [intentions("whoami", paths("web", anyPath))]),
  passes("wildcards that deny", [denyAll, intentions("whoami", { name: "*", action: "deny" })]),
  passes("an open service", [intentions("dns", { name: "*", action: "allow" })], {
    config: { openDestinations: ["dns"] },
  }),
  blocks("any source", [intentions("whoami", { name: "*", action: "allow" })], "* → whoami is allowed"),
  blocks("any source on some paths", [intentions("whoami", paths("*", anyPath))], "* → whoami is allowed"),
  blocks("any destination", [intentions("*", { name: "web", action: "allow" })], "web → * is allowed"),
  blocks(
    "any destination, with an open service",
    [intentions("*", { name: "*", action: "allow" })],
    "* → * is allowed",
    {
      config: { openDestinations: ["dns"] },
    },
  ),
  blocks("an unknown action", [intentions("whoami", { name: "*", action: UNKNOWN })], NOT_KNOWN),
  blocks("an unknown source", [intentions("whoami", { name: UNKNOWN, action: "allow" })], NOT_KNOWN),
]);

const okta = { providers: [{ name: "okta" }] };
/** Intentions for whoami that ask for a token themselves. */
const asking = (jwt: object | null, ...sources: Record<string, unknown>[]) =>
  configEntry("ServiceIntentions", "whoami", { destination: { name: "whoami" }, sources, jwt });
const inNamespace = (...sources: Record<string, unknown>[]) =>
  configEntry("ServiceIntentions", "whoami", { destination: { name: "whoami", namespace: "shop" }, sources });
const accepted = (problem: string, ...sources: Record<string, unknown>[]) =>
  blocks(problem, [intentions("whoami", ...sources)], problem);
cases("intentions-accepted", [
  passes("action or permissions", [
    denyAll,
    intentions("whoami", { name: "web", action: "allow", description: "the shop" }, paths("api", anyPath)),
  ]),
  passes("a header alone", [
    intentions("whoami", paths("web", { action: "deny", http: { header: [{ name: "x-debug", present: true }] } })),
  ]),
  passes("a name that services outside Kubernetes may have", [
    intentions("Legacy_DB", { name: "web", action: "allow" }),
  ]),
  passes("a source of the same name in another peer", [
    intentions("whoami", { name: "web", action: "allow" }, { name: "web", peer: "other", action: "deny" }),
  ]),
  passes("a namespace in Enterprise", [intentions("whoami", { name: "web", namespace: "shop", action: "allow" })], {
    config: { enterprise: true },
  }),
  passes("what is no intention", [http("whoami"), service("whoami", {}), meshed("whoami")]),
  passes(
    "a destination's namespace, and none else's, in Enterprise",
    [inNamespace({ name: "web", samenessGroup: "all", action: "allow" })],
    {
      config: { enterprise: true },
    },
  ),
  blocks(
    "a destination's namespace",
    [inNamespace({ name: "web", action: "allow" })],
    "spec.destination.namespace needs Consul Enterprise",
  ),
  accepted("spec.sources[0].samenessGroup needs Consul Enterprise", {
    name: "web",
    samenessGroup: "all",
    action: "allow",
  }),
  passes("a token for the whole service", [asking(okta, { name: "web", action: "allow" })]),
  accepted('spec.sources[0].source: "we*" is not a service name', { name: "we*", action: "allow" }),
  accepted(
    "spec.sources[0].permissions[0].http: matches nothing by itself",
    paths("web", { action: "allow", http: { header: "x" } }),
  ),
  accepted("spec.sources is empty"),
  accepted('spec.sources[0].action: "permit" is not an action', { name: "web", action: "permit" }),
  accepted("spec.sources[0] has neither action nor permissions", { name: "web" }),
  accepted("spec.sources[0].name is missing", { action: "allow" }),
  accepted("spec.sources[0].action: excludes permissions", { ...paths("web", anyPath), action: "allow" }),
  accepted("spec.sources[0].permissions: is empty", paths("web")),
  accepted("spec.sources[0].permissions[0].http: is missing", paths("web", { action: "allow" })),
  accepted(
    "spec.sources[0].permissions[0].http: is missing",
    paths("web", { action: "allow", jwt: { providers: [{ name: "okta" }] } }),
  ),
  accepted(
    'spec.sources[0].permissions[0].action: "permit" is not an action',
    paths("web", { ...anyPath, action: "permit" }),
  ),
  accepted(
    "spec.sources[0].permissions[0].http: has pathExact and pathPrefix",
    paths("web", { action: "allow", http: { pathExact: "/a", pathPrefix: "/b" } }),
  ),
  accepted(
    'spec.sources[0].permissions[0].http.methods[0]: "FETCH" is not an HTTP method',
    paths("web", { action: "allow", http: { pathPrefix: "/", methods: ["FETCH"] } }),
  ),
  accepted(
    'spec.sources[0].permissions[0].http.pathPrefix: "api" is not a path',
    paths("web", { action: "allow", http: { pathPrefix: "api" } }),
  ),
  accepted(
    "spec.sources[1]: web → whoami is declared by spec.sources[0] already",
    { name: "web", action: "allow" },
    { name: "web", action: "deny" },
  ),
  accepted(
    'spec.sources[0].permissions[0].http.pathRegex: "(" is not RE2',
    paths("web", { action: "allow", http: { pathRegex: "(" } }),
  ),
  accepted(
    "spec.sources[0].permissions[0].http.header[0]: has exact and prefix",
    paths("web", { action: "allow", http: { header: [{ name: "x", exact: "a", prefix: "b" }] } }),
  ),
  accepted("spec.sources[0].permissions[0].jwt.providers: is empty", paths("web", { ...anyPath, jwt: {} })),
  accepted(
    "spec.sources[0].permissions[0].jwt: is ignored: a deny applies to all",
    paths("web", { ...anyPath, action: "deny", jwt: okta }),
  ),
  accepted(
    "jwt.providers[0].verifyClaims[0].path: [] is not the path of a claim",
    paths("web", { ...anyPath, jwt: { providers: [{ name: "okta", verifyClaims: [{ value: "a" }] }] } }),
  ),
  blocks(
    "a token of nobody for the whole service",
    [asking({ providers: [] }, { name: "web", action: "allow" })],
    "spec.jwt.providers is empty",
  ),
  accepted(
    "spec.sources[0].permissions[0].http: matches nothing by itself",
    paths("web", { action: "allow", http: { methods: "GET" } }),
  ),
  passes("fields that are null, which are none", [
    asking(null, {
      name: "web",
      action: null,
      permissions: [
        { ...anyPath, http: { pathPrefix: "/a", pathExact: null, methods: null, header: null }, jwt: null },
        { action: "deny", http: { header: [{ name: "x-debug", present: true, exact: null, invert: false }] } },
      ],
    }),
    intentions("shop", { name: "web", action: "allow", description: null, permissions: null }),
  ]),
  accepted("spec.sources[0] has neither action nor permissions", { name: "web", action: null, permissions: null }),
  accepted(
    'spec.sources[0].permissions[0].http: is missing; give what the permission matches, such as pathPrefix "/"',
    paths("web", { action: "allow", http: null }),
  ),
  ...["web", 5, [], [null]].map((http) =>
    blocks(
      `what is no match: ${JSON.stringify(http)}`,
      [intentions("whoami", paths("web", { action: "allow", http }))],
      "spec.sources[0].permissions[0].http: matches nothing by itself; give a path matcher",
    ),
  ),
  ...["pathExact", "pathPrefix"].map((matcher) =>
    accepted(
      `spec.sources[0].permissions[0].http.${matcher}: "5" is not a path; begin with "/"`,
      paths("web", { action: "allow", http: { [matcher]: 5 } }),
    ),
  ),
  accepted(
    'spec.sources[0].permissions[0].http.pathRegex: "(" is not RE2',
    paths("web", { action: "allow", http: { pathRegex: ["("] } }),
  ),
  ...[5, null].map((method) =>
    accepted(
      `spec.sources[0].permissions[0].http.methods[0]: "${method}" is not an HTTP method`,
      paths("web", { action: "allow", http: { methods: [method] } }),
    ),
  ),
  blocks(
    "a header that is null",
    [intentions("whoami", paths("web", { action: "allow", http: { header: [null] } }))],
    [
      "spec.sources[0].permissions[0].http.header[0].name: is empty; name the header",
      "spec.sources[0].permissions[0].http.header[0]: has no criterion; give one of",
    ],
  ),
  accepted(
    "spec.sources[0].permissions[0].http.header[0]: has no criterion; give one of",
    paths("web", { action: "allow", http: { header: [{ name: "x", present: false }] } }),
  ),
  accepted(
    "spec.sources[0].permissions[0].jwt.providers[0].name: is empty; name a JWT provider",
    paths("web", { ...anyPath, jwt: { providers: [null] } }),
  ),
  ...[[null], [{ path: [null, ""] }]].map((verifyClaims) =>
    accepted(
      `verifyClaims[0].path: ${JSON.stringify(verifyClaims[0]?.path.map(String) ?? [])} is not the path of a claim`,
      paths("web", { ...anyPath, jwt: { providers: [{ name: "okta", verifyClaims }] } }),
    ),
  ),
  passes("the path of a claim", [
    intentions(
      "whoami",
      paths("web", { ...anyPath, jwt: { providers: [{ name: "okta", verifyClaims: [{ path: ["team"] }] }] } }),
    ),
  ]),
  ...Object.entries({
    "a denial of what a path's beginning covers": [anyPath, { action: "deny", http: { pathPrefix: "/admin" } }],
    "a denial of a method": [anyPath, { action: "deny", http: { methods: ["DELETE"] } }],
    "a denial of a header": [
      anyPath,
      { action: "deny", http: { pathPrefix: "/", header: [{ name: "x", exact: "a" }] } },
    ],
    "a denial of all of a method": [anyPath, { action: "deny", http: { pathRegex: ".*", methods: ["PUT"] } }],
    "a denial by a regular expression": [anyPath, { action: "deny", http: { pathRegex: "/a/.*" } }],
    "a denial by one that ends like it": [anyPath, { action: "deny", http: { pathRegex: ".*/.*" } }],
    "a denial by one that begins like it": [anyPath, { action: "deny", http: { pathRegex: "/.*/a" } }],
  }).map(([what, permissions]) =>
    blocks(
      what,
      [intentions("whoami", { name: "api", action: "allow" }, paths("web", ...permissions))],
      "\nServiceIntentions whoami: spec.sources[1].permissions[1] never denies: spec.sources[1].permissions[0] allows all that it matches; put it before that. See",
    ),
  ),
  ...Object.entries({
    "a token behind an allow": [anyPath, { action: "allow", http: { pathPrefix: "/admin" }, jwt: okta }],
    "a token for all of it": [anyPath, { ...anyPath, jwt: okta }],
    "a claim of the same provider": [
      { ...anyPath, jwt: okta },
      { ...anyPath, jwt: { providers: [{ name: "okta", verifyClaims: [{ path: ["role"], value: "admin" }] }] } },
    ],
    "another value of a claim": ["user", "admin"].map((value) => ({
      ...anyPath,
      jwt: { providers: [{ name: "okta", verifyClaims: [{ path: ["role"], value }] }] },
    })),
  }).map(([what, permissions]) =>
    accepted(
      "spec.sources[0].permissions[1] never asks for its token: spec.sources[0].permissions[0] allows all that it matches; put it before that",
      paths("web", ...permissions),
      // What tells the cases apart.
      { name: "other", action: "deny", description: what },
    ),
  ),
  ...[{ pathPrefix: "/" }, { pathRegex: ".*" }, { pathRegex: "/.*" }].map((http) =>
    passes(`a denial of the rest: ${JSON.stringify(http)}`, [
      intentions("whoami", paths("web", anyPath, { action: "deny", http })),
    ]),
  ),
  passes("permissions behind others that leave them something, or that say the same", [
    intentions(
      "whoami",
      paths("web", { action: "allow", http: { pathPrefix: "/a" } }, { action: "deny", http: { pathPrefix: "/b" } }),
      paths("api", { action: "deny", http: { pathPrefix: "/a" } }, { action: "deny", http: { pathPrefix: "/a/b" } }),
      paths(
        "shop",
        { action: "deny", http: { pathPrefix: "/a" } },
        { ...anyPath, http: { pathExact: "/a" }, jwt: okta },
      ),
      paths("ledger", { ...anyPath, jwt: okta }, { ...anyPath, http: { pathPrefix: "/a" }, jwt: okta }, anyPath),
      paths("batch", anyPath, { action: "allow", http: { pathExact: "/a" } }),
    ),
  ]),
  accepted("spec.sources[0].permissions[1].http: is missing", paths("web", anyPath, { action: "deny" })),
  accepted("spec.sources[0].namespace needs Consul Enterprise", { name: "web", namespace: "shop", action: "allow" }),
  accepted("spec.sources[0].partition needs Consul Enterprise", { name: "web", partition: "eu", action: "allow" }),
  blocks(
    "permissions on every destination",
    [intentions("*", paths("web", anyPath))],
    "spec.sources[0].permissions: cannot go to every service",
  ),
  blocks(
    "no destination",
    [configEntry("ServiceIntentions", "a", { sources: [{ name: "web", action: "allow" }] })],
    "spec.destination.name is missing",
  ),
  blocks(
    "an unknown path",
    [intentions("whoami", paths("web", { action: "allow", http: { pathExact: UNKNOWN } }))],
    NOT_KNOWN,
  ),
]);

/** An intention for one destination by each of two providers. */
const inClusters = (one: object, two: object, name = "second") => [
  { ...intentions("db", { name: "web", action: "allow" }), provider: { name: "first", props: one } },
  { ...intentions("db", { name: "api", action: "allow" }), name: "again", provider: { name, props: two } },
];

cases("intentions-consistent", [
  passes("permissions for http", [http("whoami"), intentions("whoami", paths("web", anyPath))]),
  passes("permissions where all services speak http", [
    configEntry("ProxyDefaults", "global", { config: { protocol: "http" } }),
    intentions("whoami", paths("web", anyPath)),
  ]),
  passes("permissions for http of another stack", [intentions("whoami", paths("web", anyPath))], {
    config: { protocols: { whoami: "http" } },
  }),
  passes("an action for tcp", [intentions("db", { name: "web", action: "allow" })]),
  passes("what is exempt, at the end too", [intentions("db", paths("web", anyPath))], {
    config: { exempt: ["serviceintentions-db"] },
  }),
  passes("permissions on every destination, which intentions-accepted blocks", [
    intentions("*", paths("web", anyPath)),
  ]),
  passes("tokens for http, with ACLs", [
    release(SAFE_VALUES),
    http("whoami"),
    asking(okta, paths("web", { ...anyPath, jwt: okta })),
  ]),
  blocks(
    "a token for tcp, which nobody looks at",
    [asking(okta, { name: "web", action: "allow" })],
    "asks for a token, but whoami speaks tcp",
  ),
  ...[
    ["of a permission", intentions("whoami", paths("web", { ...anyPath, jwt: okta }))] as const,
    ["of the whole service", asking(okta, { name: "web", action: "allow" })] as const,
  ].map(([what, entry]) =>
    blocks(
      `a token ${what} without ACLs, which nobody looks at`,
      [release(safeBut({ global: { acls: { manageSystemACLs: false } } })), http("whoami"), entry],
      "asks for a token, which Consul without ACLs does not",
    ),
  ),
  passes("a token that is null, which is none", [
    release(safeBut({ global: { acls: { manageSystemACLs: false } } })),
    http("whoami"),
    asking(null, paths("web", { ...anyPath, jwt: null })),
  ]),
  passes("a token for tcp that is null, which is none", [asking(null, { name: "web", action: "allow" })]),
  blocks("permissions without ServiceDefaults", [intentions("whoami", paths("web", anyPath))], "whoami speaks tcp"),
  blocks(
    "permissions for tcp",
    [configEntry("ServiceDefaults", "db", { protocol: "tcp" }), intentions("db", paths("web", anyPath))],
    "db speaks tcp",
  ),
  blocks(
    "two resources for a destination",
    [
      intentions("db", { name: "web", action: "allow" }),
      { ...intentions("db", { name: "api", action: "allow" }), name: "again" },
    ],
    ["db is for the destination db too", "db is for the destination db too"],
  ),
  ...[{ kubeconfig: "b" }, { context: "b" }, { cluster: "b" }, { kubeconfig: UNKNOWN }].map((other) =>
    passes("intentions for a destination in each of two clusters", inClusters({ kubeconfig: "a" }, other)),
  ),
  blocks(
    "two resources for a destination by two providers of one cluster",
    inClusters({ kubeconfig: "a", namespace: "b" }, { kubeconfig: "a" }),
    ["db is for the destination db too", "db is for the destination db too"],
  ),
  blocks(
    "two resources for a destination by a provider whose cluster is not known yet",
    inClusters({ kubeconfig: UNKNOWN }, { kubeconfig: UNKNOWN }, "first"),
    ["db is for the destination db too", "db is for the destination db too"],
  ),
  passes(
    "intentions for a destination in each of two clusters that are not known yet",
    inClusters({ kubeconfig: UNKNOWN }, { kubeconfig: UNKNOWN }),
  ),
  blocks(
    "an unknown protocol",
    [configEntry("ServiceDefaults", "db", { protocol: UNKNOWN }), intentions("db", paths("web", anyPath))],
    NOT_KNOWN,
  ),
]);

cases(
  "l7-permissions",
  [
    passes("permissions for http", [http("whoami"), intentions("whoami", paths("web", anyPath))]),
    passes("an action for tcp", [intentions("db", { name: "web", action: "allow" })]),
    passes("what l7-permissions does not judge", [
      configEntry("ProxyDefaults", "global", { config: { protocol: "http" } }),
      intentions("*", { name: "web", action: "allow" }),
      configEntry("ServiceIntentions", "nobody", { sources: [{ name: "web", action: "allow" }] }),
      kube("example.com/v1", "Thing", "a", {
        spec: { destination: { name: "b" }, sources: [{ name: "web", action: "allow" }] },
      }),
    ]),
    passes("deny", [http("whoami"), intentions("whoami", { name: "web", action: "deny" })]),
    blocks(
      "an action for http",
      [http("whoami"), intentions("whoami", { name: "web", action: "allow" })],
      "web may call all of whoami, which speaks http",
    ),
    blocks("unknown", [http("whoami"), intentions("whoami", { name: "web", action: UNKNOWN })], NOT_KNOWN),
  ],
  "advisory",
);
