import { generation } from "../shared/generations";
import { laterValues, replaceLater } from "../shared/laterValues";
import type { CanaryArgs } from "./canary";
import type { Route, RouteArgs } from "./routes";
import type { Published } from "./serviceTags";
import type { TcpRouteArgs } from "./tcpRoutes";

/** The routes of a service as a program declares them: values of theirs may be other resources' outputs. */
export interface RoutesArgs {
  /** As in `MemberOptions`. */
  readonly routes?: readonly RouteArgs[];
  /** As in `MemberOptions`. */
  readonly tcpRoutes?: readonly TcpRouteArgs[];
}

/** The same of a service that may have a canary with routes of its own. */
export interface CanaryRoutesArgs extends RoutesArgs {
  readonly canary?: Pick<CanaryArgs, "routes">;
}

/** Inputs with routes that are all plain. */
type WithPlainRoutes<A> = Omit<A, keyof CanaryRoutesArgs> &
  Pick<Published, keyof RoutesArgs> &
  (A extends { readonly canary?: infer C }
    ? { readonly canary?: Omit<NonNullable<C>, "routes"> & { readonly routes?: readonly Route[] } }
    : unknown);

/**
 * What stands for a value that is not known yet, by the name of its input, so that all else of the route is judged with it: right
 * wherever it is asked for, and no other route's.
 */
const STAND_INS: Readonly<Record<string, (host: string, list: string) => string>> = {
  host: (host) => host,
  sni: (host) => host,
  main: (host) => host,
  sans: (host) => host,
  sourceRange: () => "192.0.2.0",
  rule: (host, list) => `${list === "routes" ? "Host" : "HostSNI"}(\`${host}\`)`,
};

/** Where values of routes may be other resources' outputs. */
export const LATER_IN_ROUTES =
  /^((canary\.)?routes|tcpRoutes)\[\d+\]\.(host|sni|rule|tls\.domains\[\d+\]\.(main|sans\[\d+\])|middlewares\[\d+\]\.ipAllowList\.sourceRange\[\d+\])$/;

/** What other resources make of a service's routes, by the path of the input. */
export function laterRoutes(args: CanaryRoutesArgs): Record<string, unknown> {
  return laterValues(routesIn(args));
}

/** The routes among a service's inputs. */
export function routesIn({ routes, tcpRoutes, canary }: CanaryRoutesArgs): CanaryRoutesArgs {
  return { routes, tcpRoutes, ...(canary?.routes === undefined ? {} : { canary: { routes: canary.routes } }) };
}

/** A service's inputs, with what stands for each value of its routes that another resource makes. */
export function withStandIns<A extends CanaryRoutesArgs>(service: string, args: A): WithPlainRoutes<A> {
  const standIn = (value: unknown, path: string) => {
    const [, list, input] = /^(?:canary\.)?([a-z]+)\[.*?([a-z]+)(?:\[\d+\])?$/i.exec(path) ?? [];
    return STAND_INS[input]?.(`not-known-yet-${generation([service, path])}.invalid`, list) ?? value;
  };
  return withRoutes(args, replaceLater(routesIn(args), standIn) as Published) as unknown as WithPlainRoutes<A>;
}

/** A service's inputs with these routes instead of its own. */
export function withRoutes<A extends CanaryRoutesArgs>(args: A, { canary, ...routes }: Published): A {
  return { ...args, ...routes, ...(canary === undefined ? {} : { canary: { ...args.canary, ...canary } }) };
}
