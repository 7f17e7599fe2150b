import { ChildProcess, spawn } from "node:child_process";
import * as http from "node:http";
import * as fc from "../generated";
import { IntentionRule } from "../../components";
import { intentionProblems } from "../../components/intentions/intentionProblems";
import { intentionsName, mergeIntentions } from "../../components/intentions/intentions";
import { CASES, entries, known } from "../intentionCases";

/** Fields that the custom resource of the testbed's chart does not have: see `partWithoutContains`. */
const NEWER_THAN_THE_TESTBED = /"(contains|ignoreCase)":/;

/** The real webhook of consul-k8s, asked through the API server with dry runs: nothing is written. */
export class Webhook {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 8 });

  private constructor(
    private readonly proxy: ChildProcess,
    private readonly port: number,
    private readonly namespace: string,
  ) {}

  /** Starts asking for a namespace, in which `all.services` has the intentions for the destination `*`. */
  static async start(namespace: string): Promise<Webhook> {
    const proxy = spawn("kubectl", ["proxy", "--port=0"], { stdio: ["ignore", "pipe", "inherit"] });
    const port = await new Promise<number>((resolve, reject) => {
      proxy.stdout!.on("data", (data) => resolve(Number(/:(\d+)\s*$/.exec(String(data))?.[1])));
      proxy.once("exit", (code) => reject(new Error(`kubectl proxy ended with ${code}`)));
    });
    return new Webhook(proxy, port, namespace);
  }

  stop(): void {
    this.agent.destroy();
    this.proxy.kill();
  }

  /**
   * Why the webhook refuses an entry, or `undefined`.
   *
   * Errors: throws where anything else than the webhook refuses it, or the API server cannot be asked.
   */
  async refusal(spec: object, name: string): Promise<string | undefined> {
    const body = JSON.stringify({
      apiVersion: "consul.hashicorp.com/v1alpha1",
      kind: "ServiceIntentions",
      metadata: { name, namespace: this.namespace },
      spec,
    });
    const query = "dryRun=All&fieldManager=webhook-test&force=true&fieldValidation=Strict";
    const path = `/apis/consul.hashicorp.com/v1alpha1/namespaces/${this.namespace}/serviceintentions/${name}?${query}`;
    const { status, message } = await this.ask(path, body);
    if (status < 300) {
      return undefined;
    }
    if (!message.startsWith("admission webhook")) {
      throw new Error(`${status}: ${message} (${JSON.stringify(spec)})`);
    }
    return message;
  }

  private ask(path: string, body: string): Promise<{ status: number; message: string }> {
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/apply-patch+yaml" };
      const options = { port: this.port, path, method: "PATCH", agent: this.agent, headers, timeout: 30_000 };
      const request = http.request(options, (response) => {
        let text = "";
        response.on("data", (data) => (text += data));
        response.on("end", () => {
          const isJson = response.headers["content-type"]?.includes("json") ?? false;
          resolve({ status: response.statusCode!, message: String(isJson ? JSON.parse(text).message : text) });
        });
      });
      request.on("timeout", () => request.destroy(new Error("no answer in 30 s")));
      request.on("error", reject);
      request.end(body);
    });
  }
}

/** What the webhook says of rules, by the resources that they become. */
async function refusal(webhook: Webhook, rules: readonly IntentionRule[]): Promise<string | undefined> {
  for (const spec of mergeIntentions(rules)) {
    // Most names of the cases are none for Kubernetes; for `*` there is a resource already, which a dry run changes.
    const name = spec.destination.name === "*" ? intentionsName("*") : "case";
    const reason = await webhook.refusal(spec, name);
    if (reason !== undefined) {
      return reason;
    }
  }
  return undefined;
}

/** What is not as our rules say: the webhook takes what they say it refuses, or refuses what they let pass. */
async function disagreement(webhook: Webhook, rules: readonly IntentionRule[]): Promise<string | undefined> {
  const ours = intentionProblems(rules, known, "rules");
  const theirs = await refusal(webhook, rules);
  const said = ours.map((p) => `${p.refusedBy}: ${p.propertyPath} ${p.reason}`).join("; ");
  if (theirs === undefined && ours.some((p) => p.refusedBy === "webhook")) {
    return `the webhook takes ${JSON.stringify(rules)}; we say ${said}`;
  }
  if (theirs !== undefined && !ours.some((p) => p.refusedBy !== "us")) {
    return `${theirs} for ${JSON.stringify(rules)}; we say ${said || "nothing"}`;
  }
  return undefined;
}

/** Listed cases that the webhook refuses by itself, whoever refuses them besides. */
export const WEBHOOK_REFUSES = [
  "action and permissions",
  "an unknown action",
  "an unknown action of a permission",
  "no permission",
  "two path matchers",
  "a path without slash",
  "an exact path without slash",
  "an unknown method",
  "a method in small letters",
  "a method twice",
  "a header with two criteria",
  "a description that is too long",
  "a JWT provider without a name",
];

/** The names of the listed cases that the webhook refuses. */
export async function refusedCases(webhook: Webhook): Promise<string[]> {
  const refused: string[] = [];
  for (const [what, rules] of CASES.filter(isKnownToTheTestbed)) {
    if ((await refusal(webhook, rules)) !== undefined) {
      refused.push(what);
    }
  }
  return refused;
}

/** The disagreements about the listed cases and `generated` others. */
export async function disagreements(webhook: Webhook, generated: number): Promise<string[]> {
  // Chosen while they are made: as many are asked as are said to be.
  const known = entries.filter((rules) => isKnownToTheTestbed(["generated", rules]));
  const others = fc.sample(known, generated).map((rules) => ["generated", rules] as const);
  const all = [...CASES.filter(isKnownToTheTestbed), ...others];
  const found: string[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (next < all.length) {
        const answer = await disagreement(webhook, all[next++][1]);
        found.push(...(answer === undefined ? [] : [answer]));
      }
    }),
  );
  return found;
}

function isKnownToTheTestbed([, rules]: readonly [string, readonly IntentionRule[], ...unknown[]]): boolean {
  return !NEWER_THAN_THE_TESTBED.test(JSON.stringify(rules));
}
