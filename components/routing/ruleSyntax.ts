/** A rule of a router as Traefik reads it: matchers, joined by `&&` and `||`, negated by `!`. */
export type Rule =
  | { readonly kind: "match"; readonly name: string; readonly args: readonly string[] }
  | { readonly kind: "not"; readonly of: Rule }
  | { readonly kind: "and" | "or"; readonly left: Rule; readonly right: Rule };

/** A rule as text, always the same for rules that differ in blanks, quotes and needless parentheses only. */
export function printRule(rule: Rule): string {
  const inner = (part: Rule, loose: boolean) => (loose ? `(${printRule(part)})` : printRule(part));
  switch (rule.kind) {
    case "match":
      return `${rule.name}(${rule.args.map((a) => (a.includes("`") ? JSON.stringify(a) : `\`${a}\``)).join(", ")})`;
    case "not":
      return `!${inner(rule.of, rule.of.kind !== "match" && rule.of.kind !== "not")}`;
    case "and":
      return `${inner(rule.left, rule.left.kind === "or")} && ${inner(rule.right, rule.right.kind === "or")}`;
    case "or":
      return `${printRule(rule.left)} || ${printRule(rule.right)}`;
  }
}

/** Whether a rule holds where `matches` tells it of each matcher; `undefined` where that depends on what is not known. */
export function ruleHolds(
  rule: Rule,
  matches: (name: string, args: readonly string[]) => boolean | undefined,
): boolean | undefined {
  switch (rule.kind) {
    case "match":
      return matches(rule.name, rule.args);
    case "not": {
      const of = ruleHolds(rule.of, matches);
      return of === undefined ? undefined : !of;
    }
    default: {
      const decides = rule.kind === "or";
      const sides = [ruleHolds(rule.left, matches), ruleHolds(rule.right, matches)];
      return sides.includes(decides) ? decides : sides.includes(undefined) ? undefined : !decides;
    }
  }
}

/** A rule's parts, by the grammar of Go's expressions that Traefik uses. Errors: `Error` with what was expected. */
export function parseRule(rule: string): Rule {
  const tokens = tokensOf(rule);
  let at = 0;
  const take = (token: string) => tokens[at] === token && at++ >= 0;
  const expect = (token: string) => {
    if (!take(token)) {
      throw new Error(`"${token}" is expected ${tokens[at] === undefined ? "at its end" : `before ${tokens[at]}`}`);
    }
  };
  const operand = (): Rule => {
    if (take("!")) {
      return { kind: "not", of: operand() };
    }
    if (take("(")) {
      const inner = either();
      expect(")");
      return inner;
    }
    const name = tokens[at++];
    if (name === undefined || !/^[A-Za-z]\w*$/.test(name)) {
      throw new Error(`a matcher is expected ${name === undefined ? "at its end" : `before ${name}`}`);
    }
    expect("(");
    const args: string[] = [];
    while (!take(")")) {
      if (args.length > 0) {
        expect(",");
      }
      const value = tokens[at++];
      if (value === undefined || !/^[`"]/.test(value)) {
        throw new Error(`a value in backticks is expected in ${name}(…)`);
      }
      args.push(value.startsWith("`") ? value.slice(1, -1) : (JSON.parse(value) as string));
    }
    return { kind: "match", name, args };
  };
  const chain = (operator: string, kind: "and" | "or", next: () => Rule) => () => {
    let left = next();
    while (take(operator)) {
      left = { kind, left, right: next() };
    }
    return left;
  };
  const either: () => Rule = chain("||", "or", chain("&&", "and", operand));
  const whole = either();
  if (at < tokens.length) {
    throw new Error(`&& or || is expected before ${tokens[at]}`);
  }
  return whole;
}

function tokensOf(rule: string): string[] {
  const tokens: string[] = [];
  // Go's scanner knows no other blank, and takes the end of a line for that of the rule.
  const token = /[ \t]*(?:(`[^`]*`|"(?:[^"\\\n]|\\.)*"|&&|\|\||[!(),]|[^\s()`",!&|]+)|$)/y;
  while (token.lastIndex < rule.length) {
    const from = token.lastIndex;
    const found = token.exec(rule);
    if (found === null) {
      throw new Error(
        /^[ \t]*[\r\n]/.test(rule.slice(from))
          ? "it has a line break; write it in one line (>- in YAML)"
          : `it cannot be read from ${rule.slice(from).trim()} on`,
      );
    }
    if (found[1] !== undefined) {
      tokens.push(found[1]);
    }
  }
  return tokens;
}
