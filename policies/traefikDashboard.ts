import { ifKnown, at, list, textAt } from "./lib/json";
import { adminDoors } from "./lib/traefikAdminPort";
import { ClusterObject, namespaceOf, nameOf } from "./lib/objects";
import { policy } from "./lib/policy";
import { Source } from "./lib/traefikContainers";
import { fromTree, isFalse, Options } from "./lib/traefikOptions";
import { namedUnder, referred, sourcesOf, traefiks } from "./lib/traefikSources";

/** Traefik's services that show or change what it is configured to do. */
const INTERNAL = /^(api|dashboard|rest)@internal$/i;
/** Middlewares that ask who is there. */
const LOGINS = ["basicauth", "digestauth", "forwardauth"];
/** Options that open the API on the entry point `traefik`, to everybody. */
const OPEN: Readonly<Record<string, string>> = {
  "api.insecure": "api.insecure",
  "providers.rest.insecure": "rest.insecure",
};

/** The dashboard shows every route, and where the mesh can be entered: it is no page for whoever finds its port. */
export const traefikDashboard = policy<{ logins: string[] }>({
  name: "traefik-dashboard-login",
  description: "Traefik's API and dashboard ask for a login, or are off.",
  severity: "high",
  remedy: "Leave api.insecure out, and put a middleware with a login on every router to api@internal",
  environments: ["staging", "prod"],
  config: {
    logins: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Middlewares that ask for a login and are declared elsewhere, as name@provider",
    },
  },
  *object(object) {
    for (const source of sourcesOf(object)) {
      yield* insecure(source);
    }
    for (const { what, service, middlewares } of doors(object)) {
      if (middlewares.length === 0) {
        yield `${what} serves ${service} without a login`;
      }
    }
    yield* aliases(object);
  },
  *stack(objects, { config }) {
    yield* referred(objects, insecure);
    const known = middlewaresOf(objects);
    for (const object of objects) {
      for (const { what, service, middlewares } of ifKnown(() => doors(object), [])) {
        if (middlewares.length > 0 && !middlewares.some((name) => asks(name, known, config.logins))) {
          const unknown = middlewares.filter((name) => !known.has(name));
          const why =
            unknown.length === 0
              ? ""
              : `: ${unknown.join(", ")} is declared elsewhere, and not among the policy's logins`;
          yield { object, problem: `${what} serves ${service} without a login${why}` };
        }
      }
    }
    yield* adminDoors(objects);
  },
});

/** What a static file of Traefik's can begin with, in lower case, from v2 on: it does not start with one that has another key. */
const STATIC =
  /^(accesslog|api|certificatesresolvers|core|entrypoints|experimental|global|hostresolver|hub|log|metrics|ocsp|pilot|ping|providers|serverstransport|spiffe|tcpserverstransport|tracing)(?![a-z])/;

function* insecure({ where, options, sure }: Source): Iterable<string> {
  // A file that nothing tells to be Traefik's is another program's where it says what Traefik does not know.
  if (!sure && ![...options.keys()].every((option) => STATIC.test(option))) {
    return;
  }
  for (const [option, name] of Object.entries(OPEN)) {
    if (!isFalse(options.get(option))) {
      yield `${where} sets ${name}`;
    }
  }
}

/** A way to one of Traefik's own services, and the middlewares on it, each with its provider. */
interface Door {
  readonly what: string;
  readonly service: string;
  readonly middlewares: readonly string[];
}

function doors(object: ClusterObject): Door[] {
  const found = sourcesOf(object).flatMap(({ where, options }) =>
    [...namedUnder(options, "http.routers")].flatMap(([name, router]) => {
      const service = router.get("service")?.trim() ?? "";
      const provider = where.startsWith("annotation") ? "consulcatalog" : "file";
      const middlewares = (router.get("middlewares") ?? "").split(",").map((each) => each.trim());
      const what = provider === "file" ? `${where}: router ${name}` : `router ${name}`;
      return INTERNAL.test(service)
        ? [{ what, service, middlewares: middlewares.filter((m) => m !== "").map((m) => qualified(m, provider)) }]
        : [];
    }),
  );
  return [...found, ...routesOf(object)];
}

/** Routes by Traefik's own kind, and by the Gateway API with a filter of Traefik's. */
function routesOf(object: ClusterObject): Door[] {
  const gateway = object.group === "gateway.networking.k8s.io";
  const routes = list(at(object.body, "spec", gateway ? "rules" : "routes"));
  return (object.kind === "IngressRoute" || gateway ? routes : []).flatMap((route) => {
    const service = list(at(route, gateway ? "backendRefs" : "services")).find((s) =>
      INTERNAL.test(textAt(s, "name") ?? ""),
    );
    const middlewares = gateway
      ? list(at(route, "filters")).flatMap((filter) => at(filter, "extensionRef") ?? [])
      : list(at(route, "middlewares"));
    const name = (m: unknown) =>
      textAt(m, "name")?.includes("@")
        ? String(textAt(m, "name")).toLowerCase()
        : `${textAt(m, "namespace") ?? namespaceOf(object)}-${textAt(m, "name")}@kubernetescrd`.toLowerCase();
    return service === undefined
      ? []
      : [{ what: "a route", service: textAt(service, "name")!, middlewares: middlewares.map(name) }];
  });
}

/** A service of another name that stands for one of Traefik's own: its routers are not told from any other. */
function* aliases(object: ClusterObject): Iterable<string> {
  for (const { where, options } of sourcesOf(object)) {
    for (const [option, value] of options) {
      const service = value.split(",").find((each) => INTERNAL.test(each.trim()));
      if (service !== undefined && (where === "TraefikService" || /^http\.services\./.test(option))) {
        yield `${where}: another service stands for ${service}, whose routers cannot be told from others`;
      }
    }
  }
}

function qualified(name: string, provider: string): string {
  return (name.includes("@") ? name : `${name}@${provider}`).toLowerCase();
}

/** Options of each middleware of the stack, by its name and provider. */
function middlewaresOf(objects: readonly ClusterObject[]): Map<string, Options> {
  const known = new Map<string, Options>();
  const all = [
    ...objects.flatMap((object) => ifKnown(() => sourcesOf(object), [])),
    ...traefiks(objects).flatMap(({ sources }) => sources),
  ];
  for (const { where, options } of all) {
    for (const [name, body] of namedUnder(options, "http.middlewares")) {
      known.set(qualified(name, where.startsWith("annotation") ? "consulcatalog" : "file"), body);
    }
  }
  for (const object of objects.filter(({ kind, group }) => kind === "Middleware" && group.startsWith("traefik."))) {
    known.set(`${namespaceOf(object)}-${nameOf(object)}@kubernetescrd`.toLowerCase(), fromTree([object.body.spec]));
  }
  return known;
}

/** Whether a middleware asks for a login: by its type, or by that of one in its chain. */
function asks(
  name: string,
  known: ReadonlyMap<string, Options>,
  logins: readonly string[],
  seen: string[] = [],
): boolean {
  const body = known.get(name);
  if (body === undefined || seen.includes(name)) {
    return body === undefined && logins.some((login) => login.toLowerCase() === name);
  }
  const provider = name.slice(name.lastIndexOf("@") + 1);
  const chain = [...body].filter(([key]) => /^chain\.middlewares(\[|$)/.test(key));
  const within = chain.flatMap(([key, value]) =>
    key.endsWith(".namespace")
      ? []
      : value.split(",").map((each) => {
          const namespace = body.get(key.replace(/\.name$/, ".namespace")) ?? name.split("-")[0];
          return provider === "kubernetescrd" && !each.includes("@")
            ? `${namespace}-${each}@kubernetescrd`.toLowerCase()
            : qualified(each.trim(), provider);
        }),
  );
  return (
    [...body.keys()].some((key) => LOGINS.includes(key.split(".")[0])) ||
    within.some((each) => asks(each, known, logins, [...seen, name]))
  );
}
