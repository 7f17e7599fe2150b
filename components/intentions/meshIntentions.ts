import * as pulumi from "@pulumi/pulumi";
import { ModelPart } from "../shared/meshModel";
import { failAtSecondEnd, programEnds } from "../shared/programEnds";
import { Problem } from "../shared/problems";
import { MeshNames } from "../shared/serviceNames";
import { actionOf, DENY_ALL, IntentionRule, placeOf } from "./intentions";

/** Where rules are declared: a destination has one ServiceIntentions in a mesh. */
interface DeclaredSet {
  readonly set: string;
  readonly rules: readonly IntentionRule[];
  /** What has to be there for them to be in force, by the destination, where this program makes it. */
  readonly entries: ReadonlyMap<string, pulumi.Resource>;
  /** Whether they wait for something of the program's choice. */
  waits?: boolean;
  /** Resolves when the set is registered, before which its entries are not; none where it is another stack's. */
  readonly registered?: Promise<unknown>;
  /** Services whose intentions are in that set's stack alone, where it is another. */
  readonly services?: ReadonlySet<string>;
  /** Those of them that are jobs, which listen nowhere. Default: none. */
  readonly jobs?: readonly string[];
}

/** The intentions of a mesh, by the sets that declare them. */
export class MeshIntentions extends ModelPart {
  /** Whether a call that no rule decides is let in: without deny-all, Consul has a default of its own. */
  public open = false;
  private readonly sets: DeclaredSet[] = [];
  private readonly setOf = new Map<pulumi.Resource, DeclaredSet>();
  private readonly holding: string[] = [];
  /** The entries by whom they speak of, while no further set joins. */
  private spoken: Map<string, Set<pulumi.Resource>> | undefined;

  public join(set: DeclaredSet): void {
    this.sets.push(set);
    set.entries.forEach((entry) => this.setOf.set(entry, set));
    this.spoken = undefined;
  }

  /**
   * Those of the entries for which one may wait, when their sets are registered. A set in a component with a `dependsOn` may wait for
   * pods that would wait for its entries, or for deny-all after them: in that circle the program would end with nothing but Pulumi's word
   * about promises that are left. So where a set is not registered when nothing else goes on, nobody waits for its entries. Other sets are
   * not waited for: where a program runs inside another, as by Pulumi's Automation API, it is never told that nothing goes on.
   */
  public async registered(entries: readonly pulumi.Resource[]): Promise<pulumi.Resource[]> {
    const free = () => entries.filter((entry) => !this.setOf.get(entry)!.waits);
    const left = new Set(free().map((entry) => this.setOf.get(entry)!));
    await Promise.race([registering(left), programEnds()]);
    left.forEach((set) => (set.waits = true));
    return free();
  }

  /** All rules so far. */
  public get rules(): IntentionRule[] {
    return this.sets.flatMap(({ rules }) => rules);
  }

  /** The entries so far, by destination, that wait for nothing which deny-all may guard: it can come after them. */
  public get opening(): ReadonlyMap<string, pulumi.Resource> {
    return new Map(this.sets.filter(({ waits }) => !waits).flatMap(({ entries }) => [...entries]));
  }

  /** Has deny-all come after what speaks of a service in any case: its pods wait for deny-all alone. */
  public hold(service: string): void {
    this.holding.push(service);
  }

  /** The entries of what is held. */
  public get held(): ReadonlySet<pulumi.Resource> {
    return new Set(this.holding.flatMap((service) => this.entriesOf(service)));
  }

  /** Those of them that say who calls a service, or whom it calls: its pods come after these, and need not wait for the others. */
  public entriesOf(service: string): pulumi.Resource[] {
    const spoken = (this.spoken ??= this.bySpokenOf());
    return [...new Set([service, "*"].flatMap((each) => [...(spoken.get(each) ?? [])]))];
  }

  private bySpokenOf(): Map<string, Set<pulumi.Resource>> {
    const found = new Map<string, Set<pulumi.Resource>>();
    const { opening } = this;
    for (const { source, destination } of this.rules) {
      const entry = destination === "*" ? undefined : opening.get(destination);
      for (const each of entry === undefined ? [] : [source, destination]) {
        found.set(each, (found.get(each) ?? new Set()).add(entry!));
      }
    }
    return found;
  }

  /** The entries that speak of what a job calls, when their sets are registered. Where these wait for the job, the program fails. */
  public async entriesFrom(job: string): Promise<pulumi.Resource[]> {
    const sets = this.sets.filter(({ rules }) => rules.some((rule) => rule.source === job));
    const left = new Set(sets);
    // At the first end, pods are let go on for which a set waits.
    failAtSecondEnd(() =>
      [...left].map(
        ({ set }) =>
          `${set} lets the job "${job}" call, and so the job waits for it; but the set, or a component that it is in, waits for ` +
          "the job. Leave the job out of that dependsOn, or declare the set apart from what waits for the job",
      ),
    );
    await registering(left);
    return sets.flatMap(({ entries }) => [...entries.values()]);
  }

  /** The other stack whose service it is. */
  public ownerOf(service: string): DeclaredSet | undefined {
    return this.sets.find(({ services }) => services?.has(service));
  }

  /** A call to a service of another stack is let in there, by who owns it. */
  public callProblems(call: IntentionRule): Problem[] {
    const { source, destination } = call;
    const other = this.ownerOf(destination);
    const isJob = other?.jobs?.includes(destination);
    const reason = isJob
      ? `"${destination}" is a job of ${other!.set}, which nobody can call: it listens nowhere; name a service`
      : `"${destination}" is a service of ${other?.set}, whose intentions do not let "${source}" in; have that stack declare { source: ${source}, destination: ${destination} } first`;
    return other === undefined || (!isJob && this.letsIn(source, destination))
      ? []
      : [{ propertyPath: `${placeOf(call, 0, "calls")}.destination`, reason }];
  }

  /** Whether rules let anything of a call in: those with the exact destination go first, then those with the exact source. */
  private letsIn(source: string, destination: string): boolean {
    const pairs = [destination, "*"].flatMap((to) => [source, "*"].map((from) => [from, to]));
    const deciding = pairs
      .map(([from, to]) => this.rules.filter((rule) => rule.source === from && rule.destination === to))
      .find((rules) => rules.length > 0);
    return (
      deciding?.some(
        (rule) => (actionOf(rule) ?? rule.permissions!.find(({ action }) => action === "allow")?.action) === "allow",
      ) ?? this.open
    );
  }

  /** The webhook refuses a second resource for one destination, whichever set it is in; and a stack's services are its own to open. */
  public secondSetProblems(rules: readonly IntentionRule[]): Problem[] {
    return rules.flatMap((rule, i) => {
      const { destination } = rule;
      const other = this.sets.find((each) => each.rules.some((its) => its.destination === destination));
      const owner = this.ownerOf(destination);
      const reason =
        other !== undefined
          ? `"${destination}" has its intentions in ${other.set} already; declare them all there`
          : owner && `"${destination}" is of ${owner.set}, which alone opens it; declare the rule there`;
      const propertyPath = rule === DENY_ALL ? "denyAll" : placeOf(rule, i, "rules");
      return reason === undefined ? [] : [{ propertyPath, reason }];
    });
  }
}

/** Resolves when all of the sets are registered; one that is, is left no longer. */
function registering(left: Set<DeclaredSet>): Promise<unknown> {
  return Promise.all([...left].map((set) => Promise.resolve(set.registered).then(() => left.delete(set))));
}

/** The names of a mesh's JWTProviders: one is one object in the cluster. */
export class JwtProviderNames extends MeshNames {}
