import * as pulumi from "@pulumi/pulumi";
import { owned } from "../interrupted/hooks";
import { configEntry } from "../mesh/configEntry";
import { describeEdges } from "./edges";
import { intentionProblems } from "./intentionProblems";
import { DENY_ALL, IntentionRule, intentionsName, mergeIntentions, placeOf, tokensOf } from "./intentions";
import { intentionWarnings } from "./intentionWarnings";
import type { JwtProvider } from "./jwtProvider";
import type { MeshMember, Protocol } from "../services/member";
import type { Mesh } from "../mesh/mesh";
import { describeProblems, Problem, refuse } from "../shared/problems";

export interface IntentionSetArgs {
  readonly mesh: Mesh;
  /** Whether every call that no rule allows is refused. Default `true`; at most one set of a mesh declares it. */
  readonly denyAll?: boolean;
  /** Who may call whom, as the destinations' owners say. Default none. */
  readonly rules?: readonly IntentionRule[];
  /**
   * Services that rules may name; each one's protocol is in Consul before an intention for it is. Their `calls` become
   * rules of this set.
   */
  readonly services?: readonly MeshMember[];
  /** The ingress: rules may name it, and an allow for it to a service without a route is warned of. */
  readonly ingress?: { readonly serviceName: string };
  /** Further names that rules may use although this program does not declare them, such as services of other owners. */
  readonly externalServices?: readonly string[];
  /** What those of `externalServices` speak of which it is known: no permissions go to `tcp`. Default: not judged. */
  readonly externalProtocols?: Readonly<Record<string, Protocol>>;
  /** JWTProviders that permissions may name: of this program, or by their names in Consul. Default none. */
  readonly jwtProviders?: readonly (JwtProvider | string)[];
  /** Whether what is warned of is refused. Default `false`. */
  readonly warningsAreErrors?: boolean;
}

/** Where rules are declared: a destination has one ServiceIntentions in a mesh. */
interface Declared {
  readonly set: string;
  readonly rules: readonly IntentionRule[];
  /** What has to be there for them to be in force, where this program makes it. */
  readonly entries: readonly pulumi.Resource[];
  /** Services whose intentions are in that set's stack alone, where it is another. */
  readonly services?: ReadonlySet<string>;
}

/** The rules of each mesh's sets so far. */
const declared = new WeakMap<object, Declared[]>();

/**
 * The entries of a mesh's sets that speak of what a service calls: of all sets that the program declares without waiting, also
 * behind the service.
 */
export function intentionsFrom(mesh: object, source: string): Promise<pulumi.Resource[]> {
  return new Promise((resolve) =>
    setImmediate(() =>
      resolve(
        (declared.get(mesh) ?? [])
          .filter(({ rules }) => rules.some((rule) => rule.source === source))
          .flatMap(({ entries }) => entries),
      ),
    ),
  );
}

/** Notes what another stack of a mesh has: its services let in whom its own rules let in. */
export function joinIntentions(
  mesh: object,
  stack: string,
  services: readonly string[],
  rules: readonly IntentionRule[],
): void {
  const its = { set: `stack ${stack}`, rules, entries: [], services: new Set(services) };
  declared.set(mesh, [...(declared.get(mesh) ?? []), its]);
}

/**
 * Consul intentions: deny-all and typed rules, merged into one ServiceIntentions a destination, each waited for until
 * Consul has taken it. For a service that must never serve an unchecked call, declare deny-all in a set of its own and
 * hand that to `MeshService` as `guardedBy`; rules for the destination `*` then belong to that set too.
 *
 * Errors: `InputPropertiesError` at construction, with each problem of `intentionProblems`. Warnings: those of
 * `intentionWarnings`.
 */
export class IntentionSet extends pulumi.ComponentResource {
  /** The declared edges, in words. */
  public readonly edges: string[];
  /** What has to be there for all of them to be in force. */
  public readonly entries: readonly pulumi.Resource[];

  constructor(name: string, args: IntentionSetArgs, opts?: pulumi.ComponentResourceOptions) {
    const { services = [], denyAll = true, ingress } = args;
    const others = declared.get(args.mesh) ?? [];
    const calls = services.flatMap((service) => service.calls);
    const elsewhere = (call: IntentionRule) => others.find((other) => other.services?.has(call.destination));
    const providers = new Map(
      (args.jwtProviders ?? []).map((its) =>
        typeof its === "string" ? [its, undefined] : [its.providerName, its.ready],
      ),
    );
    const rules = [...(args.rules ?? []), ...calls.filter((call) => elsewhere(call) === undefined)];
    const known = {
      denyAll,
      services: new Map([
        ...Object.entries(args.externalProtocols ?? {}),
        ...services.map((s) => [s.serviceName, s.protocol] as const),
      ]),
      external: new Set([...(args.externalServices ?? []), ...(ingress === undefined ? [] : [ingress.serviceName])]),
      jwtProviders: new Set(providers.keys()),
      acls: args.mesh.authMethod !== undefined,
      partWithoutContains: args.mesh.partWithoutContains,
      ingress: ingress && {
        name: ingress.serviceName,
        routed: new Set(services.filter((s) => s.routed).map((s) => s.serviceName)),
      },
    };
    const warnings = intentionWarnings(
      rules,
      known,
      "rules",
      others.flatMap((other) => other.rules),
    );
    const all = denyAll ? [...rules, DENY_ALL] : rules;
    refuse(`IntentionSet "${name}"`, [
      ...intentionProblems(rules, known, "rules"),
      ...secondSetProblems(all, others),
      ...calls.flatMap((call) => callElsewhereProblems(call, elsewhere(call))),
      ...(args.warningsAreErrors ? warnings : []),
    ]);
    super("consul-traefik-mesh:index:IntentionSet", name, {}, owned(`IntentionSet-${name}`, opts));
    if (warnings.length > 0) {
      pulumi.log.warn(describeProblems(`IntentionSet "${name}"`, warnings), this);
    }

    this.entries = mergeIntentions(all).map((spec) => {
      const destination = spec.destination.name;
      return configEntry(
        `${name}-${intentionsName(destination)}`,
        args.mesh,
        { kind: "ServiceIntentions", name: intentionsName(destination), spec: { ...spec } },
        {
          parent: this,
          dependsOn: [
            ...services.filter((s) => s.serviceName === destination).flatMap((s) => s.protocolReady),
            ...tokensOf(spec).flatMap((provider) => providers.get(provider) ?? []),
          ],
        },
      );
    });
    declared.set(args.mesh, [...others, { set: `IntentionSet "${name}"`, rules: all, entries: this.entries }]);
    this.edges = describeEdges(all);
    this.registerOutputs({ edges: this.edges });
  }
}

/** A call to a service of another stack is let in there, by who owns it. */
function callElsewhereProblems(call: IntentionRule, other: Declared | undefined): Problem[] {
  const { source, destination } = call;
  const letsIn = (rule: IntentionRule) =>
    rule.destination === destination && [source, "*"].includes(rule.source) && rule.action !== "deny";
  return other === undefined || other.rules.some(letsIn)
    ? []
    : [
        {
          propertyPath: `${placeOf(call, 0, "calls")}.destination`,
          reason: `"${destination}" is a service of ${other.set}, whose intentions do not let "${source}" in; have that stack declare { source: ${source}, destination: ${destination} } first`,
        },
      ];
}

/** The webhook refuses a second resource for one destination, whichever set it is in; and a stack's services are its own to open. */
function secondSetProblems(rules: readonly IntentionRule[], others: readonly Declared[]): Problem[] {
  return rules.flatMap((rule, i) => {
    const { destination } = rule;
    const propertyPath = rule === DENY_ALL ? "denyAll" : placeOf(rule, i, "rules");
    const other = others.find((each) => each.rules.some((r) => r.destination === destination));
    const owner = others.find((each) => each.services?.has(destination));
    return other !== undefined
      ? [
          {
            propertyPath,
            reason: `"${destination}" has its intentions in ${other.set} already; declare them all there`,
          },
        ]
      : owner !== undefined
        ? [
            {
              propertyPath,
              reason: `"${destination}" is of ${owner.set}, which alone opens it; declare the rule there`,
            },
          ]
        : [];
  });
}
