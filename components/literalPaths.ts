import { Problem } from "./problems";
import { hasTemplate } from "./rules";

/**
 * What looks like a pattern in a path that is taken as it is: templates of Traefik v2, and asterisks. `pattern` is how to
 * say one.
 */
export function literalPathProblems(at: string, path: string, pattern: string): Problem[] {
  const what = hasTemplate(path) ? "a template in braces" : path.includes("*") ? "an asterisk" : undefined;
  const shorter = /^([^*]*)\*+$/.exec(path)?.[1];
  const remedy = shorter && !hasTemplate(path) ? `"${shorter}" is every path that begins so; ${pattern}` : pattern;
  return what === undefined
    ? []
    : [
        {
          propertyPath: at,
          reason: `"${path}" has ${what}, which is taken literally and matches nothing else; ${remedy}`,
        },
      ];
}
