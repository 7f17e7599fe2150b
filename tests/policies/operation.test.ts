import { blocks, cases, passes, useAnalyzer } from "./cases";
import { meshed, release, workload } from "./resources";

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

const unpinned = (name: string) => workload(name, { container: { image: `${name}:latest` } });
const REMEDY = ". Name a version such as :1.20.6, or a digest.";
cases("images-pinned", [
  blocks(
    "by its name, and with what to do about it",
    [unpinned("a")],
    `\nDeployment a: image a:latest is not pinned${REMEDY}`,
  ),
  passes("what is exempt, by the name that the program gives it", [unpinned("a"), unpinned("b")], {
    config: { exempt: ["deployment-a", "deployment-b"] },
  }),
  blocks("what is not exempt beside what is", [unpinned("a"), unpinned("b")], "image b:latest", {
    config: { exempt: ["deployment-a", "b", "deployment"] },
  }),
  passes("what an exempt patch sets", [patch(workload("a"), { spec: unpinned("a").props.spec })], {
    config: { exempt: ["patch"] },
  }),
  passes(
    "what an exempt patch makes of it",
    [patch(workload("a"), { spec: unpinned("a").props.spec }), workload("a")],
    {
      config: { exempt: ["patch"] },
    },
  ),
  blocks(
    "what a patch that was shown before makes of it",
    [patch(workload("a"), { spec: unpinned("a").props.spec }), workload("a")],
    // Of itself, and of what it is a part of.
    ["Deployment a: image a:latest", "Deployment a as patch patches it: image a:latest"],
  ),
  passes("nothing at all", []),
]);

cases("own-service-account", [
  ...["a", "b"].map((name) =>
    blocks(`what is exempt at the end, but for ${name}`, [meshed("a"), taken], `of ${name}`, {
      config: { exempt: [`deployment-${name === "a" ? "a" : "b"}`] },
    }),
  ),
  passes(
    "what an exempt patch makes of it at the end",
    [meshed("a"), meshed("b"), patch(meshed("b"), { spec: taken.props.spec })],
    {
      config: { exempt: ["patch"] },
    },
  ),
  passes("nothing at all", []),
]);

cases("deny-all-exists", [passes("nothing at all", [])]);

cases("consul-acls", [
  passes("a rule of staging and prod in dev, at its end too", [release({})], { stack: "dev" }),
  passes("an exempt release", [release({})], { config: { exempt: ["consul"] } }),
  passes("an exempt release out of reach", [release({}, { chart: "consul" })], { config: { exempt: ["consul"] } }),
  blocks("a release out of reach", [release({}, { chart: "consul" })], "\nthe chart cannot be rendered"),
  passes("values of a chart out of reach that is not Consul's", [release({}, { chart: "shop" })]),
]);

cases("no-secret-in-helm-values", [
  passes("an exempt release", [release({ password: "hunter2" }, { chart: "./missing" })], {
    config: { exempt: ["consul"] },
  }),
  blocks("a value", [release({ password: "hunter2" }, { chart: "./missing" })], "\nvalues.password holds a secret"),
]);
