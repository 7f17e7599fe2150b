import { execFile } from "node:child_process";
import * as path from "node:path";
import * as yaml from "yaml";
import { IntentionRule } from "../../components";
import { Workspace } from "../workspace";
import { answers, kubectl, poll, story, through } from "./cluster";
import { failureOf, loadOf } from "./load";

const ROOT = path.join(__dirname, "../..");
const NAMESPACE = "mesh-services";

/** What the command prints, and its exit code. */
function suggested(its: Workspace, ...options: string[]): Promise<{ code: number; said: string }> {
  const { stack, directory } = its;
  const tool = ["--transpile-only", path.join(ROOT, "tools/suggest/index.ts"), "-s", stack.name, ...options];
  return new Promise((resolve) => {
    execFile(
      path.join(ROOT, "node_modules/.bin/ts-node"),
      tool,
      { cwd: directory, env: { ...process.env, ...stack.workspace.envVars } },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    );
  });
}

/** The status of a GET from the pod of one service to another, through both sidecars; "000" where there is no answer. */
async function from(service: string, url: string): Promise<string> {
  const ask = ["curl", "-s", "-o", "/dev/null", "-m", "10", "-w", "%{http_code}", url];
  return kubectl("exec", "-n", NAMESPACE, `deploy/${service}`, "-c", service, "--", ...ask).catch(
    (error: { stdout: string }) => error.stdout,
  );
}

/** Steps on a stack that is up without deny-all and without intentions; leaves it with deny-all and what was suggested. */
export function suggestSteps(
  step: ReturnType<typeof story>,
  its: () => Workspace,
  up: (settings: Record<string, unknown>, policies?: object) => Promise<void>,
  notJudged: object,
): void {
  let intentions: IntentionRule[] = [];
  const echo = `http://echo.${NAMESPACE}/`;

  step("without access logs, suggest says which setting makes them", async () => {
    const { code, said } = await suggested(its());
    expect([code, said]).toEqual([2, expect.stringContaining("consulSidecarAccessLogs")]);
  });

  step("the sidecars log who calls whom, and what is suggested is that", async () => {
    await up({ consulSidecarAccessLogs: true }, notJudged);
    // Each sidecar logs from when it has heard of it, and Envoy writes its lines every 10 s.
    const suggestion = await poll(
      "a suggestion",
      async () => {
        await answers(200, "whoami.localhost", "/api/17?token=secret");
        expect(await from("whoami", echo)).toBe("200");
        return suggested(its(), "--paths");
      },
      ({ said }) => said.split("- source:").length === 3,
      90,
    );
    expect(suggestion.said).not.toContain("secret");
    expect(suggestion.said).toContain("# A route leads to echo, and Traefik was not seen to call it");
    intentions = yaml.parse(suggestion.said)["consul-traefik-mesh:intentions"];
    const permissions = [{ action: "allow", http: { pathRegex: "/api/[0-9-]+", methods: ["GET"] } }];
    expect(intentions).toEqual([
      { source: "whoami", destination: "echo" },
      { source: "traefik-system-ingress", destination: "whoami", permissions },
    ]);
    const { code, said } = await suggested(its(), "--check");
    expect([code, said]).toEqual([1, expect.stringMatching(/whoami → echo/)]);
  });

  step("deny-all with what was suggested refuses none of those calls, and others", async () => {
    its().configure({ intentions });
    expect(await suggested(its(), "--check")).toMatchObject({ code: 0 });
    const called = async () => {
      const status = await from("whoami", echo);
      return status === "200" ? undefined : status;
    };
    const calls = [loadOf(() => failureOf({ host: "whoami.localhost", path: "/api/18" }), 20), loadOf(called, 2)];
    await up({ denyAll: true });
    await answers(403, "whoami.localhost");
    expect(await through("whoami.localhost", "/api/18")).toBe(200);
    expect(await called()).toBeUndefined();
    const ended = await Promise.all(calls.map((each) => each.stop()));
    expect(ended.flatMap(({ failures }) => failures)).toEqual([]);
    // Whom no intention lets in has no way there: the call arrives in plain text, and the sidecar of `whoami` ends it.
    await poll(
      "another caller",
      () => from("echo", `http://whoami.${NAMESPACE}/api/17`),
      (status) => status === "000",
    );
  });
}
