import * as pulumi from "@pulumi/pulumi";
import { configEntry } from "./configEntry";
import { ConsulMesh } from "./consulMesh";
import {
  DENY_ALL,
  describeEdges,
  intentionProblems,
  IntentionRule,
  intentionsName,
  mergeIntentions,
} from "./intentions";
import type { MeshService } from "./meshService";
import { refuse } from "./problems";

export interface IntentionSetArgs {
  readonly mesh: ConsulMesh;
  /** Whether every call that no rule allows is refused. Default `true`; at most one set of a mesh declares it. */
  readonly denyAll?: boolean;
  /** Who may call whom. Default none. */
  readonly rules?: readonly IntentionRule[];
  /** Services that rules may name; each one's protocol is in Consul before an intention for it is. */
  readonly services?: readonly MeshService[];
  /** Names that rules may use although this program does not declare them, such as the ingress. */
  readonly externalServices?: readonly string[];
}

/**
 * Consul intentions: deny-all and typed rules, merged into one ServiceIntentions a destination, each waited for until
 * Consul has taken it. For a service that must never serve an unchecked call, declare deny-all in a set of its own and
 * hand that to `MeshService` as `guardedBy`.
 *
 * Errors: `InputPropertiesError` at construction, with each problem of `intentionProblems`.
 */
export class IntentionSet extends pulumi.ComponentResource {
  /** The declared edges, in words. */
  public readonly edges: string[];

  constructor(name: string, args: IntentionSetArgs, opts?: pulumi.ComponentResourceOptions) {
    const { services = [], rules = [], denyAll = true } = args;
    const known = {
      denyAll,
      services: new Map(services.map((s) => [s.serviceName, s.protocol])),
      external: new Set(args.externalServices ?? []),
    };
    refuse(`IntentionSet "${name}"`, intentionProblems(rules, known, "rules"));
    super("consul-traefik-mesh:index:IntentionSet", name, {}, opts);

    const all = denyAll ? [...rules, DENY_ALL] : rules;
    for (const spec of mergeIntentions(all)) {
      const destination = spec.destination.name;
      configEntry(
        `${name}-${intentionsName(destination)}`,
        args.mesh,
        { kind: "ServiceIntentions", name: intentionsName(destination), spec: { ...spec } },
        {
          parent: this,
          dependsOn: services.filter((s) => s.serviceName === destination).flatMap((s) => s.protocolReady),
        },
      );
    }
    this.edges = describeEdges(all);
    this.registerOutputs({ edges: this.edges });
  }
}
