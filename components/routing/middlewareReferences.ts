import { traefikOption } from "../shared/names";
import { closest } from "fastest-levenshtein";
import type { Middleware, TcpMiddleware } from "./middlewares";
import { Problem } from "../shared/problems";

/** What an ingress offers to middlewares. */
export interface OfferedToMiddlewares {
  readonly userLists: readonly string[];
  readonly plugins: readonly string[];
  /** Middlewares of the file provider. */
  readonly files: readonly string[];
  /** Namespaces whose custom resources are served: `true` for all, none where they are not. */
  readonly crdNamespaces: true | readonly string[];
  /** Files of Traefik's pod, apart from those of its image. */
  readonly mounted: readonly string[];
}

/**
 * What a middleware needs of other services: one that answers Traefik, or a middleware that one of them declares; or an address, such as a
 * Redis's, that none of them has, as it is asked without the mesh's TLS.
 */
export interface Wanted {
  readonly kind: "answer" | "middleware" | "address" | "redis";
  readonly name: string;
  readonly path: string;
  /** Whether routes for clients do not do, since the call goes by Traefik's internal entry point. */
  readonly internal?: boolean;
}

/** What of middlewares is not at the ingress: user lists, plugins, files, and what other providers have. */
export function offeredProblems(
  middlewares: readonly Middleware[],
  offered: OfferedToMiddlewares,
  prefix: string,
): Problem[] {
  return middlewares.flatMap((middleware, i) => {
    const at = `${prefix}[${i}]`;
    if (typeof middleware === "string") {
      return providerProblems(middleware, offered, at);
    }
    const { basicAuth, digestAuth, plugin, forwardAuth, rateLimit, chain } = middleware;
    const { mounted } = offered;
    return [
      ...Object.entries({ basicAuth, digestAuth }).flatMap(([name, auth]) =>
        auth?.userList === undefined
          ? []
          : missing(
              `${at}.${name}.userList`,
              "user list of the ingress",
              auth.userList,
              offered.userLists,
              `Declare it with its Secret in ${traefikOption("userLists")}`,
            ),
      ),
      ...Object.keys(plugin ?? {}).flatMap((name) =>
        missing(
          `${at}.plugin`,
          "plugin of the ingress",
          name,
          offered.plugins,
          `Declare it in ${traefikOption("plugins")}`,
        ),
      ),
      ...fileProblems((forwardAuth as { tls?: object })?.tls, mounted, `${at}.forwardAuth.tls`),
      ...fileProblems((rateLimit as { redis?: { tls?: object } })?.redis?.tls, mounted, `${at}.rateLimit.redis.tls`),
      ...namesOf(chain?.middlewares).flatMap((name, j) =>
        providerProblems(name, offered, `${at}.chain.middlewares[${j}]`),
      ),
    ];
  });
}

/** What middlewares want of the services of the mesh. */
export function wantedBy(middlewares: readonly (Middleware | TcpMiddleware)[], prefix: string): Wanted[] {
  return middlewares.flatMap((middleware, i): Wanted[] => {
    const at = `${prefix}[${i}]`;
    const named = (text: string, path: string): Wanted[] => {
      const [name, provider] = text.split("@");
      return provider === "consulcatalog" ? [{ kind: "middleware", name, path }] : [];
    };
    if (typeof middleware === "string") {
      return named(middleware, at);
    }
    const { forwardAuth, errors, rateLimit, chain } = middleware as Exclude<Middleware, string>;
    const answers = Object.entries({ forwardAuth, errors }).flatMap(([name, options]): Wanted[] =>
      typeof options?.service !== "string"
        ? []
        : [
            {
              kind: "answer",
              name: options.service.replace(/@consulcatalog$/, ""),
              path: `${at}.${name}.service`,
              internal: name === "forwardAuth",
            },
          ],
    );
    const address = forwardAuth?.address;
    const { redis } = (rateLimit ?? {}) as { redis?: { endpoints?: unknown } };
    return [
      ...answers,
      ...(typeof address === "string"
        ? [{ kind: "address" as const, name: address, path: `${at}.forwardAuth.address` }]
        : []),
      ...namesOf(redis?.endpoints).map((name, j) => ({
        kind: "redis" as const,
        name,
        path: `${at}.rateLimit.redis.endpoints[${j}]`,
      })),
      ...namesOf(chain?.middlewares).flatMap((name, j) => named(name, `${at}.chain.middlewares[${j}]`)),
    ];
  });
}

/** A problem of a name that is none of those that there are. */
export function missing(path: string, what: string, name: string, names: readonly string[], remedy: string): Problem[] {
  if (names.includes(name)) {
    return [];
  }
  const nearest = names.length === 0 ? "there are none." : `did you mean "${closest(name, [...names])}"?`;
  return [
    {
      propertyPath: path,
      reason: `"${name}" is not ${/^[aeio]/.test(what) ? "an" : "a"} ${what}; ${nearest} ${remedy}`.trim(),
    },
  ];
}

function namesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

/** A middleware that is declared elsewhere; those of the catalog are for the services to have. */
function providerProblems(reference: string, offered: OfferedToMiddlewares, at: string): Problem[] {
  const [name, provider] = reference.split("@");
  const problem = (reason: string) => [{ propertyPath: at, reason }];
  const { crdNamespaces } = offered;
  switch (provider) {
    case undefined:
    case "consulcatalog":
      return [];
    case "file":
      return missing(at, "middleware of the ingress's files", name, offered.files, "Write it as an object here");
    case "kubernetescrd":
      if (crdNamespaces === true || crdNamespaces.some((namespace) => name.startsWith(`${namespace}-`))) {
        return [];
      }
      return problem(
        crdNamespaces.length === 0
          ? `"kubernetescrd" is not a provider of this ingress; have it serve custom resources by ${traefikOption("kubernetesCrd.namespaces")}, or write the middleware as an object`
          : `"${name}" is in no namespace whose custom resources are served; begin with ${crdNamespaces.map((each) => `"${each}-"`).join(" or ")}, its namespace`,
      );
    default:
      return problem(
        `"${provider}" is not a provider of this ingress; it has consulcatalog, file, and kubernetescrd where custom resources are served`,
      );
  }
}

/** Where Traefik's image has files of its own. */
const IMAGE_FILES = /^\/(etc\/ssl|usr\/share\/ca-certificates|usr\/local\/share\/ca-certificates)\//;

function fileProblems(tls: object | undefined, mounted: readonly string[], at: string): Problem[] {
  return Object.entries(tls ?? {}).flatMap(([name, file]) =>
    typeof file !== "string" || IMAGE_FILES.test(file)
      ? []
      : missing(`${at}.${name}`, "file of Traefik's pod", file, mounted, "Those of the ingress's Secrets are there"),
  );
}
