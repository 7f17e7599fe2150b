import { generation } from "../shared/generations";
import { isLater } from "../shared/later";
import type { RouteArgs } from "./routes";
import type { Published } from "./serviceTags";
import type { TcpRouteArgs } from "./tcpRoutes";

/** The routes of a service as a program declares them: values of theirs may be other resources' outputs. */
export interface RoutesArgs {
  /** As in `MemberOptions`. */
  readonly routes?: readonly RouteArgs[];
  /** As in `MemberOptions`. */
  readonly tcpRoutes?: readonly TcpRouteArgs[];
}

const LISTS = ["routes", "tcpRoutes"] as const;

/**
 * What stands for a value that is not known yet, by the name of its input, so that all else of the route is judged with it: right
 * wherever it is asked for, and no other route's.
 */
const STAND_INS: Readonly<Record<string, (host: string, list: (typeof LISTS)[number]) => string>> = {
  host: (host) => host,
  sni: (host) => host,
  main: (host) => host,
  sans: (host) => host,
  sourceRange: () => "192.0.2.0",
  rule: (host, list) => `${list === "routes" ? "Host" : "HostSNI"}(\`${host}\`)`,
};

/** What other resources make of a service's routes, by the path of the input. */
export function laterValues(args: RoutesArgs): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const list of LISTS) {
    replaced(args[list], list, (value, path) => (found[path] = value));
  }
  return found;
}

/** A service's inputs, with what stands for each value of its routes that another resource makes. */
export function withStandIns<A extends RoutesArgs>(
  service: string,
  args: A,
): Omit<A, keyof RoutesArgs> & Pick<Published, keyof RoutesArgs> {
  const standIn = (list: (typeof LISTS)[number]) =>
    replaced(args[list], list, (value, path) => {
      const [input] = /[a-z]+(?=(\[\d+\])?$)/i.exec(path) ?? [];
      return STAND_INS[input!]?.(`not-known-yet-${generation([service, path])}.invalid`, list) ?? value;
    });
  const { routes, tcpRoutes } = Object.fromEntries(LISTS.map((list) => [list, standIn(list)])) as Published;
  return { ...args, routes, tcpRoutes };
}

/** A value with each that another resource makes replaced. */
function replaced(value: unknown, path: string, by: (value: unknown, path: string) => unknown): unknown {
  if (isLater(value)) {
    return by(value, path);
  }
  if (Array.isArray(value)) {
    return value.map((each, i) => replaced(each, `${path}[${i}]`, by));
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(each, `${path}.${key}`, by)]))
    : value;
}
