import { execFileSync } from "node:child_process";

/** What Go's types say of options, by paths such as `http.compress`. */
interface Types {
  readonly options: object;
  readonly allowEmpty: readonly string[];
  readonly deprecated: readonly string[];
  readonly confidential: readonly string[];
}

/** What the testbed's `traefik-middlewares` prints. */
interface Printed extends Types {
  readonly version: string;
  readonly loadBalancer: object;
  readonly static: Types;
}

/** Files of what Traefik's Go types say of its middlewares and of its static configuration, or none where the testbed's toolchain is not there to be asked. */
export function traefikMiddlewares(): Readonly<Record<string, string>> {
  const printed = ask();
  if (printed === undefined) {
    return {};
  }
  const its = JSON.parse(printed) as Printed;
  const { version, options, allowEmpty, deprecated, confidential, loadBalancer } = its;
  const header = `// Made by \`npm run generate\` of the Go types of Traefik ${version}, which the testbed's toolchain reads.\n`;
  const constant = (docs: string, name: string, value: unknown) =>
    `/** ${docs} */\nexport const ${name} = ${JSON.stringify(value)} as const;\n`;
  return {
    "components/routing/traefikMiddlewares.ts": [
      header,
      constant("Options of middlewares that tags can declare, by their types in Go.", "TRAEFIK_MIDDLEWARES", options),
      constant("Those that Traefik takes without any option.", "ALLOW_EMPTY", allowEmpty),
      constant("Those that Traefik will drop.", "DEPRECATED", deprecated),
      constant("Those that Traefik keeps out of its log.", "CONFIDENTIAL", confidential),
      constant("Options of how requests are spread, by the same.", "TRAEFIK_LOAD_BALANCER", loadBalancer),
    ].join("\n"),
    "components/ingress/traefikStatic.ts": [
      header,
      constant("The Traefik whose options these are.", "STATIC_VERSION", version),
      constant("Options of the static configuration, by their types in Go.", "STATIC_OPTIONS", flat(its.static)),
      constant("Those that Traefik will drop.", "STATIC_DEPRECATED", names(its.static.deprecated)),
      constant("Those that Traefik keeps out of its log.", "STATIC_CONFIDENTIAL", names(its.static.confidential)),
    ].join("\n"),
  };
}

const STATIC = "static.";

function names(paths: readonly string[]): string[] {
  return paths.map((path) => path.slice(STATIC.length));
}

/** Options by their whole names, as arguments have them: what has options is one where it is taken without them. */
function flat({ options, allowEmpty }: Types): Record<string, string> {
  const found: [string, string][] = [];
  const add = (its: object, path: string) => {
    for (const [option, type] of Object.entries(its) as [string, string | object][]) {
      const name = path + option;
      if (typeof type === "string") {
        const [, values] = /^map\[string\](.*)$/.exec(type) ?? [];
        found.push(values === undefined ? [name, type] : [`${name}.<name>`, values]);
        continue;
      }
      if (allowEmpty.includes(STATIC + name)) {
        found.push([name, "switch"]);
      }
      add(type, `${name}.`);
    }
  };
  add(options, "");
  return Object.fromEntries(found);
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
