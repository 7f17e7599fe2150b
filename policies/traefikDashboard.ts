import { at, ifKnown, list, record, textAt } from "./lib/json";
import { adminDoors } from "./lib/traefikAdminPort";
import { ClusterObject, nameOf } from "./lib/objects";
import { policy } from "./lib/policy";
import { Source } from "./lib/traefikContainers";
import { isFalse } from "./lib/traefikOptions";
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
          const elsewhere = middlewares
            .filter((name) => !known.has(name))
            .map((name) => `; ${name} is declared elsewhere, and not among the policy's logins`);
          yield { object, problem: `${what} serves ${service} without a login${elsewhere.join("")}` };
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
      const service = String(router.get("service")).trim();
      const middlewares = words(router.get("middlewares")).map((each) => qualified(each, providerOf(where)));
      return INTERNAL.test(service) ? [{ what: `${where}: router ${name}`, service, middlewares }] : [];
    }),
  );
  return [...found, ...routesOf(object)];
}

/** Routes by Traefik's own kind, and by the Gateway API with a filter of Traefik's. */
function routesOf(object: ClusterObject): Door[] {
  const gateway = object.group === "gateway.networking.k8s.io";
  if (!gateway && object.kind !== "IngressRoute") {
    return [];
  }
  const [routes, services] = gateway ? ["rules", "backendRefs"] : ["routes", "services"];
  return list(at(object.body, "spec", routes)).flatMap((route) => {
    const middlewares = gateway
      ? list(at(route, "filters")).flatMap((filter) => at(filter, "extensionRef") ?? [])
      : list(at(route, "middlewares"));
    return list(at(route, services))
      .map((service) => String(at(service, "name")))
      .filter((service) => INTERNAL.test(service))
      .map((service) => ({ what: "a route", service, middlewares: middlewares.map((m) => ofKind(m, object)) }));
  });
}

/** A service of another name that stands for one of Traefik's own: its routers are not told from any other. */
function* aliases(object: ClusterObject): Iterable<string> {
  for (const { where, options } of sourcesOf(object)) {
    for (const [option, value] of options) {
      const service = words(value).find((each) => INTERNAL.test(each));
      if (service !== undefined && (where === "TraefikService" || option.startsWith("http.services."))) {
        yield `${where}: another service stands for ${service}, whose routers cannot be told from others`;
      }
    }
  }
}

/** The names in a list that is given as one text. */
function words(text: string | undefined): readonly string[] {
  return text?.match(/[^\s,]+/g) ?? [];
}

function providerOf(where: string): string {
  return where.startsWith("annotation") ? "consulcatalog" : "file";
}

function qualified(name: string, provider: string): string {
  return (name.includes("@") ? name : `${name}@${provider}`).toLowerCase();
}

/** The full name of a Middleware, as an object refers to it. */
function ofKind(reference: unknown, { body }: ClusterObject): string {
  const name = String(at(reference, "name"));
  const namespace = textAt(reference, "namespace") ?? textAt(body, "metadata", "namespace") ?? "default";
  return qualified(name.includes("@") ? name : `${namespace}-${name}`, "kubernetescrd");
}

interface Middleware {
  readonly types: readonly string[];
  /** The middlewares that it stands for, by their full names. */
  readonly chain: readonly string[];
}

/** The middlewares of the stack, by name and provider. */
function middlewaresOf(objects: readonly ClusterObject[]): Map<string, Middleware> {
  const known = new Map<string, Middleware>();
  const all = [
    ...objects.flatMap((object) => ifKnown(() => sourcesOf(object), [])),
    ...traefiks(objects).flatMap(({ sources }) => sources),
  ];
  for (const { where, options } of all) {
    for (const [name, body] of namedUnder(options, "http.middlewares")) {
      known.set(qualified(name, providerOf(where)), {
        types: [...body.keys()].map((key) => key.split(".")[0]),
        chain: words(body.get("chain.middlewares")).map((each) => qualified(each, providerOf(where))),
      });
    }
  }
  for (const object of objects.filter(({ kind, group }) => /^traefik\.[a-z.]+ Middleware$/.test(`${group} ${kind}`))) {
    const read = () =>
      known.set(ofKind({ name: nameOf(object) }, object), {
        types: Object.keys(record(object.body.spec)).map((key) => key.toLowerCase()),
        chain: list(at(object.body, "spec", "chain", "middlewares")).map((each) => ofKind(each, object)),
      });
    // One that is not known yet asks nobody for a login.
    ifKnown(read, known);
  }
  return known;
}

/** Whether a middleware asks for a login: by its type, or by that of one in its chain. */
function asks(
  name: string,
  known: ReadonlyMap<string, Middleware>,
  logins: readonly string[],
  seen = new Set<string>(),
): boolean {
  const middleware = known.get(name);
  if (middleware === undefined) {
    return logins.some((login) => login.toLowerCase() === name);
  }
  return (
    middleware.types.some((type) => LOGINS.includes(type)) ||
    (!seen.has(name) && middleware.chain.some((each) => asks(each, known, logins, new Set([...seen, name]))))
  );
}
