import type { IntentionPermission } from "../../components";
import type { Route } from "../../components/routing/routes";
import {
  knowStacks,
  MeshDescription,
  meshOf,
  MeshReference,
  neighbourProblems,
  PublishedService,
  PublishedServices,
  withdrawnProblems,
  withdrawnProviderProblems,
} from "../../components/teams/meshReference";
import { RoutingModel } from "../../components/routing/routingModel";
import { MeshIntentions } from "../../components/intentions/meshIntentions";
import type { Problem } from "../../components/shared/problems";
import { MadeObjects, serviceIn } from "../../components/shared/madeObjects";
import { MeshModel } from "../../components/shared/meshModel";
import { MeshNames } from "../../components/shared/serviceNames";

const ingress = {
  serviceName: "traefik-system-ingress",
  namespace: "traefik",
  replicas: 3,
  imagePullPolicy: "Always",
  imagePullSecrets: ["registry"],
  placement: { nodeSelector: { pool: "edge" } },
  respondingTimeouts: { readTimeout: 5 },
  ports: { web: 8000, websecure: 443 },
  options: { userLists: { admins: { secretName: "admins" } } },
} as const;
const description: MeshDescription = {
  consulNamespace: "consul",
  authMethod: "auth",
  consulImage: "consul:1",
  kubernetesVersion: "1.34",
  partWithoutContains: "chart",
  partWithoutSleep: "image",
  partWithoutNativeSidecar: "sidecar",
  caRotation: "2026",
  tracing: { collector: "otel:4317" } as never,
  jwtProviders: ["login"],
  cni: true,
  reach: { connectInject: { k8sAllowNamespaces: ["shop"] } },
  ingress,
};
const published = (services: PublishedService[], more: Partial<PublishedServices> = {}): PublishedServices => ({
  namespace: "pay",
  services,
  intentions: [],
  ...more,
});
const service = (name: string, more: Partial<PublishedService> = {}) => ({ name, port: 80, ...more });
const asks = (name: string): Route => ({ host: "a.test", middlewares: [{ forwardAuth: { service: name } }] });
const said = (problems: Problem[]) => problems.map((each) => `${each.propertyPath}: ${each.reason}`);

test("a mesh of another stack is what that one says of it", () => {
  const { consulNamespace, ingress: described, ...its } = description;
  const mesh = new MeshReference(description);
  expect(mesh).toMatchObject({
    namespace: consulNamespace,
    authMethod: its.authMethod,
    consulImage: its.consulImage,
    kubernetesVersion: its.kubernetesVersion,
    partWithoutContains: its.partWithoutContains,
    partWithoutSleep: its.partWithoutSleep,
    partWithoutNativeSidecar: its.partWithoutNativeSidecar,
    cni: its.cni,
    caRotation: its.caRotation,
    tracing: its.tracing,
    jwtProviders: its.jwtProviders,
    ready: undefined,
  });
  const { serviceName, namespace, replicas, imagePullPolicy, imagePullSecrets, placement, respondingTimeouts } =
    described;
  expect(mesh.ingress).toMatchObject({ serviceName, namespace, replicas, imagePullPolicy, respondingTimeouts });
  expect(mesh.ingress).toMatchObject({ imagePullSecrets, placement });
  expect(mesh.ingress.url("a.test")).toBe("http://a.test:8000/");
  expect(mesh.ingress.url("a.test", "/b", true)).toBe("https://a.test/b");
});

test("a namespace that the mesh's chart leaves out is refused", () => {
  const reach = (name: string) => said(new MeshReference(description).reachProblems({ name, made: true }, "pods"));
  expect(reach("shop")).toEqual([]);
  expect(reach("pay")).toEqual([
    expect.stringMatching(/^mesh\.values\.connectInject\.k8sAllowNamespaces: leaves out "pay"/),
  ]);
});

test("the Services of the ingress are taken in its namespace", () => {
  const { model } = new MeshReference(description);
  const takes = (namespace: string, name: string) =>
    said(model.part(MadeObjects).take("name", serviceIn(namespace, name), "here", "use another"));
  for (const name of ["traefik", "traefik-pods"]) {
    expect(takes("traefik", name)).toEqual([
      `name: the Service "${name}" in traefik is that of the mesh's ingress already; use another`,
    ]);
    expect(takes("shop", name)).toEqual([]);
  }
});

test("names, routes and intentions of other stacks are taken", async () => {
  const others = {
    "a/b/pay": published(
      [
        service("pay", { routes: [{ host: "pay.test" }], canary: { routes: [{ host: "next.test" }] } }),
        service("cart", { canary: true }),
      ],
      {
        jobs: ["nightly"],
        destinations: [{ name: "stripe", protocol: "tcp" }],
        intentions: [{ source: "cart", destination: "pay" }],
      },
    ),
  };
  const { model } = new MeshReference(description, others);
  const takes = (name: string) => said(model.part(MeshNames).take("name", { name, place: "here" }));
  const stack = "stack a/b/pay";
  expect(takes("pay")).toEqual([expect.stringContaining(`"pay" is the name of ${stack}: service pay too`)]);
  expect(takes("cart-canary")).toEqual([expect.stringContaining(`as that of ${stack}: service cart's canary`)]);
  expect(takes("nightly")).toEqual([expect.stringContaining(`the name of ${stack}: job nightly too`)]);
  expect(takes("stripe")).toEqual([expect.stringContaining(`the name of ${stack}: destination stripe too`)]);
  expect(takes("shop")).toEqual([]);
  const place = { own: "", named: "" };
  const joins = (name: string, host: string) =>
    said(model.part(RoutingModel).service(name, { routes: [{ host }] }, place));
  expect(joins("shop", "pay.test")).toEqual([expect.stringContaining(`that of ${stack}: service pay: routes[0] too`)]);
  expect(joins("shop-2", "next.test")).toEqual([
    expect.stringContaining(`${stack}: service pay: canary.routes[0] too`),
  ]);
  const rules = [{ source: "shop", destination: "pay" }];
  const intentions = model.part(MeshIntentions);
  expect(said(intentions.secondSetProblems(rules)).join()).toContain(`"pay" has its intentions in ${stack} already`);
  expect(["pay", "nightly", "stripe", "shop"].map((name) => intentions.ownerOf(name)?.set)).toEqual([
    stack,
    stack,
    stack,
    undefined,
  ]);
  await model.declared();
});

test("a call that no rule decides is let in where neither deny-all nor ACLs refuse it", () => {
  const { authMethod, ...its } = description;
  const others = { "a/b/pay": published([service("pay")]) };
  const told = (more: Partial<MeshDescription>) =>
    new MeshReference({ ...its, ...more }, others).model
      .part(MeshIntentions)
      .callProblems({ source: "shop", destination: "pay" });
  expect(told({ denyAll: false })).toEqual([]);
  for (const more of [{}, { denyAll: true }, { denyAll: false, authMethod }]) {
    expect(told(more)).toHaveLength(1);
  }
});

test("a service of another stack is not asked by its address", () => {
  const asking = (address: string) => {
    const routing = meshOf({ ingress }, { "a/b/pay": published([service("login")]) }).part(RoutingModel);
    const routes = [{ host: "b.test", middlewares: [{ forwardAuth: { address } }] }];
    routing.service("shop", { routes }, { own: "", named: "shop." });
    return said(routing.unresolved());
  };
  expect(asking("http://login.pay.svc")).toEqual([
    expect.stringContaining('forwardAuth.address: "http://login.pay.svc" is the service login of the mesh'),
  ]);
  expect(asking("http://login.shop.svc")).toEqual([]);
});

test("what joins a mesh can be judged beside the others before it is declared", () => {
  const model = meshOf({ ingress }, { "a/b/pay": published([service("pay", { routes: [{ host: "pay.test" }] })]) });
  expect(said(model.part(MeshNames).take("here", { name: "pay", place: "here" }))).toEqual([
    'here: "pay" is the name of stack a/b/pay: service pay too; give each its own',
  ]);
  const routes: Route[] = [
    { host: "pay.test", pathPrefix: "/a" },
    { host: "b.test", middlewares: [{ plugin: { geo: {} } }] },
  ];
  expect(said(model.part(RoutingModel).service("shop", { routes }, { own: "", named: "" }))).toEqual([
    'routes[0]: the host "pay.test" is that of stack a/b/pay: service pay: routes[0] too, of another stack; use another, or have the stack of the mesh name it in traefikSharedHosts (of a TraefikConsulIngress: sharedHosts)',
    expect.stringContaining('"geo" is not a plugin of the ingress'),
  ]);
});

test("the mesh's own stack knows whom its routes may ask, and who opens what", () => {
  const model = new MeshModel();
  const its = published([service("pay", { routes: [{ host: "pay.test" }] })], {
    jobs: ["nightly"],
    destinations: [{ name: "stripe" }],
    intentions: [{ source: "shop", destination: "pay" }],
  });
  knowStacks(model, { "a/b/pay": its, "a/b/auth": published([service("auth")]) });
  const routing = model.part(RoutingModel);
  const asking = (name: string) => ({ routes: [{ ...asks(name), host: "pay.test" }] });
  // That two have one host has been told.
  expect(routing.service("b", asking("pay"), { own: "", named: "b." })).toEqual([]);
  expect(routing.unresolved()).toEqual([]);
  routing.service("c", { routes: [{ ...asks("auth"), host: "c.test" }] }, { own: "", named: "c." });
  expect(routing.unresolved()).toEqual([]);
  routing.service("d", { routes: [{ ...asks("nightly"), host: "d.test" }] }, { own: "", named: "d." });
  expect(said(routing.unresolved())).toEqual([expect.stringContaining('"nightly" is not a service of this mesh')]);
  const intentions = model.part(MeshIntentions);
  expect(["pay", "nightly", "stripe", "auth", "shop"].map((name) => intentions.ownerOf(name)?.set)).toEqual([
    "stack a/b/pay",
    "stack a/b/pay",
    "stack a/b/pay",
    "stack a/b/auth",
    undefined,
  ]);
  expect(intentions.callProblems({ source: "shop", destination: "pay" })).toEqual([]);
});

test("what another stack wants and nobody has is its own to mend", () => {
  const { model } = new MeshReference(description, { "a/b/pay": published([service("pay", { routes: [asks("a")] })]) });
  expect(model.unresolved()).toEqual([]);
});

describe("a stack beside each other one", () => {
  const own = ["a/b/own", published([service("shop", { routes: [asks("auth")] })])] as const;
  const told = (others: Record<string, PublishedServices>, its = ingress as typeof description.ingress) =>
    said(neighbourProblems(its, own, others));

  test("is told what is wrong between the two, and not between others", () => {
    const taken = published([service("pay", { routes: [{ host: "A.test" }] })]);
    expect(told({ "a/b/pay": published([service("pay")]) })).toEqual([]);
    expect(told({ "a/b/pay": taken })).toEqual([
      expect.stringMatching(
        /^stack a\/b\/pay: service pay: routes\[0\]: .*stack a\/b\/own: service shop: routes\[0\] too/,
      ),
    ]);
    const twice = published([service("pay")]);
    expect(told({ "a/b/one": twice, "a/b/two": twice })).toEqual([]);
  });

  test("is told of names that both have, a job's too", () => {
    const jobs = ["shop"];
    expect(told({ "a/b/pay": published([], { jobs }) })).toEqual([
      expect.stringMatching(/^stack a\/b\/pay: job shop: "shop" is the name of stack a\/b\/own: service shop too/),
    ]);
  });

  test("is told what the ingress does not have", () => {
    const routes: Route[] = [{ host: "b.test", middlewares: [{ basicAuth: { userList: "nobody" } }] }];
    expect(told({ "a/b/pay": published([service("pay", { routes })]) })).toEqual([
      expect.stringMatching(/^stack a\/b\/pay: service pay: routes\[0\].*"nobody" is not a user list/),
    ]);
  });
});

describe("a service that is taken away", () => {
  const told = (services: PublishedService[], more: Record<string, PublishedServices> = {}) =>
    said(withdrawnProblems(["login"], { "a/b/pay": published(services), ...more }));

  test.each<[what: string, its: Partial<PublishedService>, path: string]>([
    ["a route", { routes: [{ host: "b.test" }, asks("login")] }, "routes[1].middlewares[0].forwardAuth.service"],
    [
      "a route's error pages",
      { routes: [{ host: "a.test", middlewares: [{ errors: { service: "login@consulcatalog", status: ["500"] } }] }] },
      "routes[0].middlewares[0].errors.service",
    ],
    [
      "a canary's route",
      { canary: { routes: [asks("login")] } },
      "canary.routes[0].middlewares[0].forwardAuth.service",
    ],
  ])("is missed by %s that asks it", (_, its, path) => {
    expect(told([service("pay", its)])).toEqual([
      `stack a/b/pay: service pay: ${path}: asks "login", which this stack no longer has; keep it until that route asks another, or name it in externalServices where another stack takes it over`,
    ]);
  });

  test.each<[what: string, its: Partial<PublishedService>]>([
    ["has no route", {}],
    ["asks another", { routes: [asks("auth")], canary: {} }],
    ["has a canary without routes of its own", { canary: true }],
    ["names a middleware that is called so", { routes: [{ host: "a.test", middlewares: ["login@consulcatalog"] }] }],
  ])("is not missed by one that %s", (_, its) => {
    expect(told([service("pay", its)])).toEqual([]);
  });

  test("is missed by each call", () => {
    const calls = ["login", "pay"].map((destination) => ({ source: "shop", destination }));
    expect(told([], { "a/b/shop": published([service("shop")], { calls }) })).toEqual([
      'stack a/b/shop: shop: calls: name "login", which this stack no longer has; keep it until they do not, or name it in externalServices where another stack takes it over',
    ]);
  });

  test("is not missed where another stack has it now", () => {
    const moved = { "a/b/auth": published([service("shop"), service("login")]) };
    expect(told([service("pay", { routes: [asks("login")] })], moved)).toEqual([]);
    const calls = [{ source: "shop", destination: "login" }];
    expect(told([], { ...moved, "a/b/shop": published([], { calls }) })).toEqual([]);
  });
});

test("a JWT provider that is taken away is missed by each rule that names it, once", () => {
  const needs = (...names: string[]): IntentionPermission[] =>
    names.map((name) => ({ action: "allow", http: { pathPrefix: "/" }, jwt: { providers: [{ name }] } }));
  const rule = { source: "shop", destination: "pay" };
  const intentions = [
    rule,
    { ...rule, permissions: needs("login", "other", "login") },
    { ...rule, permissions: needs("other") },
    { ...rule, permissions: needs("login"), declaredAt: "pay.calls[0]" },
  ];
  const others = { "a/b/cart": published([]), "a/b/pay": published([], { intentions }) };
  const reason =
    'names the JWT provider "login", which this stack no longer has; keep it until that rule names another, or name it in externalJwtProviders where others declare it';
  expect(said(withdrawnProviderProblems(["login"], others))).toEqual([
    `stack a/b/pay: intentions[1]: ${reason}`,
    `stack a/b/pay: pay.calls[0]: ${reason}`,
  ]);
  expect(withdrawnProviderProblems([], others)).toEqual([]);
});
