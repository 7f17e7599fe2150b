import * as pulumi from "@pulumi/pulumi";
import {
  laterReachProblems,
  Reached,
  reachJudge,
  reachOf,
  reachProblems,
  selectorWarnings,
} from "../../components/mesh/meshReach";
import { ends } from "../ends";

/** Where the chart's values keep the mesh from a namespace, `shop`. */
const paths = (values: object, made = false, reached: Reached = "pods") =>
  reachProblems(values as Record<string, unknown>, "shop", reached, made, "values").map((each) => each.propertyPath);
const injects = (connectInject: object, made?: boolean) => paths({ connectInject }, made);

const ALLOW = "values.connectInject.k8sAllowNamespaces";
const DENY = "values.connectInject.k8sDenyNamespaces";
const SELECTOR = "values.connectInject.namespaceSelector";
const NAME = "kubernetes.io/metadata.name";
const expression = (operator: string, values?: unknown[], key = NAME) => ({
  namespaceSelector: { matchExpressions: [{ key, operator, values }] },
});

test.each<[values: object, problems: string[]]>([
  [{}, []],
  [{ k8sAllowNamespaces: ["*"] }, []],
  [{ k8sAllowNamespaces: ["shop"] }, []],
  [{ k8sAllowNamespaces: ["shopping"] }, [ALLOW]],
  [{ k8sAllowNamespaces: [] }, [ALLOW]],
  [{ k8sAllowNamespaces: ["*"], k8sDenyNamespaces: ["shop"] }, [DENY]],
  [{ k8sDenyNamespaces: ["shopping"] }, []],
  // Not known yet, or no list at all: others judge that.
  [{ k8sAllowNamespaces: [Promise.resolve("shop")] }, []],
  [{ namespaceSelector: Promise.resolve(`matchLabels: { ${NAME}: other }`) }, []],
  [{ namespaceSelector: { matchLabels: { [NAME]: Promise.resolve("shop") } } }, []],
  [expression("In", [Promise.resolve("shop")]), []],
  [{ k8sAllowNamespaces: "shopping", k8sDenyNamespaces: "shop" }, []],
  [{ namespaceSelector: `matchLabels: { ${NAME}: shop }` }, []],
  [{ namespaceSelector: `matchLabels: { ${NAME}: other }` }, [SELECTOR]],
  [{ namespaceSelector: `matchLabels: { ${NAME}: '{{ .Release.Namespace }}' }` }, []],
  [{ namespaceSelector: { matchLabels: { [NAME]: "other" } } }, [SELECTOR]],
  [{ namespaceSelector: { matchLabels: { [NAME]: "shop", team: "a" } } }, []],
  [{ namespaceSelector: { matchLabels: null, matchExpressions: null } }, []],
  [{ namespaceSelector: "matchLabels: [" }, []],
  [{ namespaceSelector: "null" }, []],
  [{ namespaceSelector: 3 }, []],
  [{ namespaceSelector: { matchExpressions: {} } }, []],
  [expression("In", ["shop", "other"]), []],
  [expression("In", ["other"]), [SELECTOR]],
  [expression("In"), [SELECTOR]],
  [expression("NotIn", ["other"]), []],
  [expression("NotIn", ["shop"]), [SELECTOR]],
  [expression("Exists"), []],
  [expression("DoesNotExist"), [SELECTOR]],
  [expression("Like", ["other"]), []],
  [
    {
      namespaceSelector: {
        matchExpressions: [
          { key: NAME, operator: "Exists" },
          { key: NAME, operator: "In", values: ["other"] },
        ],
      },
    },
    [SELECTOR],
  ],
])("by %j the problems are %j", (values, problems) => {
  expect(injects(values)).toEqual(problems);
});

test.each<[values: object, made: string[]]>([
  [{ namespaceSelector: { matchLabels: { team: "a" } } }, [SELECTOR]],
  [{ namespaceSelector: { matchLabels: { "pod-security.kubernetes.io/enforce": "restricted" } } }, []],
  [expression("In", ["a"], "team"), [SELECTOR]],
  [expression("NotIn", ["a"], "team"), []],
  [expression("Exists", undefined, "team"), [SELECTOR]],
  [expression("DoesNotExist", undefined, "team"), []],
])("labels of a namespace are known where the stack makes it: %j", (values, made) => {
  expect(injects(values)).toEqual([]);
  expect(injects(values, true)).toEqual(made);
});

test("what has to be reached decides by which part of the chart", () => {
  const values = { connectInject: { k8sDenyNamespaces: ["shop"], ...expression("In", ["other"]) } };
  expect(paths(values, false, "pods")).toEqual([DENY, SELECTOR]);
  expect(paths(values, false, "gateway")).toEqual([DENY]);
  expect(paths(values, false, "services")).toEqual([]);
  expect(paths({ syncCatalog: { k8sAllowNamespaces: ["other"] } }, false, "services")).toEqual([
    "values.syncCatalog.k8sAllowNamespaces",
  ]);
});

test("what is missing is told, and that a namespace which the stack makes has no labels", () => {
  const [{ reason }] = reachProblems(
    { connectInject: { namespaceSelector: { matchLabels: { team: "a" } } } },
    "shop",
    "pods",
    true,
    "values",
  );
  expect(reason).toBe(
    'leaves out "shop", which the stack makes: its pods get no sidecar, so that no intention is asked; let it in',
  );
  const reasons = (["gateway", "services"] as const).map(
    (reached) =>
      reachProblems(
        { connectInject: { k8sDenyNamespaces: ["shop"] }, syncCatalog: { k8sDenyNamespaces: ["shop"] } },
        "shop",
        reached,
        false,
        "values",
      )[0].reason,
  );
  expect(reasons).toEqual([
    expect.stringMatching(/^leaves out "shop": the gateway of external destinations/),
    expect.stringMatching(/^leaves out "shop": Traefik's own entry/),
  ]);
});

test("another stack judges by the same values", () => {
  const values = {
    connectInject: { k8sAllowNamespaces: ["a"], k8sDenyNamespaces: ["b"], namespaceSelector: "c", replicas: 2 },
    syncCatalog: { k8sAllowNamespaces: ["d"] },
    server: { replicas: 3 },
  };
  expect(reachOf(values)).toEqual({
    connectInject: { k8sAllowNamespaces: ["a"], k8sDenyNamespaces: ["b"], namespaceSelector: "c" },
    syncCatalog: { k8sAllowNamespaces: ["d"], k8sDenyNamespaces: undefined, namespaceSelector: undefined },
  });
});

describe("by values that other resources make", () => {
  const later = <T>(value: T) => pulumi.output(Promise.resolve(value));
  const leavesOut = 'leaves out "shop": its pods get no sidecar, so that no intention is asked; let it in';

  test.each<[what: string, injects: object, problem: string | undefined]>([
    ["a list", { k8sAllowNamespaces: later(["other"]) }, ALLOW],
    ["a name in a list", { k8sDenyNamespaces: ["other", later("shop")] }, DENY],
    ["a selector", { namespaceSelector: { matchLabels: { [NAME]: later("other") } } }, SELECTOR],
    ["what lets it in", { k8sAllowNamespaces: [later("shop")], k8sDenyNamespaces: later(["other"]) }, undefined],
  ])("a namespace is judged when these are known: %s", async (_, connectInject, path) => {
    const judged = laterReachProblems("Mesh", { connectInject }, (known) =>
      reachProblems(known, "shop", "pods", false, "values"),
    );
    expect(await ends(judged)).toEqual(path === undefined ? [] : `Mesh: 1 problem\n  ${path}: ${leavesOut}`);
  });

  test("at once by what is plain, and what a preview cannot know is told of once", async () => {
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
    const unknown = Object.assign(later(pulumi.unknown), { isKnown: Promise.resolve(false) });
    const judge = reachJudge("Mesh", { connectInject: { k8sAllowNamespaces: unknown, k8sDenyNamespaces: ["shop"] } });
    const paths = (name: string) => judge({ name, made: false }, "pods").map(({ propertyPath }) => propertyPath);
    expect(paths("shop")).toEqual([`mesh.${DENY}`]);
    expect(paths("other")).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      expect.stringMatching(
        /^Mesh: 1 warning\n {2}values\.connectInject\.k8sAllowNamespaces: could not be judged by this preview/,
      ),
    ]);
    warn.mockRestore();
  });
});

test.each<[selector: unknown, asked: string]>([
  [undefined, ""],
  ["", "kube-system, edge"],
  [{}, "kube-system, edge"],
  [`matchExpressions: [{ key: ${NAME}, operator: NotIn, values: [kube-system] }]`, "edge"],
  [`matchExpressions: [{ key: ${NAME}, operator: NotIn, values: [edge, kube-system] }]`, ""],
  [`matchLabels: { ${NAME}: kube-system }`, "kube-system"],
  // Labels that they are not known to have: they are left out.
  ["matchLabels: { team: a }", ""],
  ["matchExpressions: [{ key: openshift.io/cluster-monitoring, operator: DoesNotExist }]", "kube-system, edge"],
  // Nobody knows yet.
  ["{{ .Values.a }}", ""],
  ["matchLabels: [", ""],
  [Promise.resolve("{}"), ""],
])("by %j the injector is asked about what it needs itself: %j", (namespaceSelector, asked) => {
  const values = namespaceSelector === undefined ? { connectInject: {} } : { connectInject: { namespaceSelector } };
  const reason = `has the injector asked about each pod of ${asked}, of which none starts while the injector is away; leave them out, with operator NotIn`;
  expect(selectorWarnings(values, ["kube-system", "edge"], "values")).toEqual(
    asked === "" ? [] : [{ propertyPath: SELECTOR, reason }],
  );
});
