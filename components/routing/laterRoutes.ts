import { generation } from "../shared/generations";
import { laterValues, replaceLater } from "../shared/laterValues";
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

/**
 * What stands for a value that is not known yet, by the name of its input, so that all else of the route is judged with it: right
 * wherever it is asked for, and no other route's.
 */
const STAND_INS: Readonly<Record<string, (host: string, list: keyof RoutesArgs) => string>> = {
  host: (host) => host,
  sni: (host) => host,
  main: (host) => host,
  sans: (host) => host,
  sourceRange: () => "192.0.2.0",
  rule: (host, list) => `${list === "routes" ? "Host" : "HostSNI"}(\`${host}\`)`,
};

/** What other resources make of a service's routes, by the path of the input. */
export function laterRoutes({ routes, tcpRoutes }: RoutesArgs): Record<string, unknown> {
  return laterValues({ routes, tcpRoutes });
}

/** A service's inputs, with what stands for each value of its routes that another resource makes. */
export function withStandIns<A extends RoutesArgs>(
  service: string,
  args: A,
): Omit<A, keyof RoutesArgs> & Pick<Published, keyof RoutesArgs> {
  const standIn = (value: unknown, path: string) => {
    const [, list, input] = /^([a-z]+)\[.*?([a-z]+)(?:\[\d+\])?$/i.exec(path) ?? [];
    return (
      STAND_INS[input]?.(`not-known-yet-${generation([service, path])}.invalid`, list as keyof RoutesArgs) ?? value
    );
  };
  const { routes, tcpRoutes } = args;
  return { ...args, ...(replaceLater({ routes, tcpRoutes }, standIn) as Pick<Published, keyof RoutesArgs>) };
}
