import { closest } from "fastest-levenshtein";
import { MIDDLEWARE_OPTIONS, OLDER_LIST, REQUIRED_OPTIONS, TCP_MIDDLEWARE_OPTIONS } from "./middlewareOptions";
import { MEANINGS, referenceProblems } from "./middlewareMeanings";
import { isUserListAuth, Middleware, MiddlewareOptions, TcpMiddleware } from "./middlewares";
import { OptionKind, OptionKinds } from "./optionKinds";
import { valueProblems } from "./optionValues";
import { Problem } from "../shared/problems";

/** What is wrong with the middlewares of a route in themselves: names, options, and values that Traefik cannot build. */
export function middlewareProblems(
  kind: "http" | "tcp",
  middlewares: readonly (Middleware | TcpMiddleware)[],
  prefix: string,
): Problem[] {
  return middlewares.flatMap((middleware, i) => {
    const at = `${prefix}[${i}]`;
    const problem = (reason: string) => [{ propertyPath: at, reason }];
    if (typeof middleware === "string") {
      return referenceProblems(middleware, at);
    }
    if (typeof middleware !== "object" || middleware === null) {
      return problem(`is ${JSON.stringify(middleware)}; give an object such as { compress: {} }`);
    }
    const entries = Object.entries(middleware).filter(([, options]) => options !== undefined);
    if (entries.length !== 1) {
      return problem(`has ${entries.length} middlewares; give exactly one per entry, in their order`);
    }
    const [[name, options]] = entries;
    const known: Record<string, OptionKind> = kind === "http" ? MIDDLEWARE_OPTIONS : TCP_MIDDLEWARE_OPTIONS;
    if (!Object.hasOwn(known, name)) {
      return problem(unknownMiddleware(name, Object.keys(known)));
    }
    return optionProblems(name, options as MiddlewareOptions, known[name], `${at}.${name}`);
  });
}

function unknownMiddleware(name: string, known: string[]): string {
  if (name.toLowerCase() === "ipwhitelist") {
    return `"${name}" ${OLDER_LIST.reason}`;
  }
  if (Object.hasOwn(MIDDLEWARE_OPTIONS, name)) {
    return `"${name}" is for HTTP routes; TCP routes have ${known.join(" and ")}`;
  }
  return `"${name}" is not a middleware that Traefik knows; did you mean "${closest(name, known)}"? A plugin goes under "plugin"`;
}

function optionProblems(name: string, options: MiddlewareOptions, kind: OptionKind, at: string): Problem[] {
  const problem = (input: string, reason: string) => [{ propertyPath: at + input, reason }];
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    return problem("", `is ${JSON.stringify(options)}; give an object of options, {} for none`);
  }
  if (isUserListAuth(name) && options.userList === undefined && options.users === undefined) {
    return problem(".userList", "is not set; name a user list of the ingress, which has them from a Secret");
  }
  if (name === "forwardAuth" && (options.service === undefined) === (options.address === undefined)) {
    return problem("", "needs either the service of the mesh or the address of a server that answers for requests");
  }
  const kinds =
    name === "forwardAuth" && options.service !== undefined
      ? { ...(kind as OptionKinds), service: "text", path: "text" }
      : isUserListAuth(name)
        ? { ...without(kind as OptionKinds, "usersFile"), userList: "text" }
        : kind;
  const missing = (REQUIRED_OPTIONS[name] ?? []).filter((option) => options[option] === undefined);
  const problems = [
    ...missing.flatMap((option) => problem(`.${option}`, `is not set; ${name} does nothing without it`)),
    // Those of what must be set say what is missing, all others that nothing is there at all.
    ...(missing.length > 0 && Object.values(options).every((value) => value === undefined)
      ? []
      : valueProblems(options, kinds as OptionKind, at)),
  ];
  return problems.length > 0 ? problems : (MEANINGS[name]?.(options, at) ?? []);
}

function without(kinds: OptionKinds, key: string): OptionKinds {
  return Object.fromEntries(Object.entries(kinds).filter(([each]) => each !== key));
}
