import { parseSettings } from "../../settings";
import { MeshDescription, MeshReference, PublishedServices } from "../../components";
import { meshOf } from "../../components/teams/meshReference";
import { joinedProblems, platformProblems, together } from "../../settings/meshProblems";
import { keyPair } from "../jwtCases";
import { raw } from "../settings";

const told = (given: Record<string, unknown>) => {
  const result = parseSettings(raw(given));
  return "problems" in result ? result.problems.map((each) => `${each.propertyPath}: ${each.reason}`) : [];
};

const MESH = { meshStack: "organization/mesh/prod" };
const shop = { name: "shop", image: "shop:1", port: 80 };
const cart = { ...shop, name: "cart" };
const old = { name: "old", port: 80 };
const job = { name: "nightly", image: "job:1", command: ["run"] };
const api = { name: "api", host: "api.test", port: 443, tls: {} };
const login = { name: "login", issuer: "https://a.test", keys: { local: JSON.stringify({ keys: [keyPair().jwk] }) } };
const routed = { routes: [{ host: "a.test" }] };
const traefik = (destination: string, more: object = {}) => ({
  intentions: [{ source: "traefik-system-ingress", destination, ...more }],
});
const withToken = (provider: string) => ({
  consulAcls: true,
  jwtProviders: [login],
  externalJwtProviders: ["azure"],
  services: [{ ...shop, ...routed }],
  ...traefik("shop", {
    permissions: [{ action: "allow", http: { pathPrefix: "/" }, jwt: { providers: [{ name: provider }] } }],
  }),
});

/** What only the whole of the settings shows: what is told, and the nearest of which nothing is. */
test.each<[wrong: object, problem: string, right: object]>([
  [
    { services: [{ ...shop, name: "api" }], externalDestinations: [api] },
    'services[0].name: "api" is the name of externalDestinations[0] too',
    { services: [shop], externalDestinations: [api] },
  ],
  [
    { services: [shop], workloads: [old, { ...old, name: "shop" }] },
    'workloads[1].name: "shop" is the name of services[0] too',
    { services: [shop], workloads: [old] },
  ],
  [
    { workloads: [{ name: "nightly", port: 80 }], jobs: [job] },
    'jobs[0].name: "nightly" is the name of workloads[0] too',
    { workloads: [old], jobs: [job] },
  ],
  [
    { jwtProviders: [login, login] },
    'jwtProviders[1].name: "login" is the name of jwtProviders[0] too',
    { jwtProviders: [login, { ...login, name: "other" }] },
  ],
  [
    { jwtProviders: [login], externalJwtProviders: ["other", "login"] },
    'externalJwtProviders[1]: "login" is the name of jwtProviders[0] too',
    { jwtProviders: [login], externalJwtProviders: ["other"] },
  ],
  ...["shop", "old", "nightly", "api"].map((name): [object, string, object] => [
    {
      services: [shop],
      workloads: [old],
      jobs: [job],
      externalDestinations: [api],
      externalServices: { [name]: "http" },
    },
    `externalServices.${name}: "${name}" is a service of this program`,
    {
      services: [shop],
      workloads: [old],
      jobs: [job],
      externalDestinations: [api],
      externalServices: { other: "http" },
    },
  ]),
  [
    { services: [{ ...shop, traffic: { failover: ["nobody"] } }] },
    'services[0].traffic: sends requests on to "nobody"',
    { services: [{ ...shop, traffic: { failover: ["old"] } }], workloads: [old] },
  ],
  [
    { services: [{ ...shop, traffic: { failover: ["nightly"] } }], jobs: [job] },
    'services[0].traffic: sends requests on to "nightly"',
    { services: [{ ...shop, traffic: { failover: ["cart"] } }, cart], jobs: [job] },
  ],
  [
    { services: [{ ...shop, ...routed }], workloads: [{ ...old, ...routed }] },
    "workloads[0].routes[0]: the rule",
    { services: [{ ...shop, ...routed }], workloads: [{ ...old, routes: [{ host: "b.test" }] }] },
  ],
  [
    { services: [{ ...shop, routes: [{ host: "a.test", tls: { certResolver: "le" } }] }] },
    'services[0].routes[0].tls.certResolver: "le" is not a certificate resolver',
    { services: [{ ...shop, routes: [{ host: "a.test", tls: {} }] }] },
  ],
  [
    { services: [shop], jobs: [{ ...job, calls: [{ destination: "nobody" }] }] },
    'jobs[0].calls[0].destination: "nobody" is not a service of this stack',
    { services: [shop], jobs: [{ ...job, calls: [{ destination: "shop" }] }] },
  ],
  [
    { services: [{ ...shop, calls: [{ destination: "old" }] }] },
    'services[0].calls[0].destination: "old" is not a service of this stack',
    {
      services: [{ ...shop, calls: [{ destination: "old" }, { destination: "api" }] }],
      workloads: [old],
      externalDestinations: [api],
    },
  ],
  [
    { services: [cart, { ...shop, after: ["nightly", "other"] }], jobs: [job] },
    'services[1].after[1]: "other" is not a job of this stack',
    { services: [cart, { ...shop, after: ["nightly"] }], jobs: [job] },
  ],
  ...[
    { jobs: [{ ...job, calls: [{ destination: "shop" }] }] },
    { jobs: [job], intentions: [{ source: "nightly", destination: "shop" }] },
  ].map((given): [object, string, object] => [
    { services: [{ ...shop, after: ["nightly"] }], ...given },
    'services[0].after[0]: "nightly" cannot end before this service runs',
    { services: [shop], ...given },
  ]),
  [
    { services: [shop], intentions: [{ source: "shop", destination: "other" }] },
    'intentions[0].destination: "other" is not a service of this stack',
    { services: [shop], intentions: [{ source: "shop", destination: "other" }], externalServices: { other: "tcp" } },
  ],
  ...["login", "azure"].map((provider): [object, string, object] => [
    withToken("okta"),
    'jwt.providers[0].name: "okta" is not a JWT provider; known: azure, login',
    withToken(provider),
  ]),
])("%j is told: %s", (wrong, problem, right) => {
  expect(told(wrong as Record<string, unknown>)).toEqual([expect.stringContaining(problem)]);
  expect(told(right as Record<string, unknown>)).toEqual([]);
});

test.each<[what: string, given: object, problems: unknown[]]>([
  ["a route leads to", { services: [shop, { ...cart, ...routed }], ...traefik("cart") }, []],
  [
    "no route leads to",
    { services: [shop, { ...cart, ...routed }], ...traefik("shop") },
    [expect.stringMatching(/^intentions\[0\]: .*shop/)],
  ],
])("an intention of the ingress's for what %s has an effect or none, which can be an error", (_, given, problems) => {
  expect(told({ ...given, intentionWarningsAreErrors: true })).toEqual(problems);
  expect(told({ ...given })).toEqual([]);
});

test("of a stack in another one's mesh, names and traffic are judged; the rest needs that mesh", () => {
  const services = [
    { ...shop, ...routed, calls: [{ destination: "nobody" }] },
    { ...cart, ...routed, traffic: { failover: ["other"] } },
    cart,
  ];
  expect(told({ ...MESH, services }).map((each) => each.replace(/: .*/, ""))).toEqual([
    "services[2].name",
    "services[1].traffic",
  ]);
});

describe("beside the services of another stack's mesh", () => {
  const description: MeshDescription = {
    consulNamespace: "consul",
    kubernetesVersion: "1.31",
    partWithoutSleep: "an old kubelet",
    partWithoutNativeSidecar: "an old control plane",
    partWithoutContains: "an old chart",
    cni: true,
    reach: { connectInject: { k8sAllowNamespaces: ["orders"] } },
    ingress: {
      serviceName: "edge",
      namespace: "edge",
      replicas: 1,
      respondingTimeouts: {},
      ports: { web: 80, websecure: 443 },
      options: { userLists: { ops: { secretName: "ops" } } },
    },
  };
  const others: Record<string, PublishedServices> = {
    "a/b/prod": {
      namespace: "prod",
      services: [
        { name: "front", port: 80, routes: [{ host: "front.test" }] },
        { name: "pay", port: 80, protocol: "tcp" },
      ],
      jobs: ["reports"],
      intentions: [{ source: "shop", destination: "pay" }],
    },
  };
  const joins = (given: object, its = description) => {
    const result = parseSettings(raw({ ...MESH, servicesNamespace: "orders", services: [shop], ...given }));
    if ("problems" in result) {
      throw new Error(JSON.stringify(result.problems));
    }
    const protocols = [["front", "http"], ["pay", "tcp"], ["reports", "tcp"]] as const; // prettier-ignore
    const { settings } = result;
    return joinedProblems(settings, new MeshReference(its, others), meshOf(its, others), protocols).map(
      (each) => `${each.propertyPath}: ${each.reason}`,
    );
  };
  const call = (destination: string) => ({ calls: [{ destination }] });
  const permitted = (header: object) => ({
    intentions: [
      {
        source: "front",
        destination: "shop",
        permissions: [{ action: "allow", http: { header: [{ name: "x-a", ...header }] } }],
      },
    ],
  });

  test.each<[wrong: object, problem: string | RegExp, right: object]>([
    [{ servicesNamespace: "other" }, /^mesh\.values\.connectInject\.k8sAllowNamespaces: leaves out "other"/, {}],
    [
      { services: [cart, { ...shop, drainSeconds: 5 }] },
      /^services\[1\]\.drainSeconds: /,
      { services: [cart, { ...shop, drainSeconds: 0 }] },
    ],
    [
      { services: [cart, { ...shop, env: { "1a": "c" } }] },
      /^services\[1\]\.env: "1a" is a name that Kubernetes takes since 1.32/,
      { services: [cart, { ...shop, env: { a: "c" } }] },
    ],
    [
      { jobs: [job, { ...job, name: "other", command: undefined }] },
      /^jobs\[1\]\.command: is not set, and an old control plane ends no sidecar/,
      { jobs: [job, { ...job, name: "other" }] },
    ],
    [
      { jobs: [job, { ...job, name: "other", env: { "1a": "c" } }] },
      /^jobs\[1\]\.env: "1a" is a name that Kubernetes takes since 1.32/,
      { jobs: [job] },
    ],
    [
      { services: [shop, { ...shop, name: "pay" }] },
      'services[1].name: "pay" is the name of stack a/b/prod: service pay too; give each its own',
      { services: [shop, cart] },
    ],
    [
      { jobs: [{ ...job, name: "reports" }] },
      'jobs[0].name: "reports" is the name of stack a/b/prod: job reports too; give each its own',
      { jobs: [job] },
    ],
    [
      { services: [shop, { ...cart, routes: [{ host: "front.test" }] }] },
      'services[1].routes[0]: the rule "Host(`front.test`) on web" is that of stack a/b/prod: service front: routes[0] too; give each its own',
      { services: [shop, { ...cart, ...routed }] },
    ],
    [
      { services: [{ ...shop, ...routed }], workloads: [{ ...old, ...routed }] },
      'workloads[0].routes[0]: the rule "Host(`a.test`) on web" is that of services[0].routes[0] too; give each its own',
      { services: [shop], workloads: [{ ...old, ...routed }] },
    ],
    [
      { services: [{ ...shop, routes: [{ host: "a.test", middlewares: [{ basicAuth: { userList: "dev" } }] }] }] },
      /^services\[0\]\.routes\[0\]\.middlewares\[0\]\.basicAuth\.userList: "dev" is not a user list of the ingress/,
      { services: [{ ...shop, routes: [{ host: "a.test", middlewares: [{ basicAuth: { userList: "ops" } }] }] }] },
    ],
    [
      { services: [{ ...shop, routes: [{ host: "a.test", middlewares: [{ forwardAuth: { service: "nobody" } }] }] }] },
      'services[0].routes[0].middlewares[0].forwardAuth.service: "nobody" is not a service of this mesh; did you mean "front"? Declare it, or name it in externalServices',
      { services: [{ ...shop, ...routed }] },
    ],
    [
      { intentions: [{ source: "shop", destination: "nobody" }] },
      /^intentions\[0\]\.destination: "nobody" is not a service/,
      { intentions: [{ source: "edge", destination: "shop" }] },
    ],
    [permitted({ contains: "a" }), /an old chart, which drops it/, permitted({ exact: "a" })],
    [
      { services: [{ ...shop, protocol: "tcp" }], ...permitted({ exact: "a" }) },
      /^intentions\[0\]\.permissions: /,
      { services: [{ ...shop, protocol: "grpc" }], ...permitted({ exact: "a" }) },
    ],
    [
      { intentions: [{ source: "shop", destination: "pay" }] },
      'intentions[0]: "pay" has its intentions in stack a/b/prod already; declare them all there',
      { services: [{ ...shop, ...call("pay") }] },
    ],
    [
      { services: [shop, { ...cart, ...call("pay") }] },
      /^services\[1\]\.calls\[0\]\.destination: "pay" is a service of stack a\/b\/prod, whose intentions do not let "cart" in/,
      { services: [shop, { ...cart, ...call("shop") }] },
    ],
    [
      {
        services: [
          {
            ...shop,
            calls: [{ destination: "pay", permissions: [{ action: "allow", http: { pathPrefix: "/" } }] }],
          },
        ],
      },
      'services[0].calls[0].permissions: "pay" speaks tcp; use action, or set its protocol to http, http2 or grpc',
      { services: [{ ...shop, ...call("pay") }] },
    ],
    [
      { jobs: [{ ...job, ...call("front") }] },
      /^jobs\[0\]\.calls\[0\]\.destination: "front" is a service of stack a\/b\/prod/,
      { jobs: [{ ...job, ...call("shop") }] },
    ],
    [
      {
        intentions: [
          { source: "reports", destination: "shop" },
          { source: "x", destination: "shop" },
        ],
      },
      /^intentions\[1\]\.source: "x" is not a service/,
      { intentions: [{ source: "reports", destination: "shop" }], ...{ externalServices: { x: "http" } } },
    ],
    [
      { intentions: [{ source: "edge", destination: "shop" }], intentionWarningsAreErrors: true },
      /^intentions\[0\]: lets "edge" call "shop", to which no route leads/,
      {
        services: [{ ...shop, ...routed }],
        intentions: [{ source: "edge", destination: "shop" }],
        intentionWarningsAreErrors: true,
      },
    ],
  ])("%j is told, where it stands: %s", (wrong, problem, right) => {
    const said = joins(wrong);
    expect(said).toEqual([typeof problem === "string" ? problem : expect.stringMatching(problem)]);
    expect(joins(right)).toEqual([]);
  });

  test("a route may ask what others declare", () => {
    const services = [{ ...shop, routes: [{ host: "a.test", middlewares: [{ forwardAuth: { service: "next" } }] }] }];
    expect(joins({ services })).toEqual([expect.stringContaining('"next" is not a service of this mesh')]);
    expect(joins({ services, externalServices: { next: "http" } })).toEqual([]);
  });

  test("a call that no rule of its destination's stack decides is let in where the mesh has neither deny-all nor ACLs", () => {
    const calling = { services: [{ ...shop, ...call("front") }] };
    const refused = [expect.stringMatching(/^services\[0\]\.calls\[0\]\.destination: "front" is a service of stack/)];
    expect(joins(calling, { ...description, denyAll: false })).toEqual([]);
    expect(joins(calling, { ...description, denyAll: true })).toEqual(refused);
    expect(joins(calling, { ...description, denyAll: false, authMethod: "acls" })).toEqual(refused);
    expect(joins(calling)).toEqual(refused);
  });

  test("a JWT provider is one that the mesh's stack has or knows, or one that this stack names", () => {
    const needing = (provider: string, more: object = {}) => ({
      services: [{ ...shop, ...routed }],
      intentions: [
        {
          source: "edge",
          destination: "shop",
          permissions: [{ action: "allow", http: { pathPrefix: "/" }, jwt: { providers: [{ name: provider }] } }],
        },
      ],
      ...more,
    });
    const its = { ...description, authMethod: "acls" };
    const telling = { ...its, jwtProviders: ["login", "azure"] };
    const at = "intentions[0].permissions[0].jwt.providers[0].name";
    const external = { externalJwtProviders: ["okta"] };
    expect(joins(needing("login"), telling)).toEqual([]);
    expect(joins(needing("azure"), telling)).toEqual([]);
    expect(joins(needing("okta", external), telling)).toEqual([]);
    expect(joins(needing("google", external), telling)).toEqual([
      `${at}: "google" is not a JWT provider; known: azure, login, okta. Have the stack that makes the mesh declare it in jwtProviders, or name it in externalJwtProviders where others declare it`,
    ]);
    expect(joins(needing("okta", external), its)).toEqual([]);
    expect(joins(needing("login", external), its)).toEqual([
      `${at}: "login" is not a JWT provider; known: okta. Declare it in jwtProviders, or name it in externalJwtProviders where others declare it`,
    ]);
  });

  test("all is told at once", () => {
    const services = [
      { ...shop, name: "pay" },
      { ...cart, routes: [{ host: "front.test" }], ...call("front") },
    ];
    expect(joins({ services }).map((each) => each.replace(/: .*/, ""))).toEqual([
      "services[0].name",
      "services[1].routes[0]",
      "services[1].calls[0].destination",
    ]);
  });
});

describe("beside the services of the stacks that join its mesh", () => {
  const teams = { teams: [{ stack: "a/b/pay", namespace: "pay" }] };
  const asking = (service: string) => ({
    services: [{ ...shop, routes: [{ host: "a.test", middlewares: [{ forwardAuth: { service } }] }] }, cart],
  });
  const calling = (destination: string, more: object = {}) => ({
    services: [{ ...shop, calls: [{ destination }] }],
    externalServices: { pay: "http", bank: "http" },
    ...more,
  });
  const others: Record<string, PublishedServices> = {
    "a/b/pay": {
      namespace: "pay",
      services: [
        { name: "pay", port: 80, internal: true },
        { name: "bank", port: 80 },
      ],
      intentions: [{ source: "shop", destination: "pay" }],
    },
  };
  const makes = (given: object) => {
    const result = parseSettings(raw({ ...teams, ...given }));
    if ("problems" in result) {
      throw new Error(JSON.stringify(result.problems));
    }
    const ingress = { serviceName: "traefik-system-ingress", options: {} };
    return platformProblems(result.settings, meshOf({ ingress }, others)).map(
      (each) => `${each.propertyPath}: ${each.reason}`,
    );
  };

  test("its routes may ask a team's, and what others declare", () => {
    const nobody =
      /^services\[0\]\.routes\[0\]\.middlewares\[0\]\.forwardAuth\.service: "nobody" is not a service of this mesh; .*\? Declare it, or name it in externalServices$/;
    expect(told(asking("nobody"))).toEqual([expect.stringMatching(nobody)]);
    expect(told({ ...asking("nobody"), externalServices: { nobody: "http" } })).toEqual([]);
    expect(makes(asking("nobody"))).toEqual([expect.stringMatching(nobody)]);
    expect(makes({ ...asking("nobody"), externalServices: { nobody: "http" } })).toEqual([]);
    expect(makes(asking("pay"))).toEqual([]);
    expect(told({ ...teams, services: [{ ...shop, traffic: { failover: ["nobody"] } }] })).toEqual([
      expect.stringContaining('sends requests on to "nobody"'),
    ]);
  });

  test("each stack opens its own", () => {
    const rule = { source: "shop", destination: "bank" };
    expect(makes(calling("pay", { intentions: [rule] }))).toEqual([
      'intentions[0]: "bank" is of stack a/b/pay, which alone opens it; declare the rule there',
    ]);
    expect(makes(calling("cart", { services: [shop, cart], intentions: [{ ...rule, destination: "cart" }] }))).toEqual(
      [],
    );
    others["a/b/cart"] = { namespace: "cart", services: [], intentions: [{ source: "x", destination: "old" }] };
    expect(makes({ ...calling("old"), externalServices: { old: "http" } })).toEqual([
      'services[0].calls[0]: "old" has its intentions in stack a/b/cart already; declare them all there',
    ]);
  });

  test("calls are let in by who owns what is called, by a rule for all services, or where the mesh is open", () => {
    const refused = [
      'services[0].calls[0].destination: "bank" is a service of stack a/b/pay, whose intentions do not let "shop" in; have that stack declare { source: shop, destination: bank } first',
    ];
    expect(makes(calling("pay"))).toEqual([]);
    expect(makes(calling("bank"))).toEqual(refused);
    expect(makes(calling("bank", { intentions: [{ source: "shop", destination: "*" }] }))).toEqual([]);
    expect(makes(calling("bank", { denyAll: false }))).toEqual([]);
    expect(makes(calling("bank", { denyAll: false, consulAcls: true }))).toEqual(refused);
    expect(makes(calling("bank", { consulAcls: true }))).toEqual(refused);
  });
});

describe("what only the whole shows", () => {
  const part = { propertyPath: "a", reason: "is wrong by itself" };
  const whole = { propertyPath: "b", reason: "is wrong beside a" };
  const fails = () => {
    throw new Error("cannot be judged");
  };

  test("is told beside what is wrong by itself, but not of the same input", () => {
    expect(together([part], () => [{ ...whole, propertyPath: "a" }, whole])).toEqual([whole]);
    expect(together([], () => [whole])).toEqual([whole]);
  });

  test("cannot be judged where a part is wrong, and else it is an error", () => {
    expect(together([part], fails)).toEqual([]);
    expect(() => together([], fails)).toThrow("cannot be judged");
  });
});
