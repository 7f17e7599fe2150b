import { meshNameProblems, MeshNames, Named, serviceNameProblems } from "../../components/shared/serviceNames";

/** What stands in the way of a name in the mesh: others that have it, or an object that it makes. */
const second = (one: Omit<Named, "place">, other: Omit<Named, "place">) => {
  const names = new MeshNames();
  expect(names.take("services[0].name", { ...one, place: "services[0]" })).toEqual([]);
  return names.take("services[1].name", { ...other, place: "services[1]" });
};

test.each<[string, Omit<Named, "place">, Omit<Named, "place">, string]>([
  ["the same", { name: "a" }, { name: "a" }, '"a" is the name of services[0] too; give each its own'],
  ["an ingress'", { name: "a", ingress: true }, { name: "a" }, '"a" is the name of services[0] too; give each its own'],
  ["a service's", { name: "a" }, { name: "a", ingress: true }, '"a" is the name of services[0] too; give each its own'],
  [
    "of another's canary",
    { name: "a", canary: {} },
    { name: "a-canary" },
    `its Deployment is "a-canary", as that of services[0]'s canary; rename one of the two`,
  ],
  [
    "of a canary that another is",
    { name: "a-canary" },
    { name: "a", canary: {} },
    `its canary's Deployment is "a-canary", as that of services[0]; rename one of the two`,
  ],
  [
    "of the Service of another's pods",
    { name: "a", kind: "StatefulSet", namespace: "n" },
    { name: "a-pods", namespace: "n" },
    'its Service is "a-pods", as that of the pods of services[0]; rename one of the two',
  ],
  [
    "of one whose Service of its pods is another's",
    { name: "a-pods", namespace: "n" },
    { name: "a", kind: "StatefulSet", namespace: "n" },
    'the Service of its pods is "a-pods", as that of services[0]; rename one of the two',
  ],
])("a name is refused that is %s", (_, one, other, reason) => {
  expect(second(one, other)).toEqual([{ propertyPath: "services[1].name", reason }]);
});

test.each<[string, Omit<Named, "place">, Omit<Named, "place">]>([
  ["two ingresses'", { name: "a", ingress: true }, { name: "a", ingress: true }],
  ["another", { name: "a", canary: {} }, { name: "b", canary: {} }],
  ["a canary's, of which there is none", { name: "a" }, { name: "a-canary" }],
  ["a canary's, of which there is none, the other way", { name: "a-canary" }, { name: "a" }],
  ["of no StatefulSet's pods", { name: "a", kind: "Deployment", namespace: "n" }, { name: "a-pods", namespace: "n" }],
  [
    "of a StatefulSet's pods elsewhere",
    { name: "a", kind: "StatefulSet", namespace: "n" },
    { name: "a-pods", namespace: "m" },
  ],
  ["of something without a Service", { name: "a", kind: "StatefulSet", namespace: "n" }, { name: "a-pods" }],
  [
    "of one that has a Service already",
    { name: "a", kind: "StatefulSet", namespace: "n" },
    { name: "a-pods", namespace: "n", existingService: "b" },
  ],
  ["of other pods", { name: "a", kind: "StatefulSet", namespace: "n" }, { name: "b-pods", namespace: "n" }],
])("a name is taken that is %s", (_, one, other) => {
  expect(second(one, other)).toEqual([]);
});

test("a name that was refused is nobody's", () => {
  const names = new MeshNames();
  names.take("a", { name: "a", canary: {}, place: "a" });
  expect(names.take("b", { name: "a-canary", place: "b" })).toHaveLength(1);
  expect(names.take("c", { name: "a-canary", ingress: true, place: "c" })).toHaveLength(1);
  const ofAll = names.take("d", { name: "a", place: "d" });
  expect(ofAll).toEqual([{ propertyPath: "d", reason: expect.stringContaining("is the name of a too") }]);
});

test.each([
  ["consul", "is taken: Consul registers its own servers under it; use another name"],
  ["default", "is taken: each namespace has a ServiceAccount of that name"],
  ["terminating-gateway", "is taken: the gateway to what is outside the mesh"],
  ["kubernetes", "is taken: pods find the API server"],
  ["consul-dataplane", "is taken: the sidecar's container has it"],
  ["consul-connect-inject-init", "is taken: the sidecar's init container has it"],
  ["consul-client", "is a ServiceAccount of Consul's own"],
  ["consul-terminating-gateway", "is a ServiceAccount of Consul's own"],
  ["web-sidecar-proxy", 'is what Consul calls the sidecar of a service "web"'],
])("nothing in the mesh is named %s", (name, reason) => {
  const problem = { propertyPath: "name", reason: expect.stringContaining(`"${name}" ${reason}`) };
  expect(meshNameProblems("name", name)).toEqual([problem]);
  expect(serviceNameProblems("name", name, false)).toEqual([problem]);
});

test.each(["toString", "my-consul-client", "consul-client-2", "web-sidecar-proxy-2"])("but %s may be", (name) => {
  expect(meshNameProblems("name", name)).toEqual([]);
});
