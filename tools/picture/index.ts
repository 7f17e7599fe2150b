import * as fs from "node:fs";
import { parseArgs } from "node:util";
import { ClusterOptions } from "../access/cluster";
import { PulumiStack, STACK_OPTIONS, stackOf } from "../access/pulumi";
import { stackCluster } from "../access/stackCluster";
import { READERS } from "../verify/readers";
import { LiveSource } from "../verify/runner";
import { toMermaid } from "./mermaid";
import { live } from "./model";
import { toPage } from "./page";
import { ofPreview } from "./preview";

const USAGE = `npm run picture -- [-s STACK] [OPTION…]

Draws who may call whom: services, identities, routes, and what each intention allows. One HTML file, with all that it needs.

  -s, --stack STACK    default: the selected one
  -C, --cwd DIR        where the stack's Pulumi.yaml is; default here
      --preview FILE   what pulumi preview --json printed, "-" for standard input; default: a preview of the stack's is run
      --live           what is deployed beside what Consul has, with drift in colour
      --out FILE       default picture.html
      --mermaid        prints Mermaid instead, for a comment on a pull request: what opens and what closes
      --context NAME, --kubeconfig FILE    with --live; default: as for verify`;

async function ofCluster(title: string, stack: PulumiStack, options: ClusterOptions) {
  const source = new LiveSource(stack, READERS, await stackCluster(stack, options), false);
  try {
    const { error } = await source.read("cluster");
    if (error !== undefined) {
      throw new Error(error);
    }
    const [declared, { inConsul }, services] = await Promise.all([
      source.read("declared"),
      source.read("intentions"),
      source.read("services"),
    ]);
    const remarks = services.map(({ name, instances }) => {
      const healthy = instances.filter(({ failing }) => failing.length === 0).length;
      return [name, `${healthy} of ${instances.length} healthy`] as const;
    });
    return live(title, declared, inConsul, new Map(remarks));
  } finally {
    await source.close();
  }
}

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: {
      ...STACK_OPTIONS,
      preview: { type: "string" },
      live: { type: "boolean", default: false },
      out: { type: "string", default: "picture.html" },
      mermaid: { type: "boolean", default: false },
    },
  });
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const stack = stackOf(options);
  const name = options.stack ?? "the stack";
  const picture = options.live
    ? await ofCluster(`${name}, as it is`, stack, options)
    : ofPreview(
        `${name}, by its preview`,
        options.preview === undefined
          ? await stack.preview()
          : fs.readFileSync(options.preview === "-" ? 0 : options.preview, "utf8"),
      );
  if (options.mermaid) {
    console.log(toMermaid(picture));
    return;
  }
  fs.writeFileSync(options.out, await toPage(picture));
  console.log(`${options.out}: ${picture.nodes.length} services, ${picture.edges.length} edges`);
}

main().catch((error) => {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 2;
});
