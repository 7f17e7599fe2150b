import * as pulumi from "@pulumi/pulumi";
import {
  ConsulMesh,
  MeshService,
  MeshServiceArgs,
  MeshServiceOptions,
  MeshWorkload,
  ServedRoutes,
  TraefikConsulIngress,
  TraefikOptions,
} from "../../components";
import { laterRoutes, withStandIns } from "../../components/routing/laterRoutes";
import { withStandIns as ingressStandIns } from "../../components/ingress/traefikInputs";
import { RoutingModel } from "../../components/routing/routingModel";
import { memberProblems } from "../../components/services/memberProblems";
import { knownRouteProblems } from "../../components/services/memberRoutes";
import { MeshModel } from "../../components/shared/meshModel";
import { Recorded, record } from "../recorder";

/** Routes of which another resource of the program makes a part: the name of a DNS zone, of a database. */
type Given = Partial<MeshServiceArgs>;
type Later = (value: string) => pulumi.Input<string>;
type Declare = (its: Later) => Record<string, Given>;
const made = (value: string) => pulumi.output(Promise.resolve(value));
const SHOP = { namespace: "shop", image: "shop:1", port: 8080 };

const service = (mesh: ConsulMesh, name: string, given: Given) => new MeshService(name, { mesh, ...SHOP, ...given });

/** The registrations of services with an ingress that waits for their routes. */
function deployed(services: Record<string, Given>): Promise<Recorded[]> {
  return record(() => {
    const mesh = new ConsulMesh("consul");
    const ingress = new TraefikConsulIngress("traefik", { mesh });
    const its = Object.entries(services).map(([name, given]) => service(mesh, name, given));
    new ServedRoutes("served", { mesh, ingress, services: its });
  });
}

const ROUTES = (its: Later): Given => ({
  canary: { image: "shop:2", weight: 10, routes: [{ host: its("next.shop.example.com") }] },
  routes: [
    { host: its("shop.example.com"), pathPrefix: "/a" },
    { host: its("*.shop.example.com") },
    { rule: its("Host(`b.example.com`) && Method(`GET`)"), tls: { domains: [] } },
    {
      host: its("c.example.com"),
      middlewares: [{ ipAllowList: { sourceRange: [its("10.0.0.0/16"), "192.0.2.1"] } }, { compress: {} }],
    },
  ],
});
const TCP = (its: Later): Given => ({
  protocol: "tcp",
  tcpRoutes: [
    { sni: its("db.example.com"), tls: {}, middlewares: [{ ipAllowList: { sourceRange: [its("10.0.0.0/16")] } }] },
    { rule: its("HostSNI(`db2.example.com`)"), tls: { passthrough: true } },
  ],
});

test("a route that another resource names is what it would be, written down: its tags, and the Job that waits for them", async () => {
  const plain = (value: string) => value;
  const before = await deployed({ shop: ROUTES(plain), db: TCP(plain) });
  const after = await deployed({ shop: ROUTES(made), db: TCP(made) });
  const isJob = ({ type }: Recorded) => type === "kubernetes:batch/v1:Job";
  // In which order they are made is not said.
  const others = (all: readonly Recorded[]) =>
    all.filter((each) => !isJob(each)).sort((a, b) => `${a.type} ${a.name}`.localeCompare(`${b.type} ${b.name}`));
  expect(others(after)).toEqual(others(before));
  // Its own name cannot be made of what is known later.
  expect(after.find(isJob)!.props).toEqual(before.find(isJob)!.props);
  expect(after.find(isJob)!.name).toMatch(/^served-[0-9a-f]{8}$/);
});

test("a workload's pods have its tags", async () => {
  const tags = async (host: pulumi.Input<string>) => {
    let annotations: unknown;
    await record(async () => {
      const workload = new MeshWorkload("billing", {
        mesh: new ConsulMesh("consul"),
        namespace: "apps",
        port: 8080,
        routes: [{ host }],
      });
      const template = { spec: { containers: [{ name: "a", image: "a:1" }] } };
      const again = workload.join(workload.join(template));
      annotations = await new Promise((resolve) =>
        pulumi.output(again.metadata!).apply((its) => resolve(its!.annotations)),
      );
    });
    return annotations;
  };
  expect(await tags(made("billing.example.com"))).toEqual(await tags("billing.example.com"));
});

/** What services that have joined are told when the values are known, in that order; nothing is wrong with them before. */
function told(of: Declare, options: TraefikOptions = {}, ingressFirst = true): string[] {
  const model = new MeshModel();
  const routing = model.part(RoutingModel);
  const join = () => routing.ingress("traefik-system-ingress", options, "");
  const [declared, known] = [of(made), of((value) => value)];
  const early = [
    ...(ingressFirst ? join() : []),
    ...Object.entries(declared).flatMap(([name, given]) => {
      const judged = { ...SHOP, ...withStandIns(name, given) };
      return [...memberProblems(name, judged, ""), ...routing.service(name, judged, { own: "", named: `${name}.` })];
    }),
    ...(ingressFirst ? [] : join()),
  ];
  expect(early).toEqual([]);
  const isNamedLater = (name: string) => Object.keys(laterRoutes(declared[name])).length > 0;
  return Object.entries(known)
    .filter(([name]) => isNamedLater(name))
    .flatMap(([name, its]) => knownRouteProblems(name, { ...SHOP, ...(its as MeshServiceOptions) }, model))
    .map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
}

test.each<[what: string, of: (its: Later) => Given, problem: string]>([
  [
    "a host",
    (its) => ({ routes: [{ host: its("https://a.test") }] }),
    'routes[0].host: "https://a.test" is not a host name',
  ],
  [
    "a canary's host",
    (its) => ({ canary: { image: "shop:2", routes: [{ host: its("https://a.test") }] } }),
    'canary.routes[0].host: "https://a.test" is not a host name',
  ],
  [
    "a rule",
    (its) => ({ routes: [{ host: "a.test" }, { rule: its("Hots(`a`)") }] }),
    "routes[1].rule: Hots is not a matcher of Traefik v3; did you mean Host?",
  ],
  [
    "a name of a certificate",
    (its) => ({
      routes: [{ host: "a.test", tls: { certResolver: "le", domains: [{ main: "a.test", sans: [its("b b")] }] } }],
    }),
    'routes[0].tls.domains[0]: "b b" is not a valid name for a certificate',
  ],
  [
    "a rule without a host, where a certificate is asked for",
    (its) => ({ routes: [{ rule: its("Method(`GET`)"), tls: { certResolver: "le" } }] }),
    "routes[0].tls.certResolver: gets no certificate, since the route names no host",
  ],
  [
    "a server name",
    (its) => ({ protocol: "tcp", tcpRoutes: [{ sni: its("a b"), tls: {} }] }),
    'tcpRoutes[0].sni: "a b" is not a host name',
  ],
  [
    "a rule for connections",
    (its) => ({ protocol: "tcp", tcpRoutes: [{ rule: its("Host(`a`)"), tls: {} }] }),
    "tcpRoutes[0].rule: Host is for HTTP routes",
  ],
  [
    "an address",
    (its) => ({ routes: [{ host: "a.test", middlewares: [{ ipAllowList: { sourceRange: [its("10.0.0.0/33")] } }] }] }),
    "routes[0].middlewares[0].ipAllowList.sourceRange[0]: ",
  ],
])("%s that is wrong when it is known is refused as a plain one", (_, of, problem) => {
  const resolver = { certificateResolvers: { le: { email: "a@b.test", tlsChallenge: {} } } };
  expect(told((its) => ({ shop: of(its) }), resolver)).toEqual([expect.stringContaining(problem)]);
});

test.each<[what: string, of: Declare, problem: string]>([
  [
    "another service, plain",
    (its) => ({ b: { routes: [{ host: "b.test" }, { host: its("A.test") }] }, a: { routes: [{ host: "a.test" }] } }),
    'routes[1]: the rule "Host(`a.test`) on web" is that of a.routes[0] too',
  ],
  [
    "another service, known later too",
    (its) => ({ a: { routes: [{ host: its("a.test") }] }, b: { routes: [{ rule: its("Host(`a.test`)") }] } }),
    'routes[0]: the rule "Host(`a.test`) on web" is that of a.routes[0] too',
  ],
  [
    "the same service",
    (its) => ({ a: { routes: [{ host: its("a.test") }, { name: "x", rule: "Host(`a.test`)" }] } }),
    'routes[0]: the rule "Host(`a.test`) on web" is that of a.routes[1] too',
  ],
  [
    "another service, whose canary is meant",
    (its) => ({
      a: { routes: [{ host: "a.test" }] },
      b: { routes: [{ host: "b.test" }], canary: { image: "b:2", routes: [{ host: its("a.test") }] } },
    }),
    'canary.routes[0]: the rule "Host(`a.test`) on web" is that of a.routes[0] too',
  ],
  [
    "another service of connections",
    (its) => {
      const its2: Given = { protocol: "tcp", tcpRoutes: [{ sni: its("a.test"), tls: { passthrough: true } }] };
      return { a: its2, b: its2 };
    },
    'tcpRoutes[0]: the rule "HostSNI(`a.test`) on websecure" is that of a.tcpRoutes[0] too',
  ],
])("a rule that is known later and that %s has is refused", (_, of, problem) => {
  expect(told(of)).toEqual([expect.stringContaining(problem)]);
});

test.each<[what: string, options: TraefikOptions, of: (its: Later) => Given, problem: string]>([
  [
    "a console's host",
    { userLists: { ops: { secretName: "ops" } }, consoles: { dashboard: { host: "ops.test", userList: "ops" } } },
    (its) => ({ routes: [{ host: its("ops.test") }] }),
    'routes[0].host: "ops.test" is the host of a console of the ingress',
  ],
  [
    "other TLS options of a host",
    { tlsOptions: { strict: { sniStrict: true } } },
    (its) => ({
      routes: [
        { host: "a.test", tls: {} },
        { rule: its("Host(`a.test`) && Method(`GET`)"), tls: { options: "strict" } },
      ],
    }),
    'routes[1].tls.options: "strict" for a.test are not "default", those of ',
  ],
  [
    "a wildcard's certificate",
    { certificateResolvers: { le: { email: "a@b.test", tlsChallenge: {} } } },
    (its) => ({ routes: [{ host: "a.test", tls: { certResolver: "le", domains: [{ main: its("*.a.test") }] } }] }),
    '"le" cannot get *.a.test: a wildcard needs a resolver with dnsChallenge',
  ],
  [
    "what its Traefik is too old for",
    { image: "traefik:v3.6.8" },
    (its) => ({ routes: [{ rule: its("Host(`*.a.test`)") }] }),
    "a wildcard in a rule is not known to the ingress's Traefik",
  ],
])("with an ingress, before the service or after it, %s is refused when it is known", (_, options, of, problem) => {
  for (const ingressFirst of [true, false]) {
    expect(told((its) => ({ shop: of(its) }), options, ingressFirst)).toEqual([expect.stringContaining(problem)]);
  }
});

test("a console whose host is known later is refused beside a route to that host, whichever of the two came first", () => {
  const console = { userList: "ops" };
  const plain = {
    userLists: { ops: { secretName: "ops" } },
    consoles: { dashboard: { ...console, host: "ops.test" } },
  };
  const later = { ...plain, consoles: { dashboard: { ...console, host: made("ops.test") } } };
  const service = [SHOP, { own: "", named: "shop." }] as const;
  for (const ingressFirst of [true, false]) {
    const routing = new RoutingModel();
    const join = [
      () => routing.ingress("traefik-system-ingress", ingressStandIns(later), ""),
      () => routing.service("shop", { ...service[0], routes: [{ host: "ops.test" }] }, service[1]),
    ];
    expect((ingressFirst ? join : join.reverse()).flatMap((each) => each())).toEqual([]);
    expect(routing.served("traefik-system-ingress", plain)).toEqual([
      expect.objectContaining({ propertyPath: "shop.routes[0].host" }),
    ]);
  }
});

test("an ingress that joins when the values are known is told of them", () => {
  const routing = new RoutingModel();
  const place = { own: "", named: "shop." };
  routing.service("shop", withStandIns("shop", { routes: [{ rule: made("Host(`*.a.test`)") }] }), place);
  expect(routing.known("shop", { routes: [{ rule: "Host(`*.a.test`)" }] })).toEqual([]);
  const problems = routing.ingress("traefik-system-ingress", { image: "traefik:v3.6.8" }, "");
  expect(problems).toEqual([expect.objectContaining({ propertyPath: "shop.routes" })]);
});

test.each<[what: string, more: object, problem: string]>([
  ["name", { name: "A" }, 'routes[0].name: "A" is not a DNS label'],
  ["path", { host: made("a.test"), pathPrefix: "a" }, 'routes[0].pathPrefix: "a" is not the beginning of a path'],
  ["entry point", { entryPoints: ["admin"] }, 'routes[0].entryPoints[0]: "admin" is not an entry point'],
  ["both ways to say it", { rule: made("Host(`a`)") }, "routes[0].rule: a raw rule excludes host and pathPrefix"],
])("what is plain of such a route is refused before anything is made: its %s", async (_, more, problem) => {
  let caught: unknown;
  await record(() => {
    try {
      service(new ConsulMesh("consul"), "shop", { routes: [{ host: made("a.test"), ...more }] });
    } catch (error) {
      caught = error;
    }
  });
  expect((caught as Error).message).toContain(problem);
  expect((caught as Error).message).not.toContain("not-known-yet");
});
