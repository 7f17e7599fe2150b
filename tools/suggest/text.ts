import * as yaml from "yaml";
import type { IntentionRule } from "../../components/intentions/intentions";
import { describeCall, Suggested, Suggestion } from "./suggestion";
import type { ObservedCall } from "./calls";

/** A suggestion as the part of a stack's file that it is, remarks as comments. */
export function asSettings({ rules, remarks }: Suggestion, seen: string): string {
  return [
    ...[seen, ...remarks].map(commented),
    `consul-traefik-mesh:intentions:${rules.some(({ refused }) => !refused) ? "" : " []"}`,
    ...rules.map(asItem),
  ].join("\n");
}

function asItem({ rule, remarks, refused }: Suggested): string {
  const item = asYaml(rule);
  const lines = [...remarks.map(commented), refused ? commented(item) : item].join("\n");
  return lines.replace(/^/gm, "  ");
}

/** A list with this one rule in it; what a request has to be is on one line. */
function asYaml(rule: IntentionRule): string {
  const document = new yaml.Document([{ ...rule, declaredAt: undefined }]);
  yaml.visit(document, {
    Pair: (_, { key, value }) => {
      if (yaml.isScalar(key) && key.value === "http" && yaml.isMap(value)) {
        value.flow = true;
      }
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true }).trimEnd();
}

function commented(text: string): string {
  return text.replace(/^/gm, "# ");
}

/** What a check says. */
export function asReport(
  { refused, unknown }: { refused: readonly ObservedCall[]; unknown: readonly ObservedCall[] },
  seen: string,
): string {
  const list = (what: string, calls: readonly ObservedCall[]) =>
    calls.length === 0 ? [] : [what, ...calls.map((call) => `  ${describeCall(call)}`)];
  return [
    seen,
    ...list("Deny-all with the intentions of the stack's file refuses:", refused),
    ...list("Cannot be told, since a header or a token decides:", unknown),
    ...(refused.length === 0 ? ["Deny-all with the intentions of the stack's file refuses none of them."] : []),
  ].join("\n");
}
