import { Problem } from "./problems";

/** What a part of an expression is for Traefik, which takes no number for another kind of number. */
type Kind = "condition" | "ratio" | "count" | "word" | "decimal" | "whole" | "text";

/** A function of Traefik's: the literals that it takes, and what it gives. */
interface Fn {
  readonly takes: readonly Kind[];
  readonly gives: Kind;
}

/** Functions by the option that takes the expression. Source: vulcand/oxy 2.1, `cbreaker` and `buffer`. */
const FUNCTIONS = {
  circuitBreaker: {
    NetworkErrorRatio: { takes: [], gives: "ratio" },
    ResponseCodeRatio: { takes: ["whole", "whole", "whole", "whole"], gives: "ratio" },
    LatencyAtQuantileMS: { takes: ["decimal"], gives: "count" },
  },
  buffering: {
    IsNetworkError: { takes: [], gives: "condition" },
    Attempts: { takes: [], gives: "count" },
    ResponseCode: { takes: [], gives: "count" },
    RequestMethod: { takes: [], gives: "word" },
  },
} as const satisfies Record<string, Record<string, Fn>>;

/** The literal that each is compared with. */
const COMPARED: Partial<Record<Kind, Kind>> = { ratio: "decimal", count: "whole", word: "text" };
const IN_WORDS: Record<Kind, string> = {
  condition: "a condition",
  ratio: "a ratio",
  count: "a number",
  word: "a word",
  decimal: "a decimal such as 0.5",
  whole: "a whole number",
  text: 'a text in quotes such as "GET"',
};
const EXAMPLE = {
  circuitBreaker: "NetworkErrorRatio() > 0.30",
  buffering: "IsNetworkError() && Attempts() < 2",
};

/** What is wrong with the condition of a middleware, by the grammar and the kinds of vulcand/predicate, Traefik's parser. */
export function expressionProblems(of: keyof typeof FUNCTIONS, expression: string, at: string): Problem[] {
  try {
    const kind = kindOf(expression, FUNCTIONS[of]);
    if (kind !== "condition") {
      throw new Error(`it is ${IN_WORDS[kind]}, not a condition`);
    }
    return [];
  } catch (error) {
    const reason = `"${expression}" is not a condition: ${(error as Error).message}; use one such as ${EXAMPLE[of]}`;
    return [{ propertyPath: at, reason }];
  }
}

const TOKEN =
  /[ \t\r\n]*(?:([A-Za-z_]\w*|\d+\.\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+|"(?:[^"\\]|\\.)*"|`[^`]*`|&&|\|\||[=!<>]=|[<>(),])|$)/y;

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.length) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(expression);
    if (found === null) {
      throw new Error(`it cannot be read from ${expression.slice(from).trim()} on`);
    }
    if (found[1] !== undefined) {
      tokens.push(found[1]);
    }
  }
  return tokens;
}

function literalOf(token: string): Kind | undefined {
  if (/^\d+$/.test(token)) {
    return /^0\d*[89]/.test(token) || BigInt(token) > 2n ** 63n - 1n ? undefined : "whole";
  }
  return /^["`]/.test(token) ? "text" : /^[.\d]/.test(token) ? "decimal" : undefined;
}

function kindOf(expression: string, functions: Readonly<Record<string, Fn>>): Kind {
  const tokens = tokensOf(expression);
  let i = 0;
  const expect = (token: string) => {
    if (tokens[i++] !== token) {
      throw new Error(
        `"${token}" is expected ${tokens[i - 1] === undefined ? "at its end" : `before ${tokens[i - 1]}`}`,
      );
    }
  };
  const call = (name: string): Kind => {
    if (!Object.hasOwn(functions, name)) {
      throw new Error(`${name} is not a function here; there are ${Object.keys(functions).join(", ")}`);
    }
    const { takes, gives } = functions[name];
    expect("(");
    const args: (Kind | undefined)[] = [];
    while (tokens[i] !== ")" && i < tokens.length) {
      args.push(literalOf(tokens[i++]));
      if (tokens[i] !== ")") {
        expect(",");
      }
    }
    expect(")");
    if (args.join() !== takes.join()) {
      const what = takes.length === 0 ? "nothing" : takes.map((kind) => IN_WORDS[kind]).join(", ");
      throw new Error(`${name} takes ${what} between its parentheses`);
    }
    return gives;
  };
  const operand = (): Kind => {
    const token = tokens[i++];
    if (token === "(") {
      const inner = either();
      expect(")");
      return inner;
    }
    const kind = token === undefined ? undefined : literalOf(token);
    if (kind !== undefined) {
      return kind;
    }
    if (token === undefined || !/^[A-Za-z_]/.test(token)) {
      throw new Error(`a function is expected ${token === undefined ? "at its end" : `before ${token}`}`);
    }
    return call(token);
  };
  const comparison = (): Kind => {
    let left = operand();
    while (/^([=!<>]=|[<>])$/.test(tokens[i] ?? "")) {
      const operator = tokens[i++];
      const right = operand();
      const compared = COMPARED[left];
      if (compared === undefined) {
        throw new Error(`${IN_WORDS[left]} is left of ${operator}, where a function belongs`);
      }
      if (right !== compared) {
        throw new Error(
          `${operator} compares ${IN_WORDS[left]} with ${IN_WORDS[compared]}, not with ${IN_WORDS[right]}`,
        );
      }
      if (left === "word" && operator !== "==" && operator !== "!=") {
        throw new Error(`words are compared by == and !=, not by ${operator}`);
      }
      left = "condition";
    }
    return left;
  };
  const chain = (operator: string, next: () => Kind) => (): Kind => {
    let left = next();
    while (tokens[i] === operator) {
      i++;
      const right = next();
      if (left !== "condition" || right !== "condition") {
        throw new Error(
          `${operator} joins conditions, and one side is ${IN_WORDS[left === "condition" ? right : left]}`,
        );
      }
      left = "condition";
    }
    return left;
  };
  const either: () => Kind = chain("||", chain("&&", comparison));
  const whole = either();
  if (i < tokens.length) {
    throw new Error(`&& or || is expected before ${tokens[i]}`);
  }
  return whole;
}
