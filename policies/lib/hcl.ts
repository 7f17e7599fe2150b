import { Json, list, record } from "./json";
import { merge } from "./patches";

/**
 * HCL 1, in which Consul takes configuration and ACL rules; its libraries for JavaScript read HCL 2, which refuses
 * several settings in one line. A block's labels are keys, and what stands several times is merged, as Consul does it, or
 * is one more item. JSON that is no object says nothing.
 */
export function hcl(text: string): Json | undefined {
  try {
    return record(JSON.parse(text));
  } catch {
    const tokens = tokensOf(text);
    return tokens && new Parser(tokens).whole();
  }
}

/** Lists, of config entries and in them, of which Consul takes each item by itself, too. */
export const LISTS = /^(bootstrap|sources|permissions|services|consumers|listeners|overrides|envoy_?extensions)$/i;

const TOKEN =
  /\s|#[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\/|<<-?(\w+)\n([^]*?)\n\s*\1(?=\s|$)|("(?:[^"\\]|\\.)*")|([\w.+-]+)|([{}[\]=:,])/y;

/** `undefined` where the text is no HCL. */
function tokensOf(text: string): string[] | undefined {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) {
      return undefined;
    }
    const [, , heredoc, quoted, word, sign] = match;
    tokens.push(
      ...[heredoc === undefined ? quoted : JSON.stringify(heredoc), word, sign].filter((t) => t !== undefined),
    );
  }
  return tokens;
}

const SIGNS = "{}[],=:";

class Parser {
  private i = 0;
  constructor(private readonly tokens: readonly string[]) {}

  whole(): Json | undefined {
    try {
      const body = this.body();
      if (this.i === this.tokens.length) {
        return body;
      }
    } catch {
      // It is no HCL.
    }
    return undefined;
  }

  private body(): Json {
    const result = new Map<string, unknown>();
    while (this.i < this.tokens.length && this.tokens[this.i] !== "}") {
      const name = this.key();
      const labels: string[] = [];
      while (!"{=:".includes(this.tokens[this.i])) {
        labels.push(this.key());
      }
      if (this.tokens[this.i] !== "{") {
        this.i++;
      }
      const inmost = this.value();
      const items = LISTS.test(name) ? [...list(result.get(name)), inmost].flat() : inmost;
      const value = labels.reduceRight<unknown>((inner, key) => ({ [key]: inner }), items);
      result.set(name, merge(result.get(name), value));
      if (this.tokens[this.i] === ",") {
        this.i++;
      }
    }
    return Object.fromEntries(result);
  }

  private key(): string {
    return String(scalar(this.tokens[this.i++]));
  }

  private value(): unknown {
    const token = this.tokens[this.i++];
    if (token === "{") {
      const body = this.body();
      // Where nothing closes it, this is beyond the end.
      this.i++;
      return body;
    }
    if (token !== "[") {
      return scalar(token);
    }
    const items: unknown[] = [];
    while (this.tokens[this.i] !== "]") {
      items.push(this.value());
      if (this.tokens[this.i] === ",") {
        this.i++;
      }
    }
    this.i++;
    return items;
  }
}

/** A word by itself is a text. Throws where there is none. */
function scalar(token: string): unknown {
  if (SIGNS.includes(token)) {
    throw new SyntaxError(token);
  }
  if (token[0] === '"' || token === "true" || token === "false") {
    return JSON.parse(token);
  }
  return Number.isNaN(Number(token)) ? token : Number(token);
}
