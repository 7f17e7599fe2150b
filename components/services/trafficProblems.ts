import { shown } from "../shared/grammars";
import { criterionProblems, httpMatchProblems, pathMatchersOf, Report } from "../routing/httpMatches";
import type { MemberOptions } from "./member";
import { rangeProblems } from "../shared/names";
import { Problem } from "../shared/problems";
import { Retries, RETRY_CONDITIONS, Traffic, TrafficMatch, trafficTargets } from "./traffic";

/** A problem, and who would refuse it: else nothing would, and it would not do what it says. */
export type TrafficProblem = Problem & { readonly refusedBy?: "Consul" };

/** What a header may be judged by, and a parameter of the query. */
const OF_HEADERS = ["present", "exact", "prefix", "suffix", "regex"];
const OF_QUERIES = ["present", "exact", "regex"];
/** What stands before the "=" of a query, as a URL has it. */
const QUERY_NAME = /^[!-"$%'-<>-~]{1,256}$/;

/** What is wrong with a service's traffic in itself; `path` is where it stands. */
export function trafficProblems(
  name: string,
  { traffic, protocol = "http" }: MemberOptions,
  path: string,
): TrafficProblem[] {
  if (traffic === undefined) {
    return [];
  }
  const { routes = [], retries, split, failover = [], maxInboundConnections } = traffic;
  const ofRequests = (["routes", "retries", "split"] as const).filter((input) => {
    const value = traffic[input];
    return value !== undefined && !(input === "routes" && routes.length === 0);
  });
  return [
    ...(protocol === "tcp"
      ? ofRequests.flatMap((input) =>
          refused(`${path}.${input}`, "is for requests, and a tcp service has only connections; leave it out"),
        )
      : []),
    ...routes.flatMap((route, i) => {
      const at = `${path}.routes[${i}]`;
      const { match, prefixRewrite, requestTimeoutSeconds } = route;
      return [
        ...matchProblems(match, `${at}.match`),
        ...(prefixRewrite !== undefined && prefixRewrite !== "" && !match.pathExact && !match.pathPrefix
          ? refused(`${at}.prefixRewrite`, "has nothing to rewrite; give the match a pathPrefix or pathExact")
          : []),
        ...(prefixRewrite !== undefined && !prefixRewrite.startsWith("/")
          ? ours(`${at}.prefixRewrite`, `${shown(prefixRewrite)} is not a path; begin with "/"`)
          : []),
        ...(requestTimeoutSeconds === undefined
          ? []
          : rangeProblems(`${at}.requestTimeoutSeconds`, requestTimeoutSeconds, 0, 604800)),
        ...retryProblems(route.retries, `${at}.retries`),
      ];
    }),
    ...retryProblems(retries, `${path}.retries`),
    ...(split === undefined ? [] : splitProblems(name, split, `${path}.split`)),
    ...failover.flatMap((service, i) =>
      service === name
        ? ours(`${path}.failover[${i}]`, "is the service itself; name another")
        : failover.indexOf(service) < i
          ? ours(`${path}.failover[${i}]`, `"${service}" is listed twice; leave one out`)
          : [],
    ),
    ...(maxInboundConnections === undefined
      ? []
      : rangeProblems(`${path}.maxInboundConnections`, maxInboundConnections, 1, 2 ** 31 - 1)),
  ];
}

function matchProblems(match: TrafficMatch, path: string): TrafficProblem[] {
  const { header = [], queryParam = [], methods = [] } = match;
  const problems: TrafficProblem[] = [];
  const report: Report = (by, input, reason) =>
    problems.push(...(by === "Consul" ? refused : ours)(path + input, reason));
  if (pathMatchersOf(match).length + header.length + queryParam.length + methods.length === 0) {
    report("us", "", "matches every request, so that no later route does; give a path, header, queryParam or methods");
  }
  httpMatchProblems(match, { criteria: OF_HEADERS, query: "use queryParam" }, report);
  queryParam.forEach((each, i) => {
    const at = `.queryParam[${i}]`;
    criterionProblems(each, OF_QUERIES, "the parameter", (by, input, reason) => report(by, at + input, reason));
    if (each.name && !QUERY_NAME.test(each.name)) {
      report("us", `${at}.name`, `${shown(each.name)} is not a parameter name; use one such as version`);
    }
  });
  return problems;
}

function retryProblems(retries: Retries | undefined, path: string): TrafficProblem[] {
  if (retries === undefined) {
    return [];
  }
  const { attempts, on, statusCodes = [] } = retries;
  return [
    ...rangeProblems(`${path}.attempts`, attempts, 1, 100),
    ...(on ?? []).flatMap((condition, i) =>
      RETRY_CONDITIONS.includes(condition)
        ? []
        : refused(`${path}.on[${i}]`, `${shown(condition)} is not known; use one of ${RETRY_CONDITIONS.join(", ")}`),
    ),
    ...(on?.length === 0 && statusCodes.length === 0
      ? ours(`${path}.on`, "is empty, so that nothing is tried again; name a condition, or leave it out")
      : []),
    ...statusCodes.flatMap((code, i) => rangeProblems(`${path}.statusCodes[${i}]`, code, 100, 599)),
  ];
}

function splitProblems(name: string, split: NonNullable<Traffic["split"]>, path: string): TrafficProblem[] {
  if (split.length === 0) {
    return refused(path, "is empty; name the shares, or leave it out");
  }
  const services = split.map(({ service }) => service || name);
  // Consul counts in hundredths of a percent, each share by itself.
  const sum = split.reduce((all, { weight }) => all + Math.round(weight * 100), 0);
  return [
    ...services.flatMap((service, i) =>
      services.indexOf(service) < i
        ? refused(`${path}[${i}].service`, `"${service}" has a share already; give it only one`)
        : [],
    ),
    ...(sum === 10000 ? [] : refused(path, `adds up to ${sum / 100} percent; make it 100`)),
    ...split.flatMap(({ weight }, i) =>
      weight >= 0 && weight <= 100 && Math.abs(weight * 100 - Math.round(weight * 100)) < 1e-6
        ? []
        : ours(`${path}[${i}].weight`, `${weight} is not a percentage; use one from 0 to 100, in steps of 0.01`),
    ),
  ];
}

/** A service, what it says, and where it says so. */
export interface TrafficMember {
  readonly name: string;
  readonly options: MemberOptions;
  readonly path: string;
}

/** What only the whole shows: where requests are sent on to, what that speaks, and whether they come back. */
export function trafficGraphProblems(members: readonly TrafficMember[]): TrafficProblem[] {
  const known = new Map(members.map((member) => [member.name, member]));
  return members.flatMap(({ name, options, path }) => {
    const { traffic = {}, protocol = "http" } = options;
    const targets = [...new Set(trafficTargets(traffic))];
    const circle = (traffic.split ?? []).some(({ service }) => service !== undefined && leads(service, name, known));
    return [
      ...targets.flatMap((target) => {
        const its = known.get(target)?.options;
        const speaks = its?.protocol ?? "http";
        return its === undefined
          ? ours(path, `sends requests on to "${target}", which is not a service declared here; declare it`)
          : speaks !== protocol
            ? refused(
                path,
                `sends requests on to "${target}", which speaks ${speaks} and not ${protocol}; use one that does`,
              )
            : [];
      }),
      ...(circle
        ? refused(path, `shares requests with services that share them with "${name}" again; leave one out`)
        : []),
    ];
  });
}

/** Whether shares of what goes to one service come to another. */
function leads(
  from: string,
  to: string,
  known: ReadonlyMap<string, TrafficMember>,
  seen: readonly string[] = [],
): boolean {
  return (known.get(from)?.options.traffic?.split ?? []).some(
    ({ service }) =>
      service !== undefined &&
      service !== from &&
      (service === to || (!seen.includes(service) && leads(service, to, known, [...seen, service]))),
  );
}

function refused(propertyPath: string, reason: string): TrafficProblem[] {
  return [{ propertyPath, reason, refusedBy: "Consul" }];
}

function ours(propertyPath: string, reason: string): TrafficProblem[] {
  return [{ propertyPath, reason }];
}
