import { Category, check } from "../check";
import { Reading } from "../reading";

const minus = (some: readonly string[], others: readonly string[]) => some.filter((each) => !others.includes(each));

const DENIES_ALL = "deny * → *";

export const INTENTIONS: Category = {
  title: "intentions and config entries",
  when: "after",
  checks: [
    check({
      id: "entries-there",
      name: "every declared config entry is in the cluster, as declared",
      needs: ["entries"],
      judge: ({ entries }) =>
        entries.entries.flatMap(({ name, found, deleting, drift }) => [
          ...(found ? [] : [`${name} is gone`]),
          ...(deleting ? [`${name} is being deleted`] : []),
          ...drift.map((field) => `${name}: ${field} is not as declared`),
        ]),
      hint: "somebody changed it by hand: pulumi refresh, then pulumi up",
    }),
    check({
      id: "entries-synced",
      name: "Consul has taken every config entry",
      needs: ["entries"],
      judge: ({ entries }) =>
        [...entries.entries.filter(({ found }) => found), ...entries.others]
          .filter(({ synced }) => !synced)
          .map(({ name, reason }) => `${name}: ${reason ?? "not yet synced"}`),
      hint: "the line is Consul's own reason; kubectl describe shows it under Conditions",
    }),
    check({
      id: "intentions-applied",
      name: "every declared intention is in Consul",
      needs: ["intentions"],
      judge: ({ intentions }) =>
        minus(intentions.declared, [DENIES_ALL, ...intentions.inConsul]).map((edge) => `missing: ${edge}`),
      hint: "it was changed in Consul itself, by its UI or API: the injector puts it back within 10 hours, kubectl annotate at once",
    }),
    check({
      id: "intentions-undeclared",
      name: "no intention in Consul is undeclared",
      needs: ["intentions"],
      judge: ({ intentions: { inConsul, declared, byOthers, unread } }) => {
        const undeclared = minus(inConsul, [...declared, ...byOthers]).map((edge) => `undeclared: ${edge}`);
        return undeclared.length === 0
          ? []
          : [...undeclared, ...unread.map((stack) => `the stack ${stack}, which may declare it, could not be read`)];
      },
      hint: "declare it, or remove it where it was made: a ServiceIntentions of someone else, Consul's UI or API",
    }),
    check({
      id: "deny-all",
      name: "what nobody allowed is denied",
      needs: ["intentions"],
      skip: ({ intentions }) => (intentions.denyAll ? undefined : "the stack declares no deny-all"),
      judge: ({ intentions }) => [
        ...(intentions.inConsul.includes(DENIES_ALL) ? [] : [`missing: ${DENIES_ALL}`]),
        ...(intentions.strangersAllowed ? ["Consul would let an unknown service call another one"] : []),
      ],
      hint: "the intention * → * is gone or allows: see intentions-applied; until it is back every call passes",
    }),
    check({
      id: "deny-all-enforced",
      name: "each sidecar checks its callers",
      needs: ["intentions", "sidecars"],
      skip: ({ intentions, sidecars }: Pick<Reading, "intentions" | "sidecars">) =>
        !intentions.denyAll
          ? "the stack declares no deny-all"
          : sidecars.length === 0
            ? "no pod of a service is ready"
            : undefined,
      judge: ({ sidecars }) =>
        sidecars.filter((its) => its.error === undefined && !its.enforces).map((its) => `${its.pod} lets everybody in`),
      hint: "it does not have Consul's present configuration: see sidecar-connected and sidecar-configuration",
    }),
  ],
};
