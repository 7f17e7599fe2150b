import * as pulumi from "@pulumi/pulumi";
import { parseSettings, readSettings, Settings } from "../../settings";
import { settingsFrom } from "../../settings/read";
import { describeProblems } from "../../components/shared/problems";
import { begin, record } from "../recorder";
import { raw } from "../settings";

/** What is made of a stack's configuration, and of plain values. */
type Judged = ReturnType<typeof parseSettings>;
const told = (judged: Judged) =>
  "problems" in judged ? judged.problems.map((each) => `${each.propertyPath}: ${each.reason}`) : [];
function settings(given: Record<string, unknown>): Settings {
  const judged = parseSettings(raw({ kubernetesVersion: "1.34", ...given }));
  expect(told(judged)).toEqual([]);
  return (judged as { settings: Settings }).settings;
}

test.each([
  ["text that is no JSON", "consulServers", "three", 'consulServers: "three" is not a whole number in JSON'],
  ["a list that is not closed", "services", "[", 'services: "[" is not a list in JSON'],
  ...["__proto__", "toString", "valueOf"].map((key) => [
    `a key ${key}`,
    "consulValues",
    `{"server":{"${key}":{}}}`,
    `consulValues: has a key "${key}", which nothing here takes`,
  ]),
])("refused: %s", (_, key, text, problem) => {
  expect(told(parseSettings({ ...raw({}), [key]: text }))).toEqual([problem]);
});

describe("of a date that YAML saw, because it was not in quotes, Pulumi makes another text, which is told", () => {
  const reason = (text: string) => `is a date to YAML, of which Pulumi makes "${text}"; put it in quotes`;
  test.each([
    ["2026-01-01 00:00:00 +0000 UTC"],
    ["2026-01-01 10:00:00.5 +0000 UTC"],
    ["2026-01-01 10:00:00 +0200 +0200"],
    ["2026-01-01 10:00:00 -0130 -0130"],
  ])("%s", (text) => {
    const service = { name: "shop", image: "a:1", port: 80, env: { RELEASED: text }, args: ["a", text] };
    const given = { rotations: { ca: text }, consulStorageClass: text, services: [service] };
    expect(told(parseSettings(raw({ kubernetesVersion: "1.34", ...given }))).sort()).toEqual([
      `consulStorageClass: ${reason(text)}`,
      `rotations.ca: ${reason(text)}`,
      `services[0].args[1]: ${reason(text)}`,
      `services[0].env.RELEASED: ${reason(text)}`,
    ]);
  });

  test.each([
    "2026-01-01",
    "2026-01-01T00:00:00Z",
    "on 2026-01-01 00:00:00 +0000 UTC",
    "2026-01-01 00:00:00 +0000 UTC 1",
    "2026-01-01 00:00:00 UTC",
    "2026-01-01 00:00:00",
  ])("but %s is none", (text) => {
    expect(settings({ services: [{ name: "shop", image: "a:1", port: 80, args: [text] }] }).services[0].args).toEqual([
      text,
    ]);
  });

  test("and nothing is one", () => {
    expect(told(parseSettings(raw({ consulValues: { server: null } })))).toEqual([
      expect.stringMatching(/^consulValues.server: is null/),
    ]);
  });
});

test("a setting that the CLI does not hand over is named, and nothing is made of the others", () => {
  const rest = Object.entries(raw({ traefikReplicas: 0 })).filter(([key]) => key !== "consulServers");
  expect(told(parseSettings(Object.fromEntries(rest)))).toEqual([
    "consulServers: is not set; see Pulumi.yaml for its default",
  ]);
});

test("what is wrong with the shape is told with keys that nobody knows", () => {
  expect(told(parseSettings(raw({ consulServer: 3, consulServers: '"3"' })))).toEqual([
    expect.stringMatching(/^consulServer: is not a known key/),
    expect.stringMatching(/^consulServers: /),
  ]);
});

test("an empty value stands for none where none is the default, and for itself elsewhere", () => {
  const { consul, services, externalServices, meshStack } = settings({});
  expect([consul.ca, consul.storageClass, consul.imagePullPolicy, meshStack]).toEqual(Array(4).fill(undefined));
  expect([services, externalServices]).toEqual([[], {}]);
});

describe("of the settings", () => {
  test("node ports are those of a NodePort alone", () => {
    const of = (traefikServiceType: string) =>
      settings({ traefikServiceType, traefikNodePortWeb: 30080 }).traefik.nodePorts?.web;
    expect([of("NodePort"), of("ClusterIP")]).toEqual([30080, undefined]);
  });

  test("a scaler decides how many there are where nobody says more than one", () => {
    const of = (given: Record<string, unknown>) => settings(given).traefik.replicas;
    const traefikAutoscaling = { minReplicas: 2, maxReplicas: 4, cpuUtilization: 70 };
    expect([of({}), of({ traefikAutoscaling })]).toEqual([1, undefined]);
    const both = told(parseSettings(raw({ traefikAutoscaling, traefikReplicas: 3 })));
    expect(both).toEqual([expect.stringMatching(/^traefikAutoscaling: is set alongside replicas/)]);
  });

  test("a chart of one's own has a path and nothing else", () => {
    expect(settings({ consulChartPath: "testbed/charts/consul" }).consul.chart).toEqual({
      path: "testbed/charts/consul",
    });
    expect(settings({}).consul.chart).toMatchObject({ version: expect.any(String) });
  });

  test("every namespace is asked for Kubernetes' own routes by *", () => {
    const of = (traefikKubernetesCrdNamespaces: string[]) =>
      settings({ traefikKubernetesCrdNamespaces }).traefik.kubernetesCrd;
    expect([of(["*"]), of(["a", "b"])]).toEqual([true, { namespaces: ["a", "b"] }]);
  });

  test("Traefik's token is renewed at the ingress, and the rest at the mesh", () => {
    const { consul, traefik } = settings({ rotations: { traefikToken: "may", ca: "june" }, consulAcls: true });
    expect([traefik.tokenRotation, consul.rotations]).toEqual(["may", { ca: "june" }]);
  });

  test("what nobody asked to protect is left to the component's own option", () => {
    expect([true, false].map((protect) => settings({ protect }).consul.protect)).toEqual([true, undefined]);
  });

  test("the ingress' own namespace has no injection", () => {
    expect(settings({ traefikNamespace: "edge" }).consul.namespacesWithoutInjection).toEqual(["edge"]);
    const more = { traefikNamespace: "edge", consulNamespacesWithoutInjection: ["calico-system", "longhorn-system"] };
    const all = ["calico-system", "longhorn-system", "edge"];
    expect(settings(more).consul.namespacesWithoutInjection).toEqual(all);
  });

  test("workloads run already, in other namespaces too, each of which is named once", () => {
    const workloads = ["legacy", "mesh-services", undefined, "legacy"].map((namespace, i) => ({
      ...{ name: `old-${i}`, port: 80 },
      ...(namespace && { namespace }),
    }));
    const its = settings({ workloads });
    expect(its.workloads.map(({ running }) => running)).toEqual([true, true, true, true]);
    expect(its.otherNamespaces).toEqual(["legacy"]);
  });

  test("each rule knows where it is declared", () => {
    const services = ["a", "b"].map((name) => ({ name, image: "a:1", port: 80 }));
    const intentions = [
      { source: "a", destination: "b" },
      { source: "b", destination: "a" },
    ];
    expect(settings({ services, intentions }).intentions.map(({ declaredAt }) => declaredAt)).toEqual([
      "intentions[0]",
      "intentions[1]",
    ]);
  });
});

describe("of plain values, as a package's component has them,", () => {
  test("what is not given is as in Pulumi.yaml", () => {
    expect(settingsFrom({ kubernetesVersion: "1.34", consulServers: undefined })).toEqual(
      parseSettings(raw({ kubernetesVersion: "1.34" })),
    );
  });

  test("what is given holds, and is judged", () => {
    expect(told(settingsFrom({ consulServers: 2, consulServer: 1 }))).toEqual([
      expect.stringMatching(/^consulServer: is not a known key; did you mean "consulServers"/),
    ]);
    expect(told(settingsFrom({ consulServers: 2 }))).toEqual([expect.stringMatching(/^consulServers: 2 servers/)]);
  });

  test("files are refused: whose folder they were in, nobody knows", () => {
    expect(told(settingsFrom({ settingsFiles: ["a.yaml"] }))).toEqual([
      "settingsFiles: is for stacks of this project itself; give the settings",
    ]);
  });

  test.each<[string, unknown]>([
    ["an output", pulumi.output(3)],
    ["an output within", [{ name: pulumi.output("a") }]],
  ])("%s is refused: no preview could judge it", (_, value) => {
    expect(told(settingsFrom({ services: value, consulServers: 2 }))).toEqual([
      expect.stringMatching(/^services: is an output of a resource/),
    ]);
  });
});

describe("a stack's configuration", () => {
  const before = pulumi.runtime.allConfig();
  afterEach(() => pulumi.runtime.setAllConfig(before));
  const configured = (given: Record<string, unknown>, encrypted: string[] = []) => {
    const own = Object.entries(raw({ kubernetesVersion: "1.34", ...given }));
    const all = own.map(([key, value]) => [`${pulumi.getProject()}:${key}`, value]);
    const keys = encrypted.map((key) => `${pulumi.getProject()}:${key}`);
    pulumi.runtime.setAllConfig({ "kubernetes:context": "it", ...Object.fromEntries(all) }, [
      "kubernetes:context",
      ...keys,
    ]);
  };

  test("is read as far as it is the program's own", () => {
    configured({ consulServers: 3 });
    expect(readSettings().consul.servers).toBe(3);
  });

  test("is refused where it is encrypted, as the state and the cluster would have it in plain text, and nothing else is told", () => {
    const services = [{ name: "shop", image: "a:1", port: 80, env: { PASSWORD: "hunter2" }, replicas: "hunter2" }];
    configured({ services, servicesNamespace: "hunter2!", consulServers: 2 }, ["servicesNamespace", "services"]);
    const reason =
      "is encrypted, at least in part, but would be plain text in the state and in the cluster; put what is secret into a Secret and " +
      "name that, as env does with secretKeyRef, and set this without --secret";
    const problems = [
      { propertyPath: "servicesNamespace", reason },
      { propertyPath: "services", reason },
    ];
    expect(readSettings).toThrow(describeProblems(`configuration of stack ${pulumi.getStack()}`, problems));
  });

  test("is refused where it has the project's first name and the project another, as all settings would have their defaults", () => {
    const first = (key: string, rest: Record<string, unknown>) => {
      configured(rest);
      pulumi.runtime.setAllConfig({ ...pulumi.runtime.allConfig(), [`consul-traefik-mesh:${key}`]: "3" });
    };
    begin(false, "consul-traefik-mesh");
    first("consulServers", {});
    expect(readSettings().consul.servers).toBe(3);
    begin(false, "acme-mesh");
    first("consulServers", { consulAcls: "maybe" });
    const reason =
      "is read by a project of that name alone, and this one has another in Pulumi.yaml; write acme-mesh:consulServers";
    const propertyPath = "consul-traefik-mesh:consulServers";
    expect(readSettings).toThrow(describeProblems("configuration of stack stack", [{ propertyPath, reason }]));
  });

  test("names other stacks as teams, and never the stack itself", async () => {
    const teams = ["pay", "test"].map((name) => ({
      stack: `organization/consul-traefik-mesh/${name}`,
      namespace: `of-${name}`,
    }));
    await record(() => {
      configured({ teams: [teams[0]] });
      expect(readSettings().teams).toEqual([teams[0]]);
      configured({ teams });
      expect(readSettings).toThrow(
        "configuration of stack test: 1 problem\n  teams[1].stack: is this stack, whose services join anyway; leave it out",
      );
    });
  });

  test("is refused with all that is wrong with it", () => {
    configured({ consulServers: 2, servicesNamespace: "default" });
    expect(readSettings).toThrow(
      new RegExp(
        `^configuration of stack ${pulumi.getStack()}: 2 problems\n.*consulServers: .*\n.*servicesNamespace: `,
      ),
    );
  });
});
