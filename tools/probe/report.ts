import { Outcome } from "../verify/runner";
import type { Asked } from "./ask";
import { describeCall, Left, Plan, Question } from "./plan";

/** What became of a question. */
export type Verdict = "as declared" | "mismatch" | "unclear" | "left";

export function verdictOf({ question, got }: Asked): Verdict {
  switch (got.what) {
    case "unclear":
    case "left":
      return got.what;
    default:
      return (got.what === "allowed") === (question.expected === "allow") ? "as declared" : "mismatch";
  }
}

/** A pair of services, with all that was asked of it. */
interface Pair {
  readonly source: string;
  readonly destination: string;
  readonly asked: readonly Asked[];
  readonly left: readonly Left[];
}

function pairsOf(plan: Plan, asked: readonly Asked[]): Pair[] {
  const of = (source: string, destination: string) => (its: { source: string; destination: string }) =>
    its.source === source && its.destination === destination;
  return plan.sources.flatMap((source) =>
    plan.destinations
      .filter((destination) => destination !== source)
      .map((destination) => {
        const its = of(source, destination);
        const answered = asked.filter(({ question }) => its(question));
        const onTheWay = answered.filter(({ got }) => got.what === "left");
        return {
          source,
          destination,
          asked: answered,
          left: [
            ...plan.left.filter(its),
            ...onTheWay.map(({ question, got }) => ({
              source,
              destination,
              what: describeCall(question.http),
              why: got.words,
            })),
          ],
        };
      }),
  );
}

const LEGEND = "+ allowed   . refused   ~ some of both, each as declared   × a mismatch   ? unclear   - not probed";

function signOf({ asked }: Pair): string {
  const verdicts = asked.map(verdictOf);
  const got = new Set(asked.filter((each) => verdictOf(each) === "as declared").map((each) => each.got.what));
  return verdicts.includes("mismatch")
    ? "×"
    : verdicts.includes("unclear")
      ? "?"
      : got.size === 2
        ? "~"
        : got.has("allowed")
          ? "+"
          : got.has("refused")
            ? "."
            : "-";
}

/** Who may call whom, as it was found: a row for who calls, a column, by its number, for who is called. */
export function table(plan: Plan, asked: readonly Asked[]): string[] {
  const pairs = pairsOf(plan, asked);
  const width = Math.max(...plan.sources.map((name) => name.length));
  const columns = plan.destinations.map((_, i) => String(i + 1));
  const row = (number: string, name: string, cells: readonly string[]) =>
    [number.padStart(3), name.padEnd(width), ...cells.map((cell) => cell.padStart(3))].join(" ").trimEnd();
  return [
    row("", "", columns),
    ...plan.sources.map((source, i) => {
      const cells = plan.destinations.map((destination) => {
        const pair = pairs.find((each) => each.source === source && each.destination === destination);
        return pair === undefined ? "" : signOf(pair);
      });
      return row(plan.destinations.includes(source) ? String(i + 1) : "", source, cells);
    }),
    "",
    LEGEND,
  ];
}

const EXPECTED: Record<Question["expected"], string> = { allow: "allowed", deny: "refused" };

/** What is not as declared, or not known to be, each with what was sent and which rule decides; what stopped a source once. */
export function details(asked: readonly Asked[]): string[] {
  return asked.flatMap((each, i) => {
    const verdict = verdictOf(each);
    const same = asked.filter(({ got }) => got === each.got).length;
    const isTold = asked.findIndex(({ got }) => got === each.got) < i;
    return isTold || verdict === "as declared" || verdict === "left" ? [] : ["", ...linesOf(each, verdict, same)];
  });
}

function linesOf({ question, got }: Asked, verdict: Verdict, same: number): string[] {
  const { source, destination, http, expected, by, route } = question;
  const hint = `    hint:     ${got.hint ?? `${expected === "deny" ? "more" : "less"} is open than is declared: ${HOW}`}`;
  if (same > 1) {
    return [`? ${source}: none of its ${same} requests was sent`, `    because:  ${got.words}`, hint];
  }
  const through = route === undefined ? "" : `, to ${route.host} by the route ${route.router.name}`;
  return [
    `${verdict === "mismatch" ? "×" : "?"} ${source} → ${destination}`,
    `    ${got.unsent ? "not sent:" : "sent:    "} ${describeCall(http)}${through}`,
    `    expected: ${EXPECTED[expected]}, by: ${by}`,
    `    got:      ${got.what}: ${got.words}`,
    hint,
  ];
}

const HOW = "was an intention changed by hand, or has a sidecar not heard of it yet? npm run verify";

/** What was not probed, and why. */
export function leftOver(plan: Plan, asked: readonly Asked[]): string[] {
  const all = pairsOf(plan, asked).flatMap(({ left }) => left);
  const others = plan.left.filter((each) => !all.includes(each));
  const byReason = new Map<string, string[]>();
  for (const { source, destination, what, why } of [...all, ...others]) {
    byReason.set(why, [...(byReason.get(why) ?? []), `${source} → ${destination}: ${what}`]);
  }
  return byReason.size === 0
    ? []
    : ["", "Not probed:", ...[...byReason].flatMap(([why, its]) => [`  ${why}`, ...its.map((each) => `    ${each}`)])];
}

/** The line at the end. */
export function summary(plan: Plan, asked: readonly Asked[]): string {
  const of = (verdict: Verdict) => asked.filter((each) => verdictOf(each) === verdict).length;
  const pairs = pairsOf(plan, asked).filter(({ asked: its }) => its.length > 0).length;
  const counted = (count: number, one: string, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;
  return (
    `${counted(asked.length, "request")} of ${counted(pairs, "pair")}: ` +
    `${counted(of("mismatch"), "mismatch", "mismatches")}, ${of("unclear")} unclear`
  );
}

/** Each pair as `verify`'s JUnit report has outcomes. */
export function outcomes(plan: Plan, asked: readonly Asked[], seconds: number): Outcome[] {
  const pairs = pairsOf(plan, asked);
  return pairs.map((pair) => {
    const verdicts = pair.asked.map(verdictOf);
    const state = verdicts.includes("mismatch")
      ? "failed"
      : verdicts.includes("unclear")
        ? "unjudged"
        : verdicts.includes("as declared")
          ? "passed"
          : "skipped";
    const causes =
      state === "skipped"
        ? pair.left.map(({ what, why }) => `${what}: ${why}`)
        : details(pair.asked).filter((line) => line !== "");
    return {
      category: pair.source,
      id: `${pair.source} → ${pair.destination}`,
      name: `${pair.asked.length} requests get what is declared`,
      state,
      causes,
      hint: "npm run verify",
      page: "docs/verify.md#the-probe",
      seconds: seconds / pairs.length,
    };
  });
}

/** 0: all as declared; 1: a mismatch; 2: nobody knows. */
export function exitCode(asked: readonly Asked[]): number {
  const verdicts = asked.map(verdictOf);
  const proved = verdicts.some((each) => each === "mismatch" || each === "as declared");
  return verdicts.includes("mismatch") ? 1 : verdicts.includes("unclear") || !proved ? 2 : 0;
}
