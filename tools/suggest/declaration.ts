import { callRules, Protocol, TRAEFIK_SERVICE_NAME } from "../../components";
import { IntentionRule } from "../../components/intentions/intentions";
import { isRouted } from "../../components/services/member";
import type { Settings } from "../../settings";

/** What of a stack's settings decides about calls. */
export interface Declaration {
  readonly denyAll: boolean;
  /** The rules of `intentions`, and those that the services' `calls` are. */
  readonly rules: readonly IntentionRule[];
  readonly calls: readonly IntentionRule[];
  /** The stack's own services, and its destinations outside the mesh. */
  readonly services: readonly string[];
  /** Of these, those that Traefik calls. */
  readonly routed: readonly string[];
  /** Protocols of what its rules may open: its own services, and those that others declare. */
  readonly protocols: ReadonlyMap<string, Protocol>;
  /** Names that its rules may use; `undefined` where other stacks decide too. */
  readonly known: ReadonlySet<string> | undefined;
}

export function declarationOf(settings: Settings): Declaration {
  const { services, workloads, jobs, externalServices, intentions, denyAll, meshStack } = settings;
  const members = [...services, ...workloads];
  const destinations = settings.consul.externalDestinations ?? [];
  const protocols = new Map([
    ...Object.entries(externalServices),
    ...[...members, ...destinations].map(({ name, protocol = "http" }) => [name, protocol] as const),
  ]);
  return {
    denyAll,
    rules: intentions,
    calls: [...members, ...jobs].flatMap(({ name, calls = [] }) => callRules(name, calls, `${name}.`)),
    services: [...members, ...destinations].map(({ name }) => name),
    routed: members.filter(isRouted).map(({ name }) => name),
    protocols,
    known:
      meshStack === undefined
        ? new Set([TRAEFIK_SERVICE_NAME, ...protocols.keys(), ...jobs.map(({ name }) => name)])
        : undefined,
  };
}
