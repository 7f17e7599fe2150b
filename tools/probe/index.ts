import * as fs from "node:fs";
import { parseArgs } from "node:util";
import { Cluster } from "../access/cluster";
import { command } from "../access/command";
import { declaredIn } from "../access/declared";
import { STACK_OPTIONS, stackOf } from "../access/pulumi";
import { stackCluster } from "../access/stackCluster";
import { junit } from "../verify/report";
import { askAll } from "./ask";
import { planOf } from "./plan";
import { details, exitCode, leftOver, outcomes, summary, table, verdictOf } from "./report";

/** Public, and small. */
const IMAGE = "curlimages/curl:8.16.0";

const USAGE = `npm run probe -- [-s STACK] [OPTION…]

Sends real requests to prove that declared callers get through and nobody else does: from a pod of each service, through its sidecar, to
each other service, and through Traefik's routes. It leaves an ephemeral container that has ended in each pod; see docs/verify.md#the-probe.

  -s, --stack STACK      default: the selected one
  -C, --cwd DIR          where the stack's Pulumi.yaml is; default here
      --image IMAGE      what sends the requests: with sh, base64, and curl 7.88 or newer; default ${IMAGE}
      --unsafe-methods   also sends POST, PUT, PATCH and DELETE, without a body, where rules name them
      --json             each request and its outcome as JSON, instead of text
      --junit FILE       the pairs as a JUnit report too
      --context NAME     default: that of the mesh's provider or the stack's settings, else kubectl's own
      --kubeconfig FILE  likewise

Exit code: 0 each request got what is declared; 1 at least one did not; 2 at least one is unclear, or nothing could be sent.`;

async function main(): Promise<number> {
  const { values: options } = parseArgs({
    options: {
      ...STACK_OPTIONS,
      image: { type: "string", default: IMAGE },
      "unsafe-methods": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      junit: { type: "string" },
    },
  });
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const { image } = options;
  const stack = stackOf(options);
  const declared = declaredIn(await stack.export());
  if (declared.services.length === 0) {
    throw new Error("the stack has no services, so nobody can be asked: has it been deployed? pulumi up");
  }
  const plan = planOf(declared, { unsafe: options["unsafe-methods"] });
  const cluster = await Cluster.open(await stackCluster(stack, options));
  process.once("SIGINT", () => process.exit(130));
  const begun = Date.now();
  try {
    const asked = await askAll(cluster, declared, plan.questions, { image, progress: (text) => console.error(text) });
    if (options.json) {
      const all = asked.map((each) => {
        const { route, ...question } = each.question;
        const through = route && { router: route.router.name, host: route.host };
        return { ...question, through, got: each.got, verdict: verdictOf(each) };
      });
      console.log(JSON.stringify({ ok: exitCode(asked) === 0, requests: all, notProbed: plan.left }, undefined, 2));
    } else {
      const text = [...table(plan, asked), ...details(asked), ...leftOver(plan, asked), "", summary(plan, asked)];
      console.log(text.join("\n"));
    }
    if (options.junit !== undefined) {
      const all = outcomes(plan, asked, (Date.now() - begun) / 1000);
      fs.writeFileSync(options.junit, junit(all, `probe ${options.stack ?? ""}`.trim()));
    }
    return exitCode(asked);
  } finally {
    cluster.close();
  }
}

command(main);
