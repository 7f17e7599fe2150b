import { sidecarPortProblems } from "../pods/containerProblems";
import { loadBalancingProblems, spreadingProblems } from "../routing/loadBalancing";
import { canaryName } from "../routing/canary";
import { PROTOCOLS, VersionedOptions } from "./member";
import { keyProblems } from "../shared/keys";
import { portProblems, rangeProblems } from "../shared/names";
import { Problem } from "../shared/problems";
import { routeProblems } from "../routing/routes";
import { tcpRouteProblems } from "../routing/tcpRoutes";
import { ROUTE_KEYS, TCP_ROUTE_KEYS } from "./routeKeys";
import { trafficProblems } from "./trafficProblems";

/** What is wrong with what the mesh is to know of a service; `prefix` is put before each path. */
export function memberProblems(serviceName: string, args: VersionedOptions, prefix: string): Problem[] {
  const { protocol = "http", loadBalancing } = args;
  const ofCanary = args.canary?.routes ?? [];
  const byHttp = (args.routes ?? []).length + ofCanary.length > 0 || args.internal === true;
  const problem = (input: string, reason: string) => [{ propertyPath: prefix + input, reason }];
  return [
    ...portProblems(`${prefix}port`, args.port),
    ...sidecarPortProblems(`${prefix}port`, args.port),
    ...rangeProblems(`${prefix}listenerDrainSeconds`, args.listenerDrainSeconds ?? 30, 1, 604800),
    ...rangeProblems(`${prefix}requestTimeoutSeconds`, args.requestTimeoutSeconds ?? 0, 0, 604800),
    ...rangeProblems(`${prefix}idleTimeoutSeconds`, args.idleTimeoutSeconds ?? 0, 0, 604800),
    ...keyProblems(`${prefix}routes`, args.routes, ROUTE_KEYS),
    ...keyProblems(`${prefix}canary.routes`, ofCanary, ROUTE_KEYS),
    ...keyProblems(`${prefix}tcpRoutes`, args.tcpRoutes, TCP_ROUTE_KEYS),
    ...routeProblems(serviceName, args.routes ?? [], `${prefix}routes`),
    ...routeProblems(canaryName(serviceName), ofCanary, `${prefix}canary.routes`),
    ...tcpRouteProblems(serviceName, args.tcpRoutes ?? [], protocol, `${prefix}tcpRoutes`),
    ...(loadBalancing === undefined
      ? []
      : [
          ...loadBalancingProblems(loadBalancing, `${prefix}loadBalancing`),
          ...spreadingProblems(loadBalancing, protocol, byHttp, `${prefix}loadBalancing`),
        ]),
    ...trafficProblems(serviceName, args, `${prefix}traffic`),
    ...(args.calls ?? []).flatMap(({ destination }, i) =>
      destination === "*" ? problem(`calls[${i}].destination`, "means every service; name the one that is called") : [],
    ),
    ...(["requestTimeoutSeconds", "idleTimeoutSeconds"] as const).flatMap((input) =>
      protocol === "tcp" && args[input] !== undefined
        ? problem(
            input,
            "a tcp service has connections and no requests; leave it out, or set the protocol to what it speaks",
          )
        : [],
    ),
    ...(PROTOCOLS.includes(protocol)
      ? []
      : problem("protocol", `"${protocol}" is not a protocol that Consul knows; use one of ${PROTOCOLS.join(", ")}`)),
  ];
}
