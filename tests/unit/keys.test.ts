import { KeysOf, keyProblems, nullProblems, unknownKey } from "../../components/shared/keys";
import { RULE_KEYS } from "../../components/intentions/ruleKeys";
import { ROUTE_KEYS, TCP_ROUTE_KEYS } from "../../components/services/routeKeys";
import type { IntentionRule, Route } from "../../components";
import type { TcpRoute } from "../../components/routing/tcpRoutes";

const told = (problems: { propertyPath: string; reason: string }[]) =>
  problems.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
const unknown = (path: string, near: string) => `${path}: is not a known key; did you mean "${near}"?`;

/** Every key of a rule, and of each kind of route. */
const RULE: Required<IntentionRule> = {
  source: "a",
  destination: "b",
  action: "allow",
  permissions: [
    {
      action: "allow",
      http: {
        pathExact: "/",
        pathPrefix: "/",
        pathRegex: "/",
        header: [
          {
            name: "a",
            present: true,
            exact: "a",
            prefix: "a",
            suffix: "a",
            contains: "a",
            regex: "a",
            invert: true,
            ignoreCase: true,
          },
        ],
        methods: ["GET"],
      },
      jwt: { providers: [{ name: "a", verifyClaims: [{ path: ["a"], value: "b" }] }] },
    },
  ],
  description: "a",
  declaredAt: "a",
};
const tls = { certResolver: "le", domains: [{ main: "a.test", sans: ["b.test"] }], options: "a" };
const ROUTE: Required<Route> = {
  name: "a",
  host: "a.test",
  pathPrefix: "/a",
  rule: "PathPrefix(`/`)",
  entryPoints: ["web"],
  tls,
  priority: 1,
  middlewares: [{ stripPrefix: { prefixes: ["/a"] } }],
};
const TCP_ROUTE: Required<TcpRoute> = {
  name: "a",
  sni: "a.test",
  rule: "HostSNI(`*`)",
  entryPoints: ["websecure"],
  tls: { ...tls, passthrough: true },
  middlewares: [{ inFlightConn: { amount: 1 } }],
};

/** What an input is with one of its values spoilt, for each in turn; `spoil` says what an object, a list or a plain value becomes. */
function spoilt(value: unknown, spoil: (value: unknown) => unknown[]): unknown[] {
  const within = Object.entries(typeof value === "object" ? value! : {}).flatMap(([key, each]) =>
    spoilt(each, spoil).map((its) => (Array.isArray(value) ? [its] : { ...(value as object), [key]: its })),
  );
  return [...spoil(value), ...within];
}
const isObject = (value: unknown) => typeof value === "object" && !Array.isArray(value);
/** A further key in each object. */
const misspelt = (input: object) =>
  spoilt(input, (value) => (isObject(value) ? [{ ...(value as object), "x-y": 1 }] : []));
/** An object in place of each plain value. */
const misplaced = (input: object) => spoilt(input, (value) => (typeof value === "object" ? [] : [{ "x-y": 1 }]));

test.each<[what: string, input: object, keys: Parameters<typeof keyProblems>[2], objects: number]>([
  ["a rule", RULE, RULE_KEYS, 7],
  ["a route", { ...ROUTE, middlewares: [] }, ROUTE_KEYS, 3],
  ["a tcp route", { ...TCP_ROUTE, middlewares: [] }, TCP_ROUTE_KEYS, 3],
])("each key of %s is known, and no other, in it and within", (_, input, keys, objects) => {
  expect(keyProblems("its", input, keys)).toEqual([]);
  const wrong = misspelt(input);
  expect(wrong).toHaveLength(objects);
  expect(wrong.map((each) => keyProblems("its", each, keys).length)).toEqual(wrong.map(() => 1));
});

test.each<[what: string, input: object, keys: Parameters<typeof keyProblems>[2], plain: number]>([
  ["a rule", RULE, RULE_KEYS, 22],
  ["a route", ROUTE, ROUTE_KEYS, 11],
  ["a tcp route", TCP_ROUTE, TCP_ROUTE_KEYS, 10],
])("an object in place of a plain value of %s is no question of keys", (...it) => {
  const [, input, keys, plain] = it;
  const wrong = misplaced(input);
  expect(wrong).toHaveLength(plain);
  expect(wrong.flatMap((each) => keyProblems("its", each, keys))).toEqual([]);
});

test("options of middlewares are judged elsewhere", () => {
  expect(keyProblems("routes", [ROUTE], ROUTE_KEYS)).toEqual([]);
  expect(keyProblems("tcpRoutes", [TCP_ROUTE], TCP_ROUTE_KEYS)).toEqual([]);
});

test("a key that nobody knows is told with the nearest one, by where it stands; what is none is no object's", () => {
  const keys: KeysOf<{ readonly list?: readonly { readonly name: string }[]; readonly port: number }> = {
    list: { name: true },
    port: true,
  };
  expect(told(keyProblems("a", { prot: 1, list: [{ name: "a" }, { nam: "b" }] }, keys))).toEqual([
    unknown("a.prot", "port"),
    unknown("a.list[1].nam", "name"),
  ]);
  // What every object of JavaScript has.
  expect(told(keyProblems("a", { toString: 1 }, keys))).toEqual([unknown("a.toString", "port")]);
  for (const none of [undefined, null, "ab", 1]) {
    expect(keyProblems("a", none, keys)).toEqual([]);
  }
});

test("null is refused wherever it stands in plain inputs, and nothing else is", () => {
  class Mesh {
    public readonly ready = null;
  }
  const inputs = { a: 0, b: "", c: undefined, d: [], e: {}, mesh: new Mesh() };
  expect(nullProblems(inputs)).toEqual([]);
  const reason = "is null; give it a value, or leave it out";
  expect(
    told(nullProblems({ ...inputs, routes: null, env: { A: null, B: "b" }, rules: [{}, null, { x: null }] })),
  ).toEqual(["routes", "env.A", "rules[1]", "rules[2].x"].map((path) => `${path}: ${reason}`));
});

describe("what is meant by a key of Kubernetes' or of another tool's", () => {
  const SERVICE =
    "calls env envFrom internal name podLabels podSpec port routes servicePort traffic updateStrategy volumeClaims volumes".split(
      " ",
    );
  test.each([
    ["environment", "env"],
    ["host", "routes"],
    ["ingress", "routes"],
    ["labels", "podLabels"],
    ["lifecycle", "podSpec.containers"],
    ["strategy", "updateStrategy"],
    ["volumeMounts", "volumes"],
    ["affinity", "podSpec.affinity"],
    ["containers", "podSpec.containers"],
    ["dnsConfig", "podSpec.dnsConfig"],
    ["hostAliases", "podSpec.hostAliases"],
    ["initContainers", "podSpec.initContainers"],
    ["securityContext", "podSpec.securityContext"],
    ["ports", "port"],
    ["constructor", "envFrom"],
  ])("%s of a service is %s", (key, meant) => {
    expect(told([unknownKey(`services[0].${key}`, key, SERVICE)])).toEqual([unknown(`services[0].${key}`, meant)]);
  });

  test.each("csi ephemeral hostPath image iscsi items defaultMode nfs projected".split(" "))(
    "%s of a volume, or of where it comes from, is for the whole of a PodSpec, and nowhere else",
    (key) => {
      expect(told([unknownKey(key, key, ["mountPath", "secret"])])).toEqual([unknown(key, "podSpec.volumes")]);
      expect(told([unknownKey(key, key, ["secretName", "optional"])])).toEqual([unknown(key, "podSpec.volumes")]);
      expect(told([unknownKey(key, key, ["secretName"])])).toEqual([unknown(key, "secretName")]);
      expect(told([unknownKey("secrets", "secrets", ["mountPath", "secret"])])).toEqual([unknown("secrets", "secret")]);
    },
  );

  test("a path of a route is its prefix, and where there is no such key, the nearest is told", () => {
    expect(told([unknownKey("path", "path", Object.keys(ROUTE))])).toEqual([unknown("path", "pathPrefix")]);
    expect(told([unknownKey("environment", "environment", ["envFrom"])])).toEqual([unknown("environment", "envFrom")]);
  });
});
