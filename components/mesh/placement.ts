import { parse } from "yaml";
import type { ChartValues } from "../chart/consulValues";
import { valueAt } from "../chart/heldValues";
import type { PodOptions } from "../pods/podOptions";

/** On which nodes pods may run. */
export type Placement = Pick<PodOptions, "nodeSelector" | "tolerations">;

/**
 * Where the chart's values let servers run: a Job beside them can run there too. They are YAML in a string; of a template, Helm alone
 * knows what comes of it, and of what is not YAML or of another form, Kubernetes says what is wrong.
 */
export function serverPlacement(values: ChartValues = {}): Placement {
  const [nodeSelector, tolerations] = ["nodeSelector", "tolerations"].map((key) => {
    const text = valueAt(values, `server.${key}`);
    return typeof text === "string" && !text.includes("{{") ? parsed(text) : undefined;
  });
  return {
    nodeSelector:
      typeof nodeSelector === "object" && !Array.isArray(nodeSelector) ? (nodeSelector ?? undefined) : undefined,
    tolerations: Array.isArray(tolerations) ? tolerations : undefined,
  };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the user wrote
function parsed(text: string): any {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
