import { Category, Check, pageOf } from "./check";
import { Cluster, ClusterOptions } from "../access/cluster";
import { ConsulClient } from "../access/consulClient";
import { PulumiStack } from "../access/pulumi";
import { NotRead, Part, Readers, Reading, Source } from "./reading";

export type State = "passed" | "failed" | "warning" | "skipped" | "unjudged";

/** What became of a check. */
export interface Outcome {
  readonly category: string;
  readonly id: string;
  readonly name: string;
  readonly state: State;
  /** What is wrong; why it does not apply; or why it could not be judged. */
  readonly causes: readonly string[];
  readonly hint: string;
  readonly page: string;
  readonly seconds: number;
}

/** Reads each part once, when it is asked for; `renew` forgets what was read. */
export class LiveSource implements Source {
  private readonly parts = new Map<Part, Promise<unknown>>();
  private opened: Promise<Cluster> | undefined;
  private client: Promise<ConsulClient> | undefined;
  /** Set when all is to end: what waits, ends. */
  public stopping = false;

  constructor(
    public readonly stack: PulumiStack,
    private readonly readers: Readers,
    private readonly options: ClusterOptions,
    public readonly probing: boolean,
  ) {}

  cluster(): Promise<Cluster> {
    this.opened ??= Cluster.open(this.options);
    return this.opened;
  }

  /** By a server that knows a leader; where none does, by one that answers. Each is asked: one that hangs may pass for ready. */
  consul(): Promise<ConsulClient> {
    this.client ??= (async () => {
      const { mesh } = await this.read("declared");
      if (mesh === undefined) {
        throw new NotRead("the stack has no mesh");
      }
      const { servers } = await this.read("consul");
      const cluster = await this.cluster();
      if (mesh.external) {
        return ConsulClient.open(cluster, mesh, undefined);
      }
      const pods = servers?.pods ?? [];
      const answering = pods.map(async ({ name }) => {
        const client = await ConsulClient.open(cluster, mesh, name);
        try {
          return { client, leader: await client.get("status/leader") };
        } catch (error) {
          client.close();
          throw error;
        }
      });
      const led = answering.map(async (each) => ((await each).leader === "" ? Promise.reject() : each));
      const chosen = await Promise.any(led).catch(() =>
        Promise.any(answering).catch(({ errors }: AggregateError) => {
          const ready = pods.findIndex((pod) => pod.ready);
          throw errors[ready] ?? new NotRead("no server of Consul is ready");
        }),
      );
      answering.forEach((each) => each.then(({ client }) => client !== chosen.client && client.close()).catch(() => 0));
      return chosen.client;
    })();
    return this.client;
  }

  async read<P extends Part>(part: P): Promise<Reading[P]> {
    if (part !== "cluster" && part !== "declared" && (await this.read("cluster")).error !== undefined) {
      throw new NotRead("the cluster does not answer");
    }
    if (!this.parts.has(part)) {
      const reading = this.readers[part](this);
      reading.catch(() => undefined); // whoever asks for it hears of it
      this.parts.set(part, reading);
    }
    return this.parts.get(part) as Promise<Reading[P]>;
  }

  /** What needed pods to be made is kept where it went well. */
  async renew(): Promise<void> {
    const probe = this.parts.get("probe") as Promise<Reading["probe"]> | undefined;
    const kept = await probe?.then(({ untried, enforced }) => untried !== undefined || enforced).catch(() => false);
    this.parts.clear();
    if (kept) {
      this.parts.set("probe", probe!);
    }
    const client = this.client;
    this.client = undefined;
    await client?.then((its) => its.close()).catch(() => undefined);
    const cluster = await this.opened?.catch(() => undefined);
    if (cluster === undefined) {
      this.opened = undefined;
    }
  }

  /** Takes away what was made, and ends what was started. */
  async close(): Promise<void> {
    this.stopping = true;
    await this.parts.get("probe")?.catch(() => undefined);
    await this.opened?.then((cluster) => cluster.close()).catch(() => undefined);
  }
}

/** What stands behind parts that could be read in part alone: each has a check of its own that tells more. */
const UNREAD: { readonly [P in Part]?: string } = {
  cluster: "the cluster does not answer",
  api: "Consul's API does not answer",
  probe: "pods do not reach each other",
};

/** What became of one check, by one reading. */
export async function judged(
  check: Check,
  read: <P extends Part>(part: P) => Promise<Reading[P]>,
): Promise<{ state: State; causes: readonly string[] }> {
  const reading: Partial<Record<Part, unknown>> = {};
  try {
    for (const part of check.needs) {
      const its = await read(part);
      const { error } = its as { error?: string };
      if (error !== undefined && !check.tellsError) {
        throw new NotRead(UNREAD[part] ?? error);
      }
      reading[part] = its;
    }
  } catch (error) {
    return { state: "unjudged", causes: [(error as Error).message] };
  }
  const skipped = check.skip?.(reading as unknown as Reading);
  if (skipped !== undefined) {
    return { state: "skipped", causes: [skipped] };
  }
  const causes = check.judge(reading as unknown as Reading);
  return { state: causes.length === 0 ? "passed" : check.warning ? "warning" : "failed", causes };
}

export interface RunOptions {
  readonly pre: boolean;
  /** Seconds in all for what fails to come right. */
  readonly wait: number;
  /** Is told what is waited for. */
  readonly waiting?: (check: Check, causes: readonly string[], secondsLeft: number) => void;
  readonly done?: (outcome: Outcome) => void;
}

/** Seconds between two readings of what fails. */
const AGAIN = 2;

/** The categories that a run judges. */
export function chosen(categories: readonly Category[], pre: boolean): Category[] {
  return categories.filter(({ when }) => when === "always" || (when === "before") === pre);
}

/** Judges every check in turn; one that fails is judged anew, by what is read then, until the time is over. */
export async function run(
  categories: readonly Category[],
  source: Pick<LiveSource, "read" | "renew">,
  { pre, wait, waiting, done }: RunOptions,
): Promise<Outcome[]> {
  const deadline = Date.now() + wait * 1000;
  const outcomes: Outcome[] = [];
  for (const { title, checks } of chosen(categories, pre)) {
    for (const check of checks) {
      const begun = Date.now();
      let result = await judged(check, (part) => source.read(part));
      while (["failed", "unjudged"].includes(result.state) && Date.now() < deadline) {
        waiting?.(check, result.causes, Math.ceil((deadline - Date.now()) / 1000));
        await new Promise((resolve) => setTimeout(resolve, AGAIN * 1000));
        await source.renew();
        result = await judged(check, (part) => source.read(part));
      }
      const { id, name, hint } = check;
      const seconds = (Date.now() - begun) / 1000;
      const outcome = { category: title, id, name, ...result, hint, page: pageOf(check), seconds };
      outcomes.push(outcome);
      done?.(outcome);
    }
  }
  return outcomes;
}

/** Whether all is well: what could not be judged is not known to be. */
export function allWell(outcomes: readonly Outcome[]): boolean {
  return outcomes.every(({ state }) => state !== "failed" && state !== "unjudged");
}
