import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh, IntentionSet, JwtProvider, MeshJob, MeshReference, MeshService } from "../../components";
import { MeshWorkload, NetworkPolicies, ServedRoutes, TraefikConsulIngress } from "../../components";
import { missingProblems, ofRightForm } from "../../components/shared/forms";
import { laterValues, replaceLater } from "../../components/shared/laterValues";
import { refuse } from "../../components/shared/problems";
import { record } from "../recorder";

interface Inputs {
  readonly name: string;
  readonly list?: readonly { readonly text?: string }[];
  readonly map?: Readonly<Record<string, string>>;
  readonly other?: unknown;
}
/** As code counts on types: it fails at what has none of these methods. */
const make = ({ name, list = [], map = {} }: Inputs) =>
  [name.trim(), ...list.map(({ text = "" }) => text.trim()), ...Object.values(map).map((each) => each.trim())].join();
const told = (inputs: unknown) => {
  try {
    return ofRightForm("It", inputs as Inputs, make);
  } catch (error) {
    return (error as Error).message;
  }
};
const wrong = (path: string, value: string, failed: string) =>
  `It: 1 problem\n  ${path}: ${value} is not of the form that it has to have; see docs/reference.md (${failed})`;

test("what is made of inputs of the right types is that", () => {
  expect(told({ name: " a", list: [{ text: "b" }, {}], map: { c: "c " } })).toBe("a,b,,c");
});

test.each<[inputs: object, path: string, value: string, failed: string]>([
  [{ list: {} }, "list", "{}", "list.map is not a function"],
  [{ list: [{ text: "b" }, { text: {} }] }, "list[1].text", "{}", "text.trim is not a function"],
  [{ list: [{ text: 1, other: 2 }] }, "list[0].text", "1", "text.trim is not a function"],
  [{ name: {} }, "name", "{}", "name.trim is not a function"],
  [{ name: 1, map: { a: "a" } }, "name", "1", "name.trim is not a function"],
  [{ list: [1, { text: {} }, 2] }, "list[1].text", "{}", "text.trim is not a function"],
  [{ list: [{ text: "b" }, { text: {} }, { text: [] }] }, "list[1].text", "{}", "text.trim is not a function"],
  [{ list: [{ text: 1 }, { text: "b" }, { text: "c" }] }, "list[0].text", "1", "text.trim is not a function"],
  [{ list: [null] }, "list[0]", "null", "Cannot read properties of null"],
  [{ map: { a: "a", "b/c": [] } }, "map.b/c", "[]", "each.trim is not a function"],
  [{ map: { a: new Date(0) } }, "map.a", '"1970-01-01T00:00:00.000Z"', "each.trim is not a function"],
])("told is the innermost value of a wrong type: %j", (inputs, path, value, failed) => {
  const message = told({ name: "a", other: new Map(), ...inputs });
  expect(message).toContain(wrong(path, value, "").replace(")", ""));
  expect(message).toContain(failed);
});

test("of an output and of a resource that stand where a text has to, nothing is shown", async () => {
  const said: string[] = [];
  await record(() => {
    const resource = new k8s.core.v1.Namespace("a");
    said.push(...[pulumi.output("a"), resource].map((name) => String(told({ name }))));
  });
  expect(said).toEqual([
    wrong("name", "an output", "name.trim is not a function"),
    wrong("name", "a resource", "name.trim is not a function"),
  ]);
});

test("of hundreds in a list, each is not tried by itself", () => {
  let times = 0;
  const judge = ({ list }: { list: readonly string[] }) => (times++, list.map((each) => each.trim()));
  const list = [...Array<string>(900).fill("a"), 1 as never, ...Array<string>(99).fill("a")];
  expect(() => ofRightForm("It", { list }, judge)).toThrow("\n  list[900]: 1 is not of the form");
  expect(times).toBeLessThan(20);
});

test("what is missing is told by its name, and so is a mesh that is none", () => {
  const none = { propertyPath: "mesh", reason: "is not a mesh; give a ConsulMesh or a MeshReference" };
  const missing = (propertyPath: string) => ({
    propertyPath,
    reason: "is missing; docs/reference.md says what it takes",
  });
  const args = { mesh: undefined as unknown, a: 0 as number | undefined, b: undefined, c: undefined };
  expect(missingProblems(args)).toEqual([none]);
  expect(missingProblems(args, ["a", "b"])).toEqual([none, missing("b")]);
  for (const mesh of [null, "mesh", {}, { model: {} }]) {
    expect(missingProblems({ mesh })).toEqual([none]);
  }
  expect(missingProblems({ ...args, mesh: { model: { part: () => 1 } } }, ["c"])).toEqual([missing("c")]);
});

test("what no value can be told of is as it is, as what is missing, and what fails for another reason", () => {
  expect(told({ list: [] })).toBe("Cannot read properties of undefined (reading 'trim')");
  expect(told(undefined)).toMatch(/^Cannot destructure property 'name'/);
  const fails = (error: Error) => () =>
    ofRightForm("It", { a: 1 }, ({ a }: { a?: number }) => {
      if (a !== undefined) {
        throw error;
      }
    });
  expect(fails(new RangeError("too far"))).toThrow(new RangeError("too far"));
  expect(fails(new TypeError("no text"))).toThrow(
    "a: 1 is not of the form that it has to have; see docs/reference.md (no text)",
  );
});

test("a value that is wrong otherwise is none of a wrong type", () => {
  const judge = ({ a, b }: { a?: string; b?: string }) => {
    if (a === undefined) {
      throw new RangeError("a is needed");
    }
    return b!.trim() === "" ? [] : [{ propertyPath: "b", reason: "is too much" }];
  };
  expect(() => refuse("It", ofRightForm("It", { a: "a", b: " " }, judge))).not.toThrow();
  expect(() => refuse("It", ofRightForm("It", { a: "a", b: "b" }, judge))).toThrow("It: 1 problem\n  b: is too much");
});

describe("of a program without types", () => {
  const pods = { namespace: "apps", image: "a:1", port: 80, command: ["a"] };
  const rule = { source: "traefik-system-ingress", destination: "*", action: "allow" };

  type Declared = [what: string, path: string, make: (mesh: ConsulMesh) => unknown];

  test.each<Declared>([
    [
      "MeshService",
      "routes[0].host",
      (mesh) => new MeshService("x", { mesh, ...pods, routes: [{ host: {} as never }] }),
    ],
    ["MeshService", "healthPath", (mesh) => new MeshService("x", { mesh, ...pods, healthPath: {} as never })],
    [
      "MeshWorkload",
      "calls",
      (mesh) => new MeshWorkload("x", { mesh, namespace: "apps", port: 80, calls: {} as never }),
    ],
    ["MeshJob", "schedule", (mesh) => new MeshJob("x", { mesh, ...pods, schedule: {} as never })],
    [
      "TraefikConsulIngress",
      "consoles.dashboard.host",
      (mesh) =>
        new TraefikConsulIngress("x", {
          mesh,
          userLists: { a: { secretName: "a" } },
          consoles: { dashboard: { host: {} as never, userList: "a" } },
        }),
    ],
    [
      "IntentionSet",
      "rules[0].source",
      (mesh) => new IntentionSet("x", { mesh, rules: [{ ...rule, source: {} } as never] }),
    ],
    [
      "JwtProvider",
      "audiences",
      (mesh) => new JwtProvider("x", { mesh, issuer: "a", keys: {}, audiences: {} as never }),
    ],
    [
      "NetworkPolicies",
      "serviceNamespaces",
      (mesh) => new NetworkPolicies("x", { mesh, serviceNamespaces: {} as never }),
    ],
    [
      "NetworkPolicies",
      "clients",
      (mesh) => new NetworkPolicies("x", { mesh, serviceNamespaces: [], clients: {} as never }),
    ],
    ...["services", "rules", "externalServices", "jwtProviders"].map((list): Declared => [
      "IntentionSet",
      list,
      (mesh) => new IntentionSet("x", { mesh, [list]: {} as never }),
    ]),
    [
      "NetworkPolicies",
      "clients[0].reaches",
      (mesh) =>
        new NetworkPolicies("x", { mesh, serviceNamespaces: [], clients: [{ namespace: "a", reaches: {} as never }] }),
    ],
    ["MeshService", "ingress", (mesh) => new MeshService("x", { mesh, ...pods, ingress: {} as never })],
    [
      "MeshWorkload",
      "ingress",
      (mesh) => new MeshWorkload("x", { mesh, namespace: "a", port: 1, ingress: {} as never }),
    ],
    ["MeshService", "command", (mesh) => new MeshService("x", { mesh, ...pods, command: {} as never })],
    ["ConsulMesh", "images.consul", () => new ConsulMesh("x", { images: { consul: {} as never } })],
  ])("%s tells which of its inputs is of a wrong type: %s", async (what, path, declare) => {
    let said: unknown;
    await record(() => {
      const mesh = new ConsulMesh("consul", { acls: true });
      try {
        declare(mesh);
      } catch (error) {
        said = (error as Error).message;
      }
    });
    expect(said).toContain(
      `${what} "x": 1 problem\n  ${path}: {} is not of the form that it has to have; see docs/reference.md (`,
    );
  });

  const needs = (what: string, ...inputs: string[]) =>
    [
      `${what} "x": ${inputs.length + 1} problem${inputs.length === 0 ? "" : "s"}`,
      "  mesh: is not a mesh; give a ConsulMesh or a MeshReference",
      ...inputs.map((input) => `  ${input}: is missing; docs/reference.md says what it takes`),
    ].join("\n");
  test.each<[said: string, make: (nothing: never) => unknown]>([
    [needs("MeshService", "namespace", "image", "port"), (nothing) => new MeshService("x", nothing)],
    [needs("MeshWorkload", "namespace", "port"), (nothing) => new MeshWorkload("x", nothing)],
    [needs("MeshJob", "namespace", "image"), (nothing) => new MeshJob("x", nothing)],
    [needs("TraefikConsulIngress"), (nothing) => new TraefikConsulIngress("x", nothing)],
    [needs("IntentionSet"), (nothing) => new IntentionSet("x", nothing)],
    [needs("JwtProvider", "issuer", "keys"), (nothing) => new JwtProvider("x", nothing)],
    [needs("NetworkPolicies", "serviceNamespaces"), (nothing) => new NetworkPolicies("x", nothing)],
    [needs("ServedRoutes", "ingress", "services"), (nothing) => new ServedRoutes("x", nothing)],
  ])("what it has to be given, and is not, is told: %s", (said, make) => {
    expect(() => make({} as never)).toThrow(new Error(said));
  });

  const later = (value: unknown): any => pulumi.output(value);
  /** A list whose last one is this, of which the place has two digits. */
  const last = (one: unknown): any => [...Array<object>(10).fill({}), one];
  const tls = { domains: last({ main: later("a.test"), sans: last(later("b.test")) }) };
  const middlewares = last({ ipAllowList: { sourceRange: last(later("10.0.0.0/8")) } });
  const routes = last({ host: later("a.test"), rule: later("Host(`b.test`)"), tls, middlewares });
  const tcpRoutes = last({ sni: later("a.test"), rule: later("HostSNI(`b.test`)"), tls, middlewares });
  const env = {
    "spring.url": later("a"),
    name: { secretKeyRef: { name: later("a"), key: "b" } },
    key: later("b"),
  };
  const account = { namespace: later("apps"), serviceAccountAnnotations: { "example.com/a": later("b") } };
  const ofPods = {
    ...account,
    image: later("a:1"),
    env,
    envFrom: last({ secretRef: { name: later("a") }, configMapRef: { name: later("a") } }),
    volumes: last({ secret: { secretName: later("a") }, persistentVolumeClaim: { claimName: later("a") } }),
    imagePullSecrets: [later("a")],
    podSpec: { hostname: later("a") },
  };
  const wrongOfPods = {
    replicas: later(1),
    imagePullPolicy: later("Always"),
    env: {
      name: { secretKeyRef: { name: "a", key: later("b"), optional: later(true) } },
      other: { configMapKeyRef: later({}) },
      field: { fieldRef: { fieldPath: later("a") } },
      limit: { resourceFieldRef: { resource: later("a"), divisor: later("b") } },
    },
    envFrom: [{ prefix: later("a"), secretRef: { name: "a", optional: later(true) } }],
    volumes: later([]),
    serviceAccountAnnotations: later({}),
    podSpec: later({}),
  };
  const pathsOfPods = [
    "replicas",
    "imagePullPolicy",
    "env.name.secretKeyRef.key",
    "env.name.secretKeyRef.optional",
    "env.other.configMapKeyRef",
    "env.field.fieldRef.fieldPath",
    "env.limit.resourceFieldRef.resource",
    "env.limit.resourceFieldRef.divisor",
    "envFrom[0].prefix",
    "envFrom[0].secretRef.optional",
    "volumes",
    "serviceAccountAnnotations",
    "podSpec",
  ];
  const wrongRoutes = [
    { name: later("a"), middlewares: [{ headers: { customRequestHeaders: { host: later("a") } } }] },
    { tls: { certResolver: later("le"), domains: later([]) } },
  ];
  const pathsOfRoutes = ["name", "middlewares[0].headers.customRequestHeaders.host"];
  const resolver = {
    email: later("a@b.test"),
    caServer: later("https://a.test"),
    eab: { kid: later("a"), hmacSecret: later("a") },
    dnsChallenge: { provider: "route53", credentialsSecret: later("a") },
  };

  /** What of each value takes outputs, whatever it is called. */
  const ANY_BELOW =
    /nnotations|^(canary\.)?env\.|^podSpec|^imagePullSecrets|Ranges|TrustedIps|Namespaces|^audiences|^consoles.*domains|servedPaths/;

  /** Where a component takes outputs, and where it does not. */
  test.each<[what: string, Component: any, right: object, wrong: object, paths: string[]]>([
    [
      "MeshService",
      MeshService,
      { ...ofPods, port: 80, canary: { image: later("a:2"), env, weight: 1, routes }, routes, tcpRoutes },
      { ...wrongOfPods, canary: { weight: later(1) }, image: "a:1", routes: wrongRoutes },
      [
        ...pathsOfPods,
        "canary.weight",
        ...pathsOfRoutes.map((path) => `routes[0].${path}`),
        "routes[1].tls.certResolver",
        "routes[1].tls.domains",
      ],
    ],
    [
      "MeshWorkload",
      MeshWorkload,
      { ...account, port: 80, routes, tcpRoutes },
      { running: later(false), existingServiceAccount: later(false) },
      ["running", "existingServiceAccount"],
    ],
    ["MeshJob", MeshJob, ofPods, { ...wrongOfPods, suspend: later(false) }, [...pathsOfPods, "suspend"]],
    [
      "TraefikConsulIngress",
      TraefikConsulIngress,
      {
        serviceAnnotations: { "example.com/a": later("b") },
        serviceAccountAnnotations: { "example.com/a": later("b") },
        env,
        loadBalancerSourceRanges: [later("10.0.0.0/8")],
        forwardedHeadersTrustedIps: [later("10.0.0.0/8")],
        proxyProtocolTrustedIps: [later("10.0.0.0/8")],
        consoles: { dashboard: { host: later("a.test"), tls }, consulUi: { host: later("b.test"), tls } },
        certificateResolvers: { le: resolver },
        userLists: { ops: { secretName: later("a") } },
      },
      {
        dashboard: later(false),
        serviceName: later("a"),
        consoles: { dashboard: { userList: later("a"), tls: { options: later("a") } }, consulUi: later({}) },
        certificateResolvers: { le: { keyType: later("a"), dnsChallenge: { provider: later("route53") } } },
        userLists: { ops: { key: later("a") } },
        loadBalancerSourceRanges: later([]),
      },
      [
        "dashboard",
        "serviceName",
        "consoles.dashboard.userList",
        "consoles.dashboard.tls.options",
        "consoles.consulUi",
        "certificateResolvers.le.keyType",
        "certificateResolvers.le.dnsChallenge.provider",
        "userLists.ops.key",
        "loadBalancerSourceRanges",
      ],
    ],
    [
      "IntentionSet",
      IntentionSet,
      { services: last({ servedPaths: [later("/a")] }), ingress: { namespace: later("a") } },
      {
        denyAll: later(false),
        services: [{ serviceName: later("a"), servedPaths: later([]) }],
        ingress: { serviceName: later("a") },
        jwtProviders: [later("a")],
      },
      ["ingress.serviceName", "services[0].serviceName", "services[0].servedPaths", "denyAll", "jwtProviders[0]"],
    ],
    [
      "JwtProvider",
      JwtProvider,
      {
        issuer: later("a"),
        audiences: [later("a")],
        keys: { local: later("{}"), remote: { uri: later("https://a") } },
      },
      { issuer: "a", keys: later({}), forwardToken: later(false) },
      ["keys", "forwardToken"],
    ],
    [
      "NetworkPolicies",
      NetworkPolicies,
      { serviceNamespaces: [later("a")], teamNamespaces: [later("b")], ingress: { namespace: later("c") } },
      { serviceNamespaces: later([]), servicesAlone: later(false), clients: [{ namespace: later("a") }] },
      ["serviceNamespaces", "servicesAlone", "clients[0].namespace"],
    ],
    [
      "ServedRoutes",
      ServedRoutes,
      { namespace: later("a"), ingress: { namespace: later("a") }, services: last({ servedPaths: [later("/a")] }) },
      { services: later([]), ingress: later({}), others: later(false) },
      ["ingress", "services", "others"],
    ],
  ])(
    "an output in place of a plain value would count as true, and %s refuses it",
    (what, Component, right, wrong, paths) => {
      const reason = "is an output of a resource, or a secret; give a plain value, which a preview can judge";
      const mesh = { model: { part: () => undefined }, namespace: later("consul") };
      const needed = { ...pods, issuer: "a", keys: {}, serviceNamespaces: [], ingress: {}, services: [] };
      const told = (given: object) => {
        try {
          return void new Component("x", { mesh, ...needed, ...given });
        } catch (error) {
          return (error as Error).message;
        }
      };
      // With one that is refused, since all else is judged after that.
      expect(told({ ...right, more: later(1) })).toBe(`${what} "x": 1 problem\n  more: ${reason}`);
      const all = (its: readonly string[]) =>
        [`${what} "x": ${its.length} problems`, ...its.map((path) => `  ${path}: ${reason}`)].join("\n");
      expect(told(wrong)).toBe(all(paths));
      // Nor does it take one at the same place of another input, or deeper.
      const places = Object.keys(laterValues(right));
      expect(told({ more: right, other: later(1) })).toBe(all([...places.map((path) => `more.${path}`), "other"]));
      const deeper = places.filter((path) => !ANY_BELOW.test(path)).map((path) => `${path}.more`);
      const given = replaceLater(right, (value) => ({ more: value })) as object;
      expect(told({ ...given, other: later(1), another: later(1) })).toBe(all([...deeper, "other", "another"]));
    },
  );

  test.each<[what: string, description: unknown]>([
    ["nothing", undefined],
    ["of an older program", { consulNamespace: "consul", ingress: undefined }],
    ["without what the ingress has", { consulNamespace: "consul", ingress: {} }],
    ["an output", pulumi.output({})],
  ])("a MeshReference to what is no description is refused: %s", (_, description) => {
    expect(() => new MeshReference(description as never)).toThrow(
      "MeshReference: 1 problem\n  description: is no description of a mesh; give that of the mesh's stack, when it is known",
    );
  });
});
