import { RE2JS, RE2JSException } from "re2js";
import { shown } from "./grammars";
import type { MemberOptions } from "./member";
import { rangeProblems } from "./names";
import { Problem } from "./problems";
import { Retries, RETRY_CONDITIONS, Traffic, TrafficMatch, trafficTargets } from "./traffic";

/** A problem, and who would refuse it: else nothing would, and it would not do what it says. */
export type TrafficProblem = Problem & { readonly refusedBy?: "Consul" };

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"];

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
          refused(`${path}.${input}`, "is of requests, and a tcp service has connections alone; leave it out"),
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
          ? ours(`${path}.failover[${i}]`, `"${service}" stands there twice; leave one out`)
          : [],
    ),
    ...(maxInboundConnections === undefined
      ? []
      : rangeProblems(`${path}.maxInboundConnections`, maxInboundConnections, 1, 2 ** 31 - 1)),
  ];
}

function matchProblems(match: TrafficMatch, path: string): TrafficProblem[] {
  const { header = [], queryParam = [], methods = [] } = match;
  const matchers = ["pathExact", "pathPrefix", "pathRegex"] as const;
  const paths = matchers.filter((matcher) => match[matcher]);
  return [
    ...(paths.length + header.length + queryParam.length + methods.length === 0
      ? ours(path, "matches every request, so that no later route does; give a path, header, queryParam or methods")
      : []),
    ...(paths.length > 1 ? refused(path, `has ${paths.join(" and ")}; keep one path matcher`) : []),
    ...matchers.flatMap((matcher) => {
      const value = match[matcher];
      return value === ""
        ? ours(`${path}.${matcher}`, "is empty and would be ignored; leave it out")
        : value === undefined || matcher === "pathRegex"
          ? []
          : !value.startsWith("/")
            ? refused(`${path}.${matcher}`, `${shown(value)} is not a path; begin with "/"`)
            : /[?#]/.test(value)
              ? ours(
                  `${path}.${matcher}`,
                  `${shown(value)} never matches: a query is no part of the path; use queryParam`,
                )
              : [];
    }),
    ...regexProblems(match.pathRegex, `${path}.pathRegex`),
    ...criteriaProblems(header, ["present", "exact", "prefix", "suffix", "regex"], `${path}.header`),
    ...criteriaProblems(queryParam, ["present", "exact", "regex"], `${path}.queryParam`),
    ...methods.flatMap((method, i) => {
      const at = `${path}.methods[${i}]`;
      const capitals = methods.map((each) => each.toUpperCase());
      const known = `${shown(method)} is no HTTP method; use one of ${METHODS.join(", ")}`;
      // Of small letters Consul makes capitals before it judges.
      return !METHODS.includes(capitals[i])
        ? refused(at, known)
        : capitals.indexOf(capitals[i]) < i
          ? refused(at, `"${method}" stands there twice; leave one out`)
          : METHODS.includes(method)
            ? []
            : ours(at, known);
    }),
  ];
}

function criteriaProblems(
  list: readonly { readonly name: string; readonly regex?: string }[],
  criteria: readonly string[],
  path: string,
): TrafficProblem[] {
  return list.flatMap((each, i) => {
    const given = criteria.filter((criterion) => (each as Readonly<Record<string, unknown>>)[criterion]);
    return [
      ...(each.name === "" ? refused(`${path}[${i}].name`, "is empty; name it") : []),
      ...(given.length === 1
        ? []
        : refused(`${path}[${i}]`, `has ${given.join(" and ") || "no criterion"}; give one of ${criteria.join(", ")}`)),
      ...regexProblems(each.regex, `${path}[${i}].regex`),
    ];
  });
}

/** Consul takes any regular expression; Envoy then refuses the whole configuration of each caller. */
function regexProblems(regex: string | undefined, path: string): TrafficProblem[] {
  try {
    RE2JS.compile(regex ?? "");
    return [];
  } catch (error) {
    if (!(error instanceof RE2JSException)) {
      throw error;
    }
    return ours(path, `"${regex}" is not RE2: ${error.message}; Envoy refuses it`);
  }
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
        ? refused(`${path}[${i}].service`, `"${service}" has a share already; give it one`)
        : [],
    ),
    ...(sum === 10000 ? [] : refused(path, `is ${sum / 100} percent together; make it 100`)),
    ...split.flatMap(({ weight }, i) =>
      weight >= 0 && weight <= 100 && Math.abs(weight * 100 - Math.round(weight * 100)) < 1e-6
        ? []
        : ours(`${path}[${i}].weight`, `${weight} is no percentage; use one from 0 to 100, in steps of 0.01`),
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
          ? ours(path, `sends requests on to "${target}", which is no service declared here; declare it`)
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
