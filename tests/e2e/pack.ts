import { execFile } from "node:child_process";
import * as path from "node:path";
import { PolicyEvent, Stack } from "@pulumi/pulumi/automation";
import type { Workspace } from "../workspace";

const PACK = path.resolve(__dirname, "../../policies");

/** What `preview` and `up` take to be judged by the policy pack. */
export const JUDGED = { policyPacks: [PACK] };
/** The same of a team's stack, as docs/teams.md has it. */
export const JUDGED_AS_TEAM = { ...JUDGED, policyPackConfigs: [path.join(PACK, "team.json")] };

/** What an `up` takes that is to open what the policies keep shut. */
export const NOT_JUDGED: typeof JUDGED = { policyPacks: [] };

/** Has each preview and each `up` of a stack judged by the policy pack, unless a step says otherwise. */
export function judged(its: Workspace): Workspace {
  const { stack } = its;
  const [up, preview] = [stack.up.bind(stack), stack.preview.bind(stack)];
  stack.up = (options) => up({ ...JUDGED, ...options });
  stack.preview = (options) => preview({ ...JUDGED, ...options });
  return its;
}

/** The mandatory policies that a preview of the stack as it is configured violates, and the pack's word for each. */
export async function refusals(stack: Stack, judged: typeof JUDGED = JUDGED): Promise<string[]> {
  const said: PolicyEvent[] = [];
  const passed = await stack
    .preview({ ...judged, onEvent: ({ policyEvent }) => void (policyEvent && said.push(policyEvent)) })
    .then(
      () => true,
      (error: Error) => {
        // A preview that fails by itself proves nothing.
        if (!said.some((event) => event.enforcementLevel === "mandatory")) {
          throw error;
        }
        return false;
      },
    );
  const found = said.filter((event) => event.enforcementLevel === "mandatory");
  if (passed !== (found.length === 0)) {
    throw new Error(`the preview ${passed ? "passed" : "failed"} with ${JSON.stringify(found)}`);
  }
  return [...new Set(found.map((event) => event.policyName!))].sort();
}

/** What the CLI says to a plain `pulumi up` that the pack refuses; it previews first, which the automation API does not. */
export function refusedUp(stack: Stack): Promise<string> {
  const { workDir, envVars } = stack.workspace;
  const args = ["up", "--yes", "--non-interactive", "--stack", stack.name, "--policy-pack", PACK];
  return new Promise((resolve, reject) => {
    execFile("pulumi", args, { cwd: workDir, env: { ...process.env, ...envVars } }, (error, stdout) =>
      error ? resolve(stdout) : reject(new Error(`it was not refused:\n${stdout}`)),
    );
  });
}
