import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parseSettings, Settings } from "../../settings";
import { Shared } from "../../stacks/outputs";
import { platformStack } from "../../stacks/platform";
import { judgePlatform } from "../../stacks/published";
import { servicesStack } from "../../stacks/services";
import { find, record, Recorded } from "../recorder";
import { keyPair } from "../jwtCases";
import { raw } from "../settings";
import { refusals } from "../verdicts";

const MESH = "organization/consul-traefik-mesh/prod";
/** The recorder's own stack. */
const OWN = "organization/consul-traefik-mesh/test";
const PAY = "organization/consul-traefik-mesh/pay";
const image = "a:1";

function settingsOf(given: Record<string, unknown>): Settings {
  const result = parseSettings(raw({ kubernetesVersion: "1.34", ...given }));
  if ("problems" in result) {
    throw new Error(result.problems.map((p) => `${p.propertyPath}: ${p.reason}`).join("\n"));
  }
  return result.settings;
}

const platform = {
  teams: [
    { stack: OWN, namespace: "orders" },
    { stack: PAY, namespace: "pay" },
  ],
  traefikCertificateResolvers: { le: { email: "a@example.com", tlsChallenge: {} } },
  services: [{ name: "front", image, port: 80, routes: [{ host: "front.example" }] }],
  networkPolicies: true,
};
const pay = {
  meshStack: MESH,
  servicesNamespace: "pay",
  services: [
    { name: "pay", image, port: 80, protocol: "tcp", tcpRoutes: [{ sni: "pay.example", tls: {} }] },
    { name: "auth", image, port: 80, internal: true, routes: [{ host: "auth.example", tls: { certResolver: "le" } }] },
  ],
  jobs: [{ name: "nightly", image, command: ["run"] }],
  externalServices: { orders: "http" },
  intentions: [{ source: "orders", destination: "pay" }],
};
const orders = {
  meshStack: MESH,
  servicesNamespace: "orders",
  services: [{ name: "orders", image, port: 80, routes: [{ host: "orders.example" }] }],
  intentions: [{ source: "traefik-system-ingress", destination: "orders" }],
};

/** What a stack of these settings shares, as the CLI would read it back. */
async function sharedOf(given: Record<string, unknown>, stacks: Record<string, object> = {}): Promise<Shared> {
  let shared: unknown;
  await record(async () => {
    const settings = settingsOf(given);
    const outputs = settings.meshStack === undefined ? platformStack(settings) : await servicesStack(settings, MESH);
    shared = await new Promise((known) => outputs.shared.apply(known));
  }, stacks);
  return JSON.parse(JSON.stringify(shared));
}

let stacks: Record<string, object>;
beforeAll(async () => {
  const shared = await sharedOf(platform);
  const asPay = { ...shared, teams: [{ stack: OWN, namespace: "pay" }] };
  stacks = { [MESH]: { shared }, [PAY]: { shared: await sharedOf(pay, { [MESH]: { shared: asPay } }) } };
});

const up = (given: object, from = stacks): Promise<Recorded[]> =>
  record(() => servicesStack(settingsOf({ ...orders, ...given }), MESH), from);
const refused = (given: object, from = stacks) =>
  servicesStackError(() => servicesStack(settingsOf({ ...orders, ...given }), MESH), from);

async function servicesStackError(program: () => Promise<unknown>, from: Record<string, object>): Promise<string> {
  let said = "accepted";
  await record(() => program().catch((error: Error) => void (said = error.message)), from);
  return said;
}

test("objects of a stack in another's mesh have the labels that are set", async () => {
  const recorded = await up({ labels: { team: "orders" } });
  expect(find(recorded, "orders-deployment").props.spec.template.metadata.labels).toMatchObject({ team: "orders" });
  expect(find(recorded, "services").props.metadata.labels).toMatchObject({ team: "orders" });
});

test("a route may ask a service that externalServices names, in a team's stack and in the mesh's own", async () => {
  const asking = (service: object) => ({
    services: [
      { ...service, routes: [{ host: "asking.example", middlewares: [{ forwardAuth: { service: "login" } }] }] },
    ],
    externalServices: { login: "http" },
  });
  const theirs = await up(asking(orders.services[0]));
  expect(theirs.map(({ name }) => name)).toContain("orders-deployment");
  const ours = await record(() => void platformStack(settingsOf({ ...platform, ...asking(platform.services[0]) })));
  expect(ours.map(({ name }) => name)).toContain("front-deployment");
});

test("a stack of services makes its own things alone, in the mesh that another stack made", async () => {
  const recorded = await up({ networkPolicies: true });
  const kinds = recorded.map(({ type }) => type.split(":").pop());
  expect(kinds).not.toContain("Release");
  expect(kinds.filter((kind) => kind === "Deployment")).toHaveLength(1);
  // Where Consul's own controller looks for them, and where the platform's injector reaches.
  expect(find(recorded, "orders-defaults").props.metadata.namespace).toBe("consul-system");
  expect(find(recorded, "intentions-orders").props.spec.sources).toMatchObject([{ name: "traefik-system-ingress" }]);
  const asking = recorded.find(({ type }) => type.endsWith(":Job"))!;
  expect(asking.props.metadata.namespace).toBe("orders");
  expect(asking.props.spec.template.spec.containers[0].env).toContainEqual({
    name: "TRAEFIK",
    value: "traefik-pods.traefik-consul",
  });
  const policies = recorded.filter(({ type }) => type.endsWith(":NetworkPolicy"));
  expect(policies.map(({ props: { metadata } }) => [metadata.namespace, metadata.name])).toEqual([
    ["orders", "mesh-services"],
  ]);
});

test("what asks for a team's routes is pulled with the Secrets of the team's namespace, else with those that the mesh's stack names", async () => {
  const shared = await sharedOf({ ...platform, imagePullSecrets: ["mirror"] });
  const secretsOf = async (given: object) => {
    const recorded = await up(given, { ...stacks, [MESH]: { shared } });
    return recorded.find(({ type }) => type.endsWith(":Job"))!.props.spec.template.spec.imagePullSecrets;
  };
  expect(await secretsOf({})).toEqual([{ name: "mirror" }]);
  expect(await secretsOf({ imagePullSecrets: ["registry"] })).toEqual([{ name: "registry" }]);
});

test("a team's network lets in the services of all that are listed, whether deployed or not, and of the mesh's own stack", async () => {
  const peersOf = async (given: object, readable: Record<string, object> = {}) => {
    const shared = await sharedOf({ ...platform, ...given });
    const recorded = await up({ networkPolicies: true }, { ...readable, [MESH]: { shared } });
    const { ingress } = find(recorded, "network-services").props.spec;
    return ingress[0].from.map((each: any) => each.namespaceSelector.matchLabels["kubernetes.io/metadata.name"]);
  };
  expect(await peersOf({})).toEqual(["orders", "mesh-services", "pay", "traefik-consul"]);
  expect(await peersOf({}, { [PAY]: stacks[PAY] })).toEqual(["orders", "mesh-services", "pay", "traefik-consul"]);
  const workloads = [{ name: "old", port: 80, namespace: "legacy" }];
  expect(await peersOf({ workloads })).toEqual(["orders", "mesh-services", "legacy", "pay", "traefik-consul"]);
});

test("the mesh's network lets in the services of its teams, and what asks for their routes", async () => {
  const recorded = await record(() => platformStack(settingsOf(platform)));
  const peersOf = (name: string) => JSON.stringify(find(recorded, name).props.spec.ingress);
  for (const namespace of ["orders", "pay"]) {
    expect(peersOf("network-consul-servers")).toContain(`"${namespace}"`);
    expect(peersOf("network-traefik")).toContain(`"${namespace}"`);
    expect(peersOf("network-services")).toContain(`"${namespace}"`);
  }
  expect(find(recorded, "served-routes-traefik-pods").props.metadata.name).toBe("traefik-pods");
});

test("what a stack in a component of a package makes is the component's, down to the namespaces: it has its providers and goes with it", async () => {
  const recorded = await record(() => {
    const parent = new pulumi.ComponentResource("consul-traefik-mesh:index:Platform", "of-a-package");
    platformStack(settingsOf(platform), {}, { opts: { parent }, prefix: "" });
  });
  const isWithin = ({ name, parent }: Recorded): boolean =>
    name === "of-a-package" || recorded.some((each) => each.name === parent && each.name !== name && isWithin(each));
  const outside = recorded.filter((each) => each.type !== "pulumi:pulumi:Stack" && !isWithin(each));
  expect(outside.map(({ name }) => name)).toEqual([]);
});

test("what a stack shares is known when all that it speaks of is made, so that an up that fails changes nothing of it", async () => {
  for (const given of [platform, orders]) {
    const settings = settingsOf({ ...given });
    let atThatTime: string[] = [];
    const made: string[] = [];
    const note = (inputs: any) => (made.push(inputs.metadata.name), inputs);
    const answers = Object.fromEntries(
      ["apps/v1:Deployment", "batch/v1:Job", "consul.hashicorp.com/v1alpha1:ServiceIntentions"].map((kind) => [
        `kubernetes:${kind}`,
        note,
      ]),
    );
    await record(
      async () => {
        const outputs =
          settings.meshStack === undefined ? platformStack(settings) : await servicesStack(settings, MESH);
        await new Promise<void>((known) => outputs.shared.apply(() => known((atThatTime = [...made]) as never)));
      },
      stacks,
      {},
      [],
      answers,
    );
    expect(atThatTime).toEqual(made);
    expect(made.join()).toMatch(/traefik-served-routes-/);
  }
});

test("the mesh's own stack is judged before anything of it is declared", async () => {
  const taken = [{ name: "front", image, port: 80, protocol: "tcp", tcpRoutes: [{ sni: "pay.example", tls: {} }] }];
  const settings = settingsOf({ ...platform, services: taken });
  let said = "accepted";
  const recorded = await record(
    () =>
      judgePlatform(settings)
        .then(() => void platformStack(settings))
        .catch((error: Error) => void (said = error.message)),
    stacks,
  );
  expect(said).toMatch(/tcpRoutes\[0\]/);
  expect(recorded.map(({ type }) => type)).toEqual(["pulumi:pulumi:Stack"]);
});

const service = { name: "orders", image, port: 80 };
const asking = (name: string) => [
  { ...service, routes: [{ host: "o.example", middlewares: [{ forwardAuth: { service: name } }] }] },
];
/** The stacks where `pay` has one service, whose route asks that one. */
const payAsking = (name: string) => {
  const { shared } = stacks[PAY] as { shared: Shared };
  const services = asking(name).map((each) => ({ ...each, name: "auth" }));
  return { ...stacks, [PAY]: { shared: { ...shared, services: { ...shared.services, services } } } };
};
test("what only the mesh shows of a service in a file is told where it stands in it", async () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "team-")), "old.json");
  const { services } = orders;
  fs.writeFileSync(file, JSON.stringify({ services: [{ name: "old", image, port: 80, runAsUser: 0 }] }));
  const message = await refused({ services, settingsFiles: [file], servicesPodSecurity: "restricted" });
  expect(message).toContain(`${file}: services[0].runAsUser: 0 is root`);
});

test.each<[string, object, RegExp]>([
  [
    "a name that another stack has",
    { services: [{ ...service, name: "pay" }], intentions: [] },
    /"pay" is the name of stack organization\/consul-traefik-mesh\/pay: service pay too/,
  ],
  [
    "a service's name that another stack has for a job",
    { services: [{ ...service, name: "nightly" }], intentions: [] },
    /"nightly" is the name of stack .*\/pay: job nightly too/,
  ],
  [
    "a job's name that another stack has for a service",
    { jobs: [{ name: "pay", image, command: ["run"] }] },
    /"pay" is the name of stack .*\/pay: service pay too/,
  ],
  [
    "a host that another stack has",
    { services: [{ ...service, routes: [{ host: "front.example" }] }] },
    /routes\[0\]: the rule "Host\(`front.example`\).*" is that of stack .*\/prod: service front: routes\[0\] too/,
  ],
  [
    "a path of a host that another stack has",
    { services: [{ ...service, routes: [{ host: "front.example", pathPrefix: "/api" }] }] },
    /routes\[0\]: the host "front.example" is that of stack .*\/prod: service front: routes\[0\] too, of another stack/,
  ],
  [
    "a pattern that takes what is asked of another stack's host",
    { services: [{ ...service, routes: [{ rule: "HostRegexp(`.*`)", priority: 1000 }] }] },
    /routes\[0\]: takes requests for "front.example" from stack .*\/prod: service front: routes\[0\]/,
  ],
  [
    "intentions for a service of another stack",
    {
      intentions: [
        { source: "orders", destination: "auth" },
        { source: "orders", destination: "pay" },
      ],
    },
    /"pay" has its intentions in stack .*\/pay already/,
  ],
  [
    "intentions for a service of another stack that has none yet",
    { intentions: [{ source: "orders", destination: "front" }] },
    /"front" is of stack .*\/prod, which alone opens it; declare the rule there/,
  ],
  [
    "a call that the other stack does not let in",
    { services: [{ ...service, calls: [{ destination: "front" }] }], intentions: [] },
    /calls\[0\]\.destination: "front" is a service of stack .*\/prod, whose intentions do not let "orders" in/,
  ],
  [
    "a call to another stack's job",
    { services: [{ ...service, calls: [{ destination: "nightly" }] }], intentions: [] },
    /calls\[0\]\.destination: "nightly" is a job of stack .*\/pay, which nobody can call: it listens nowhere; name a service$/m,
  ],
  [
    "a certificate resolver that the mesh's ingress has not",
    { services: [{ ...service, routes: [{ host: "o.example", tls: { certResolver: "none" } }] }] },
    /"none"/,
  ],
  [
    "an answer for requests of a service that Traefik itself cannot call",
    { services: asking("pay") },
    /"pay" cannot be called by Traefik itself/,
  ],
  [
    "a namespace that the mesh does not know for it",
    { servicesNamespace: "elsewhere" },
    /^.*\n {2}servicesNamespace: "elsewhere" is not "orders", the one that the teams of .*\/prod have for .*\/test; use that$/,
  ],
  [
    "Pod Security that the mesh's sidecars do not stand",
    { servicesPodSecurity: "restricted" },
    /servicesPodSecurity: "restricted" refuses the sidecar's init container/,
  ],
])("refused of a stack of services: %s", async (_, given, message) => {
  expect(await refused(given)).toMatch(message);
});

test("an answer for requests of a service that no stack has is refused of a stack of services", async () => {
  const program = (name: string) => () => servicesStack(settingsOf({ ...orders, services: asking(name) }), MESH);
  expect(await refusals(program("nobody"), stacks)).toEqual([
    expect.stringMatching(
      /^services\[0\]\.routes\[0\].*"nobody" is not a service of this mesh; .*\? Declare it, or name it in externalServices$/,
    ),
  ]);
  expect(await refusals(program("auth"), stacks)).toEqual([]);
});

test("what the mesh and the other stacks offer can be used", async () => {
  const route = {
    host: "o.example",
    tls: { certResolver: "le" },
    middlewares: [{ forwardAuth: { service: "auth", path: "/" } }],
  };
  const recorded = await up({ services: [{ ...service, routes: [route], calls: [{ destination: "pay" }] }] });
  // Let in where `pay` is: no second ServiceIntentions for it, which the webhook would refuse.
  expect(recorded.filter(({ type }) => type.endsWith(":ServiceIntentions")).map(({ name }) => name)).toEqual([
    "intentions-orders",
  ]);
});

test("of a host that the mesh's stack shares, each stack can have paths", async () => {
  const shared = await sharedOf({ ...platform, traefikSharedHosts: ["front.example"] });
  const at = (route: object) => refused({ services: [{ ...service, routes: [route] }] }, { [MESH]: { shared } });
  expect(await at({ host: "front.example", pathPrefix: "/api" })).toBe("accepted");
  expect(await at({ host: "front.example" })).toMatch(/the rule "Host\(`front.example`\) on web" is that of/);
});

test("a destination outside the mesh is opened by the mesh's own stack alone, and can be called then", async () => {
  const stripe = { name: "stripe", host: "api.stripe.test", port: 443, tls: {} };
  const services = [{ ...service, routes: orders.services[0].routes, calls: [{ destination: "stripe" }] }];
  const told = async (intentions: object[], given: object = { services }) => {
    const shared = await sharedOf({ ...platform, externalDestinations: [stripe], intentions });
    return refused(given, { [MESH]: { shared } });
  };
  const opened = [{ source: "orders", destination: "stripe" }];
  const external = { externalServices: { orders: "http" } };
  expect(await told([])).toMatch(
    /calls\[0\]\.destination: "stripe" is a service of stack .*\/prod, whose intentions do not/,
  );
  expect(await told([], { services, externalServices: { stripe: "http" } })).toMatch(/"stripe" is a service of stack/);
  expect(await told([], { intentions: opened })).toMatch(/"stripe" is of stack .*\/prod, which alone opens it/);
  const shared = await sharedOf({ ...platform, externalDestinations: [stripe], intentions: opened, ...external });
  expect(await refused({ services }, { [MESH]: { shared } })).toBe("accepted");
});

test("without deny-all, a call to another stack's service needs nothing there", async () => {
  const services = [{ ...service, routes: orders.services[0].routes, calls: [{ destination: "front" }] }];
  const told = async (given: object) => {
    const shared = await sharedOf({ ...platform, ...given });
    return refused({ services }, { [MESH]: { shared } });
  };
  expect(await told({ denyAll: false })).toBe("accepted");
  expect(await told({})).toMatch(/"front" is a service of stack .*\/prod, whose intentions do not let "orders" in/);
});

describe("a JWT provider of the mesh's stack", () => {
  const login = { name: "login", issuer: "https://a.test", keys: { local: JSON.stringify({ keys: [keyPair().jwk] }) } };
  const mesh = { ...platform, consulAcls: true, jwtProviders: [login], externalJwtProviders: ["azure"] };
  const needing = (name: string) => ({
    intentions: [
      {
        source: "traefik-system-ingress",
        destination: "orders",
        permissions: [{ action: "allow", http: { pathPrefix: "/" }, jwt: { providers: [{ name }] } }],
      },
    ],
  });
  /** What that stack shares, and the same before it told of its providers. */
  const meshes = async () => {
    const shared = await sharedOf(mesh);
    const { jwtProviders, ...older } = shared.mesh!;
    expect(jwtProviders).toEqual(["login", "azure"]);
    return [{ [MESH]: { shared } }, { [MESH]: { shared: { ...shared, mesh: older } } }];
  };

  test("can be named by each team's rules, and no other", async () => {
    const [telling, older] = await meshes();
    const external = { externalJwtProviders: ["okta", "login"] };
    expect(await refused({ ...needing("okta"), externalJwtProviders: ["google"] }, telling)).toMatch(
      /jwt\.providers\[0\]\.name: "okta" is not a JWT provider; known: azure, google, login\. Have the stack that makes the mesh/,
    );
    expect(await refused(needing("login"), telling)).toBe("accepted");
    expect(await refused({ ...needing("azure"), ...external }, telling)).toBe("accepted");
    for (const mesh of [telling, older]) {
      expect(await refused({ ...needing("okta"), ...external }, mesh)).toBe("accepted");
    }
    expect(await refused(needing("login"), older)).toMatch(/"login" is not a JWT provider; known: none\. Declare it/);
  });

  test("is not taken away while a team's rule names it", async () => {
    const [telling, older] = await meshes();
    const its = { shared: await sharedOf({ ...orders, ...needing("login") }, telling) };
    const teams = [{ stack: PAY, namespace: "orders" }];
    const judged = (given: object, before: Record<string, object>) =>
      servicesStackError(() => judgePlatform(settingsOf({ ...mesh, teams, ...given })), {
        [OWN]: { shared: { ...(before[MESH] as { shared: Shared }).shared, teams } },
        [PAY]: its,
      });
    expect(await judged({}, telling)).toBe("accepted");
    expect(await judged({ jwtProviders: [], externalJwtProviders: ["login"] }, telling)).toBe("accepted");
    expect(await judged({ externalJwtProviders: [] }, telling)).toBe("accepted");
    expect(await judged({ jwtProviders: [] }, older)).toBe("accepted");
    expect(await judged({ jwtProviders: [] }, telling)).toBe(
      `stacks of the mesh: 1 problem\n  stack ${PAY}: intentions[0]: names the JWT provider "login", which this stack no longer has; keep it until that rule names another, or name it in externalJwtProviders where others declare it`,
    );
  });
});

test("a job of another stack can be let in", async () => {
  const intentions = [...orders.intentions, { source: "nightly", destination: "orders" }];
  const recorded = await up({ intentions });
  expect(find(recorded, "intentions-orders").props.spec.sources.map((source: any) => source.name)).toEqual([
    "nightly",
    "traefik-system-ingress",
  ]);
});

test("of a canary the other stacks learn that there is one, and nothing of its environment", async () => {
  const canary = { env: { TOKEN: "s3cret" }, weight: 10 };
  const services = [{ ...platform.services[0], canary }];
  const shared = await sharedOf({ ...platform, services });
  expect(JSON.stringify(shared)).not.toContain("s3cret");
  const taken = { services: [{ ...service, name: "front-canary" }], intentions: [] };
  expect(await refused(taken, { [MESH]: { shared } })).toMatch(/"front-canary", as that of .*service front's canary/);
});

test("routes of a canary are known to the other stacks", async () => {
  const canary = { env: { TOKEN: "s3cret" }, routes: [{ host: "next.test" }] };
  const services = [{ ...platform.services[0], canary }];
  const shared = await sharedOf({ ...platform, services });
  expect(JSON.stringify(shared)).not.toContain("s3cret");
  const taken = { services: [{ ...service, routes: [{ host: "next.test" }] }], intentions: [] };
  expect(await refused(taken, { [MESH]: { shared } })).toMatch(/"Host\(`next.test`\) on web" is that of .*canary/);
});

test("what another stack wants and does not find is its own to mend, and what two of them both have", async () => {
  const { shared } = stacks[PAY] as { shared: Shared };
  const third = "organization/consul-traefik-mesh/third";
  const from = {
    ...payAsking("nobody"),
    [third]: { shared: { services: { ...shared.services, namespace: "third" } } },
  };
  expect(await refused({}, from)).toBe("accepted");
  const settings = settingsOf({ ...platform, teams: [...platform.teams, { stack: third, namespace: "third" }] });
  expect(await servicesStackError(() => judgePlatform(settings), from)).toBe("accepted");
});

test("a service that another stack's route asks is not taken away", async () => {
  const services = [{ name: "login", port: 80, internal: true }];
  const before = { shared: { services: { namespace: "orders", services, intentions: [] } } };
  const from = { ...payAsking("login"), [OWN]: before };
  expect(await refused({ services: [service, { ...services[0], image }] }, from)).toBe("accepted");
  expect(await refused({}, from)).toMatch(
    /stack .*\/pay: service auth: routes\[0\].*asks "login", which this stack no longer has/,
  );
  const judged = servicesStackError(
    () => judgePlatform(settingsOf({ teams: [{ stack: PAY, namespace: "pay" }] })),
    from,
  );
  expect(await judged).toMatch(/asks "login"/);
});

test("what another stack calls is not taken away, a destination neither", async () => {
  const stripe = { name: "stripe", host: "api.stripe.test", port: 443, tls: {} };
  const intentions = [
    { source: "orders", destination: "front" },
    { source: "hourly", destination: "stripe" },
  ];
  const mesh = {
    ...platform,
    externalDestinations: [stripe],
    intentions,
    externalServices: { orders: "http", hourly: "tcp" },
  };
  const before = { shared: await sharedOf(mesh) };
  const calls = [{ destination: "front" }, { destination: "orders" }];
  const team = {
    ...orders,
    services: [
      { ...orders.services[0], calls: [calls[0]] },
      { ...service, name: "cart", calls: [calls[1]] },
    ],
    jobs: [{ name: "hourly", image, command: ["run"], calls: [{ destination: "stripe" }] }],
  };
  const its = await sharedOf(team, { [MESH]: before });
  expect(its.services.calls).toEqual([
    { source: "orders", destination: "front" },
    { source: "hourly", destination: "stripe" },
  ]);
  expect((await sharedOf(orders, stacks)).services).not.toHaveProperty("calls");
  const teams = [{ stack: PAY, namespace: "orders" }];
  const judged = (given: object) =>
    servicesStackError(() => judgePlatform(settingsOf({ ...mesh, teams, ...given })), {
      [OWN]: { shared: { ...before.shared, teams } },
      [PAY]: { shared: its },
    });
  const told = (source: string, name: string) =>
    `\n  stack ${PAY}: ${source}: calls: name "${name}", which this stack no longer has; keep it until they do not, or name it in externalServices where another stack takes it over`;
  const gone = { services: [], externalDestinations: [], intentions: [] };
  expect(await judged({})).toBe("accepted");
  expect(await judged(gone)).toBe(
    `stacks of the mesh: 2 problems${told("orders", "front")}${told("hourly", "stripe")}`,
  );
  expect(await judged({ ...gone, externalServices: { front: "http", stripe: "http" } })).toBe("accepted");
});

describe("the mesh's own stack beside its teams", () => {
  const { shared: theirs } = JSON.parse(
    JSON.stringify({
      shared: {
        services: {
          namespace: "pay",
          services: [
            { name: "auth", port: 80, internal: true },
            { name: "pay", port: 80, protocol: "tcp" },
          ],
          intentions: [{ source: "front", destination: "pay" }],
        },
      },
    }),
  ) as { shared: Shared };
  const front = { ...platform.services[0], calls: [{ destination: "pay" }] };
  const routes = [{ host: "front.example", middlewares: [{ forwardAuth: { service: "auth" } }] }];
  const given = { ...platform, services: [{ ...front, routes }], externalServices: { pay: "tcp", auth: "http" } };
  const made = (more: object) =>
    record(
      async () => {
        const settings = settingsOf({ ...given, ...more });
        platformStack(settings, await judgePlatform(settings));
      },
      { [PAY]: { shared: theirs } },
    );
  const told = (more: object) =>
    servicesStackError(() => judgePlatform(settingsOf({ ...given, ...more })), { [PAY]: { shared: theirs } });

  test("asks and calls their services, whose intentions are theirs alone", async () => {
    for (const more of [{}, { externalServices: { pay: "tcp" } }]) {
      const recorded = await made(more);
      expect(recorded.filter(({ type }) => type.endsWith(":ServiceIntentions")).map(({ name }) => name)).toEqual([
        "baseline-all.services",
      ]);
    }
  });

  test("is told before anything is declared what would be refused when it is", async () => {
    const intentions = [{ source: "front", destination: "auth" }];
    expect(await told({ intentions })).toBe(
      'stacks of the mesh: 1 problem\n  intentions[0]: "auth" is of stack organization/consul-traefik-mesh/pay, which alone opens it; declare the rule there',
    );
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "mesh-")), "more.json");
    fs.writeFileSync(file, JSON.stringify({ intentions }));
    expect(await told({ settingsFiles: [file] })).toContain(`\n  ${file}: intentions[0]: "auth" is of stack`);
  });

  test("can call where nothing is denied", async () => {
    const services = [{ ...front, calls: [{ destination: "auth" }] }];
    expect(await told({ services })).toMatch(
      /"auth" is a service of stack .*\/pay, whose intentions do not let "front"/,
    );
    expect(await told({ services, denyAll: false })).toBe("accepted");
    const recorded = await made({ services, denyAll: false });
    expect(recorded.filter(({ type }) => type.endsWith(":ServiceIntentions"))).toEqual([]);
  });
});

test("a service that other stacks' routes ask moves to a stack of its own, step by step as docs/teams.md has it", async () => {
  const THIRD = "organization/consul-traefik-mesh/login";
  const login = { name: "login", image, port: 80, internal: true };
  const front = { ...asking("login")[0], name: "front" };
  const payTeam = { stack: PAY, namespace: "pay" };
  const prod = { services: [front, login], teams: [payTeam] };
  const before = { shared: await sharedOf(prod) };
  const { [PAY]: paying } = payAsking("login");
  (paying as any).shared.services.services[0].routes[0].host = "auth.example";

  // The mesh's own stack goes first, when nobody has published the service yet.
  const moved = (stack: string) => ({
    services: [front],
    servicesNamespace: "platform-services",
    teams: [payTeam, { stack, namespace: "mesh-services" }],
  });
  const externalServices = { login: "http" };
  const judged = (given: object, more: Record<string, object> = {}) =>
    servicesStackError(() => judgePlatform(settingsOf({ ...given })), { [OWN]: before, [PAY]: paying, ...more });
  expect(await judged(moved(THIRD))).toMatch(/: 2 problems\n.*asks "login".*\n.*"login" is not a service of this mesh/);
  expect(await judged({ ...moved(THIRD), externalServices })).toBe("accepted");

  // Then the new one, whose former name nobody has now, and what asks it is judged as ever.
  const shared = await sharedOf({ ...moved(OWN), externalServices });
  const team = { meshStack: MESH, servicesNamespace: "mesh-services", services: [login], intentions: [] };
  const from = { [MESH]: { shared }, [PAY]: paying };
  expect(await refused(team, from)).toBe("accepted");
  const its = { shared: await sharedOf(team, from) };
  expect(
    await judged(moved(THIRD), { [THIRD]: its, [OWN]: { shared: { ...shared, teams: moved(THIRD).teams } } }),
  ).toBe("accepted");
  expect(await refused({ ...team, services: [service] }, { ...from, [OWN]: its })).toMatch(/2 problems/);
});

test("a mesh that is not deployed, or has no teams, is named with the remedy", async () => {
  expect(await refused({}, {})).toMatch(/meshStack: stack .*\/prod does not share a mesh; deploy it first/);
});

test.each<[what: string, given: object, from: (its: typeof stacks) => Record<string, object>, said: string]>([
  [
    "itself",
    { meshStack: OWN },
    (its) => its,
    "is this stack itself; name the one that makes the mesh, or leave it out where this one does",
  ],
  [
    "one of a team",
    { meshStack: PAY },
    (its) => its,
    `stack ${PAY} makes no mesh, its services join another one's; name the stack that makes it`,
  ],
  [
    "one that does not list it",
    {},
    ({ [MESH]: mesh }) => ({ [MESH]: { shared: { ...(mesh as { shared: Shared }).shared, teams: [] } } }),
    `the teams of ${MESH} do not have { stack: ${OWN}, namespace: orders }; have it declared there, and deployed`,
  ],
  ...[
    {},
    "a text",
    null,
    { services: null },
    { mesh: {}, services: { namespace: "a", services: [], intentions: [] } },
  ].map((shared): [string, object, () => Record<string, object>, string] => [
    `one that shares ${JSON.stringify(shared)}`,
    {},
    () => ({ [MESH]: { shared } }),
    `stack ${MESH} cannot be judged: its output shared is not one of this program's; have it deployed with this version`,
  ]),
])("the stack of the mesh is not %s", async (_, given, from, said) => {
  const { meshStack, ...settings } = { ...orders, ...given };
  const program = () => servicesStack(settingsOf({ ...settings, meshStack }), meshStack);
  expect(await servicesStackError(program, from(stacks))).toBe(
    `configuration of stack test: 1 problem\n  meshStack: ${said}`,
  );
});

test("a stack of the mesh that cannot be read is told with what to do", async () => {
  const invoke = jest.spyOn(pulumi.runtime, "invoke").mockRejectedValue(new Error("no stack named that"));
  const said = await refused({}).finally(() => invoke.mockRestore());
  expect(said).toContain(
    `meshStack: stack ${MESH} cannot be read: no stack named that; name one that is there, as organization/project/stack`,
  );
});

const its = { namespace: "pay", services: [], intentions: [] };
test.each<[what: string, shared: unknown]>([
  ["nothing in an object", {}],
  ["a text", "a text"],
  ["null", null],
  ["no list of services", { services: { ...its, services: null } }],
  ["no list of routes", { services: { ...its, services: [{ name: "pay", port: 80, routes: null }] } }],
  ["no name of a service", { services: { ...its, services: [{ port: 80 }] } }],
  ["no namespace", { services: { ...its, namespace: undefined } }],
  ["no rules", { services: { ...its, intentions: [{ destination: "pay" }] } }],
  ["no list of jobs", { services: { ...its, jobs: null } }],
  ["no names of calls", { services: { ...its, calls: [{ source: "pay" }] } }],
  [
    "no list of JWT providers",
    { mesh: { reach: {}, ingress: { serviceName: "a", options: {} }, jwtProviders: 1 }, services: its },
  ],
])("another stack that shares %s is warned of, and not judged", async (_, shared) => {
  const warn = jest.spyOn(pulumi.log, "warn");
  const from = { ...stacks, [PAY]: { shared } };
  expect(await refused({}, from)).toBe("accepted");
  expect(await servicesStackError(() => judgePlatform(settingsOf(platform)), from)).toBe("accepted");
  const said = `stack ${PAY} cannot be read, so what it has is not judged: its output shared is not one of this program's; have it deployed with this version`;
  expect(warn.mock.calls.filter(([message]) => message === said)).toHaveLength(2);
  warn.mockRestore();
});

test("a team's stack that is not there yet is said and not warned of, one that cannot be read is", async () => {
  const fails = (message: string) => {
    const { invoke } = pulumi.runtime;
    return jest
      .spyOn(pulumi.runtime, "invoke")
      .mockImplementation((token, props, ...more) =>
        props.name === PAY ? Promise.reject(new Error(message)) : invoke(token, props, ...more),
      );
  };
  const told = async (message: string) => {
    const spies = [fails(message), jest.spyOn(pulumi.log, "info"), jest.spyOn(pulumi.log, "warn")] as const;
    const teams = [{ stack: PAY, namespace: "pay" }];
    expect(await servicesStackError(() => judgePlatform(settingsOf({ ...platform, teams })), stacks)).toBe("accepted");
    const [infos, warnings] = spies.slice(1).map((spy) => spy.mock.calls.map(([said]) => String(said)));
    spies.forEach((spy) => spy.mockRestore());
    return { infos: infos.filter((said) => said.startsWith("stack ")), warnings };
  };
  expect(await told(`invocation returned an error: unknown stack "${PAY}"`)).toEqual({
    infos: [
      `stack ${PAY} is not there yet: names, routes and calls are judged beside its own once it is deployed; if it is, check its name here, and that you may read it`,
    ],
    warnings: [],
  });
  const refused = "organization name must be 'organization'";
  expect(await told(refused)).toEqual({
    infos: [],
    warnings: [`stack ${PAY} cannot be read, so what it has is not judged: ${refused}`],
  });
});

test("a team is not taken from the list, nor given another namespace, while its services run", async () => {
  const listed = [{ stack: PAY, namespace: "pay" }];
  const judged = (teams: object[], more: Record<string, object> = {}) =>
    servicesStackError(() => judgePlatform(settingsOf({ ...platform, teams })), {
      ...stacks,
      [OWN]: { shared: { ...(stacks[MESH] as { shared: Shared }).shared, teams: listed } },
      ...more,
    });
  const left = `teams: ${PAY} is listed no longer, and its services run in "pay"; list it, or destroy that stack first`;
  const told = (problem: string) => `stacks of the mesh: 1 problem\n  ${problem}`;
  expect(await judged(listed)).toBe("accepted");
  expect(await judged([])).toBe(told(left));
  expect(await judged([{ stack: `${PAY}s`, namespace: "pay" }])).toBe(told(left));
  expect(await judged([{ stack: PAY, namespace: "payments" }])).toBe(
    told(
      `teams[0].namespace: "payments" is not where the services of ${PAY} run; use "pay", or destroy that stack first`,
    ),
  );
  for (const gone of [
    {},
    { shared: "off" },
    { shared: { services: { namespace: "pay", services: [], intentions: [] } } },
  ]) {
    expect(await judged([], { [PAY]: gone })).toBe("accepted");
    expect(await judged([{ stack: PAY, namespace: "payments" }], { [PAY]: gone })).toBe("accepted");
  }
  const job = { shared: { services: { ...its, jobs: ["nightly"] } } };
  expect(await judged([], { [PAY]: job })).toBe(told(left));
});

test("another stack that is not deployed yet is no obstacle", async () => {
  expect(await refused({}, { [MESH]: stacks[MESH] })).toBe("accepted");
});

test("the mesh's own stack is refused what would take a host or a resolver from a team", async () => {
  const judged = async (given: object) => {
    const settings = settingsOf({ ...platform, ...given });
    return servicesStackError(() => judgePlatform(settings), stacks);
  };
  expect(await judged({})).toBe("accepted");
  const taken = [{ name: "front", image, port: 80, protocol: "tcp", tcpRoutes: [{ sni: "pay.example", tls: {} }] }];
  expect(await judged({ traefikCertificateResolvers: {} })).toMatch(/service auth: routes\[0\].*"le"/);
  expect(await judged({ services: taken })).toMatch(/is that of stack test: service front: tcpRoutes\[0\] too/);
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ["a short name of a stack", { meshStack: "prod" }, /meshStack: "prod" is not the full name of a stack/],
  ["teams of a stack that makes no mesh", { meshStack: MESH, teams: platform.teams }, /^teams: belongs to the stack/m],
  [
    "a rule for every service from a stack that makes no mesh",
    { meshStack: MESH, intentions: [{ source: "a", destination: "*" }] },
    /^intentions\[0\]\.destination: belongs to the stack/m,
  ],
  [
    "a team's workload outside of the team's own namespace",
    { meshStack: MESH, servicesNamespace: "orders", workloads: [{ name: "old", port: 80, namespace: "legacy" }] },
    /^workloads\[0\]\.namespace: "legacy" is not this stack's own namespace, "orders"/m,
  ],
  [
    "a workload of the mesh's own stack in a team's namespace",
    { teams: [{ stack: PAY, namespace: "pay" }], workloads: [{ name: "old", port: 80, namespace: "pay" }] },
    /^workloads\[0\]\.namespace: "pay" is the namespace of .*\/pay; have that stack declare the workload/m,
  ],
  ["two teams in one namespace", { teams: [0, 1].map((i) => ({ stack: `a/b/${i}`, namespace: "n" })) }, /teams\[1\]/],
  ["a team in the services' own namespace", { teams: [{ stack: PAY, namespace: "mesh-services" }] }, /teams\[0\]/],
])("refused of the settings: %s", (_, given, message) => {
  expect(() => settingsOf(given)).toThrow(message);
});
