import { at, list, record, textAt } from "./lib/json";
import { ClusterObject } from "./lib/objects";
import { policy } from "./lib/policy";
import { parsed, tagsOf, traefikSettings } from "./lib/traefik";

/** `api.insecure` as argument, as environment variable and in a TOML file; in YAML it is looked up. */
const INSECURE = [
  /--api\.insecure(=["']?true|\s|$)/im,
  /^TRAEFIK_API_INSECURE=["']?true/im,
  /^\s*\[api\][^[]*^\s*insecure\s*=\s*true/im,
];
/** Traefik's services that show or change what it is configured to do. */
const INTERNAL = /^(api|dashboard|rest)@internal$/;
/** Middlewares that ask who is there. */
const LOGINS = ["basicauth", "digestauth", "forwardauth"];

/** The dashboard shows every route, and where the mesh can be entered: it is no page for whoever finds its port. */
export const traefikDashboard = policy({
  name: "traefik-dashboard-login",
  description: "Traefik's API and dashboard ask for a login, or are off.",
  severity: "high",
  remedy: "Leave api.insecure out, and put a middleware with a login on every router to api@internal",
  environments: ["staging", "prod"],
  *object(object) {
    for (const { where, text } of traefikSettings(object)) {
      const file = parsed(text);
      if (INSECURE.some((pattern) => pattern.test(text)) || at(file, "api", "insecure") === true) {
        yield `${where} sets api.insecure`;
      }
      for (const [name, router] of Object.entries(record(at(file, "http", "routers")))) {
        if (INTERNAL.test(textAt(router, "service") ?? "") && list(at(router, "middlewares")).length === 0) {
          yield `${where}: router ${name} serves ${textAt(router, "service")} without a login`;
        }
      }
    }
    yield* tagProblems(tagsOf(object));
    yield* routeProblems(object);
  },
});

function* tagProblems(tags: Record<string, string>): Iterable<string> {
  for (const [tag, service] of Object.entries(tags)) {
    const router = /^traefik\.http\.routers\.([^.]+)\.service$/.exec(tag)?.[1];
    if (router === undefined || !INTERNAL.test(service)) {
      continue;
    }
    const middlewares = (tags[`traefik.http.routers.${router}.middlewares`] ?? "").split(",").filter((m) => m !== "");
    if (!middlewares.some((name) => mayLogin(name.trim().toLowerCase(), tags))) {
      yield `router ${router} serves ${service} without a login`;
    }
  }
}

/** Whether a middleware may be a login: by its type where the tags define it; elsewhere it is taken at its word. */
function mayLogin(name: string, tags: Record<string, string>): boolean {
  const types = Object.keys(tags).flatMap(
    (tag) => /^traefik\.http\.middlewares\.([^.]+)\.([^.]+)/.exec(tag)?.slice(1, 3).join(" ") ?? [],
  );
  const own = types.filter((type) => type.startsWith(`${name} `));
  return own.length === 0 || own.some((type) => LOGINS.includes(type.split(" ")[1]));
}

function* routeProblems({ kind, body }: ClusterObject): Iterable<string> {
  for (const route of kind === "IngressRoute" ? list(at(body, "spec", "routes")) : []) {
    const service = list(at(route, "services")).find((s) => INTERNAL.test(textAt(s, "name") ?? ""));
    if (service !== undefined && list(at(route, "middlewares")).length === 0) {
      yield `a route serves ${textAt(service, "name")} without a login`;
    }
  }
}
