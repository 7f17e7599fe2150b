import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as yaml from "yaml";
import { brokenClauses, CHART_CONTRACT, contractValues } from "./chartContract";
import type { Rendered } from "./renderedChart";

/** All that a chart's folder renders to for `contractValues`, hooks and kinds included. Needs `helm`. */
export function render(folder: string): Rendered[] {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), "check-chart-"));
  try {
    const values = path.join(work, "values.json");
    fs.writeFileSync(values, JSON.stringify(contractValues()));
    const args = ["template", "consul", folder, "--namespace", "consul-system", "--include-crds", "--values", values];
    const text = execFileSync("helm", args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
    return yaml
      .parseAllDocuments(text)
      .map((document) => document.toJS() as Rendered | null)
      .filter((object) => object !== null);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** Says of a chart's folder whether it gives all that the product counts on; ends with an error where it does not. */
function main(folder: string | undefined): void {
  if (folder === undefined || !fs.existsSync(path.join(folder, "Chart.yaml"))) {
    console.error(`"${folder ?? ""}" is not a folder with a Chart.yaml: npm run check-chart -- FOLDER`);
    process.exit(2);
  }
  const broken = brokenClauses(render(folder));
  for (const clause of CHART_CONTRACT) {
    console.log(`${broken.includes(clause) ? "MISSING" : "ok     "}  ${clause.what}`);
  }
  for (const clause of broken) {
    console.error(`\n${folder}: not so: ${clause.what}\n  ${clause.for}`);
  }
  console.log(`\n${CHART_CONTRACT.length - broken.length} of ${CHART_CONTRACT.length} hold`);
  process.exit(broken.length === 0 ? 0 : 1);
}

if (require.main === module) {
  main(process.argv[2]);
}
