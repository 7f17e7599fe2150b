import * as pulumi from "@pulumi/pulumi";
import { missingProblems, ofRightForm } from "../shared/forms";
import { owned } from "../interrupted/hooks";
import { configEntry } from "../mesh/configEntry";
import { joinMesh, otherMeshProblems } from "../mesh/membership";
import { describeEdges } from "./edges";
import { awaited } from "./awaited";
import { intentionProblems } from "./intentionProblems";
import { DENY_ALL, IntentionRule, intentionsName, mergeIntentions, placeOf, tokensOf } from "./intentions";
import { intentionWarnings } from "./intentionWarnings";
import type { JwtProvider } from "./jwtProvider";
import { JwtProviderNames, MeshIntentions } from "./meshIntentions";
import type { MeshMember, Protocol } from "../services/member";
import type { Mesh } from "../mesh/mesh";
import { keyProblems, nullProblems } from "../shared/keys";
import { refuse, warn } from "../shared/problems";
import { RULE_KEYS } from "./ruleKeys";

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

/**
 * Consul intentions: deny-all and typed rules, merged into one ServiceIntentions a destination, each waited for until
 * Consul has taken it. Those for the destination `*`, deny-all among them, are written after all others of the program and
 * removed before them, so that no call with an allow is refused in between; but not after those of a set with a `dependsOn` of
 * its own, which may wait for what deny-all guards, nor of one in a component that does wait for it, and not after new ones where they
 * are in force already. For a service that must never serve an unchecked call, declare deny-all in a set of its own and hand that to
 * `MeshService` as `guardedBy`; rules for the destination `*` then belong to that set too.
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
    const what = `IntentionSet "${name}"`;
    refuse(what, nullProblems(args));
    refuse(what, missingProblems(args));
    const { services = [], denyAll = true, ingress, jwtProviders = [] } = args;
    const declared = args.mesh.model.part(MeshIntentions);
    const { calls, named, rules, warnings, problems } = ofRightForm(what, args, judged);
    const providers = new Map(named);
    const names = new JwtProviderNames();
    const all = denyAll ? [...rules, DENY_ALL] : rules;
    refuse(what, [
      ...otherMeshProblems(args.mesh, { services, ingress, jwtProviders }),
      ...problems,
      ...named.flatMap(([its], i) => names.take(`jwtProviders[${i}]`, { name: its, place: `jwtProviders[${i}]` })),
      ...declared.secondSetProblems(all),
      ...calls.flatMap((call) => declared.callProblems(call)),
      ...(args.warningsAreErrors ? warnings : []),
    ]);
    super("consul-traefik-mesh:index:IntentionSet", name, {}, owned(`IntentionSet-${name}`, opts));
    joinMesh(what, args.mesh, this);
    warn(what, warnings, this);

    const entries = mergeIntentions(all).map((spec) => {
      const destination = spec.destination.name;
      const providersOf = tokensOf(spec).flatMap((provider) => providers.get(provider) ?? []);
      // What goes to all services comes after what goes to one, and goes before it: in a mesh that serves, deny-all would
      // otherwise refuse for a moment what has an allow. Pulumi leaves out that an entry comes after itself.
      const last = async () => {
        await args.mesh.model.declared();
        return [...providersOf, ...(await declared.registered(await awaited(spec, declared, this)))];
      };
      const entry = configEntry(
        `${name}-${intentionsName(destination)}`,
        args.mesh,
        { kind: "ServiceIntentions", name: intentionsName(destination), spec: { ...spec } },
        {
          parent: this,
          owners: services.filter((s) => s.serviceName === destination).flatMap((s) => s.protocolReady),
          dependsOn: destination === "*" ? last() : providersOf,
        },
      );
      return [destination, entry] as const;
    });
    this.entries = entries.map(([, entry]) => entry);
    const waits = [opts?.dependsOn ?? []].flat().length > 0;
    const registered = new Promise((resolve) => this.urn.apply(resolve));
    declared.join({ set: what, rules: all, entries: new Map(entries), waits, registered });
    this.edges = describeEdges(all);
    this.registerOutputs({ edges: this.edges });
  }
}

/** The rules of a set, what its services and its JWT providers are to them, and what is wrong with them. */
function judged(args: IntentionSetArgs) {
  const { mesh, services = [], denyAll = true, ingress, jwtProviders = [] } = args;
  const declared = mesh.model.part(MeshIntentions);
  const calls = services.flatMap((service) => service.calls);
  const named = jwtProviders.map((its) =>
    typeof its === "string" ? ([its, undefined] as const) : ([its.providerName, its.ready] as const),
  );
  const rules = [...(args.rules ?? []), ...calls.filter((call) => declared.ownerOf(call.destination) === undefined)];
  const known = {
    denyAll,
    services: new Map([
      ...Object.entries(args.externalProtocols ?? {}),
      ...services.map((s) => [s.serviceName, s.protocol] as const),
    ]),
    jobs: new Set(services.filter((s) => s.listens === false).map((s) => s.serviceName)),
    external: new Set([...(args.externalServices ?? []), ...(ingress === undefined ? [] : [ingress.serviceName])]),
    jwtProviders: new Set(named.map(([its]) => its)),
    acls: mesh.authMethod !== undefined,
    partWithoutContains: mesh.partWithoutContains,
    ingress: ingress && {
      name: ingress.serviceName,
      routed: new Set(services.filter((s) => s.routed).map((s) => s.serviceName)),
    },
  };
  const warnings = intentionWarnings(rules, known, "rules", declared.rules);
  const problems = [
    ...rules.flatMap((rule, i) => keyProblems(placeOf(rule, i, "rules"), rule, RULE_KEYS)),
    ...intentionProblems(rules, known, "rules"),
  ];
  return { calls, named, rules, warnings, problems };
}
