import type * as pulumi from "@pulumi/pulumi";
import { generationTags } from "../shared/generations";
import type { MiddlewareName } from "./middlewareOptions";
import { isDnsLabel } from "../shared/names";
import { optionTags } from "./optionValues";
import { Problem } from "../shared/problems";

/** Options of a middleware by the names of Traefik's documentation. */
export type MiddlewareOptions = { readonly [option: string]: unknown };

interface TypedMiddlewares {
  /** Takes the first of these beginnings that fits off the path. */
  readonly stripPrefix: { readonly prefixes: readonly string[] };
  /** Sets headers of requests and answers; the empty text removes one. Further options as in Traefik's documentation. */
  readonly headers: {
    readonly customRequestHeaders?: Readonly<Record<string, string>>;
    readonly customResponseHeaders?: Readonly<Record<string, string>>;
    readonly [option: string]: unknown;
  };
  /** Sends the client to another scheme; `permanent` by 301 or 308, else by 302 or 307. */
  readonly redirectScheme: { readonly scheme: string; readonly port?: string; readonly permanent?: boolean };
  /** Sends the client to what `replacement` makes of a URL that `regex` (RE2) matches. */
  readonly redirectRegex: { readonly regex: string; readonly replacement: string; readonly permanent?: boolean };
  /**
   * At most `average` requests a `period` (default 1s) of each client address, and `burst` (default 1) at once; else 429. Further
   * options as in Traefik's documentation.
   */
  readonly rateLimit: {
    readonly average: number;
    readonly period?: string;
    readonly burst?: number;
    readonly sourceCriterion?: MiddlewareOptions;
    readonly [option: string]: unknown;
  };
  /** Asks for a user of a list that the ingress mounts from a Secret (`userLists`); else 401. */
  readonly basicAuth: UserListAuth;
  readonly digestAuth: UserListAuth;
  /** Only clients of these addresses or CIDR ranges; else 403, or `rejectStatusCode`. */
  readonly ipAllowList: {
    readonly sourceRange: readonly string[];
    readonly ipStrategy?: MiddlewareOptions;
    readonly rejectStatusCode?: number;
  };
  /**
   * Asks another instance when one does not answer: in all `attempts` times, the first after `initialInterval`. Further options as in
   * Traefik's documentation.
   */
  readonly retry: {
    readonly attempts: number;
    readonly initialInterval?: string;
    readonly timeout?: string;
    readonly status?: readonly string[];
    readonly [option: string]: unknown;
  };
  /** Compresses answers of 1,024 bytes and more as the client accepts it. */
  readonly compress: MiddlewareOptions;
  /** Lets a request pass only when a service of the mesh, or a server outside it, answers 2xx; else its answer. */
  readonly forwardAuth: ForwardAuth;
}

/** A user list of the ingress, and how the user is handed on. */
export interface UserListAuth {
  /** Name in the ingress's `userLists`. */
  readonly userList: string;
  readonly realm?: string;
  /** Whether the service does not see the Authorization header. Default `false`. */
  readonly removeHeader?: boolean;
  /** Header that tells the service the user's name. Default none. */
  readonly headerField?: string;
}

/** Who answers for a request: `service` with its `path`, or `address`; further options as in Traefik's documentation. */
export interface ForwardAuth {
  /** A service of the mesh that is `internal`; Traefik calls it by mutual TLS, and intentions apply. */
  readonly service?: string;
  /** Path asked at `service`. Default `/`. */
  readonly path?: string;
  /** URL of a server outside the mesh. */
  readonly address?: string;
  /** Headers of its answer that the request gets. */
  readonly authResponseHeaders?: readonly string[];
  readonly [option: string]: unknown;
}

/**
 * A middleware of a route: an object with one key, the middleware's name in Traefik's documentation, and its options; or
 * the name of one declared elsewhere, with its provider, such as `legacy-auth@kubernetescrd`.
 */
export type Middleware =
  Partial<TypedMiddlewares & Record<Exclude<MiddlewareName, keyof TypedMiddlewares>, MiddlewareOptions>> | string;

/** A middleware of a TCP route. */
export interface TcpMiddleware {
  /** Only clients of these addresses or CIDR ranges; others are hung up on. */
  readonly ipAllowList?: { readonly sourceRange: readonly string[] };
  /** At most `amount` connections of one client address at a time. */
  readonly inFlightConn?: { readonly amount: number };
}

/** An `ipAllowList` as a program declares it: its ranges may be other resources' outputs. */
interface IpAllowListArgs {
  readonly ipAllowList: Omit<TypedMiddlewares["ipAllowList"], "sourceRange"> & {
    readonly sourceRange: readonly pulumi.Input<string>[];
  };
}

/** Middlewares as a program declares them. */
export type MiddlewareArgs = Middleware | IpAllowListArgs;
export type TcpMiddlewareArgs =
  TcpMiddleware | { readonly ipAllowList: Pick<IpAllowListArgs["ipAllowList"], "sourceRange"> };

/** Where the ingress mounts a user list. */
export function userListFile(list: string): string {
  return `/etc/traefik/users/${list}/users`;
}

/** Traefik's entry point for itself: on its pod's loopback address, where only it and its pod's containers get. */
export const INTERNAL_ENTRY_POINT = { name: "internal", port: 8079 } as const;

/** The path by which Traefik reaches a service of the mesh on its internal entry point. */
function internalPrefix(service: string): string {
  return `/${service}`;
}

/** The middlewares of a router as tags: their definitions, and the router's chain in the order given. */
export function middlewareTags(
  kind: "http" | "tcp",
  router: string,
  middlewares: readonly (Middleware | TcpMiddleware)[],
): string[] {
  const tags: string[] = [];
  const chain = middlewares.map((middleware, i) => {
    if (typeof middleware === "string") {
      return middleware;
    }
    const [[name, options]] = Object.entries(middleware);
    const own = `${router}-${i + 1}-${name.toLowerCase()}`;
    const path = `traefik.${kind}.middlewares.${own}.${name.toLowerCase()}`;
    tags.push(...optionTags(path, traefikOptions(name, options as MiddlewareOptions)));
    return own;
  });
  return chain.length === 0 ? [] : [...tags, `traefik.${kind}.routers.${router}.middlewares=${chain.join(",")}`];
}

/** Options as Traefik has them: a user list is a file, a service of the mesh an address of Traefik itself. */
function traefikOptions(name: string, options: MiddlewareOptions): MiddlewareOptions {
  if (isUserListAuth(name)) {
    const { userList, ...rest } = options;
    return { usersFile: userListFile(String(userList)), ...rest };
  }
  if (name === "forwardAuth" && options.service !== undefined) {
    const { service, path = "/", ...rest } = options;
    const address = `http://127.0.0.1:${INTERNAL_ENTRY_POINT.port}${internalPrefix(String(service))}${String(path)}`;
    // What the client sent as X-Forwarded-… is not handed to who decides.
    return { address, trustForwardHeader: false, ...rest };
  }
  return options;
}

export function isUserListAuth(name: string): boolean {
  return name === "basicAuth" || name === "digestAuth";
}

/** The route by which Traefik itself reaches a service, and no client does; `balancer` as with its routes. */
export function internalTags(service: string, balancer?: string): string[] {
  return generationTags(`${service}-internal`, (name) => {
    const router = `traefik.http.routers.${name}`;
    return [
      `${router}.rule=PathPrefix(\`${internalPrefix(service)}/\`)`,
      `${router}.entrypoints=${INTERNAL_ENTRY_POINT.name}`,
      ...(balancer === undefined ? [] : [`${router}.service=${balancer}`]),
      ...middlewareTags("http", name, [{ stripPrefix: { prefixes: [internalPrefix(service)] } }]),
    ];
  });
}

/** A name that the ingress gives to a user list or plugin; objects of Kubernetes' have it with more, so `most` is less than 63. */
export function givenNameProblems(path: string, name: string, most: number): Problem[] {
  return isDnsLabel(name) && name.length <= most
    ? []
    : [{ propertyPath: path, reason: `"${name}" is not a valid name for it; use 1 to ${most} of a-z, 0-9 and "-"` }];
}
