import { IntentionProblem, intentionProblems } from "../components/intentions/intentionProblems";
import { coveredBy } from "../components/intentions/intentionWarnings";
import { IntentionPermission, IntentionRule } from "../components/intentions/intentions";
import { destinationOf, isIntentions, Source, sourcesOf } from "./lib/intentions";
import { at, Json, list, record, textAt, withoutNulls } from "./lib/json";
import { nameOf } from "./lib/objects";
import { policy } from "./lib/policy";

/**
 * Consul's webhook takes entries that Consul then refuses: the apply succeeds and nothing is enforced. One resource at a
 * time; what takes several is in `intentions-consistent`. The rules are those of components/intentions/intentionProblems.ts, and
 * here what its types rule out.
 */
export const intentionsAccepted = policy<{ enterprise: boolean }>({
  name: "intentions-accepted",
  description: "An intention is one that both Consul and its webhook accept, and that does what it says.",
  severity: "high",
  remedy: "See docs/policies.md#intentions-accepted for what Consul accepts",
  config: {
    enterprise: {
      type: "boolean",
      default: false,
      description: "Consul Enterprise: namespaces, partitions and sameness groups exist",
    },
  },
  *object(object, { config }) {
    if (!isIntentions(object)) {
      return;
    }
    const intentions = { ...object, body: withoutNulls({ spec: object.body.spec }) };
    // A patch does not say what its destination is, and may leave the sources as they are.
    const destination = destinationOf(intentions) ?? (object.patch ? nameOf(object) : undefined);
    const sources = sourcesOf(intentions);
    if (!destination) {
      yield "spec.destination.name is missing";
      return;
    }
    if (sources.length === 0 && !(object.patch && at(object.body, "spec", "sources") === undefined)) {
      yield "spec.sources is empty";
    }
    if (!config.enterprise && at(intentions.body, "spec", "destination", "namespace")) {
      yield "spec.destination.namespace needs Consul Enterprise";
    }
    const jwt = at(intentions.body, "spec", "jwt");
    if (jwt !== undefined && list(at(jwt, "providers")).length === 0) {
      yield "spec.jwt.providers is empty, which asks nobody for a token";
    }
    for (const [i, source] of sources.entries()) {
      for (const problem of shapeProblems(source, config.enterprise)) {
        yield `spec.sources[${i}]${problem}`;
      }
    }
    const rules = sources.map((source, i) => asRule(source, i, destination));
    // Who there is, and what protocol they speak, is not to be seen in one resource.
    const known = { denyAll: false, services: new Map<string, string>(), external: new Set<string>() };
    const problems = intentionProblems(rules, known, "spec.sources").filter(isOfEveryProgram);
    yield* problems.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
    // What each of them matches is known where nothing is wrong with them.
    for (const [i, { permissions = [] }] of problems.length === 0 ? rules.entries() : []) {
      yield* lostPermissions(permissions, `spec.sources[${i}].permissions`);
    }
  },
});

/** What a typed rule cannot have. */
function* shapeProblems({ body, name }: Source, enterprise: boolean): Iterable<string> {
  if (!name) {
    yield ".name is missing";
  }
  for (const key of enterprise ? [] : ["namespace", "partition", "samenessGroup"]) {
    if (body[key]) {
      yield `.${key} needs Consul Enterprise`;
    }
  }
  if (body.action === undefined && body.permissions === undefined) {
    yield " has neither action nor permissions";
  }
}

/** The source as a typed rule: what has to be a text or a list is one, whatever Kubernetes will say of it. */
function asRule({ body, name, permissions }: Source, i: number, destination: string): IntentionRule {
  const rule = {
    // The same name in another peer is another source; a missing one is reported already.
    source: textAt(body, "peer") || !name ? `source-${i}` : name,
    destination,
    action: body.action,
    description: textAt(body, "description"),
    permissions: body.permissions === undefined ? undefined : permissions.map(asPermission),
  };
  return rule as IntentionRule;
}

function asPermission({ action, http, jwt }: Json) {
  return { action, http: http === undefined ? http : asMatch(http), jwt: jwt === undefined ? jwt : asRequirement(jwt) };
}

function asMatch(http: unknown) {
  return {
    ...texts(http),
    methods: list(at(http, "methods")).map(String),
    header: list(at(http, "header")).map(texts),
  };
}

/** Fields as texts, without those that are false, which is what Consul takes for a field that is not there. */
function texts(value: unknown): Record<string, string> {
  const said = Object.entries(record(value)).filter(([, each]) => each !== false);
  return Object.fromEntries(said.map(([key, each]) => [key, String(each)]));
}

function asRequirement(jwt: unknown) {
  const claim = (each: unknown) => ({ path: list(at(each, "path")).map(String), value: String(at(each, "value")) });
  const provider = (each: unknown) => ({
    name: textAt(each, "name") ?? "",
    verifyClaims: list(at(each, "verifyClaims")).map(claim),
  });
  return { providers: list(at(jwt, "providers")).map(provider) };
}

/** What an allow takes from those behind it, since the first permission that matches is the last that is asked. */
function* lostPermissions(permissions: readonly IntentionPermission[], path: string): Iterable<string> {
  for (const [j, later] of permissions.entries()) {
    const i = coveredBy(permissions, j);
    const earlier = permissions[i];
    const token = JSON.stringify(later.jwt);
    const lost =
      later.action === "deny" ? !isRest(later) : token !== undefined && token !== JSON.stringify(earlier?.jwt);
    if (earlier?.action === "allow" && lost) {
      const what = later.action === "deny" ? "denies" : "asks for its token";
      yield `${path}[${j}] never ${what}: ${path}[${i}] allows all that it matches; put it before that`;
    }
  }
}

/** Whether a denial is for whatever is left, as one at the end of a list is: nothing is lost where nothing is. */
function isRest({ http: { pathPrefix, pathRegex, methods, header } }: IntentionPermission): boolean {
  return (pathPrefix === "/" || /^\/?\.\*$/.test(pathRegex ?? "")) && !methods?.length && !header?.length;
}

/** A name that is no DNS label is none of this project's, but Consul takes it: services outside Kubernetes have such. */
function isOfEveryProgram({ refusedBy, propertyPath }: IntentionProblem): boolean {
  return refusedBy !== "us" || !/\]\.(source|destination)$/.test(propertyPath);
}
