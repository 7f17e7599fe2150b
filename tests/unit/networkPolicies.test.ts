import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh, NetworkPolicies, NetworkPoliciesArgs, NetworkTarget } from "../../components";
import { NETWORK_TARGETS } from "../../components/isolation/networkPolicies";
import { ends } from "../ends";
import { record } from "../recorder";

const ingress = { namespace: "edge", serviceName: "traefik-system-ingress" } as NetworkPoliciesArgs["ingress"];

async function policies(args: Partial<NetworkPoliciesArgs> = {}) {
  const recorded = await record(() => {
    const mesh = new ConsulMesh("consul");
    new NetworkPolicies("network", { mesh, ingress, serviceNamespaces: ["shop"], ...args });
  });
  // In whichever order they were registered.
  return recorded.filter(({ type }) => type.endsWith(":NetworkPolicy")).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The ports that a rule opens to the peers of a namespace, by policy. */
const openTo = (recorded: Awaited<ReturnType<typeof policies>>, namespace: string | undefined) =>
  recorded.flatMap(({ props }) =>
    props.spec.ingress
      .filter((rule: any) =>
        namespace === undefined
          ? rule.from === undefined
          : rule.from?.some(
              (peer: any) => peer.namespaceSelector?.matchLabels["kubernetes.io/metadata.name"] === namespace,
            ),
      )
      .map((rule: any) => `${props.metadata.name} ${rule.ports.map((p: any) => `${p.port}/${p.protocol}`)}`),
  );

test("each policy restricts what comes in, under a name that stays, as a part of the component", async () => {
  const all = await policies();
  expect(all.map(({ name, parent, props }) => [name, parent, props.metadata.namespace, props.metadata.name])).toEqual([
    ["network-consul-gateway", "network", "consul-system", "consul-terminating-gateway"],
    ["network-consul-injector", "network", "consul-system", "consul-connect-injector"],
    ["network-consul-servers", "network", "consul-system", "consul-servers"],
    ["network-consul-workers", "network", "consul-system", "consul-nobody"],
    ["network-services", "network", "shop", "mesh-services"],
    ["network-traefik", "network", "edge", "traefik"],
  ]);
  expect(all.map(({ props }) => props.spec.policyTypes)).toEqual(all.map(() => ["Ingress"]));
});

test("what a client names is opened to it, and nothing else", async () => {
  const reached = async (...reaches: NetworkTarget[]) =>
    openTo(await policies({ clients: [{ namespace: "client", reaches }] }), "client");
  const opened: Record<string, string[]> = {};
  for (const target of NETWORK_TARGETS) {
    opened[target] = await reached(target);
  }
  expect(opened).toEqual({
    consulApi: ["consul-servers 8501/TCP,8502/TCP"],
    consulDns: ["consul-servers 8600/TCP,8600/UDP"],
    services: ["mesh-services 20000/TCP"],
    proxyMetrics: ["mesh-services 20200/TCP"],
    traefikAdmin: ["traefik 8080/TCP"],
    traefikMetrics: ["traefik 9100/TCP"],
  });
});

test("where another stack has the policies of Consul and the ingress, only the services get theirs", async () => {
  expect((await policies({ servicesAlone: true })).map(({ name }) => name)).toEqual(["network-services"]);
});

test("without an ingress nobody is let in as one", async () => {
  const all = await policies({ ingress: undefined });
  expect(all.map(({ name }) => name)).not.toContain("network-traefik");
  expect(
    all
      .flatMap(({ props }) => props.spec.ingress)
      .filter((rule: any) => rule.from?.some((peer: any) => typeof peer === "string")),
  ).toEqual([]);
  expect(openTo(all, "shop")).toContain("mesh-services 20000/TCP");
});

test("the ingress is open to everybody at its entry points, and at its admin port to those of other teams who ask for routes", async () => {
  const all = await policies({ ingress: { ...ingress!, tcpPorts: [5432] }, teamNamespaces: ["bank"] });
  expect(openTo(all, undefined)).toContain("traefik 80/TCP,443/TCP,443/UDP,5432/TCP");
  expect(openTo(await policies(), undefined)).toContain("traefik 80/TCP,443/TCP,443/UDP");
  expect(openTo(all, "bank")).toEqual([
    "consul-terminating-gateway 8443/TCP",
    "consul-servers 8501/TCP,8502/TCP",
    "mesh-services 20000/TCP",
    "traefik 8080/TCP",
  ]);
});

test("clients that are wrong are refused before anything is made, by where they stand", async () => {
  const clients = [{ namespace: "client", podLabels: { "a b": "c" }, reaches: ["services" as const] }];
  await record(() => {
    const mesh = new ConsulMesh("consul");
    expect(() => new NetworkPolicies("network", { mesh, ingress, serviceNamespaces: ["shop"], clients })).toThrow(
      /NetworkPolicies "network": 1 problem\n {2}clients\[0\]\.podLabels/,
    );
  });
});

test("namespaces whose pods are let in are refused where they are no names, before anything is made", async () => {
  const label = 'is not a DNS label; use 1 to 63 of a-z, 0-9 and "-", beginning and ending with a letter or a digit';
  await record(() => {
    const mesh = new ConsulMesh("consul");
    const names = { serviceNamespaces: ["default", "Shop_1", ""], teamNamespaces: ["kube-system", "bank"] };
    expect(() => new NetworkPolicies("network", { mesh, ingress, ...names })).toThrow(
      new RegExp(
        [
          '^NetworkPolicies "network": 3 problems',
          `serviceNamespaces\\[1\\]: "Shop_1" ${label}`,
          `serviceNamespaces\\[2\\]: "" ${label}`,
          'teamNamespaces\\[0\\]: "kube-system" is a namespace that Consul leaves out of the mesh, .*; use another$',
        ].join("\n  "),
      ),
    );
  });
});

describe("policies of one mesh are made once", () => {
  const taken = (namespace: string) =>
    `the NetworkPolicy "mesh-services" in ${namespace} is that of NetworkPolicies "network" already; name each namespace once`;

  test("those of Consul, and of each namespace of services", async () => {
    await record(() => {
      const mesh = new ConsulMesh("consul");
      const args = { mesh, ingress, serviceNamespaces: ["shop"] };
      new NetworkPolicies("network", args);
      expect(() => new NetworkPolicies("second", { ...args, serviceNamespaces: ["bank", "shop"] })).toThrow(
        new Error(
          [
            'NetworkPolicies "second": 2 problems',
            `serviceNamespaces[1]: ${taken("shop")}`,
            'servicesAlone: the NetworkPolicy "consul-servers" is that of NetworkPolicies "network" already; set it to true here, or declare all in one',
          ].join("\n  "),
        ),
      );
      // The namespaces of others are let in by each.
      new NetworkPolicies("third", {
        ...args,
        serviceNamespaces: ["pay"],
        teamNamespaces: ["shop"],
        servicesAlone: true,
      });
    });
  });

  test("also where a namespace is named twice at once, or is another resource's", async () => {
    const ended: Promise<any>[] = [];
    const register = jest
      .spyOn(k8s.networking.v1, "NetworkPolicy")
      .mockImplementation((_, { metadata }: any) => void ended.push(ends(metadata.namespace)) as never);
    await record(() => {
      const mesh = new ConsulMesh("consul");
      const args = { mesh, ingress, servicesAlone: true };
      new NetworkPolicies("network", { ...args, serviceNamespaces: ["shop", pulumi.output(Promise.resolve("shop"))] });
      expect(() => new NetworkPolicies("twice", { ...args, serviceNamespaces: ["pay", "pay"] })).toThrow(
        /^NetworkPolicies "twice": 1 problem\n {2}serviceNamespaces\[1\]: .* is that of NetworkPolicies "twice" already; /,
      );
    });
    register.mockRestore();
    expect(await Promise.all(ended)).toEqual([
      "shop",
      `NetworkPolicies "network": 1 problem\n  serviceNamespaces[1]: ${taken("shop")}`,
    ]);
  });
});

test("a namespace that another resource makes is what it would be, written down", async () => {
  const names = (its: (name: string) => pulumi.Input<string>) => ({
    serviceNamespaces: ["shop", its("default")],
    teamNamespaces: [its("bank")],
  });
  expect(await policies(names((name) => pulumi.output(Promise.resolve(name))))).toEqual(
    await policies(names((name) => name)),
  );
});

test("one that turns out to be no name, or nothing, lets in nobody: the program ends with its input", async () => {
  const ended: Promise<any>[] = [];
  const register = jest
    .spyOn(k8s.networking.v1, "NetworkPolicy")
    .mockImplementation((_, { metadata, spec }: any) => void ended.push(ends({ metadata, spec })) as never);
  await record(() => {
    const mesh = new ConsulMesh("consul");
    const nothing = pulumi.output(Promise.resolve(undefined)) as unknown as pulumi.Output<string>;
    const args = { servicesAlone: true, serviceNamespaces: ["shop", nothing], teamNamespaces: [pulumi.output("B_")] };
    new NetworkPolicies("network", { mesh, ingress, ...args });
  });
  register.mockRestore();
  const [first, second] = await Promise.all(ended);
  const peers = first.spec.ingress[0].from.map(
    (peer: any) => peer.namespaceSelector.matchLabels["kubernetes.io/metadata.name"],
  );
  expect([...peers, second.metadata.namespace]).toEqual([
    "shop",
    expect.stringMatching(/^NetworkPolicies "network": 1 problem\n {2}serviceNamespaces\[1\]: is an output without a/),
    expect.stringMatching(/^NetworkPolicies "network": 1 problem\n {2}teamNamespaces\[0\]: "B_" is not a DNS label; /),
    "edge",
    peers[1],
  ]);
});
