import * as fs from "node:fs";
import { parseArgs } from "node:util";
import { CATEGORIES } from "./checks";
import { command } from "../access/command";
import { STACK_OPTIONS, stackOf } from "../access/pulumi";
import { stackCluster } from "../access/stackCluster";
import { READERS } from "./readers";
import { junit, lines, summary } from "./report";
import { allWell, LiveSource, run } from "./runner";

const USAGE = `npm run verify -- [-s STACK] [OPTION…]

Checks whether a stack's mesh does what was declared; before the first up, whether the cluster is ready for it.

  -s, --stack STACK      default: the selected one
  -C, --cwd DIR          where the stack's Pulumi.yaml is; default here
      --pre              checks what has to hold before the first pulumi up
      --wait SECONDS     how long a failing check may take to pass; default 10
      --json             the outcomes as JSON, instead of text
      --junit FILE       the outcomes as a JUnit report too
      --no-probe         creates no pods to test the network
      --context NAME     default: that of the mesh's provider or the stack's settings, else kubectl's own
      --kubeconfig FILE  likewise

Exit code: 0 all is well; 1 a check fails or could not run; 2 verify could not start.`;

async function main(): Promise<number> {
  const { values: options } = parseArgs({
    options: {
      ...STACK_OPTIONS,
      pre: { type: "boolean", default: false },
      wait: { type: "string", default: "10" },
      json: { type: "boolean", default: false },
      junit: { type: "string" },
      "no-probe": { type: "boolean", default: false },
    },
  });
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const wait = Number(options.wait);
  if (!(wait >= 0)) {
    throw new Error(`--wait "${options.wait}" is not a number of seconds`);
  }
  const stack = stackOf(options);
  const clusterOptions = await stackCluster(stack, options);
  const source = new LiveSource(stack, READERS, clusterOptions, !options["no-probe"]);
  process.once("SIGINT", () => void source.close().then(() => process.exit(130)));
  const progress = process.stderr.isTTY ?? false;
  const erase = () => progress && process.stderr.write("\r\x1b[K");
  let category = "";
  let waitedFor = "";
  try {
    const outcomes = await run(CATEGORIES, source, {
      pre: options.pre,
      wait,
      waiting: (check, causes, left) => {
        const text = `… ${check.name}: ${causes[0]} (${left} s)`;
        if (progress) {
          erase();
          process.stderr.write(text.slice(0, (process.stderr.columns ?? 80) - 1));
        } else if (waitedFor !== check.id) {
          waitedFor = check.id;
          console.error(text);
        }
      },
      done: (outcome) => {
        erase();
        if (options.json) {
          return;
        }
        if (outcome.category !== category) {
          category = outcome.category;
          console.log(`\n${category}\n${"-".repeat(category.length)}`);
        }
        console.log(lines(outcome, process.stdout.isTTY ?? false).join("\n"));
      },
    });
    if (options.json) {
      console.log(JSON.stringify({ ok: allWell(outcomes), outcomes }, undefined, 2));
    } else {
      console.log(`\n${summary(outcomes)}`);
    }
    if (options.junit !== undefined) {
      fs.writeFileSync(options.junit, junit(outcomes, `verify ${options.stack ?? ""}`.trim()));
    }
    return allWell(outcomes) ? 0 : 1;
  } finally {
    await source.close();
  }
}

command(main);
