import { HttpCall, judge, Verdict } from "../../components/intentions/decision";
import { describeEdges, rulesOf } from "../../components/intentions/edges";
import type {
  HttpMatch,
  IntentionPermission,
  IntentionRule,
  ServiceIntentionsSpec,
} from "../../components/intentions/intentions";
import type { Declared } from "../access/declared";
import { connectionTo, placesOf, Router, routersOf, routeTo } from "./routes";
import { callsAround, elsewhere, headersOnTheWay, SAFE_METHODS, UNSAFE_METHODS } from "./samples";

/** One thing that is asked, and what the stack declares of it. */
export interface Question {
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  /** Of a connection there is none. */
  readonly http?: HttpCall;
  /** The way through Traefik, where that asks. */
  readonly route?: { readonly router: Router; readonly host: string };
  readonly expected: "allow" | "deny";
  /** The rule that decides, in words. */
  readonly by: string;
}

/** What is declared and not asked, and why. */
export interface Left {
  readonly source: string;
  readonly destination: string;
  readonly what: string;
  readonly why: string;
}

export interface Plan {
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  readonly questions: readonly Question[];
  readonly left: readonly Left[];
}

/** All rules of a stack. One that does not deny the rest, of a mesh without ACLs, lets in whom no rule speaks of. */
function declaredRules({ mesh, entries }: Declared): IntentionRule[] {
  const specs = entries.filter(({ kind }) => kind === "ServiceIntentions").map(({ spec }) => spec);
  const rules = rulesOf(specs as unknown as ServiceIntentionsSpec[]);
  const saysTheRest = rules.some(({ source, destination }) => source === "*" && destination === "*");
  return saysTheRest || mesh === undefined || mesh.acls ? rules : [...rules, { source: "*", destination: "*" }];
}

/** What is to be asked so that each rule of a stack, and each pair of which no rule speaks, is tried. */
export function planOf(declared: Declared, { unsafe }: { readonly unsafe: boolean }): Plan {
  const rules = declaredRules(declared);
  const routers = routersOf(declared.services);
  const ingress = declared.ingress?.serviceName;
  const services = declared.services.map(({ name }) => name);
  const sources = [...services, ...(ingress === undefined ? [] : [ingress])];
  const pairs = sources.flatMap((source) =>
    declared.services
      // A pod that calls its own service need not leave its network namespace: no sidecar judges that.
      .filter(({ name }) => name !== source)
      .map(({ name, protocol }) => {
        const [to] = sentOnTo(declared, name);
        return to === undefined
          ? ofPair({ source, destination: name, protocol }, rules, routers, ingress, unsafe)
          : {
              questions: [],
              left: [{ source, destination: name, what: "any call", why: `its traffic is sent on, to ${to} too` }],
            };
      }),
  );
  const left = (rule: IntentionRule, why: string): Left => ({
    source: rule.source,
    destination: rule.destination,
    what: describeEdges([rule]).join("; "),
    why,
  });
  const [unasked, outside] = [
    rules.filter(({ source }) => source !== "*" && !sources.includes(source)),
    rules.filter(({ destination }) => destination !== "*" && !services.includes(destination)),
  ];
  return {
    sources,
    destinations: services,
    questions: pairs.flatMap(({ questions }) => questions),
    left: [
      ...pairs.flatMap(({ left }) => left),
      ...unasked.map((rule) => left(rule, `${rule.source} is not a service of this stack with pods to ask from`)),
      ...outside.map((rule) => left(rule, `${rule.destination} is not a service of this stack`)),
    ],
  };
}

/** Other services that take requests to one: their rules are asked, and which of them answers is not known before. */
function sentOnTo({ entries }: Declared, service: string): string[] {
  return entries
    .filter(({ kind, name }) => name === service && /^Service(Router|Splitter)$/.test(kind))
    .flatMap(({ spec }) => [...JSON.stringify(spec).matchAll(/"service":"([^"]+)"/g)].map(([, to]) => to))
    .filter((to) => to !== service);
}

type Pair = Pick<Question, "source" | "destination" | "protocol">;

function ofPair(
  pair: Pair,
  rules: readonly IntentionRule[],
  routers: readonly Router[],
  ingress: string | undefined,
  unsafe: boolean,
): { questions: Question[]; left: Left[] } {
  const { source, destination, protocol } = pair;
  const verdictOf = judge(rules);
  const throughTraefik = source === ingress;
  const its = routers.filter((router) => router.service === destination);
  if (throughTraefik && its.length === 0) {
    return { questions: [], left: [{ source, destination, what: "any call", why: "no route leads there" }] };
  }
  if (protocol === "tcp" && (!throughTraefik || its.every(({ kind }) => kind === "tcp"))) {
    const route = throughTraefik ? connectionTo(routers, destination) : undefined;
    if (throughTraefik && route === undefined) {
      return { questions: [], left: [{ source, destination, what: "connections", why: "TLS is the service's own" }] };
    }
    return { questions: questionOf({ ...pair, route }, verdictOf({ source, destination })), left: [] };
  }

  // Whatever is asked, one rule has to decide; where that has no permissions, one request tells.
  const { permissions = [] } = verdictOf({ source, destination, http: ANY }).rule ?? {};
  const onTheWay = headersOnTheWay(permissions.map(({ http }) => http));
  const triedBy = (http: HttpCall) => {
    const known = onTheWay.length > 0 ? { method: http.method, path: http.path } : http;
    const route = throughTraefik ? routeTo(routers, destination, http) : undefined;
    return { http, route, verdict: verdictOf({ source, destination, http: known }) };
  };
  const places = throughTraefik ? placesOf(routers, destination) : ["/"];
  const get = (path: string, method = "GET"): HttpCall => ({ method, path, headers: {} });
  const arrives = ({ route, verdict }: ReturnType<typeof triedBy>) =>
    verdict.decision !== "unknown" &&
    (!throughTraefik || (route !== undefined && (permissions.length === 0 || !route.router.rewrites)));
  const around = unique(permissions.flatMap(({ http }) => callsAround(http))).map(triedBy);
  const besides = SAFE_METHODS.flatMap((method) => places.map((place) => get(elsewhere(place), method)))
    .map(triedBy)
    .filter(({ verdict }) => verdict.permission === undefined);
  const anywhere = places.flatMap((place) => [get(place), get(elsewhere(place))]).map(triedBy);

  const all =
    permissions.length === 0
      ? anywhere.filter(arrives).slice(0, 1)
      : [...around.filter(arrives), ...besides.filter(arrives).slice(0, 1)];
  const methods = unsafe ? [...SAFE_METHODS, ...UNSAFE_METHODS] : SAFE_METHODS;
  const [sent, notSent] = [true, false].map((its) => all.filter(({ http }) => methods.includes(http.method) === its));
  const judged = new Set(all.map(({ verdict }) => verdict.permission));
  const left = (what: string, why: string): Left => ({ source, destination, what, why });
  const inWords = (permission: IntentionPermission) =>
    describeEdges([{ source, destination, permissions: [permission] }])[0];
  return {
    questions: unique(sent, ({ http }) => http).flatMap(({ http, route, verdict }) =>
      questionOf({ ...pair, http, route }, verdict),
    ),
    left: [
      ...notSent.map(({ http }) => left(describeCall(http), whyNotSent(http.method))),
      ...permissions
        .filter((each) => !judged.has(each))
        .map((each) => left(inWords(each), whyNotJudged(each.http, onTheWay, throughTraefik))),
      ...permissions
        .filter(({ jwt }) => jwt !== undefined)
        .map((each) => left(inWords(each), "the probe has no token; it asks without one, which is to be refused")),
      ...(all.length === 0 && permissions.length === 0 ? [left("any call", NO_ROUTE)] : []),
    ],
  };
}

const ANY: HttpCall = { method: "GET", path: "/" };
const NO_ROUTE = "no route is known to lead a request there as it is sent";

/** A question, where its verdict is one. */
function questionOf(its: Omit<Question, "expected" | "by">, { decision, rule, permission }: Verdict): Question[] {
  const permissions = rule?.permissions && permission && [permission];
  return decision === "unknown"
    ? []
    : [
        {
          ...its,
          expected: decision,
          by:
            rule === undefined
              ? "no intention allows it, and deny-all refuses it"
              : rule.permissions !== undefined && permission === undefined
                ? `no permission of ${rule.source} → ${rule.destination} matches`
                : describeEdges([{ ...rule, permissions }]).join("; "),
        },
      ];
}

function whyNotSent(method: string): string {
  return UNSAFE_METHODS.includes(method)
    ? `${method} may change something; it is sent with --unsafe-methods`
    : `${method} is never sent`;
}

function whyNotJudged({ header = [] }: HttpMatch, onTheWay: readonly string[], throughTraefik: boolean): string {
  const its = header.find(({ name }) => onTheWay.includes(name.toLowerCase()));
  return its !== undefined
    ? `the header ${its.name} is set on the way`
    : throughTraefik
      ? NO_ROUTE
      : "no request was found that it decides: another permission comes first, or its expression is too special";
}

/** What is asked, short: `GET /a [x-team: blue]`. */
export function describeCall(http: HttpCall | undefined): string {
  const headers = Object.entries(http?.headers ?? {}).map(([name, value]) => ` [${name}: ${value}]`);
  return http === undefined ? "a connection" : `${http.method} ${http.path}${headers.join("")}`;
}

function unique<T>(items: readonly T[], key: (item: T) => unknown = (item) => item): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(key(item)), item])).values()];
}
