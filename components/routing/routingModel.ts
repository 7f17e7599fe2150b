import { traefikOption } from "../shared/names";
import { missing, OfferedToMiddlewares, offeredProblems, Wanted, wantedBy } from "./middlewareReferences";
import { ModelPart } from "../shared/meshModel";
import { Problem } from "../shared/problems";
import { consoleHostProblems } from "./consoleHosts";
import { HostOwners, Ranked, rankedRoutes } from "./hostOwners";
import { routerNames } from "./routes";
import { ingressTlsProblems } from "./routeTls";
import { canaryName } from "./canary";
import { canaryPublished, Published, serviceTags } from "./serviceTags";
import { tcpRouterNames } from "./tcpRoutes";
import { TLS_PATH, tlsSecrets } from "./tlsOptions";
import { adminTags, CA_MOUNT_PATH } from "./traefikArguments";
import type { TraefikOptions } from "../ingress/traefikOptions";
import { tagVersionProblems } from "./traefikVersions";

/** Options of the ingress that routes are judged by. */
export const NAMED_BY_ROUTES = [
  "image",
  "certificateResolvers",
  "certificates",
  "tlsOptions",
  "redirectToHttps",
  "consoles",
  "tcpEntryPoints",
  "userLists",
  "plugins",
  "kubernetesCrd",
  "sharedHosts",
] as const;

/** Where a component's inputs are: for its own problems, and as others name it. */
export interface Place {
  readonly own: string;
  readonly named: string;
  /** The other stack whose it is, which judges itself what it wants. */
  readonly stack?: string;
}

interface Service {
  readonly name: string;
  readonly options: Published;
  readonly place: Place;
}

interface Ingress {
  readonly options: TraefikOptions;
  readonly offered: OfferedToMiddlewares;
  /** TLS options by host, and the route that has them. */
  readonly hosts: Map<string, { options: string; path: string }>;
}

/**
 * The routes of a mesh: what only the whole shows of services and of the ingresses that serve them. Each joins when it is
 * declared, and is told what is wrong with it beside those that are there: names and rules that stand twice, of which
 * Traefik drops both or serves one, and what a route names but the ingress has not. The order does not matter: what a
 * service wants of another that is not there yet is `unresolved` until that one joins.
 */
export class RoutingModel extends ModelPart {
  private readonly ingresses = new Map<string, Ingress>();
  private readonly services = new Map<string, Service>();
  /** Names and rules, and where they stand. */
  private readonly taken = new Map<string, string>();
  private readonly hosts = new HostOwners();
  /** Middlewares that tags declare. */
  private readonly middlewares = new Set<string>();
  /** Services that others declare, and the input that names them, where there is one. */
  private readonly elsewhere = new Set<string>();
  private input: string | undefined;
  private wanted: { readonly want: Wanted; readonly by: Service }[] = [];

  /** Problems of an ingress beside what has joined before it. `name` is its name in the mesh. */
  ingress(name: string, options: TraefikOptions, path: string): Problem[] {
    return [
      ...adminRouters(name).flatMap((router) =>
        this.take(`router name "${router}"`, `${path}serviceName`, `the ingress ${name}`),
      ),
      ...this.served(name, options),
    ];
  }

  /** Problems of the services that have joined, at an ingress as it is known now. */
  served(name: string, options: TraefikOptions): Problem[] {
    const ingress = { options, offered: offeredBy(options), hosts: new Map() };
    this.ingresses.set(name, ingress);
    return [...this.services.values()].flatMap((service) => servedProblems(service, service.place.named, ingress));
  }

  /** Problems of a service, and of its canary, beside what has joined before; `withStandIns` has what is not known yet. */
  service(name: string, options: Published, place: Place): Problem[] {
    const canary = canaryPublished(options);
    const { own, named } = place;
    return [
      ...this.join(name, options, place),
      ...(canary === undefined
        ? []
        : this.join(canaryName(name), canary, { ...place, own: `${own}canary.`, named: `${named}canary.` })),
    ];
  }

  private join(name: string, options: Published, place: Place): Problem[] {
    const service: Service = { name, options, place };
    const { routes = [], tcpRoutes = [], internal = false } = options;
    const take = (what: string, input: string) => this.take(what, place.own + input, place.named + input);
    this.services.set(name, service);
    for (const tag of serviceTags(name, options)) {
      const middleware = /^traefik\.http\.middlewares\.([^.=]+)\./.exec(tag)?.[1];
      if (middleware !== undefined) {
        this.middlewares.add(middleware);
      }
    }
    this.wanted.push(
      ...routes.flatMap((route, i) =>
        wantedBy(route.middlewares ?? [], `routes[${i}].middlewares`).map((want) => ({ want, by: service })),
      ),
    );
    return [
      ...routerNames(name, routes).flatMap((router, i) => take(`router name "${router}"`, `routes[${i}]`)),
      ...(internal ? take(`router name "${name}-internal"`, "internal") : []),
      ...rankedRoutes({ routes }).flatMap((route) => this.takeRoute(route, place)),
      ...tcpRouterNames(name, tcpRoutes).flatMap((router, i) => take(`tcp router name "${router}"`, `tcpRoutes[${i}]`)),
      ...rankedRoutes({ tcpRoutes }).flatMap((route) => this.takeRoute(route, place)),
      ...[...this.ingresses.values()].flatMap((ingress) => servedProblems(service, place.own, ingress)),
      ...this.resolve(service),
    ];
  }

  /** Problems of a service that has joined, and of its canary, by what is known of it now. */
  known(name: string, options: Published): Problem[] {
    const canary = canaryPublished(options);
    return [...this.rejoin(name, options), ...(canary === undefined ? [] : this.rejoin(canaryName(name), canary))];
  }

  private rejoin(name: string, options: Published): Problem[] {
    const joined = this.services.get(name)!;
    const service = { ...joined, options };
    this.services.set(name, service);
    const before = new Set(rankedRoutes(joined.options).map(({ input, rule }) => input + rule));
    const changed = rankedRoutes(options).filter(({ input, rule }) => !before.has(input + rule));
    return [
      ...changed.flatMap((route) => this.takeRoute(route, joined.place)),
      ...[...this.ingresses.values()].flatMap((ingress) => servedProblems(service, joined.place.own, ingress)),
    ];
  }

  /** Notes services that others declare, which routes may ask too; `input` is where they are named. */
  knowOf(names: readonly string[], input?: string): void {
    names.forEach((name) => this.elsewhere.add(name));
    this.input ??= input;
  }

  /** Problems of what services want and nobody has: when all have joined. */
  override unresolved(): Problem[] {
    const ours = this.wanted.filter(
      ({ want, by }) => by.place.stack === undefined && !(want.kind === "answer" && this.elsewhere.has(want.name)),
    );
    const remedy = this.input === undefined ? "" : `Declare it, or name it in ${this.input}`;
    return ours.flatMap(({ want, by }) => {
      const path = by.place.named + want.path;
      if (want.kind === "address" || want.kind === "redis") {
        return this.inMeshProblems(path, want);
      }
      return want.kind === "middleware"
        ? missing(path, "middleware of the mesh's services", want.name, [...this.middlewares.keys()], "")
        : missing(path, "service of this mesh", want.name, [...this.services.keys()], remedy);
    });
  }

  /** An address that Traefik asks without the mesh's TLS, where that is a service's of the mesh, which answers nobody without. */
  private inMeshProblems(propertyPath: string, { kind, name: address }: Wanted): Problem[] {
    const host = /^(?:https?:\/\/)?([^/:?#]+)/.exec(address)?.[1].replace(/\.svc(\.cluster\.local)?$/, "");
    const isIts = (name: string, { namespace, existingService = name }: Published) =>
      host === `${name}.virtual.consul` ||
      (typeof namespace === "string" && host === `${existingService}.${namespace}`);
    const remedy = (name: string) =>
      kind === "redis"
        ? "use a Redis outside the mesh"
        : `write service: ${name} and path in place of it, and set internal: true on that service`;
    return [...this.services]
      .filter(([name, { options }]) => isIts(name, options))
      .map(([name]) => ({
        propertyPath,
        reason: `"${address}" is the service ${name} of the mesh, which answers nobody without the mesh's TLS; ${remedy(name)}`,
      }));
  }

  private take(what: string, path: string, named: string): Problem[] {
    const first = this.taken.get(what);
    if (first !== undefined) {
      return [{ propertyPath: path, reason: `the ${what} is that of ${first} too; give each its own` }];
    }
    this.taken.set(what, named);
    return [];
  }

  /** A rule that another route has is that one's; else the hosts are judged. */
  private takeRoute(route: Ranked, { own, named, stack }: Place): Problem[] {
    const [path, its] = [own + route.input, named + route.input];
    const without = route.plain ? " without TLS" : "";
    const twice = route.entryPoints.flatMap((on) => this.take(`rule "${route.rule} on ${on}${without}"`, path, its));
    const shared = [...this.ingresses.values()].flatMap(({ options }) => options.sharedHosts ?? []);
    const reasons = this.hosts.take({ ...route, stack, named: its }, shared);
    return twice.length > 0 ? twice : reasons.map((reason) => ({ propertyPath: path, reason }));
  }

  /** Judges what is wanted and there, and keeps the rest. */
  private resolve(joining: Service): Problem[] {
    const all = this.wanted;
    this.wanted = all.filter(({ want }) => !(want.kind === "answer" ? this.services : this.middlewares).has(want.name));
    return all.flatMap(({ want, by }) => {
      const path = (by === joining ? by.place.own : by.place.named) + want.path;
      const target = this.services.get(want.name);
      const { routes = [], internal = false } = target?.options ?? {};
      return want.kind === "middleware" || target === undefined || internal || (!want.internal && routes.length > 0)
        ? []
        : [
            {
              propertyPath: path,
              reason: `"${want.name}" cannot be called by Traefik itself; set internal: true on it`,
            },
          ];
    });
  }
}

/** Names of the routers that an ingress has in the catalog for itself. */
function adminRouters(name: string): string[] {
  return [...new Set(adminTags(name, true).flatMap((tag) => /^traefik\.http\.routers\.([^.=]+)/.exec(tag)?.[1] ?? []))];
}

function offeredBy(options: TraefikOptions): OfferedToMiddlewares {
  const { userLists = {}, plugins = {}, kubernetesCrd, certificates = [], tlsOptions = {}, consoles = {} } = options;
  return {
    userLists: Object.keys(userLists),
    plugins: Object.keys(plugins),
    files: Object.values(consoles).flatMap((console) => (console === undefined ? [] : [`users-${console.userList}`])),
    crdNamespaces: kubernetesCrd === undefined ? [] : kubernetesCrd === true || kubernetesCrd.namespaces,
    mounted: [
      `${CA_MOUNT_PATH}/tls.crt`,
      ...[...tlsSecrets(certificates, tlsOptions)].flatMap(([secret, keys]) =>
        keys.map((key) => `${TLS_PATH}/${secret}/${key}`),
      ),
    ],
  };
}

/** What is wrong with a service's routes at an ingress that is to serve them; `path` is put before each. */
function servedProblems(
  { name, options }: Service,
  path: string,
  { options: ingress, offered, hosts }: Ingress,
): Problem[] {
  const { routes = [], tcpRoutes = [] } = options;
  const entryPoints = ["websecure", ...Object.keys(ingress.tcpEntryPoints ?? {})];
  return [
    ...tcpRoutes.flatMap((route, i) =>
      (route.entryPoints ?? []).flatMap((each, j) =>
        // Those for HTTP are told of by the route itself.
        ["web", "admin", "internal"].includes(each)
          ? []
          : missing(
              `${path}tcpRoutes[${i}].entryPoints[${j}]`,
              "entry point of the ingress",
              each,
              entryPoints,
              `Declare it in ${traefikOption("tcpEntryPoints")}`,
            ),
      ),
    ),
    ...routes.flatMap((route, i) =>
      offeredProblems(route.middlewares ?? [], offered, `${path}routes[${i}].middlewares`),
    ),
    ...routes.flatMap((route, i) =>
      consoleHostProblems(
        rankedRoutes({ routes: [route] }),
        ingress,
        `${path}routes[${i}].${route.host === undefined ? "rule" : "host"}`,
      ),
    ),
    ...ingressTlsProblems(
      [
        ...routes.map((route, i) => ({ route, path: `${path}routes[${i}]` })),
        ...tcpRoutes.flatMap(({ sni, tls }, i) =>
          tls === undefined || tls.passthrough ? [] : [{ route: { host: sni, tls }, path: `${path}tcpRoutes[${i}]` }],
        ),
      ],
      ingress,
      hosts,
    ),
    ...tagVersionProblems(ingress.image, serviceTags(name, options), path),
  ];
}
