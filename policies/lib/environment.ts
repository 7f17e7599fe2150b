export const ENVIRONMENTS = ["dev", "staging", "prod"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** Words of a stack's name that tell its environment; the first that is there counts, so that the strictest wins. */
const WORDS: readonly (readonly [Environment, readonly string[]])[] = [
  ["prod", ["prod", "production", "productive", "prd", "live", "main", "master", "public", "release", "stable"]],
  ["staging", ["staging", "stage", "stg"]],
  ["dev", ["dev", "development", "local"]],
];

/**
 * The environment of a stack: what the policy's configuration says, else what a word of the stack's name says (`dev`,
 * `team-dev`, `staging.eu`), else prod, where most is required.
 */
export function environmentOf(urn: string, configured: Environment | undefined): Environment {
  const words = urn
    .split("::")[0]
    .split(":")[2]
    .toLowerCase()
    .split(/[^a-z]/);
  return configured ?? WORDS.find(([, names]) => names.some((name) => words.includes(name)))?.[0] ?? "prod";
}
