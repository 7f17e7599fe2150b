import { Platform } from "../../packages/mesh/platform";
import { Services } from "../../packages/mesh/services";
import { declaredIn } from "../../tools/access/declared";
import { find, record } from "../recorder";

/** `verify` reads in the state of a program in another language what its component was given. */
const ingress = {
  serviceName: "traefik-system-ingress",
  namespace: "traefik-consul",
  replicas: 1,
  respondingTimeouts: {},
  ports: { web: 30080, websecure: 30443 },
  options: {},
};
const shared = {
  stack: "organization/platform/prod",
  mesh: { consulNamespace: "consul-system", cni: false, reach: {}, ingress },
  teams: [{ stack: "organization/consul-traefik-mesh/test", namespace: "shop" }],
  services: { namespace: "mesh-services", services: [], jobs: [], intentions: [] },
};

test("a platform has its settings there", async () => {
  const given = { consulServers: 3, traefikReplicas: 2 };
  expect(find(await record(() => new Platform("mesh", given)), "mesh").props).toEqual(given);
});

test("a platform that is protected as a whole is so in what holds data or trust too", async () => {
  const recorded = await record(() => new Platform("mesh", { consulAcls: true }, { protect: true }));
  for (const name of ["consul-namespace", "consul-release", "consul-bootstrap-token"]) {
    expect([name, find(recorded, name).protect]).toEqual([name, true]);
  }
});

test("a team's services have theirs there, and the stack whose mesh they join", async () => {
  const given = { servicesNamespace: "shop" };
  const its = find(await record(() => new Services("shop", { ...given, platform: shared })), "shop");
  expect(its.props).toEqual({ ...given, meshStack: shared.stack });
  const resource = { urn: its.name, type: its.type, inputs: its.props };
  expect(declaredIn({ deployment: { resources: [resource] } }).joins).toBe(shared.stack);
});

test.each([
  ["Services", (name: string) => new Services(name, { servicesNamespace: "shop", platform: shared })],
  ["Platform", (name: string) => new Platform(name, {})],
])("a stack has one of them: beside %s, a second one is refused", async (type, one) => {
  await record(() => {
    one("first");
    for (const [second, what] of [
      [() => new Services("second", { servicesNamespace: "shop", platform: shared }), "Services"],
      [() => new Platform("second", {}), "Platform"],
    ] as const) {
      expect(second).toThrow(
        `${what} "second": 1 problem\n  type: is one too many beside ${type} "first": a stack has one Platform or one Services; ` +
          "give that one these settings too, or declare this in a stack of its own",
      );
    }
  });
});
