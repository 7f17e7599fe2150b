import { httpMatchProblems, pathMatchersOf, Refuser, Report } from "../routing/httpMatches";
import {
  Action,
  agree,
  HeaderMatch,
  HttpMatch,
  IntentionPermission,
  IntentionRule,
  JwtRequirement,
  placeOf,
  sameOwner,
  samePair,
} from "./intentions";
import { shown } from "../shared/grammars";
import { isDnsLabel, meshOption } from "../shared/names";
import { Problem } from "../shared/problems";

/** What rules are judged against. */
export interface KnownServices {
  /** Whether the same set declares deny-all, so that no rule may say `* → *` again. */
  readonly denyAll: boolean;
  /** Services by name, with their protocol. */
  readonly services: ReadonlyMap<string, string>;
  /** Those of them that are jobs, which listen nowhere. Default: none. */
  readonly jobs?: ReadonlySet<string>;
  /** Names that are in the mesh but not of this program, such as an ingress; their protocol is not known. */
  readonly external: ReadonlySet<string>;
  /** Whether Consul has ACLs, and so refuses what no intention allows. Default: not known, and not judged. */
  readonly acls?: boolean;
  /** JWT providers that Consul has. Default: not known, and not judged. */
  readonly jwtProviders?: ReadonlySet<string>;
  /** Whether these are all that another stack, which makes the mesh, has or knows. */
  readonly jwtProvidersElsewhere?: boolean;
  /** What of the mesh is too old for the header criteria `contains` and `ignoreCase`. Default: nothing. */
  readonly partWithoutContains?: string;
  /** The ingress, and the services that its routes lead to. Default: not known, and not judged. */
  readonly ingress?: { readonly name: string; readonly routed: ReadonlySet<string> };
}

export interface IntentionProblem extends Problem {
  readonly refusedBy: Refuser;
}

const ACTIONS: readonly unknown[] = ["allow", "deny"];
/** Bytes: Consul's limit of a description (`metaValueMaxLength`). */
const MAX_DESCRIPTION = 512;
/** What a header may be judged by. */
const CRITERIA = ["present", "exact", "prefix", "suffix", "contains", "regex"] as const;

/**
 * What is wrong with rules: all that Consul or its webhook would refuse, and what is ours to know, such as names that
 * nobody has. Paths are `prefix[i]…`, or begin with where a rule says that it was declared.
 */
export function intentionProblems(
  rules: readonly IntentionRule[],
  known: KnownServices,
  prefix: string,
): IntentionProblem[] {
  const problems: IntentionProblem[] = [];
  rules.forEach((rule, i) => {
    const place = placeOf(rule, i, prefix);
    const report: Report = (refusedBy, input, reason) =>
      problems.push({ refusedBy, propertyPath: place + input, reason });

    nameProblems(rule, known, report);
    if (known.denyAll && rule.source === "*" && rule.destination === "*") {
      report("us", "", "* → * is what denyAll declares; set denyAll to false, or remove the rule");
    }
    const first = rules.findIndex(
      (other, j) => j < i && samePair(other, rule) && (sameOwner(other, rule) || !agree(other, rule)),
    );
    if (first >= 0) {
      const other = placeOf(rules[first], first, prefix);
      const pair = `${rule.source} → ${rule.destination}`;
      if (sameOwner(rules[first], rule)) {
        report("Consul", "", `${pair} is declared by ${other} already; merge the two into one rule`);
      } else {
        report(
          "us",
          "",
          `${pair} contradicts ${other}: ${inWords(rule)} here, ${inWords(rules[first])} there; agree on one`,
        );
      }
    }
    if (rule.description !== undefined && Buffer.byteLength(rule.description) > MAX_DESCRIPTION) {
      report("Consul", ".description", `is longer than ${MAX_DESCRIPTION} bytes; shorten it`);
    }
    if (rule.action !== undefined && !ACTIONS.includes(rule.action)) {
      // An empty one is none for Consul, which is what permissions need.
      const by = (rule.action as string) === "" && rule.permissions?.length ? "us" : "Consul";
      report(by, ".action", `"${rule.action}" is not an action; use allow or deny`);
    }
    if (rule.permissions !== undefined) {
      permissionsProblems(rule, rule.permissions, known, report);
    }
  });
  return problems;
}

function nameProblems(rule: IntentionRule, known: KnownServices, report: Report): void {
  for (const end of ["source", "destination"] as const) {
    const name = rule[end];
    if (name === "*") {
      continue;
    }
    if (name === "" || name.includes("*")) {
      report("Consul", `.${end}`, `"${name}" is not a service name; use a whole name, or "*" for any service`);
    } else if (!isDnsLabel(name)) {
      report("us", `.${end}`, `"${name}" is not a service name; use a DNS label, or "*" for any service`);
    } else if (!known.services.has(name) && !known.external.has(name)) {
      const names = [...new Set([...known.services.keys(), ...known.external])].sort();
      report(
        "us",
        `.${end}`,
        `"${name}" is not a service of this stack; known: ${names.join(", ") || "none"}. Declare it, or name it in externalServices`,
      );
    } else if (end === "destination" && known.jobs?.has(name) && rule.action !== "deny") {
      report("us", ".destination", `"${name}" is a job, which nobody can call: it listens nowhere; name a service`);
    }
  }
}

function permissionsProblems(
  rule: IntentionRule,
  permissions: readonly IntentionPermission[],
  known: KnownServices,
  report: Report,
): void {
  if (permissions.length === 0) {
    // With an action, Consul takes an empty list as none.
    report(
      rule.action ? "us" : "Consul",
      ".permissions",
      "is empty and would match nothing; leave it out for the whole service, or list a permission",
    );
    return;
  }
  if (rule.action) {
    report("Consul", ".action", "excludes permissions; keep one of the two");
  }
  if (rule.destination === "*") {
    report("Consul", ".permissions", "cannot go to every service; name one destination, or use action");
  } else if (known.services.get(rule.destination) === "tcp") {
    report(
      "Consul",
      ".permissions",
      `"${rule.destination}" speaks tcp; use action, or set its protocol to http, http2 or grpc`,
    );
  }
  permissions.forEach((permission, j) =>
    permissionProblems(permission, known, (by, input, reason) => report(by, `.permissions[${j}].${input}`, reason)),
  );
}

function permissionProblems({ action, http, jwt }: IntentionPermission, known: KnownServices, report: Report): void {
  if (!ACTIONS.includes(action)) {
    report("Consul", "action", `"${action}" is not an action; use allow or deny`);
  }
  if (http === undefined) {
    report("Consul", "http", 'is missing; give what the permission matches, such as pathPrefix "/"');
  } else {
    httpProblems(http, known, (by, input, reason) => report(by, `http${input}`, reason));
  }
  if (jwt !== undefined) {
    jwtProblems(action, jwt, known, (by, input, reason) => report(by, `jwt${input}`, reason));
  }
}

function jwtProblems(action: Action, { providers }: JwtRequirement, known: KnownServices, report: Report): void {
  if (action === "deny") {
    // Consul takes what is denied out of what follows, whatever token it has [agent/xds/rbac.go, removePermissionPrecedence].
    report("us", "", "is ignored: a deny applies to all that its http matches, with or without a token; leave it out");
  } else if (known.acls === false) {
    // It then lists what to deny, and an allow with a token is one of the exceptions, which it has without the token.
    report(
      "us",
      "",
      `is ignored where Consul has no ACLs: whoever has no token is let in too; set ${meshOption("acls")} to true`,
    );
  }
  if (providers.length === 0) {
    report("us", ".providers", "is empty and would verify nothing; name a provider, or leave jwt out");
  }
  providers.forEach(({ name, verifyClaims = [] }, i) => {
    if (name === "") {
      report("Consul", `.providers[${i}].name`, "is empty; name a JWT provider");
    } else if (known.jwtProviders?.has(name) === false) {
      const names = [...known.jwtProviders].sort().join(", ") || "none";
      const declare = known.jwtProvidersElsewhere ? "Have the stack that makes the mesh declare" : "Declare";
      report(
        "Consul",
        `.providers[${i}].name`,
        `"${name}" is not a JWT provider; known: ${names}. ${declare} it in jwtProviders, or name it in externalJwtProviders where others declare it`,
      );
    }
    verifyClaims.forEach(({ path }, j) => {
      if (path.length === 0 || path.includes("")) {
        const reason = `${shown(path)} is not the path of a claim; use one such as ["team"]. Envoy refuses an empty name`;
        report("us", `.providers[${i}].verifyClaims[${j}].path`, reason);
      }
    });
  });
}

function httpProblems(http: HttpMatch, known: KnownServices, report: Report): void {
  const { header = [], methods = [] } = http;
  if (pathMatchersOf(http).length + methods.length + header.length === 0) {
    report("Consul", "", 'matches nothing by itself; give a path matcher, such as pathPrefix "/", header or methods');
  }
  httpMatchProblems(http, { criteria: CRITERIA, query: "leave it out" }, report);
  header.forEach((each, i) =>
    caseProblems(each, known, (by, input, reason) => report(by, `.header[${i}]${input}`, reason)),
  );
}

/** Of a header's criteria, those that traffic has not. */
function caseProblems(header: HeaderMatch, known: KnownServices, report: Report): void {
  if (header.ignoreCase && (header.present || header.regex)) {
    report("Consul", ".ignoreCase", "goes with exact, prefix, suffix or contains; in a regex write (?i)");
  }
  for (const newer of ["contains", "ignoreCase"] as const) {
    if (header[newer] && known.partWithoutContains !== undefined) {
      const instead = newer === "contains" ? '".*text.*"' : '"(?i)text"';
      report(
        "us",
        `.${newer}`,
        `is not known to ${known.partWithoutContains}, which drops it; it needs consul-k8s 1.5.4, or 1.6.1 and newer, with Consul 1.20.1 and newer. Use regex, such as ${instead}`,
      );
    }
  }
}

function inWords(rule: IntentionRule): string {
  return rule.permissions === undefined ? (rule.action ?? "allow") : `${rule.permissions.length} permission(s)`;
}
