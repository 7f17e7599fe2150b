import { decider } from "../../components/intentions/decision";
import { actionOf, IntentionRule, samePair } from "../../components/intentions/intentions";
import { METHODS } from "../../components/routing/httpMatches";
import { TRAEFIK_SERVICE_NAME } from "../../components/shared/names";
import type { Observed, ObservedCall } from "./calls";
import type { Declaration } from "./declaration";
import { permissionsFor } from "./paths";

/** A rule, and what to know of it. */
export interface Suggested {
  readonly rule: IntentionRule;
  readonly remarks: readonly string[];
  /** The stack would refuse it as it is, so it is shown and not said. */
  readonly refused?: boolean;
}

export interface Suggestion {
  /** All of the stack's intentions: those that it has, and those that calls need besides. */
  readonly rules: readonly Suggested[];
  readonly remarks: readonly string[];
}

/** A call in words. */
export function describeCall({ source, destination, http, count }: ObservedCall): string {
  const what = http === undefined ? "" : `  ${http.method} ${http.path}`;
  return `${source} → ${destination}${what}  (${count === 1 ? "once" : `${count} times`})`;
}

/**
 * What a stack has to declare so that deny-all refuses no call that was seen. Its own rules stay as they are; with `paths` those that
 * allow a whole service are told by what was called of it.
 */
export function suggest(observed: Observed, declared: Declaration, { paths }: { paths: boolean }): Suggestion {
  const ours = observed.calls.filter(({ destination }) => declared.protocols.has(destination));
  const pairOf = (rule: Pick<IntentionRule, "source" | "destination">) =>
    ours.filter((call) => call.source === rule.source && call.destination === rule.destination);
  const hasPaths = (calls: readonly ObservedCall[]) =>
    paths && declared.protocols.get(calls[0]?.destination) !== "tcp" && calls.every(({ http }) => http !== undefined);
  const isToldByPaths = (rule: IntentionRule) =>
    actionOf(rule) === "allow" && pairOf(rule).length > 0 && hasPaths(pairOf(rule));

  const rules = declared.rules.filter((rule) => !isAll(rule));
  const kept = rules.filter((rule) => !isToldByPaths(rule));
  const standing = [...kept, ...declared.calls];
  const decide = decider(standing);
  const missing = ours.filter((call) => decide(call) === "deny");
  const pairs = missing.filter((call, i) => missing.findIndex((other) => samePair(other, call)) === i);
  const [contradicted, open] = parted(pairs, (pair) => standing.some((rule) => samePair(rule, pair)));

  const added = open.map((pair): Suggested => {
    const calls = pairOf(pair);
    const { source, destination } = pair;
    const { description } = rules.find((rule) => samePair(rule, pair)) ?? {};
    const isKnown = declared.known?.has(source) ?? true;
    return {
      rule: {
        source,
        destination,
        ...(hasPaths(calls) ? { permissions: permissionsFor(calls.map(({ http }) => http!)) } : {}),
        ...(description === undefined ? {} : { description }),
      },
      remarks: [
        ...(isKnown
          ? []
          : [
              `"${source}" is not a service of this stack: is it meant to call? Then name it in externalServices first.`,
            ]),
        ...(hasPaths(calls) ? pathRemarks(calls) : []),
      ],
      refused: !isKnown,
    };
  });
  return {
    rules: [...kept.map((rule) => ({ rule, remarks: isUnused(rule, pairOf(rule)) ? [UNUSED] : [] })), ...added],
    remarks: [
      ...declared.services
        .filter((name) => !ours.some(({ destination }) => destination === name))
        .map((name) => `Nobody was seen to call ${name}. An open connection is logged when it ends.`),
      ...declared.routed
        .filter((name) => pairOf({ source: TRAEFIK_SERVICE_NAME, destination: name }).length === 0)
        .map(
          (name) => `A route leads to ${name}, and Traefik was not seen to call it; of tcp it keeps connections open.`,
        ),
      ...told("Calls from clients that no intention can name, which deny-all refuses", strangersOf(observed, declared)),
      ...told(
        "Refused by a rule that the stack has, which is left as it is",
        missing.filter((call) => contradicted.some((pair) => samePair(pair, call))),
      ),
      ...told(
        "Cannot be told, since a header or a token decides",
        ours.filter((call) => decide(call) === "unknown"),
      ),
      ...told(
        "Refused already, and not suggested",
        observed.refused.filter(({ destination }) => declared.protocols.has(destination)),
      ),
      ...told(
        "To services of others, who open them: run this for their stacks",
        observed.calls.filter(({ destination }) => !declared.protocols.has(destination)),
      ),
    ],
  };
}

/** What a check finds of calls that deny-all with the declared intentions refuses, or of which it cannot be told. */
export function check(observed: Observed, declared: Declaration): { refused: ObservedCall[]; unknown: ObservedCall[] } {
  const decide = decider([...declared.rules.filter((rule) => !isAll(rule)), ...declared.calls]);
  const ours = observed.calls.filter(({ destination }) => declared.protocols.has(destination));
  return {
    refused: [...ours.filter((call) => decide(call) === "deny"), ...strangersOf(observed, declared)],
    unknown: ours.filter((call) => decide(call) === "unknown"),
  };
}

/** Deny-all is that rule, and says it alone. */
const isAll = (rule: IntentionRule) => rule.source === "*" && rule.destination === "*";

/** To services of the stack. */
const strangersOf = ({ strangers }: Observed, { protocols }: Declaration) =>
  strangers.filter(({ destination }) => protocols.has(destination));

const UNUSED = "Nobody was seen to make this call.";
const isUnused = (rule: IntentionRule, calls: readonly ObservedCall[]) =>
  calls.length === 0 && actionOf(rule) !== "deny" && rule.source !== "*" && rule.destination !== "*";

/** Lines of one remark: more calls than these are counted. */
const MOST_TOLD = 10;

function told(what: string, calls: readonly ObservedCall[]): string[] {
  if (calls.length === 0) {
    return [];
  }
  const rest = calls.length - MOST_TOLD;
  const lines = calls.slice(0, MOST_TOLD).map((call) => `  ${describeCall(call)}`);
  return [[`${what}:`, ...lines, ...(rest > 0 ? [`  and ${rest} more`] : [])].join("\n")];
}

/** What to look at before paths are allowed: a path that is not there, such as a scanner asks for, and a method that cannot be said. */
function pathRemarks(calls: readonly ObservedCall[]): string[] {
  const odd = new Set(calls.map(({ http }) => http!.method).filter((method) => !METHODS.includes(method)));
  return [
    ...told(
      "Answered 404 each time; remove what is not meant",
      calls.filter(({ notFound }) => notFound),
    ),
    ...(odd.size === 0 ? [] : [`An intention cannot name ${[...odd].join(", ")}, so any method is allowed there.`]),
  ];
}

function parted<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
