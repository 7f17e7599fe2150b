import { ApiError, ApiObject, ClusterApi } from "../../components/interrupted/clusterApi";
import { allKinds, describeObject, kindsOf, ownerOf, pathOf } from "../../components/interrupted/objects";

/** What the API server has, where, and whose it is. */
const VERBS = ["get", "list", "delete"];
const resource = (name: string, kind: string, namespaced = true, verbs = VERBS) => ({ name, kind, namespaced, verbs });
/** An API server that answers by path; an error is thrown. */
const serving = (answers: Record<string, object | undefined>) =>
  ({
    get: async (path: string) => {
      if (answers[path] instanceof Error) {
        throw answers[path];
      }
      return answers[path];
    },
  }) as unknown as ClusterApi;
const GROUPS = ["apps/v1", "consul.hashicorp.com/v1alpha1", "metrics.k8s.io/v1"];
const served = (more: Record<string, object | undefined> = {}) =>
  serving({
    "/apis": { groups: GROUPS.map((groupVersion) => ({ preferredVersion: { groupVersion } })) },
    "/api/v1": { resources: [resource("pods", "Pod"), resource("namespaces", "Namespace", false)] },
    "/apis/apps/v1": { resources: [resource("deployments", "Deployment")] },
    "/apis/consul.hashicorp.com/v1alpha1": { resources: [resource("servicedefaults", "ServiceDefaults")] },
    "/apis/metrics.k8s.io/v1": { resources: [resource("nodes", "NodeMetrics", false, ["list"])] },
    ...more,
  });
const names = async (api: ClusterApi, groups?: RegExp) => (await allKinds(api, groups)).map(({ kind }) => kind);

test("kinds of a group's version are those that can be listed and deleted, without parts of them", async () => {
  const api = served({
    "/api/v1": {
      resources: [
        resource("pods", "Pod"),
        resource("pods/log", "Pod"),
        resource("bindings", "Binding", true, ["create"]),
        resource("events", "Event", true, ["delete"]),
        resource("nodes", "Node", false),
      ],
    },
  });
  expect(await kindsOf(api, "v1")).toEqual([
    { apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true },
    { apiVersion: "v1", kind: "Node", plural: "nodes", namespaced: false },
  ]);
  expect(await kindsOf(api, "no.such/v1")).toEqual([]);
  expect(await kindsOf(serving({ "/api/v1": {} }), "v1")).toEqual([]);
});

test("all kinds are those of each group, and of the core; or of groups by their names", async () => {
  expect(await names(served())).toEqual(["Pod", "Namespace", "Deployment", "ServiceDefaults"]);
  expect(await names(served(), /hashicorp/)).toEqual(["ServiceDefaults"]);
  expect(await names(served(), /v1$/)).toEqual([]);
  expect(await names(serving({}))).toEqual([]);
});

test.each([403, 405, 503])("a group whose server answers %i has nothing of ours", async (status) => {
  expect(await names(served({ "/apis/apps/v1": new ApiError(status, "") }))).toEqual([
    "Pod",
    "Namespace",
    "ServiceDefaults",
  ]);
});

test.each([new ApiError(500, "it fails"), new Error("it fails")])("any other error is told", async (error) => {
  await expect(names(served({ "/apis/apps/v1": error }))).rejects.toThrow("it fails");
});

test("an object's path is by its group, its namespace and its name, as far as it has them", () => {
  const pods = { apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true };
  const roles = { apiVersion: "rbac/v1", kind: "ClusterRole", plural: "clusterroles", namespaced: false };
  expect([pathOf(pods), pathOf(pods, "a"), pathOf(pods, "a", "b")]).toEqual([
    "/api/v1/pods",
    "/api/v1/namespaces/a/pods",
    "/api/v1/namespaces/a/pods/b",
  ]);
  expect([pathOf(roles), pathOf(roles, "a", "b")]).toEqual([
    "/apis/rbac/v1/clusterroles",
    "/apis/rbac/v1/clusterroles/b",
  ]);
});

test("an object is told by its kind and where it is", () => {
  expect(describeObject({ kind: "Pod", metadata: { name: "b", namespace: "a" } })).toBe("Pod a/b");
  expect(describeObject({ kind: "Node", metadata: { name: "b" } })).toBe("Node b");
});

const HELM = { "meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop" };
const by = (manager: string, ...fields: string[]) => ({
  manager,
  fieldsV1: Object.fromEntries(fields.map((field) => [field, {}])),
});
test.each<[string, Omit<ApiObject["metadata"], "name">]>([
  ["Pulumi's stack a.b", { labels: { stack: "a.b" }, annotations: HELM }],
  ["Helm's release shop/web", { annotations: HELM, ownerReferences: [{ kind: "Job", name: "a" }] }],
  [
    "Job a and Pod b",
    {
      ownerReferences: [
        { kind: "Job", name: "a" },
        { kind: "Pod", name: "b" },
      ],
      managedFields: [by("kubectl", "f:spec")],
    },
  ],
  ["kubectl and argocd", { managedFields: [by("kubectl", "f:spec"), by("argocd", "f:data"), by("kubectl", "f:data")] }],
  ["kubectl", { managedFields: [by("kubectl", "f:metadata", "f:spec"), by("a", "f:metadata"), by("b", "f:status")] }],
  // Who alone has written anything is taken for its owner.
  ["controller", { managedFields: [by("controller", "f:metadata", "f:status")] }],
  ["old", { managedFields: [{ manager: "old" }] }],
  ["nobody that it names", { labels: { other: "a" }, annotations: { a: "b" }, ownerReferences: [] }],
  ["nobody that it names", {}],
])("%s is the owner", (owner, metadata) => {
  expect(ownerOf({ metadata: { name: "it", ...metadata } }, "stack")).toBe(owner);
});
