import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  ConsulMesh,
  IntentionSet,
  JwtProvider,
  MeshJob,
  MeshReference,
  MeshService,
  MeshWorkload,
  NetworkPolicies,
  ServedRoutes,
  TraefikConsulIngress,
} from "../../components";
import { refuseFolder } from "../../components/mesh/membership";
import { ends } from "../ends";
import { keyPair } from "../jwtCases";
import { record } from "../recorder";

const image = "a:1";
const elsewhere = () => ({ providers: { kubernetes: new k8s.Provider("elsewhere", {}) } });

/** What a program is refused with, or `undefined`. */
async function refusal(program: () => unknown): Promise<string | undefined> {
  let said: string | undefined;
  await record(() => {
    try {
      program();
    } catch (error) {
      said = (error as Error).message;
    }
  });
  return said;
}

describe("a second mesh", () => {
  const second = (provider: string) =>
    `ConsulMesh "two": 1 problem\n  provider: leads to the cluster of ConsulMesh "${provider}", and a cluster has one mesh: ` +
    "Consul's definitions, roles and webhooks have no namespace; use that mesh, or a provider of another cluster";

  test.each([undefined, "consul-two"])("is refused in one cluster, in the namespace %s", async (namespace) => {
    expect(await refusal(() => [new ConsulMesh("one"), new ConsulMesh("two", { namespace })])).toBe(second("one"));
  });

  test("is one also by a provider that both have, of their own or by a parent", async () => {
    expect(
      await refusal(() => {
        const opts = elsewhere();
        const parent = new pulumi.ComponentResource("test:index:App", "app", {}, opts);
        new ConsulMesh("default");
        new ConsulMesh("one", {}, { parent });
        new ConsulMesh("two", {}, { provider: opts.providers.kubernetes });
      }),
    ).toBe(second("one"));
  });

  test("may be in another cluster, as two providers may lead to two, and in another run", async () => {
    expect(await refusal(() => [new ConsulMesh("one"), new ConsulMesh("two", {}, elsewhere())])).toBeUndefined();
    expect(await refusal(() => new ConsulMesh("two"))).toBeUndefined();
  });
});

test("a mesh is refused by a provider that writes objects to a folder, and not by another", async () => {
  const said = async (provider?: () => k8s.Provider) => {
    let its: unknown;
    await record(() => {
      const mesh = new pulumi.ComponentResource("test:index:Mesh", "mesh", {}, { providers: provider && [provider()] });
      its = ends(refuseFolder("the mesh", mesh));
    });
    return its;
  };
  expect(await said(() => new k8s.Provider("folder", { renderYamlToDirectory: "out" }))).toBe(
    "the mesh: 1 problem\n  provider: writes objects to a folder (renderYamlToDirectory), where Helm installs nothing; use one of a cluster",
  );
  expect(await said(() => new k8s.Provider("cluster", {}))).toBeUndefined();
  expect(await said()).toBeUndefined();
});

describe("a second object of the mesh of a cluster", () => {
  const own = { namespace: "apps", image, port: 80 };
  const ingress = {
    ...{
      serviceName: "traefik-system-ingress",
      namespace: "traefik",
      replicas: 1,
      respondingTimeouts: {},
      options: {},
    },
    ports: { web: 80, websecure: 443 },
  };
  const reference = () => new MeshReference({ consulNamespace: "consul", cni: false, reach: {}, ingress });
  const second = (what: string, other: string) =>
    `${what}: 1 problem\n  mesh: is not that of ${other}, though both have one provider: a cluster has one mesh, and neither would be ` +
    "judged beside what joins the other; give both the same, or a provider of another cluster";

  test("is refused by both names: a reference beside another, and beside the mesh", async () => {
    expect(
      await refusal(() => {
        new MeshService("shop", { mesh: reference(), ...own });
        new MeshService("cart", { mesh: reference(), ...own });
      }),
    ).toBe(second('MeshService "cart"', 'MeshService "shop"'));
    expect(
      await refusal(() => {
        new ConsulMesh("consul");
        new IntentionSet("rules", { mesh: reference(), denyAll: false });
      }),
    ).toBe(second('IntentionSet "rules"', 'ConsulMesh "consul"'));
  });

  test("is refused where the mesh comes last", async () => {
    expect(
      await refusal(() => {
        new MeshService("shop", { mesh: reference(), ...own });
        new ConsulMesh("consul");
      }),
    ).toBe(
      'ConsulMesh "consul": 1 problem\n  provider: leads to the cluster of MeshService "shop", and a cluster has one mesh: ' +
        "Consul's definitions, roles and webhooks have no namespace; use that mesh, or a provider of another cluster",
    );
  });

  test("is none where all have one reference, or another provider, or where nothing joins it", async () => {
    expect(
      await refusal(() => {
        const mesh = reference();
        reference();
        new MeshService("shop", { mesh, ...own });
        new MeshService("cart", { mesh, ...own });
        new MeshService("there", { mesh: reference(), ...own, serviceName: "shop" }, elsewhere());
      }),
    ).toBeUndefined();
  });
});

describe("what is of another mesh", () => {
  const told = (its: string) => `is ${its}, which has another mesh than this; give both the same, or leave it out`;
  const options = { namespace: "apps", image, port: 80 };
  const login = { issuer: "https://a.test", keys: { local: JSON.stringify({ keys: [keyPair().jwk] }) } };
  const all = (mesh: ConsulMesh, prefix: string, opts?: pulumi.ComponentResourceOptions) => ({
    ingress: new TraefikConsulIngress(`${prefix}edge`, { mesh }, opts),
    guardedBy: new IntentionSet(`${prefix}baseline`, { mesh }, opts),
    provider: new JwtProvider(`${prefix}login`, { mesh, ...login }, opts),
    services: [
      new MeshService(`${prefix}shop`, { mesh, ...options }, opts),
      new MeshJob(`${prefix}job`, { mesh, namespace: "apps", image, command: ["a"] }, opts),
      new MeshWorkload(`${prefix}stock`, { mesh, namespace: "apps", port: 80 }, opts),
      ...mesh.externalDestinations,
    ],
  });
  type Its = ReturnType<typeof all>;

  test.each<[what: string, make: (mesh: ConsulMesh, its: Its) => unknown, problems: string[]]>([
    [
      "IntentionSet",
      (mesh, { ingress, services, provider }) =>
        new IntentionSet("x", { mesh, denyAll: false, ingress, services, jwtProviders: [provider, "okta"] }),
      [
        `services[0]: ${told('MeshService "shop"')}`,
        `services[1]: ${told('MeshJob "job"')}`,
        `services[2]: ${told('MeshWorkload "stock"')}`,
        `services[3]: ${told('external destination "bank"')}`,
        `ingress: ${told('TraefikConsulIngress "edge"')}`,
        `jwtProviders[0]: ${told('JwtProvider "login"')}`,
      ],
    ],
    [
      "MeshService",
      (mesh, { ingress, guardedBy, services }) =>
        new MeshService("x", { mesh, ...options, ingress, guardedBy, after: [services[1] as MeshJob] }),
      [
        `ingress: ${told('TraefikConsulIngress "edge"')}`,
        `guardedBy: ${told('IntentionSet "baseline"')}`,
        `after[0]: ${told('MeshJob "job"')}`,
      ],
    ],
    [
      "MeshWorkload",
      (mesh, { ingress, guardedBy }) =>
        new MeshWorkload("x", { mesh, namespace: "apps", port: 80, ingress, guardedBy }),
      [`ingress: ${told('TraefikConsulIngress "edge"')}`, `guardedBy: ${told('IntentionSet "baseline"')}`],
    ],
    [
      "MeshJob",
      (mesh, { guardedBy }) => new MeshJob("x", { mesh, namespace: "apps", image, command: ["a"], guardedBy }),
      [`guardedBy: ${told('IntentionSet "baseline"')}`],
    ],
    [
      "NetworkPolicies",
      (mesh, { ingress }) => new NetworkPolicies("x", { mesh, ingress, serviceNamespaces: ["apps"] }),
      [`ingress: ${told('TraefikConsulIngress "edge"')}`],
    ],
    [
      "ServedRoutes",
      (mesh, { ingress, services }) => new ServedRoutes("x", { mesh, ingress, services: [services[0]] }),
      [`ingress: ${told('TraefikConsulIngress "edge"')}`, `services[0]: ${told('MeshService "shop"')}`],
    ],
  ])("is refused by a %s, and what is of its own is not", async (what, make, problems) => {
    const args = { acls: true, externalDestinations: [{ name: "bank", host: "bank.test", port: 443 }] };
    const given = (own: boolean) =>
      refusal(() => {
        const opts = elsewhere();
        const one = new ConsulMesh("one", args);
        const other = new ConsulMesh("other", args, opts);
        const its = own ? all(one, "") : all(other, "", opts);
        make(one, its);
      });
    const kind = `${what} "x": ${problems.length} problem${problems.length === 1 ? "" : "s"}`;
    expect(await given(false)).toBe([kind, ...problems].join("\n  "));
    expect(await given(true)).toBeUndefined();
  });

  test("a reference to a mesh is another mesh than that, but what is plain is of none", async () => {
    const own = { namespace: "apps", image, port: 80 };
    const reference = (mesh: ConsulMesh, ingress: TraefikConsulIngress) =>
      new MeshReference({ ...mesh.description, ingress: ingress.description });
    const refused = await refusal(() => {
      const mesh = new ConsulMesh("one");
      const ingress = new TraefikConsulIngress("edge", { mesh });
      const there = reference(mesh, ingress);
      new MeshService("own", { mesh: there, ...own, ingress: there.ingress }, elsewhere());
      new MeshService("shop", { mesh: there, ...own, ingress });
    });
    expect(refused).toBe(`MeshService "shop": 1 problem\n  ingress: ${told('TraefikConsulIngress "edge"')}`);
  });
});

const kubeconfig = (server: string) =>
  JSON.stringify({
    "current-context": "it",
    contexts: [{ name: "it", context: { cluster: "its" } }],
    clusters: [{ name: "its", cluster: { server } }],
  });

describe("a second mesh by another provider", () => {
  const warned = async (...ways: string[]) => {
    const said: string[] = [];
    const warn = jest.spyOn(pulumi.log, "warn").mockImplementation(async (message) => void said.push(message));
    await record(() => {
      for (const [i, way] of ways.entries()) {
        new ConsulMesh(`mesh-${i}`, {}, { provider: new k8s.Provider(`cluster-${i}`, { kubeconfig: way }) });
      }
    });
    warn.mockRestore();
    return said;
  };
  const [here, there] = ["https://a.test:6443", "https://b.test:6443"].map(kubeconfig);

  test("is warned of where both lead to one address", async () => {
    expect(await warned(here, there, `# of another user\n${here}`)).toEqual([
      'ConsulMesh "mesh-2": 1 warning\n  provider: leads to https://a.test:6443, as that of ConsulMesh "mesh-0" does; ' +
        "if this is one cluster, use one mesh: a cluster cannot have two",
    ]);
  });

  test("is not where they lead to two, or where nobody knows", async () => {
    expect(await warned(here, there)).toEqual([]);
    expect(await warned("/nonexistent", "/nonexistent")).toEqual([]);
  });
});

describe("a member by another provider than its mesh's", () => {
  const warned = async (mesh: string | undefined, member: pulumi.Input<string> | undefined) => {
    const said: string[] = [];
    const warn = jest.spyOn(pulumi.log, "warn").mockImplementation(async (message) => void said.push(message));
    await record(() => {
      const by = (name: string, its: pulumi.Input<string>) => new k8s.Provider(name, { kubeconfig: its });
      const consul = new ConsulMesh("consul", {}, mesh === undefined ? {} : { provider: by("mesh", mesh) });
      const opts = member === undefined ? {} : { providers: [by("member", member)] };
      new MeshService("shop", { mesh: consul, namespace: "apps", image, port: 80 }, opts);
    });
    warn.mockRestore();
    return said.filter((each) => each.includes("provider"));
  };
  const [here, there] = ["https://a.test:6443", "https://b.test:6443"];

  test("is warned of where these lead to two addresses", async () => {
    expect(await warned(kubeconfig(here), kubeconfig(there))).toEqual([
      `MeshService "shop": 1 warning\n  provider: leads to ${there}, and the mesh's to ${here}; if these are two clusters, it cannot join: use the mesh's provider`,
    ]);
    expect(await warned(kubeconfig(here), pulumi.output(Promise.resolve(kubeconfig(there))))).toHaveLength(1);
  });

  test.each<[string, string | undefined, string | undefined]>([
    ["to one", kubeconfig(here), `# of another user\n${kubeconfig(here)}`],
    ["to one that is not known", kubeconfig(here), "/nonexistent"],
    ["to one, from one that is not known", "/nonexistent", kubeconfig(here)],
    ["where the default one does, which is not known", undefined, kubeconfig(here)],
  ])("is not where they lead %s", async (_, mesh, member) => {
    expect(await warned(mesh, member)).toEqual([]);
  });

  test("is not where what leads to it is not known yet", async () => {
    const unknown = pulumi.output(Promise.resolve(pulumi.unknown)) as unknown as pulumi.Output<string>;
    expect(await warned(kubeconfig(here), unknown)).toEqual([]);
  });
});
