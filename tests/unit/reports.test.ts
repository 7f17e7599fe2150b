import * as pulumi from "@pulumi/pulumi";
import { describeEdges } from "../../components/intentions/edges";
import { IntentionRule, mergeIntentions } from "../../components/intentions/intentions";
import { tagsAnnotation } from "../../components/routing/routes";
import { serviceTags } from "../../components/routing/serviceTags";
import { reportClaimsLeft } from "../../reports/claimReport";
import { reportEdgeChanges } from "../../reports/edgeReport";
import { refuseTlsOptionChanges } from "../../reports/routeReport";
import { ROOT, Within } from "../../stacks/within";
import { ApiServer, useApiServer } from "../apiServer";
import { record } from "../recorder";

/**
 * What a preview compares a stack with: the cluster, where that can be asked. What it says where it cannot, by the real CLI, is
 * tests/preview/edges.test.ts and tests/preview/routes.test.ts.
 */
const OURS = { "consul-traefik-mesh/stack": "consul-traefik-mesh.test" };
let server: ApiServer;
useApiServer((its, kubeconfig) => {
  server = its;
  server.groups["apps/v1"] = ["Deployment", "StatefulSet"];
  pulumi.runtime.setAllConfig({ "kubernetes:kubeconfig": kubeconfig });
});

const rule = (source: string, destination: string): IntentionRule => ({ source, destination });
const ENTRY = "kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions";

describe("what opens and closes", () => {
  const live = (its: IntentionRule, metadata: object = {}) =>
    mergeIntentions([its]).forEach((spec) =>
      server.add("consul.hashicorp.com/v1alpha1", "ServiceIntentions", {
        metadata: { name: spec.destination.name, namespace: "consul-system", labels: OURS, ...metadata },
        spec,
      }),
    );
  /** What is said of a program that has web → shop now, and whose state has `before`. */
  async function said(before: IntentionRule[], within: Within = ROOT): Promise<string> {
    const lines: string[] = [];
    const log = jest.spyOn(console, "log").mockImplementation((line) => void lines.push(line));
    const type = within.type === undefined ? ENTRY : `${within.type}$${ENTRY}`;
    const state = Object.fromEntries(
      mergeIntentions(before).map((spec, i) => [
        `urn:pulumi:test::consul-traefik-mesh::${type}::entry-${i}`,
        { type: ENTRY, outputs: { spec } },
      ]),
    );
    await record(() => reportEdgeChanges(describeEdges([rule("web", "shop")]), within), {}, state);
    log.mockRestore();
    return lines.join("\n");
  }

  test("is told by the cluster's intentions, whatever the state has", async () => {
    live(rule("web", "shop"));
    live(rule("web", "pay"));
    expect(await said([])).toContain("intentions: 0 to open, 1 to close\n- web → pay");
  });

  test("is told by the state where the cluster has none of this stack's, as of before there were labels", async () => {
    live(rule("web", "shop"), { labels: {} });
    expect(await said([rule("web", "pay")])).toContain("1 to open, 1 to close\n+ web → shop\n- web → pay");
  });

  test("is told by the state where nobody may ask the cluster", async () => {
    live(rule("web", "pay"));
    server.refusal = 403;
    expect(await said([rule("web", "shop")])).toContain("no edge opens or closes");
  });

  test("is told by the state of a component, whose intentions the cluster does not tell from others of the stack", async () => {
    live(rule("web", "pay"));
    expect(await said([rule("web", "shop")], { ...ROOT, type: "mesh:index:Platform" })).toContain("no edge opens");
  });
});

describe("claims that are left behind", () => {
  const live = (name: string, claims?: string[], labels: object = OURS) =>
    server.add("apps/v1", "StatefulSet", {
      metadata: { name, namespace: "apps", labels },
      spec: { volumeClaimTemplates: claims?.map((its) => ({ metadata: { name: its } })) },
    });
  /** What is said of a stack that has a StatefulSet `db` now, and a Deployment `web`. */
  async function said(within: Within = ROOT): Promise<string[]> {
    const lines: string[] = [];
    const log = jest.spyOn(console, "log").mockImplementation((line) => void lines.push(String(line)));
    const its = { image: "a:1", port: 80 };
    const services = [
      { ...its, name: "db", kind: "StatefulSet" as const },
      { ...its, name: "web" },
    ];
    await record(() => reportClaimsLeft({ services, servicesNamespace: "apps" }, within));
    log.mockRestore();
    return lines.filter((line) => line.includes("volume claims"));
  }
  const left = (name: string, claim: string) =>
    expect.stringContaining(
      `volume claims: the StatefulSet "${name}" goes, and leaves its claims, such as "${claim}-${name}-0", with their data. A service of ` +
        "another name does not find them; to rename this one, move the data first",
    ) as string;

  test("are told of each StatefulSet that goes, or becomes something else", async () => {
    live("old", ["data", "logs"]);
    live("web", ["claim-0"]);
    expect(await said()).toEqual([left("old", "data"), left("web", "claim-0")]);
  });

  test.each([
    ["a StatefulSet that stays", () => live("db", ["data"])],
    ["one without claims", () => live("old")],
    ["one with none of its claims", () => live("old", [])],
    ["another stack's", () => live("old", ["data"], {})],
    ["a cluster that nobody may ask", () => (live("old", ["data"]), void (server.refusal = 403))],
    ["a cluster without such a kind", () => void delete server.groups["apps/v1"]],
  ])("are not told of %s", async (_, given) => {
    given();
    expect(await said()).toEqual([]);
  });

  test("are not told of in a component, beside which the stack may have others", async () => {
    live("old", ["data"]);
    expect(await said({ ...ROOT, type: "mesh:index:Platform" })).toEqual([]);
  });
});

describe("TLS options of a host that change to others", () => {
  const deployment = (host: string, options: string, labels: object = OURS) => ({
    metadata: { name: "shop", namespace: "apps", labels },
    spec: {
      template: {
        metadata: {
          annotations: {
            "consul.hashicorp.com/service-tags": tagsAnnotation(
              serviceTags("shop", { routes: [route(host, options)] }),
            ),
          },
        },
      },
    },
  });
  const route = (host: string, options: string) => ({ host, tls: { options } });
  /** What is made of a service whose host has options `b`, where the state has it with `before`. */
  async function refused(before: string, member: "services" | "workloads" = "services"): Promise<string> {
    let message = "accepted";
    const state = { a: { type: "kubernetes:apps/v1:Deployment", outputs: deployment("shop.test", before) } };
    const shop = { name: "shop", image: "a:1", port: 80, routes: [route("shop.test", "b")], running: true as const };
    const settings = { services: [], workloads: [], servicesNamespace: "apps", [member]: [shop] };
    await record(
      () => refuseTlsOptionChanges(settings).catch((error: Error) => void (message = error.message)),
      {},
      state,
    );
    return message;
  }

  test("are refused by what the cluster's pods have, whatever the state has", async () => {
    server.add("apps/v1", "Deployment", { ...deployment("shop.test", "a") });
    expect(await refused("b")).toContain('TLS options of shop.test change from "a" to "b"');
  });

  test("are refused of a workload that runs already as well", async () => {
    server.add("apps/v1", "Deployment", { ...deployment("shop.test", "a") });
    expect(await refused("b", "workloads")).toContain('TLS options of shop.test change from "a" to "b"');
  });

  test("are those of pods that Traefik serves: one without routes has none", async () => {
    server.add("apps/v1", "Deployment", { metadata: deployment("", "").metadata, spec: { template: {} } });
    expect(await refused("a")).toBe("accepted");
  });

  test.each([
    ["the cluster has none of this stack's", () => undefined],
    ["they are another stack's", () => server.add("apps/v1", "Deployment", deployment("shop.test", "b", {}))],
    ["nobody may ask the cluster", () => void (server.refusal = 403)],
    ["the cluster has no such kind", () => void delete server.groups["apps/v1"]],
  ])("are refused by the state where %s", async (_, given) => {
    given();
    expect(await refused("a")).toContain('change from "a" to "b"');
    expect(await refused("b")).toBe("accepted");
  });
});
