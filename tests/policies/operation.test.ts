import { blocks, cases, passes, useAnalyzer } from "./cases";
import { meshed, workload } from "./resources";

useAnalyzer();
/** A patch, and what the cluster has in the end. */
const patch = (of: ReturnType<typeof meshed>, props: Record<string, unknown>) => ({
  type: `${of.type}Patch`,
  name: "patch",
  props: { metadata: of.props.metadata, ...props },
  outputs: of.props,
});
const taken = meshed("b", {}, { serviceAccountName: "a" });
const denial = {
  type: "consul:index/intention:Intention",
  name: "denial",
  props: { sourceName: "*", destinationName: "*", action: "deny" },
};

cases("own-service-account", [
  blocks("another's account", [meshed("a"), taken], ["of b", "of a"]),
  passes("what a patch leaves as it is in the cluster", [meshed("a"), patch(taken, { spec: { replicas: 2 } })]),
  passes("a patch of before, which is no part of this change", [
    meshed("a"),
    { ...patch(taken, { spec: taken.props.spec }), unchanged: true },
  ]),
]);

cases("deny-all-exists", [
  passes("what is no object of Kubernetes is judged at the end too", [meshed("a"), denial]),
  blocks("without it", [meshed("a"), workload("b")], "no intention denies"),
]);
