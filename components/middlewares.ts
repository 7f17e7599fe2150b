import { closest } from "fastest-levenshtein";
import { RE2JS } from "re2js";
import { generationTags } from "./generations";
import {
  MIDDLEWARE_OPTIONS,
  MiddlewareName,
  OptionKind,
  OptionKinds,
  REQUIRED_OPTIONS,
  TCP_MIDDLEWARE_OPTIONS,
} from "./middlewareOptions";
import { isCidr, isDnsLabel } from "./names";
import { Problem } from "./problems";

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
  /** At most `average` requests a `period` (default 1s) of each client address, and `burst` (default 1) at once; else 429. */
  readonly rateLimit: {
    readonly average: number;
    readonly period?: string;
    readonly burst?: number;
    readonly sourceCriterion?: MiddlewareOptions;
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
  /** Asks another instance when one does not answer: in all `attempts` times, the first after `initialInterval`. */
  readonly retry: {
    readonly attempts: number;
    readonly initialInterval?: string;
    readonly timeout?: string;
    readonly status?: readonly string[];
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
 * the name of one declared elsewhere, with its provider, such as `auth@kubernetescrd`.
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

/** Where the ingress mounts a user list. */
export function userListFile(list: string): string {
  return `/etc/traefik/users/${list}/users`;
}

/** Traefik's entry point for itself: on its pod's loopback address, where only it and its pod's containers get. */
export const INTERNAL_ENTRY_POINT = { name: "internal", port: 8079 } as const;

/** The path by which Traefik reaches a service of the mesh on its internal entry point. */
export function internalPrefix(service: string): string {
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

function isUserListAuth(name: string): boolean {
  return name === "basicAuth" || name === "digestAuth";
}

/** Options, nested ones too, as tags below `path`; a middleware without any is switched on by its name alone. */
export function optionTags(path: string, value: unknown): string[] {
  if (value === undefined) {
    return [];
  }
  if (Array.isArray(value)) {
    return [`${path}=${value.join(",")}`];
  }
  if (typeof value === "object" && value !== null) {
    const tags = Object.entries(value).flatMap(([option, inner]) => optionTags(`${path}.${option}`, inner));
    return tags.length === 0 ? [`${path}=true`] : tags;
  }
  return [`${path}=${String(value)}`];
}

/** What the ingress offers to middlewares. Default of each: not known, and not judged. */
export interface KnownToMiddlewares {
  readonly userLists?: readonly string[];
  readonly plugins?: readonly string[];
  /** Services of the mesh, and whether each is `internal`. */
  readonly services?: ReadonlyMap<string, boolean>;
  /** Providers of the ingress whose middlewares can be named. */
  readonly providers?: readonly string[];
}

/** What is wrong with the middlewares of a route in themselves. */
export function middlewareProblems(
  kind: "http" | "tcp",
  middlewares: readonly (Middleware | TcpMiddleware)[],
  prefix: string,
): Problem[] {
  return middlewares.flatMap((middleware, i) => {
    const at = `${prefix}[${i}]`;
    const problem = (reason: string) => [{ propertyPath: at, reason }];
    if (typeof middleware === "string") {
      return /^[\w.-]+@[a-z]+$/.test(middleware)
        ? []
        : problem(`"${middleware}" has no provider; write it as an object, or name one as in auth@kubernetescrd`);
    }
    const entries = Object.entries(middleware).filter(([, options]) => options !== undefined);
    if (entries.length !== 1) {
      return problem(`has ${entries.length} middlewares; give exactly one an entry, the order of the list is theirs`);
    }
    const [[name, options]] = entries;
    const known: Record<string, OptionKind> = kind === "http" ? MIDDLEWARE_OPTIONS : TCP_MIDDLEWARE_OPTIONS;
    if (!(name in known)) {
      return problem(unknownMiddleware(name, kind, Object.keys(known)));
    }
    return optionProblems(name, options as MiddlewareOptions, known[name], `${at}.${name}`);
  });
}

function unknownMiddleware(name: string, kind: "http" | "tcp", known: string[]): string {
  if (name.toLowerCase() === "ipwhitelist") {
    return `"${name}" is Traefik v2's; in v3 it is ipAllowList`;
  }
  if (kind === "tcp" && name in MIDDLEWARE_OPTIONS) {
    return `"${name}" is for HTTP routes; TCP routes have ${known.join(" and ")}`;
  }
  return `"${name}" is no middleware of Traefik's; did you mean "${closest(name, known)}"? A plugin goes under "plugin"`;
}

function optionProblems(name: string, options: MiddlewareOptions, kind: OptionKind, at: string): Problem[] {
  const problem = (input: string, reason: string) => [{ propertyPath: at + input, reason }];
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    return problem("", `is ${JSON.stringify(options)}; give an object of options, {} for none`);
  }
  if (isUserListAuth(name)) {
    if (options.users !== undefined) {
      return problem(".users", "would stand in Consul's catalog for all to read; put them into a Secret, see userList");
    }
    if (options.userList === undefined) {
      return problem(".userList", "is not set; name a user list of the ingress, which has them from a Secret");
    }
  }
  if (name === "forwardAuth" && (options.service === undefined) === (options.address === undefined)) {
    return problem("", "needs either the service of the mesh or the address of a server that answers for requests");
  }
  if (name === "forwardAuth" && !String(options.path ?? "/").startsWith("/")) {
    return problem(".path", `"${String(options.path)}" is not a path; begin with "/"`);
  }
  const kinds =
    name === "forwardAuth" && options.service !== undefined
      ? { ...(kind as OptionKinds), service: "text", path: "text" }
      : isUserListAuth(name)
        ? { ...without(kind as OptionKinds, "usersFile"), userList: "text" }
        : kind;
  const missing = (REQUIRED_OPTIONS[name] ?? []).filter((option) => options[option] === undefined);
  return [
    ...missing.flatMap((option) => problem(`.${option}`, `is not set; ${name} does nothing without it`)),
    ...valueProblems(options, kinds as OptionKind, at),
    ...(missing.length > 0 ? [] : meaningProblems(name, options, at)),
  ];
}

function without(kinds: OptionKinds, key: string): OptionKinds {
  return Object.fromEntries(Object.entries(kinds).filter(([each]) => each !== key));
}

/** Values of the right shape that Traefik still refuses, so that the router would be gone. */
function meaningProblems(name: string, options: MiddlewareOptions, at: string): Problem[] {
  const problem = (input: string, reason: string) => [{ propertyPath: at + input, reason }];
  if (name === "ipAllowList") {
    const ranges = options.sourceRange as string[];
    if (Array.isArray(ranges) && ranges.length === 0) {
      return problem(".sourceRange", "is empty, which lets nobody in; give addresses or CIDR ranges");
    }
    return (Array.isArray(ranges) ? ranges : []).flatMap((range, i) =>
      isCidr(String(range))
        ? []
        : problem(`.sourceRange[${i}]`, `"${range}" is no address or CIDR range; use one such as 10.0.0.0/8`),
    );
  }
  if (name === "retry" && !(Number(options.attempts) >= 1)) {
    return problem(".attempts", `${String(options.attempts)} is out of range; use a whole number from 1 on`);
  }
  const patterns = ["redirectRegex", "replacePathRegex"].includes(name)
    ? [["regex", options.regex] as const]
    : name === "stripPrefixRegex" && Array.isArray(options.regex)
      ? options.regex.map((regex, i) => [`regex[${i}]`, regex as unknown] as const)
      : [];
  return patterns.flatMap(([input, regex]) => {
    try {
      RE2JS.compile(String(regex));
      return [];
    } catch (error) {
      return problem(
        `.${input}`,
        `"${String(regex)}" is not a regular expression of Go's (RE2): ${(error as Error).message}`,
      );
    }
  });
}

const DURATION = /^([0-9]+|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$/;
const HEADER_NAME = /^[!#$%&'*+^_`|~0-9A-Za-z-]+$/;

/** What is wrong with a value for its kind: Traefik drops all of a service's routes for one such value. */
export function valueProblems(value: unknown, kind: OptionKind, at: string): Problem[] {
  const problem = (reason: string) => [{ propertyPath: at, reason }];
  const not = (what: string) => problem(`${JSON.stringify(value)} is not ${what}`);
  if (value === undefined || kind === "any") {
    return kind === "any" ? pluginValueProblems(value, at) : [];
  }
  switch (kind) {
    case "text":
      return typeof value === "string" ? textProblems(value, at) : not("a text; put it in quotes");
    case "flag":
      return typeof value === "boolean" ? [] : not("true or false");
    case "number":
      return Number.isInteger(value) ? [] : not("a whole number");
    case "duration":
      return DURATION.test(String(value)) ? [] : not("a duration; use one such as 10s");
    case "list":
      if (!Array.isArray(value)) {
        return not("a list of texts");
      }
      return value.flatMap((each, i) =>
        typeof each !== "string"
          ? [{ propertyPath: `${at}[${i}]`, reason: `${JSON.stringify(each)} is not a text; put it in quotes` }]
          : each.includes(",")
            ? [{ propertyPath: `${at}[${i}]`, reason: `"${each}" has a comma, which a list in a tag cannot carry` }]
            : textProblems(each, `${at}[${i}]`),
      );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return not("an object");
  }
  if (kind === "map" || kind === "numbers") {
    return Object.entries(value).flatMap(([key, inner]) => [
      ...(HEADER_NAME.test(key)
        ? []
        : [{ propertyPath: at, reason: `"${key}" cannot be a name in a tag; use letters, digits and "-"` }]),
      ...valueProblems(inner, kind === "map" ? "text" : "number", `${at}.${key}`),
    ]);
  }
  return Object.entries(value).flatMap(([option, inner]) =>
    option in kind
      ? valueProblems(inner, kind[option], `${at}.${option}`)
      : [
          {
            propertyPath: `${at}.${option}`,
            reason:
              Object.keys(kind).length === 0
                ? "is no option of it; it has none"
                : `is no option of it; did you mean "${closest(option, Object.keys(kind))}"?`,
          },
        ],
  );
}

/** A plugin's own options have no known shape, but have to fit into tags all the same. */
function pluginValueProblems(value: unknown, at: string): Problem[] {
  if (Array.isArray(value)) {
    return valueProblems(value.map(String), "list", at);
  }
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) =>
      /^[^.[\]=\s]+$/.test(key)
        ? pluginValueProblems(inner, `${at}.${key}`)
        : [
            {
              propertyPath: at,
              reason: `"${key}" cannot be a name in a tag; leave out dots, brackets, "=" and blanks`,
            },
          ],
    );
  }
  return textProblems(String(value), at);
}

/** What the annotation of the tags cannot carry at a tag's end; see `tagProblems`. */
function textProblems(text: string, at: string): Problem[] {
  return /[\s\\]$/.test(text)
    ? [{ propertyPath: at, reason: "ends with a blank or a backslash, which a tag cannot carry; remove it" }]
    : [];
}

/** What of a route's middlewares is not there: user lists, plugins, services to ask, providers. */
export function unknownToMiddlewares(
  middlewares: readonly Middleware[],
  known: KnownToMiddlewares,
  prefix: string,
): Problem[] {
  const missing = (path: string, what: string, name: string, names: readonly string[], remedy: string) => {
    if (names.includes(name)) {
      return [];
    }
    const nearest = names.length === 0 ? "there is none." : `did you mean "${closest(name, [...names])}"?`;
    return [{ propertyPath: path, reason: `"${name}" is no ${what}; ${nearest} ${remedy}`.trim() }];
  };
  return middlewares.flatMap((middleware, i) => {
    const at = `${prefix}[${i}]`;
    if (typeof middleware === "string") {
      const provider = middleware.split("@")[1];
      return known.providers === undefined || provider === undefined || known.providers.includes(provider)
        ? []
        : [
            {
              propertyPath: at,
              reason: `"${provider}" is no provider of this ingress; it has ${known.providers.join(", ")}, and kubernetescrd where custom resources are served`,
            },
          ];
    }
    const { basicAuth, digestAuth, plugin, forwardAuth } = middleware;
    const problems: Problem[] = [];
    for (const [name, auth] of Object.entries({ basicAuth, digestAuth })) {
      if (auth?.userList !== undefined && known.userLists !== undefined) {
        const remedy = "Declare it at the ingress with its Secret";
        problems.push(
          ...missing(`${at}.${name}.userList`, "user list of the ingress", auth.userList, known.userLists, remedy),
        );
      }
    }
    for (const name of Object.keys(plugin ?? {})) {
      if (known.plugins !== undefined) {
        problems.push(...missing(`${at}.plugin`, "plugin of the ingress", name, known.plugins, "Declare it there"));
      }
    }
    if (forwardAuth?.service !== undefined && known.services !== undefined) {
      const { service } = forwardAuth;
      const path = `${at}.forwardAuth.service`;
      problems.push(...missing(path, "service of this stack", service, [...known.services.keys()], ""));
      if (known.services.get(service) === false) {
        problems.push({
          propertyPath: path,
          reason: `"${service}" takes no call of Traefik's own; set its internal: true`,
        });
      }
    }
    return problems;
  });
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

/** A name that the ingress gives to a user list or plugin. */
export function givenNameProblems(path: string, name: string): Problem[] {
  return isDnsLabel(name) ? [] : [{ propertyPath: path, reason: `"${name}" is no name for it; use a-z, 0-9 and "-"` }];
}
