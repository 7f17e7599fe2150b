import * as fs from "node:fs";
import { describeEdgeChanges, EdgeChanges, parseEdgeChanges } from "../components/intentions/edges";

/**
 * What a preview opens and closes, from what `pulumi preview --json` prints:
 *
 *     pulumi preview --json | npx ts-node tools/edges.ts              as JSON: { "opens": [...], "closes": [...] }
 *     pulumi preview --json | npx ts-node tools/edges.ts --markdown   as a comment for a pull request
 *
 * Errors: exit code 1 where the preview does not tell, as one that failed before the program ended.
 */
function main(): void {
  const { diagnostics = [] } = JSON.parse(fs.readFileSync(0, "utf8")) as { diagnostics?: { message: string }[] };
  const changes = diagnostics.map((d) => parseEdgeChanges(d.message)).find((found) => found !== undefined);
  if (changes === undefined) {
    console.error("the preview does not tell which edges open and close; did it fail?");
    process.exitCode = 1;
    return;
  }
  console.log(process.argv.includes("--markdown") ? markdown(changes) : JSON.stringify(changes, undefined, 2));
}

function markdown(changes: EdgeChanges): string {
  const [headline, ...lines] = describeEdgeChanges(changes).split("\n");
  return [`**${headline}**`, ...(lines.length > 0 ? ["```diff", ...lines, "```"] : [])].join("\n");
}

main();
