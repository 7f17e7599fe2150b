import type * as pulumi from "@pulumi/pulumi";
import { actionOf, IntentionRule } from "../intentions/intentions";
import type { MeshIntentions } from "../intentions/meshIntentions";
import { valueIfKnown } from "../shared/later";
import { ModelPart } from "../shared/meshModel";
import type { Problem } from "../shared/problems";
import { failAtSecondEnd } from "../shared/programEnds";

/** A service whose pods come after the end of jobs, by name, and where it says so. */
export interface Waiting {
  readonly name: string;
  readonly after?: readonly string[];
  readonly path: string;
}

/** What is wrong with what services wait for, beside all jobs that they may wait for and all calls that are allowed. */
export function afterProblems(
  waiting: readonly Waiting[],
  jobs: readonly { readonly name: string; readonly schedule?: string }[],
  rules: readonly IntentionRule[],
): Problem[] {
  const needs = neededBy(waiting, rules);
  const reason = (name: string, service: string) => {
    const job = jobs.find((each) => each.name === name);
    if (job === undefined) {
      return `"${name}" is not a job of this stack; name one of jobs`;
    }
    if (job.schedule !== undefined) {
      return `"${name}" has a schedule, and nothing waits for its runs; name a job without one`;
    }
    const chain = chainTo(name, service, needs);
    return (
      chain &&
      `"${name}" cannot end before this service runs, which it needs: ${chain.join(" → ")}; leave one of these out`
    );
  };
  return waiting.flatMap(({ name, after = [], path }) =>
    after.flatMap((job, i) => {
      const its = reason(job, name);
      return its === undefined ? [] : [{ propertyPath: `${path}[${i}]`, reason: its }];
    }),
  );
}

/** What has to run or end before each does what it is for: whom it calls, and the jobs that it waits for. */
function neededBy(
  waiting: readonly Waiting[],
  rules: readonly IntentionRule[],
): ReadonlyMap<string, readonly string[]> {
  const needs = new Map(waiting.map(({ name, after = [] }) => [name, [...after]]));
  for (const rule of rules) {
    const { source, destination } = rule;
    // A rule for all services says nothing of a call.
    if (actionOf(rule) !== "deny" && destination !== "*") {
      needs.set(source, [...(needs.get(source) ?? []), destination]);
    }
  }
  return needs;
}

/** How one leads to another, from the first to the last; `undefined` where it does not. */
function chainTo(
  from: string,
  to: string,
  needs: ReadonlyMap<string, readonly string[]>,
  seen = new Set<string>(),
): readonly string[] | undefined {
  if (from === to) {
    return [to];
  }
  const further = seen.has(from) ? [] : (needs.get(from) ?? []);
  seen.add(from);
  for (const next of further) {
    const rest = chainTo(next, to, needs, seen);
    if (rest !== undefined) {
      return [from, ...rest];
    }
  }
  return undefined;
}

/** A service of a program, and the jobs that its pods come after. */
interface Joined {
  readonly name: string;
  readonly jobs: readonly { readonly serviceName: string; readonly schedule?: string }[];
  readonly path: string;
  /** Those of the mesh. */
  readonly intentions: Pick<MeshIntentions, "rules">;
}

/** What the services of a program wait for: when all have joined, it is judged beside the intentions. */
export class JobsBefore extends ModelPart {
  private readonly joined: Joined[] = [];

  public join(service: Joined): void {
    this.joined.push(service);
  }

  public override unresolved(): Problem[] {
    return afterProblems(
      this.joined.map(({ jobs, ...its }) => ({ ...its, after: jobs.map(({ serviceName }) => serviceName) })),
      this.joined.flatMap(({ jobs }) => jobs.map(({ serviceName: name, schedule }) => ({ name, schedule }))),
      this.joined.flatMap(({ intentions }) => intentions.rules),
    );
  }
}

/**
 * Fails a program in which a job waits for itself, where Pulumi would say no more than that promises are left: deny-all waits for all
 * intentions, and one of these for what waits for the job. Until those that let the job call are `declared`, their sets tell of that.
 */
export function refuseCircle(what: string, { urn }: pulumi.Resource, declared: Promise<unknown>): void {
  let waits = false;
  void declared.then(() => (waits = true));
  void valueIfKnown(urn).then(() => (waits = false));
  failAtSecondEnd(() =>
    waits
      ? [
          `${what} waits for its guardedBy, and so for all intentions; but one of these, or the service that it is about, waits for the job ` +
            "by dependsOn. Leave the job out of that dependsOn; a MeshService whose pods come after the job says so by after",
        ]
      : [],
  );
}
