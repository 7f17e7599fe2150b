import type { KeysOf } from "../shared/keys";
import type { IntentionRule } from "./intentions";

/** The keys of a rule. */
export const RULE_KEYS: KeysOf<IntentionRule> = {
  source: true,
  destination: true,
  action: true,
  permissions: {
    action: true,
    http: {
      pathExact: true,
      pathPrefix: true,
      pathRegex: true,
      header: {
        name: true,
        present: true,
        exact: true,
        prefix: true,
        suffix: true,
        contains: true,
        regex: true,
        invert: true,
        ignoreCase: true,
      },
      methods: true,
    },
    jwt: { providers: { name: true, verifyClaims: { path: true, value: true } } },
  },
  description: true,
  declaredAt: true,
};
