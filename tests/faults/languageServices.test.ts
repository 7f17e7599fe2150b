import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LanguageExample, made, said } from "../languages";
import { UNREACHABLE } from "../workspace";

/** `Services` of the component package, by YAML: stacks of services that join the mesh of another stack. */
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "joining-"));
const KUBECONFIG = path.join(folder, "kubeconfig");
fs.writeFileSync(KUBECONFIG, UNREACHABLE);
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("services in a stack of their own", () => {
  const its = new LanguageExample("yaml", { KUBECONFIG });
  beforeAll(() => its.prepare(), 900_000);
  afterAll(() => its.remove());

  const ingress = {
    serviceName: "traefik-system-ingress",
    namespace: "traefik-consul",
    replicas: 1,
    respondingTimeouts: {},
    ports: { web: 30080, websecure: 30443 },
    options: {},
  };
  const whoami = { name: "whoami", port: 80, routes: [{ host: "whoami.localhost" }] };
  /** What the platform's stack shares with a team of that namespace. */
  const platform = (namespace: string) => ({
    stack: "organization/platform/prod",
    mesh: { consulNamespace: "consul-system", cni: false, reach: {}, ingress },
    teams: [{ stack: "organization/mesh-in-yaml/test", namespace }],
    services: { namespace: "mesh-services", services: [whoami], jobs: [], intentions: [] },
  });
  const orders = (namespace: string, host: string) => ({
    type: "consul-traefik-mesh:Services",
    properties: {
      platform: platform(namespace),
      servicesNamespace: "shop",
      services: [{ name: "orders", image: "registry.example.com/orders:1.4.2", port: 8080, routes: [{ host }] }],
      intentions: [{ source: ingress.serviceName, destination: "orders" }],
    },
  });

  test("join the mesh that the platform's stack describes", async () => {
    its.replace({ resources: { shop: orders("shop", "shop.localhost") }, outputs: { urls: "${shop.urls}" } });
    expect(await made(its.stack)).toContain("create kubernetes:apps/v1:Deployment orders-deployment");
    expect(await said(its.stack)).toContain("http://shop.localhost:30080/");
  });

  test.each([
    [
      "where the platform does not name them",
      "shops",
      "shop.localhost",
      '"shop" is not "shops", the one that the teams of organization/platform/prod have for organization/mesh-in-yaml/test; use that',
    ],
    [
      "with a route that the platform has",
      "shop",
      "whoami.localhost",
      "that of stack organization/platform/prod: service whoami",
    ],
  ])("are refused %s", async (_, namespace, host, reason) => {
    its.replace({ resources: { shop: orders(namespace, host) } });
    expect(await said(its.stack)).toContain(reason);
  });
});
