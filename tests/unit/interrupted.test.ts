import { ClusterApi } from "../../components/interrupted/clusterApi";
import { refuseForeign } from "../../components/interrupted/foreign";
import { forgetRelease } from "../../components/interrupted/helmRecord";
import { ApiServer } from "../apiServer";

const LABEL = ["consul-traefik-mesh/stack", "consul-traefik-mesh.test"] as const;
const OURS = { [LABEL[0]]: LABEL[1] };
const release = { name: "consul", namespace: "consul-system" };
let server: ApiServer;
let kubeconfig: string;

beforeEach(async () => {
  server = new ApiServer();
  kubeconfig = await server.listen();
});
afterEach(() => server.close());

describe("what is to be made", () => {
  const wanted = (apiVersion: string, kind: string, metadata: object) =>
    refuseForeign({ newInputs: { apiVersion, kind, metadata } as any }, { kubeconfig }, LABEL);
  const service = { name: "orders", namespace: "shop" };

  test("is made where there is nothing, and taken over where it is the stack's", async () => {
    await expect(wanted("v1", "Service", service)).resolves.toBeUndefined();
    server.add("v1", "Service", { metadata: { ...service, labels: OURS } });
    await expect(wanted("v1", "Service", service)).resolves.toBeUndefined();
    await expect(wanted("example.com/v1", "Thing", service)).resolves.toBeUndefined();
  });

  test.each([
    ["another stack's", { labels: { [LABEL[0]]: "other.prod" } }, "Pulumi's stack other.prod"],
    [
      "Helm's",
      {
        annotations: { "meta.helm.sh/release-name": "orders", "meta.helm.sh/release-namespace": "apps" },
      },
      "Helm's release apps/orders",
    ],
    ["a controller's", { ownerReferences: [{ kind: "Shop", name: "main" }] }, "Shop main"],
    ["a tool's", { managedFields: [{ manager: "kubectl" }, { manager: "kubectl" }] }, "kubectl"],
    ["nobody's", {}, "nobody that it names"],
  ])("is refused where it is %s, with its owner and the way to import it", async (_, metadata, owner) => {
    server.add("v1", "Service", { metadata: { ...service, creationTimestamp: "2026-11-01", ...metadata } });
    await expect(wanted("v1", "Service", service)).rejects.toThrow(
      new RegExp(
        `^Service shop/orders is there already and is not of this stack, but of ${owner}, since 2026-11-01\\. .*` +
          `kubectl --namespace shop label service orders ${LABEL.join("=")} --overwrite$`,
      ),
    );
  });

  test("waits for one that goes", async () => {
    server.add("v1", "Service", { metadata: { ...service, deletionTimestamp: "2026-11-01" } });
    const made = wanted("v1", "Service", service);
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.objects.clear();
    await expect(made).resolves.toBeUndefined();
  });
});

describe("of an installation that never ended", () => {
  const left = () => [...server.objects.values()].map(({ kind, metadata }) => `${kind as string} ${metadata.name}`);

  test("Helm forgets each revision, and nothing else", async () => {
    const record = (name: string, labels: object) =>
      server.add("v1", "Secret", {
        metadata: { name, namespace: "consul-system", labels },
        data: { release: Buffer.from(Buffer.from("{}").toString("base64")).toString("base64") },
      });
    record("sh.helm.release.v1.consul.v1", { owner: "helm", name: "consul", status: "superseded", version: "1" });
    record("sh.helm.release.v1.consul.v2", { owner: "helm", name: "consul", status: "failed", version: "2" });
    record("sh.helm.release.v1.vault.v1", { owner: "helm", name: "vault", status: "deployed", version: "1" });
    await forgetRelease(ClusterApi.connect({ kubeconfig }), release);
    expect(left().filter((each) => each.startsWith("Secret"))).toEqual(["Secret sh.helm.release.v1.vault.v1"]);
  });
});
