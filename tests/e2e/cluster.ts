import { execFile, execFileSync } from "node:child_process";
import * as http from "node:http";
import * as path from "node:path";
import { promisify } from "node:util";
import type { EngineEvent, Stack, SummaryEvent, UpOptions } from "@pulumi/pulumi/automation";

const run = promisify(execFile);

/** What kubectl prints. */
export async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run("kubectl", args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Asks until `accept` takes the answer, or fails with the last answer, or error, when the deadline is over. */
export async function poll<T>(
  what: string,
  ask: () => Promise<T>,
  accept: (answer: T) => boolean,
  seconds = 60,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    let last: string;
    try {
      const answer = await ask();
      if (accept(answer)) {
        return answer;
      }
      last = JSON.stringify(answer);
    } catch (error) {
      last = String(error); // such as a kind that goes while it is listed
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: still ${last} after ${seconds} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** The status of a request as a client outside the cluster sees it, on a new connection; or the error's code. */
export function request(
  url: { host?: string; port: number; address?: string; path?: string },
  method = "GET",
  more: Readonly<Record<string, string>> = {},
): Promise<number | string> {
  return new Promise((resolve) => {
    const { address = "127.0.0.1", port, path: requestPath = "/", host } = url;
    const headers = host === undefined ? more : { ...more, host };
    http
      .request(
        { host: address, port, path: requestPath, method, headers, agent: false, timeout: 10_000 },
        (response) => {
          response.resume().on("end", () => resolve(response.statusCode!));
        },
      )
      .on("timeout", function (this: http.ClientRequest) {
        this.destroy(Object.assign(new Error("timeout"), { code: "TIMEOUT" }));
      })
      .on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      .end();
  });
}

/** A GET through Traefik's web entry point. */
export function through(host: string, requestPath = "/", method = "GET"): Promise<number | string> {
  return request({ host, port: 30080, path: requestPath }, method);
}

/** Waits until a GET through Traefik is answered by this status. */
export async function answers(status: number, host: string, requestPath = "/", seconds?: number): Promise<void> {
  await poll(
    host + requestPath,
    () => through(host, requestPath),
    (answer) => answer === status,
    seconds,
  );
}

/** What a Secret has under a key. */
export async function secretOf(name: string, key: string, namespace = "consul-system"): Promise<string> {
  const { data } = JSON.parse(await kubectl("get", "secret", name, "-n", namespace, "-o", "json"));
  return Buffer.from(data[key], "base64").toString();
}

/** A refresh that finds all as the state has it. */
export async function refreshesNothing(stack: Stack): Promise<void> {
  let done: SummaryEvent["resourceChanges"] | undefined;
  const { stdout } = await stack.refresh({
    onEvent: ({ summaryEvent }) => (done = summaryEvent?.resourceChanges ?? done),
  });
  if (changes(done).length > 0) {
    throw new Error(`a refresh that was to find nothing found:\n${stdout}`);
  }
}

/** Whether a step changes something; the CA is read each time, which does not. */
const isChange = (kind: string) => kind !== "same" && kind !== "read";

/** The kinds of change of an operation or a preview. */
export function changes(of: Partial<Record<string, number>> | undefined): string[] {
  if (of?.same === undefined) {
    throw new Error(`no operation on a stack that is deployed: ${JSON.stringify(of)}`);
  }
  return Object.keys(of).filter(isChange);
}

/** An `up` that has nothing to do; fails with what it did instead. */
export async function changesNothing(stack: Stack, options?: UpOptions): Promise<void> {
  // The CLI's text leaves out providers of its own making; and not every backend's history has what was done.
  const steps: string[] = [];
  let done: SummaryEvent["resourceChanges"] | undefined;
  const onEvent = ({ resourcePreEvent, summaryEvent }: EngineEvent) => {
    done = summaryEvent?.resourceChanges ?? done;
    const { op, urn, diffs, detailedDiff } = resourcePreEvent?.metadata ?? {};
    if (op !== undefined && isChange(op)) {
      steps.push(`${op} ${urn}: ${JSON.stringify(detailedDiff ?? diffs)}`);
    }
  };
  const { stdout } = await stack.up({ diff: true, onEvent, ...options });
  if (changes(done).length > 0) {
    throw new Error(`an up that was to change nothing did so:\n${stdout}${steps.join("\n")}`);
  }
}

/** The answer of Consul's HTTP API, asked from a server's own pod; `namespace` is Consul's. */
export async function consul(apiPath: string, namespace = "consul-system"): Promise<any> {
  const url = `https://127.0.0.1:8501/v1/${apiPath}`;
  return JSON.parse(
    await kubectl("exec", "-n", namespace, "consul-server-0", "-c", "consul", "--", "curl", "-sk", url),
  );
}

/** The answer of Consul's HTTP API to the holder of a token. */
export async function consulAs(token: string, apiPath: string, namespace = "consul-system"): Promise<any> {
  const url = `https://127.0.0.1:8501/v1/${apiPath}`;
  const ask = ["curl", "-sfk", "-H", `X-Consul-Token: ${token}`, url];
  return JSON.parse(await kubectl("exec", "-n", namespace, "consul-server-0", "-c", "consul", "--", ...ask));
}

/** What Traefik calls the first route of a service. */
export async function routerOf(service: string, namespace = "mesh-services"): Promise<string> {
  const { spec } = JSON.parse(await kubectl("get", "deployment", service, "-n", namespace, "-o", "json"));
  const tags: string = spec.template.metadata.annotations["consul.hashicorp.com/service-tags"];
  return `${new RegExp(`routers\\.(${service}-[0-9a-f]{8})\\.rule`).exec(tags)![1]}@consulcatalog`;
}

/** Creates or changes objects, as `kubectl apply` does. */
export async function apply(objects: object[], ...flags: string[]): Promise<void> {
  const applied = run("kubectl", ["apply", "--server-side", ...flags, "-f", "-"]);
  applied.child.stdin!.end(objects.map((object) => JSON.stringify(object)).join("\n---\n"));
  await applied;
}

/** Every object of the API server, as `kind namespace/name`, but for those that only say that time goes by. */
export async function inventory(): Promise<string[]> {
  const kinds = (await kubectl("api-resources", "--verbs=list", "-o", "name")).split("\n").filter(Boolean);
  const lasting = kinds.filter((kind) => !/^(events|leases)\b/.test(kind));
  const columns = "KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name";
  const table = await kubectl("get", lasting.join(","), "-A", "--no-headers", "-o", `custom-columns=${columns}`);
  return table
    .split("\n")
    .filter(Boolean)
    .map((line) => line.replace(/\s+/g, " "))
    .sort();
}

/**
 * Waits until the cluster has what it had before, no more and no less. It waits because a volume goes by itself, after its claim that went
 * with the destroy.
 */
export async function nothingIsLeft(before: readonly string[]): Promise<void> {
  await poll(
    "what is left",
    async () => difference(before, await inventory()),
    (left) => left.length === 0,
  );
}

/** What is in one list only, marked by which. */
function difference(a: readonly string[], b: readonly string[]): string[] {
  return [
    ...a.filter((x) => !b.includes(x)).map((x) => `- ${x}`),
    ...b.filter((x) => !a.includes(x)).map((x) => `+ ${x}`),
  ];
}

/**
 * Leaves a cluster with nothing on it to the next suite: quicker than a destroy, which the story proves, and whole also
 * after a failure.
 */
export function renewCluster(): void {
  for (const command of ["down", "up"]) {
    execFileSync(path.join(__dirname, "../../testbed", command), { stdio: "ignore" });
  }
}

/** Pods, events and logs, for the reader of a failed test. */
export function dump(): string {
  try {
    return execFileSync(path.join(__dirname, "../../testbed/dump"), { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    return `no dump: ${error}`;
  }
}

/** Milliseconds; a first `up` waits for Consul, and an L4 refusal for the sidecar's drain. */
const STEP_TIMEOUT = 600_000;

/**
 * A test that is one step of a story: where it fails it prints what the cluster looks like, and the steps after it,
 * which stand on it, fail at once instead of waiting for what cannot come; unless it is not `needed`, which is by default `stands`.
 */
export function story(stands = true) {
  let failed: string | undefined;
  return (name: string, body: () => Promise<void>, needed = stands) =>
    test(
      name,
      async () => {
        if (failed !== undefined) {
          throw new Error(`not run, since this failed: ${failed}`);
        }
        try {
          await body();
        } catch (error) {
          if (needed) {
            failed = name;
            console.error(dump());
          }
          throw error;
        }
      },
      STEP_TIMEOUT,
    );
}
