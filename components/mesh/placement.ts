import { parse } from "yaml";
import type { ChartValues } from "../chart/consulValues";
import { valueAt } from "../chart/heldValues";
import type { PodOptions } from "../pods/podOptions";

/** On which nodes pods may run. */
export type Placement = Pick<PodOptions, "nodeSelector" | "tolerations">;

/**
 * Where the chart's values let servers run: a Job beside them can run there too. They are YAML in a string; of a template, Helm alone
 * knows what comes of it.
 */
export function serverPlacement(values: ChartValues = {}): Placement {
  const read = (key: keyof Placement) => {
    const text = valueAt(values, `server.${key}`);
    return typeof text === "string" && !text.includes("{{") ? (parse(text) ?? undefined) : undefined;
  };
  return { nodeSelector: read("nodeSelector"), tolerations: read("tolerations") };
}
