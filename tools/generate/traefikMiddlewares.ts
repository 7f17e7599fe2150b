import { execFileSync } from "node:child_process";

/** What the testbed's `traefik-middlewares` prints: Traefik's Go types, by paths such as `http.compress`. */
interface Printed {
  readonly version: string;
  readonly options: object;
  readonly allowEmpty: readonly string[];
  readonly deprecated: readonly string[];
  readonly confidential: readonly string[];
}

/** A file of what Traefik's Go types say of its middlewares, or none where the testbed's toolchain is not there to be asked. */
export function traefikMiddlewares(): Readonly<Record<string, string>> {
  const printed = ask();
  if (printed === undefined) {
    return {};
  }
  const { version, options, allowEmpty, deprecated, confidential } = JSON.parse(printed) as Printed;
  const constant = (docs: string, name: string, value: unknown) =>
    `/** ${docs} */\nexport const ${name} = ${JSON.stringify(value)} as const;\n`;
  return {
    "components/routing/traefikMiddlewares.ts": [
      `// Made by \`npm run generate\` of the Go types of Traefik ${version}, which the testbed's toolchain reads.\n`,
      constant("Options of middlewares that tags can declare, by their types in Go.", "TRAEFIK_MIDDLEWARES", options),
      constant("Those that Traefik takes without any option.", "ALLOW_EMPTY", allowEmpty),
      constant("Those that Traefik will drop.", "DEPRECATED", deprecated),
      constant("Those that Traefik keeps out of its log.", "CONFIDENTIAL", confidential),
    ].join("\n"),
  };
}

function ask(): string | undefined {
  try {
    return execFileSync("traefik-middlewares", { encoding: "utf8" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}
