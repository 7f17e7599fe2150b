import * as pulumi from "@pulumi/pulumi";
import { traefikPodSpecProblems } from "../../components/ingress/traefikPodSpec";

const told = (podSpec: unknown) =>
  traefikPodSpecProblems(podSpec, "podSpec").map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);

const expressions = [{ key: "disk", operator: "In", values: ["ssd"] }];
const selector = { matchLabels: { app: "a" }, matchExpressions: expressions };
const nodes = { matchExpressions: expressions, matchFields: expressions };
const pods = {
  labelSelector: selector,
  matchLabelKeys: ["pod-template-hash"],
  mismatchLabelKeys: ["tenant"],
  namespaceSelector: selector,
  namespaces: ["a"],
  topologyKey: "kubernetes.io/hostname",
};
const affinity = {
  requiredDuringSchedulingIgnoredDuringExecution: [pods],
  preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: pods }],
};

/** All that can be said. */
const WHOLE = {
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [nodes] },
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: nodes }],
    },
    podAffinity: affinity,
    podAntiAffinity: affinity,
  },
  dnsConfig: { nameservers: ["192.0.2.53"], options: [{ name: "ndots", value: "2" }], searches: ["example.com"] },
  dnsPolicy: "None",
  enableServiceLinks: false,
  hostAliases: [{ ip: "192.0.2.1", hostnames: ["a.example.com"] }],
  imagePullSecrets: [{ name: "registry" }],
  nodeSelector: { "kubernetes.io/os": "linux" },
  preemptionPolicy: "Never",
  priorityClassName: "system-cluster-critical",
  readinessGates: [{ conditionType: "target-health.elbv2.k8s.aws/a" }],
  runtimeClassName: "gvisor",
  schedulerName: "mine",
  terminationGracePeriodSeconds: 60,
  tolerations: [{ key: "a", operator: "Equal", value: "b", effect: "NoExecute", tolerationSeconds: 0 }],
  topologySpreadConstraints: [
    {
      labelSelector: selector,
      matchLabelKeys: ["pod-template-hash"],
      maxSkew: 1,
      minDomains: 2,
      nodeAffinityPolicy: "Honor",
      nodeTaintsPolicy: "Ignore",
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "DoNotSchedule",
    },
  ],
};

/** The whole once for each value in it, with another in its place: where that is, and of what form it was. */
function replaced(value: any, by: unknown, path = "podSpec"): { path: string; form: string; whole: any }[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = Array.isArray(value)
      ? `${path}[${key}]`
      : /\.(nodeSelector|matchLabels)$/.test(path)
        ? `${path}["${key}"]`
        : `${path}.${key}`;
    const put = (its: unknown) =>
      Array.isArray(value) ? value.map((each, i) => (String(i) === key ? its : each)) : { ...value, [key]: its };
    const deeper = typeof inner === "object" ? replaced(inner, by, at) : [];
    return [
      { path: at, form: WORDS.find(([its]) => its.test(at))?.[1] ?? formOf(inner), whole: put(by) },
      ...deeper.map((each) => ({ ...each, whole: put(each.whole) })),
    ];
  });
}

const OPERATORS = "one of In, NotIn, Exists, DoesNotExist";
const WORDS: readonly (readonly [path: RegExp, form: string])[] = [
  [/\.tolerations\[0\]\.effect$/, "one of NoSchedule, PreferNoSchedule, NoExecute"],
  [/\.tolerations\[0\]\.operator$/, "one of Exists, Equal"],
  [/\.whenUnsatisfiable$/, "one of DoNotSchedule, ScheduleAnyway"],
  [/\.nodeAffinity\..*\.operator$/, `${OPERATORS}, Gt, Lt`],
  [/\.operator$/, OPERATORS],
];
const FORMS: Record<string, string> = {
  string: "a string",
  number: "a whole number",
  boolean: "true or false",
  list: "a list",
  object: "an object",
};
const formOf = (value: unknown) => FORMS[Array.isArray(value) ? "list" : typeof value];

test("all of it is taken, and what is left out as well", () => {
  expect(told(WHOLE)).toEqual([]);
  expect(told({})).toEqual([]);
  expect(told({ tolerations: undefined, hostNetwork: undefined, affinity: { podAffinity: undefined } })).toEqual([
    "podSpec.hostNetwork: is what the component decides of Traefik's pod; leave it out",
  ]);
});

test.each<[what: string, wrong: unknown]>([
  ["half a number", 1.5],
  ["null", null],
])("%s is of no form: it is told where it is, with the form that is right there", (_, wrong) => {
  const all = replaced(WHOLE, wrong);
  expect(all.length).toBeGreaterThan(120);
  expect(all.map(({ path, whole }) => [path, told(whole)])).toEqual(
    all.map(({ path, form }) => [path, [`${path}: is ${JSON.stringify(wrong)}; use ${form}`]]),
  );
});

test("a value of each other form is told too, and one of the same is not", () => {
  const values = ["a", 7, true, ["a"], { a: "a" }];
  const at = (key: string) => values.filter((value) => told({ [key]: value }).length === 0);
  expect(["dnsPolicy", "terminationGracePeriodSeconds", "enableServiceLinks", "nodeSelector"].map(at)).toEqual([
    ["a"],
    [7],
    [true],
    [{ a: "a" }],
  ]);
  expect(told({ tolerations: ["a"] })).toEqual(['podSpec.tolerations[0]: is "a"; use an object']);
  expect(told({ tolerations: { key: "a" } })).toEqual(['podSpec.tolerations: is {"key":"a"}; use a list']);
  expect(told({ affinity: [] })).toEqual(["podSpec.affinity: is []; use an object"]);
  expect(told("a")).toEqual(['podSpec: is "a"; use an object']);
});

test("where Kubernetes has words, each of them is taken, and no other", () => {
  const toleration = (its: object) => told({ tolerations: [{ key: "a", ...its }] });
  expect(["Exists", "Equal"].flatMap((operator) => toleration({ operator }))).toEqual([]);
  expect(["NoSchedule", "PreferNoSchedule", "NoExecute"].flatMap((effect) => toleration({ effect }))).toEqual([]);
  expect(toleration({ operator: "Exist", effect: "NoExecute, NoSchedule" })).toEqual([
    'podSpec.tolerations[0].operator: is "Exist"; use one of Exists, Equal',
    'podSpec.tolerations[0].effect: is "NoExecute, NoSchedule"; use one of NoSchedule, PreferNoSchedule, NoExecute',
  ]);
  const selected = (operator: string) =>
    told({ topologySpreadConstraints: [{ labelSelector: { matchExpressions: [{ key: "a", operator }] } }] });
  expect(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"].filter((each) => selected(each).length > 0)).toEqual([
    "Gt",
    "Lt",
  ]);
});

test("a key that nobody knows is told with the nearest one", () => {
  expect(told({ toleration: [] })).toEqual(['podSpec.toleration: is not a known key; did you mean "tolerations"?']);
  expect(told({ tolerations: [{ keys: "a" }], affinity: { nodeAfinity: {} } })).toEqual([
    'podSpec.tolerations[0].keys: is not a known key; did you mean "key"?',
    'podSpec.affinity.nodeAfinity: is not a known key; did you mean "nodeAffinity"?',
  ]);
  expect(told({ constructor: "a" })).toEqual([
    expect.stringMatching(/^podSpec\.constructor: is not a known key; did you mean /),
  ]);
});

test.each([
  "automountServiceAccountToken",
  "containers",
  "hostNetwork",
  "hostPID",
  "initContainers",
  "nodeName",
  "restartPolicy",
  "securityContext",
  "serviceAccountName",
  "shareProcessNamespace",
  "volumes",
])("%s is the component's, whatever it is", (key) => {
  for (const value of [true, [], "a"]) {
    expect(told({ [key]: value, priorityClassName: "a" })).toEqual([
      `podSpec.${key}: is what the component decides of Traefik's pod; leave it out`,
    ]);
  }
});

test("an output is nothing that can be judged", () => {
  const reason = "is an output of a resource; use a plain value";
  expect(told({ nodeSelector: { pool: pulumi.output("a") }, tolerations: pulumi.output([]) })).toEqual([
    `podSpec.nodeSelector["pool"]: ${reason}`,
    `podSpec.tolerations: ${reason}`,
  ]);
  expect(told(pulumi.output({}))).toEqual([`podSpec: ${reason}`]);
});
