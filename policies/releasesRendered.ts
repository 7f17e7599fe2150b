import { RELEASE } from "./lib/charts";
import { ifKnown, plain } from "./lib/json";
import { policy } from "./lib/policy";

/**
 * A release shows only its values; everything that its chart makes is judged by rendering it. Where that fails the other
 * policies are blind, so this one blocks. Make it advisory where that is meant.
 *
 * The Kubernetes provider takes a value that is not known yet out of `values` before any policy sees them, so a chart
 * would be rendered without it. What remains to be seen is that the values are made from a resource with unknown outputs.
 */
export const releasesRendered = policy({
  name: "helm-releases-rendered",
  description: "Every Helm release can be rendered, so that its objects are judged.",
  severity: "high",
  remedy:
    "Put helm on the PATH, the chart within reach and plain values into the release; see docs/policies.md#helm-releases",
  *release({ props }, rendered) {
    if ("failure" in rendered) {
      yield `its objects cannot be judged: ${rendered.failure}`;
    }
    if (props.reuseValues) {
      yield "reuseValues puts the values of the last release beneath its own, which cannot be judged";
    }
  },
  *stack(_, __, resources) {
    for (const { type, urn, propertyDependencies } of resources) {
      const unknown = propertyDependencies.values?.find(({ props }) => ifKnown(() => !plain(props), true));
      if (type === RELEASE && unknown !== undefined) {
        yield { urn, problem: `its values are made from ${unknown.urn.split("::").pop()}, which is not known yet` };
      }
    }
  },
});
