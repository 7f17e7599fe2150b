import { parseArgs } from "node:util";
import { describeProblems } from "../../components/shared/problems";
import { Cluster } from "../access/cluster";
import { command } from "../access/command";
import { STACK_OPTIONS, stackOf } from "../access/pulumi";
import { stackCluster } from "../access/stackCluster";
import { stackSettings } from "../access/stackSettings";
import { declarationOf } from "./declaration";
import { inWords, readCalls, secondsOf } from "./logs";
import { check, suggest } from "./suggestion";
import { asReport, asSettings } from "./text";

const USAGE = `npm run suggest -- [-s STACK] [OPTION…]

From an open mesh to deny-all: reads in the sidecars' logs who has called whom, and prints the intentions for the stack's file that allow
exactly that. It needs consulSidecarAccessLogs; see docs/from-open-to-closed.md.

  -s, --stack STACK      default: the selected one
  -C, --cwd DIR          where the stack's Pulumi.yaml is; default here
      --since TIME       how far back, such as 30m, 1h or 2d; default 1h
      --paths            what was called in HTTP services, by method and path; default: whole services
      --check            shows instead which of the calls the stack's file would refuse with deny-all
      --context NAME     default: that of the mesh's provider or the stack's settings, else kubectl's own
      --kubeconfig FILE  likewise

Exit code: 0 all is well; 1 --check found a call that would be refused; 2 suggest could not start.`;

async function main(): Promise<number> {
  const { values: options } = parseArgs({
    options: {
      ...STACK_OPTIONS,
      since: { type: "string", default: "1h" },
      paths: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
    },
  });
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const { since, paths } = options;
  const seconds = secondsOf(since);
  const stack = stackOf(options);
  const result = await stackSettings(stack);
  if (!("settings" in result)) {
    throw new Error(
      "problems" in result ? describeProblems("configuration of the stack", result.problems) : result.unknown,
    );
  }
  const declared = declarationOf(result.settings);
  const cluster = await Cluster.open(await stackCluster(stack, options));
  try {
    const { observed, read } = await readCalls(cluster, seconds);
    const seen = inWords(observed, read, since);
    if (!options.check) {
      console.log(asSettings(suggest(observed, declared, { paths }), seen));
      return 0;
    }
    const found = check(observed, declared);
    console.log(asReport(found, seen));
    return found.refused.length === 0 ? 0 : 1;
  } finally {
    cluster.close();
  }
}

command(main);
