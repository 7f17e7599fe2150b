import * as runtimeState from "@pulumi/pulumi/runtime/state";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { allLabelled, find, findLabelled } from "../../components/interrupted/asked";
import { ClusterApi } from "../../components/interrupted/clusterApi";
import { ApiServer } from "../apiServer";
import { begin } from "../recorder";

const LABEL = ["stack", "shop.prod"] as const;
const OURS = { stack: "shop.prod" };
let server: ApiServer;
let access: { kubeconfig?: string; context?: string };

beforeEach(async () => {
  server = new ApiServer();
  access = { kubeconfig: await server.listen() };
});
afterEach(async () => {
  server.close();
  await begin();
});

/** Has the rest of a test be a program's. */
function withoutMocks(): void {
  (runtimeState as unknown as { getStore(): { settings: { monitor: unknown } } }).getStore().settings.monitor = {};
}

const service = (name: string, namespace?: string, labels: object = OURS) =>
  server.add("v1", "Service", { metadata: { name, namespace: namespace ?? "default", labels } });
const named = (name: string, namespace?: string, kind = "Service", apiVersion = "v1") => ({
  ...{ apiVersion, kind, name },
  ...(namespace && { namespace }),
});
const nameOf = (its: unknown) => (typeof its === "object" ? (its as any).metadata.name : its);
const looked = async (...wanted: Parameters<typeof named>) => nameOf(await find(named(...wanted), access));
const labelled = async (...wanted: Parameters<typeof named>) =>
  nameOf(await findLabelled(named(...wanted), access, LABEL));

describe("an object", () => {
  test("is that of its kind, its name and its namespace, and none is none", async () => {
    service("orders", "shop");
    service("usual");
    server.add("v1", "Namespace", { metadata: { name: "shop" } });
    expect(await looked("orders", "shop")).toBe("orders");
    expect(await looked("usual")).toBe("usual");
    expect(await looked("shop", undefined, "Namespace")).toBe("shop");
    expect(await looked("orders")).toBeUndefined();
    expect(await looked("orders", "shop", "Secret")).toBeUndefined();
    expect(await looked("orders", "shop", "Thing", "example.com/v1")).toBeUndefined();
  });

  test("has its kind looked up once in a run, but for one that may be yet to come", async () => {
    await looked("orders", "shop");
    await looked("others", "shop");
    expect(server.requests.filter((each) => each === "GET /api/v1")).toHaveLength(1);
    expect(await looked("a", "shop", "ServiceDefaults", "example.com/v1")).toBeUndefined();
    server.groups["example.com/v1"] = ["ServiceDefaults"];
    server.add("example.com/v1", "ServiceDefaults", { metadata: { name: "a", namespace: "shop" } });
    expect(await looked("a", "shop", "ServiceDefaults", "example.com/v1")).toBe("a");
  });

  test("has its kind looked up once in a preview, which makes none", async () => {
    await begin(true);
    for (const name of ["a", "b"]) {
      expect(await looked(name, "shop", "Thing", "example.com/v1")).toBeUndefined();
    }
    expect(server.requests).toEqual(["GET /apis/example.com/v1"]);
  });
});

describe("an object with a label", () => {
  test("costs nothing beside others of its kind in its namespace", async () => {
    ["a", "b"].forEach((name) => service(name, "shop"));
    service("c", "apps");
    service("d", "shop", { stack: "others" });
    server.add("v1", "Secret", { metadata: { name: "a", namespace: "apps", labels: OURS } });
    const asked = ["a", "b", "c", "d"].map((name) => labelled(name, "shop"));
    expect(await Promise.all(asked)).toEqual(["a", "b", undefined, undefined]);
    expect(server.requests).toEqual(["GET /api/v1", "GET /api/v1/namespaces/shop/services"]);
    expect(await Promise.all([labelled("c", "apps"), labelled("a", "apps")])).toEqual(["c", undefined]);
    expect(await labelled("a", "apps", "Secret")).toBe("a");
  });

  test("is among all of its kind, in its namespace or in all, which a cluster without the kind has not", async () => {
    service("a", "shop");
    service("b", "apps");
    service("c", "apps", {});
    const all = async (kind: string, namespace?: string) => {
      const its = await allLabelled({ apiVersion: "v1", kind, namespace }, access, LABEL);
      return typeof its === "object" ? [...its.keys()] : its;
    };
    expect(await all("Service", "shop")).toEqual(["a"]);
    expect(await all("Service")).toEqual(["a", "b"]);
    expect(await all("Secret")).toEqual([]);
    expect(await all("Thing")).toBeUndefined();
    server.refusal = 403;
    expect(await all("ConfigMap")).toBe("unknown");
  });

  test("is none where its kind or its namespace is not there", async () => {
    expect(await labelled("a", "shop", "Thing", "example.com/v1")).toBeUndefined();
    server.add("v1", "Namespace", { metadata: { name: "shop", labels: OURS } });
    expect(await labelled("shop", undefined, "Namespace")).toBe("shop");
    server.refusal = 404;
    expect(await labelled("a", "apps")).toBeUndefined();
  });
});

test.each([401, 403, 405, 503])("a cluster that says %i cannot be asked", async (status) => {
  server.refusal = status;
  expect(await looked("orders", "shop")).toBe("unknown");
  expect(await labelled("orders", "shop")).toBe("unknown");
  server.refusal = undefined;
  expect(await looked("orders", "shop")).toBeUndefined();
});

test("what else a cluster says is told by an up, and passed over by a preview", async () => {
  server.refusal = 422;
  await expect(looked("orders", "shop")).rejects.toThrow("not for you");
  await begin(true);
  expect(await looked("orders", "shop")).toBe("unknown");
});

test.each([false, true])(
  "a cluster that does not answer is not asked for each object, in a preview: %s",
  async (preview) => {
    await begin(preview);
    const kubeconfig = access.kubeconfig;
    server.close();
    expect(await looked("orders", "shop")).toBe("unknown");
    // Another one at its address: this run takes it for the one that is away.
    const { port } = new URL(JSON.parse(kubeconfig!).clusters[0].cluster.server);
    server = new ApiServer();
    await server.listen(Number(port));
    expect(await looked("orders", "shop")).toBe("unknown");
    expect(server.requests).toEqual([]);
  },
);

test("a unit test does not ask the user's current cluster, as a program does", async () => {
  service("orders", "shop");
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "asked-")), "kubeconfig");
  fs.writeFileSync(file, access.kubeconfig!);
  const env = { ...process.env };
  process.env.KUBECONFIG = file;
  access = {};
  expect(await looked("orders", "shop")).toBe("unknown");
  expect(server.requests).toEqual([]);
  // As the SDK of Kubernetes gives it to a provider that is given none.
  access = { kubeconfig: file };
  expect(await looked("orders", "shop")).toBe("unknown");
  expect(server.requests).toEqual([]);
  access = { kubeconfig: fs.readFileSync(file, "utf8") };
  expect(await looked("orders", "shop")).toBe("orders");
  access = {};
  withoutMocks();
  expect(await looked("orders", "shop")).toBe("orders");
  process.env = env;
});

test("a unit test waits no longer than a preview for a cluster that may not be there, and an up does", async () => {
  const connect = jest.spyOn(ClusterApi, "connect");
  await looked("orders", "shop");
  expect(connect).toHaveBeenLastCalledWith(access, 0);
  withoutMocks();
  await looked("orders", "shop");
  expect(connect).toHaveBeenLastCalledWith(access, 1);
  connect.mockRestore();
});

test("each cluster has its own answers", async () => {
  service("orders", "shop");
  expect(await looked("orders", "shop")).toBe("orders");
  access = { ...access, context: "none" };
  expect(await looked("orders", "shop")).toBe("unknown");
  access = { kubeconfig: "{}" };
  expect(await looked("orders", "shop")).toBe("unknown");
});
