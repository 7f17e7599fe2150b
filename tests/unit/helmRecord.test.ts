import { gunzipSync } from "node:zlib";
import { ClusterApi } from "../../components/interrupted/clusterApi";
import {
  allowUpgrade,
  describeRelease,
  forgetRelease,
  helmRecords,
  holdLostRecord,
  holdRecord,
  isOfRelease,
  letNamespaceGo,
  letRecordGo,
  settledRecords,
} from "../../components/interrupted/helmRecord";
import { ApiServer, useApiServer } from "../apiServer";

const release = { name: "consul", namespace: "consul-system" };
const LABEL = ["consul-traefik-mesh/stack", "shop.prod"] as const;
const NOON = "2026-11-29T12:00:00Z";
const SECRETS = "/api/v1/namespaces/consul-system/secrets";
const NAMESPACE = "/api/v1/namespaces/consul-system";
const clock = Date.now;
let server: ApiServer;
let api: ClusterApi;
useApiServer((its, kubeconfig) => {
  server = its;
  api = ClusterApi.connect({ kubeconfig });
  Date.now = () => Date.parse(NOON);
});
afterEach(() => void (Date.now = clock));

const before = (seconds: number) => new Date(Date.parse(NOON) - seconds * 1000).toISOString();
const kept = (path: string) => server.objects.get(path) as any;
const paths = () => [...server.objects.keys()];
const lists = () => server.requests.filter((each) => each.endsWith("/secrets")).length;
const pathOf = (version: number, name = "consul") => `${SECRETS}/sh.helm.release.v1.${name}.v${version}`;

/** What Helm reads of a Secret. */
function read(path: string): any {
  const inner = Buffer.from(Buffer.from(kept(path).data.release, "base64").toString(), "base64");
  return JSON.parse(gunzipSync(inner).toString());
}

/** Waits until the revisions have been listed so often. */
async function listed(times: number): Promise<void> {
  for (const deadline = clock() + 10_000; lists() < times;) {
    expect(clock()).toBeLessThan(deadline);
    await new Promise(setImmediate);
  }
}

test.each<[annotations: Record<string, string> | undefined, its: boolean]>([
  [{ "meta.helm.sh/release-name": "consul", "meta.helm.sh/release-namespace": "consul-system" }, true],
  [{ "meta.helm.sh/release-name": "vault", "meta.helm.sh/release-namespace": "consul-system" }, false],
  [{ "meta.helm.sh/release-name": "consul", "meta.helm.sh/release-namespace": "blue" }, false],
  [undefined, false],
])("an object with annotations %j is of the release: %s", (annotations, its) => {
  expect(isOfRelease({ metadata: { name: "a", annotations } }, release)).toBe(its);
});

describe("what Helm knows of a release", () => {
  test("are its revisions, the latest last, however Helm has packed them", async () => {
    server.addRevision(10, "deployed", { info: { description: "ten" } });
    server.addRevision(9, undefined);
    server.addRevision(0, "uninstalled");
    server.addRevision(1, "deployed", {}, { name: "vault" });
    server.add("v1", "Secret", {
      metadata: { name: "consul", namespace: release.namespace, labels: { name: "consul" } },
    });
    const plain = Buffer.from(JSON.stringify({ info: { description: "nine" } })).toString("base64");
    kept(pathOf(9)).data.release = Buffer.from(plain).toString("base64");
    expect(await helmRecords(api, release)).toEqual([
      { path: pathOf(9), revision: 9, status: "unknown", release: { info: { description: "nine" } } },
      { path: pathOf(10), revision: 10, status: "deployed", release: { info: { description: "ten" } } },
    ]);
  });

  test("is nothing in a namespace that is not there", async () => {
    server.refusal = 404;
    expect(await helmRecords(api, release)).toEqual([]);
  });

  test.each<[status: string, info: object | undefined, waits: boolean]>([
    ["pending-upgrade", { last_deployed: before(44) }, true],
    ["pending-install", { last_deployed: before(46), deleted: before(1) }, false],
    ["pending-install", undefined, false],
    ["uninstalling", { last_deployed: before(900), deleted: before(89) }, true],
    ["uninstalling", { last_deployed: before(1), deleted: before(91) }, false],
    ["deployed", { last_deployed: before(1), deleted: "" }, false],
    ["failed", { last_deployed: before(1), deleted: before(1) }, false],
  ])("that is %s with %j is waited for: %s", async (status, info, waits) => {
    [1, 2].forEach((version) => server.addRevision(version, "pending-install", { info: { last_deployed: before(1) } }));
    server.addRevision(3, status, { info });
    const settled = settledRecords(api, release);
    if (waits) {
      await listed(2);
      server.addRevision(3, "failed");
    }
    expect((await settled).map((each) => each.revision)).toEqual([1, 2, 3]);
    expect(lists() > 1).toBe(waits);
  });

  test.each<[its: object, words: string]>([
    [{}, "revision 3, failed since an unknown time"],
    [{ chart: {}, info: {} }, "revision 3, failed since an unknown time"],
    [
      { chart: { metadata: { name: "consul", version: "1.9.11" } }, info: { last_deployed: NOON } },
      `chart consul 1.9.11, revision 3, failed since ${NOON}`,
    ],
  ])("of %j is told as %s", async (its, words) => {
    server.addRevision(3, "failed", its);
    expect(describeRelease((await helmRecords(api, release))[0])).toBe(words);
  });
});

test("a release that is forgotten leaves nothing, and others' stay", async () => {
  [0, 1, 2].forEach((version) => server.addRevision(version, "failed"));
  kept(pathOf(0)).metadata.finalizers = ["consul-traefik-mesh/destroy"];
  server.addRevision(1, "deployed", {}, { name: "vault" });
  await forgetRelease(api, release);
  expect(paths()).toEqual([pathOf(1, "vault")]);
});

describe("before an upgrade", () => {
  test.each(["deployed", "failed"])("a revision that is %s stays", async (status) => {
    server.addRevision(1, status);
    await allowUpgrade(api, release);
    expect(server.requests).toEqual([`GET ${SECRETS}`]);
  });

  // As Helm leaves it where an installation is cancelled while a hook of the chart begins; Helm goes by the release.
  test("one that failed by its label alone has failed by its release too", async () => {
    server.addRevision(1, "failed", { info: { last_deployed: before(1), status: "pending-install" } });
    await allowUpgrade(api, release);
    expect(read(pathOf(1)).info).toEqual({
      last_deployed: before(1),
      status: "failed",
      description: "interrupted while pending-install",
    });
    expect(kept(pathOf(1)).metadata.labels.status).toBe("failed");
  });

  test.each(["pending-upgrade", "pending-rollback", "uninstalled"])("one that is %s has failed", async (status) => {
    const its = { name: "consul", info: { first_deployed: before(99), last_deployed: before(90), status }, config: {} };
    server.addRevision(1, "superseded");
    server.addRevision(2, status, its);
    await allowUpgrade(api, release);
    const description = `interrupted while ${status}`;
    expect(read(pathOf(2))).toEqual({ ...its, info: { ...its.info, status: "failed", description } });
    expect([1, 2].map((version) => kept(pathOf(version)).metadata.labels.status)).toEqual(["superseded", "failed"]);
  });

  describe("that changes what a revision had that did not end", () => {
    const CHART = { metadata: { name: "consul", version: "1.9.11" } };
    const its = (status: string, config?: object) => ({
      info: { last_deployed: before(90), status },
      config,
      chart: CHART,
    });
    const statuses = () =>
      [1, 2, 3].map((version) => [kept(pathOf(version)).metadata.labels.status, read(pathOf(version)).info.status]);
    const upgrade = async (status: string, wanted: object, label = status) => {
      server.addRevision(1, "superseded", its("superseded"));
      server.addRevision(2, "deployed", its("deployed", { ui: { enabled: true } }));
      server.addRevision(3, label, its(status, { ui: { enabled: false } }));
      await allowUpgrade(api, release, wanted);
      return statuses();
    };
    const OTHER = { values: { ui: { enabled: true } }, version: "1.9.11" };
    const SAME = { values: { ui: { enabled: false } }, version: "1.9.11" };
    const SUPERSEDED = ["superseded", "superseded"];
    const DEPLOYED = ["deployed", "deployed"];

    test.each(["pending-upgrade", "failed"])(
      "has Helm begin from that one, where it is %s, so that what it added goes",
      async (status) => {
        expect(await upgrade(status, OTHER)).toEqual([SUPERSEDED, SUPERSEDED, DEPLOYED]);
        expect(read(pathOf(3)).info.description).toBe(`interrupted while ${status}`);
      },
    );

    test("the same where it failed by its label alone", async () => {
      expect(await upgrade("deployed", OTHER, "failed")).toEqual([SUPERSEDED, SUPERSEDED, DEPLOYED]);
    });

    test.each<[what: string, wanted: object]>([
      ["another chart", { ...SAME, version: "1.9.12" }],
      ["a value less", { values: {} }],
      ["a value more", { values: { ui: { enabled: false, metrics: {} }, tls: 1 } }],
    ])("the same for %s", async (_, wanted) => {
      expect(await upgrade("failed", wanted)).toEqual([SUPERSEDED, SUPERSEDED, DEPLOYED]);
    });

    test.each<[what: string, status: string, wanted: object, its: string[]]>([
      ["where the same is wanted, it goes on from the one before", "pending-upgrade", SAME, ["failed", "failed"]],
      ["where the same is wanted and it has failed, all stays", "failed", SAME, ["failed", "failed"]],
      ["where it is deployed, all stays", "deployed", OTHER, DEPLOYED],
    ])("%s", async (_, status, wanted, latest) => {
      expect(await upgrade(status, wanted)).toEqual([SUPERSEDED, DEPLOYED, latest]);
    });
  });

  test("none is one that has made nothing and has failed, as Helm reads it", async () => {
    await allowUpgrade(api, release);
    expect(paths()).toEqual([pathOf(1)]);
    expect(kept(pathOf(1))).toMatchObject({
      apiVersion: "v1",
      kind: "Secret",
      type: "helm.sh/release.v1",
      metadata: { labels: { owner: "helm", name: "consul", status: "failed", version: "1" } },
    });
    expect(read(pathOf(1))).toEqual({
      ...release,
      version: 1,
      info: {
        first_deployed: expect.stringMatching(/^20.*Z$/),
        last_deployed: expect.stringMatching(/^20.*Z$/),
        deleted: "",
        description: "lost",
        status: "failed",
      },
      chart: { metadata: { name: "consul", version: "0.0.0", apiVersion: "v2" }, templates: [], values: {} },
      config: {},
      manifest: "",
      hooks: [],
    });
  });
});

describe("what a destroy has Helm find", () => {
  test("is a release that is uninstalled, which stays when Helm deletes it, and goes when it is let go", async () => {
    await holdRecord(api, release);
    await holdRecord(api, release);
    expect(read(pathOf(0))).toMatchObject({ ...release, version: 0, info: { status: "uninstalled" } });
    await api.delete(pathOf(0));
    expect(paths()).toEqual([pathOf(0)]);
    expect(await helmRecords(api, release)).toEqual([]);
    await letRecordGo(api, release);
    expect(paths()).toEqual([]);
  });

  test.each([404, 409])("is not made where the API server says %i", async (status) => {
    server.refusal = status;
    await expect(holdRecord(api, release)).resolves.toBeUndefined();
  });

  test("is told where it cannot be made", async () => {
    server.refusal = 422;
    await expect(holdRecord(api, release)).rejects.toThrow("not for you");
    server.close();
    await expect(holdRecord(api, release)).rejects.toThrow();
  });

  test("is in a namespace that is made again where it is gone, and goes with it", async () => {
    await holdLostRecord(api, release, LABEL);
    expect(kept(NAMESPACE)).toMatchObject({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { labels: { [LABEL[0]]: LABEL[1] } },
    });
    expect(paths()).toEqual([NAMESPACE, pathOf(0)]);
    await letNamespaceGo(api, release);
    expect(paths()).not.toContain(NAMESPACE);
  });

  test("is in the namespace that is there, which stays as it is", async () => {
    for (const more of [{}, { annotations: { team: "a" } }]) {
      const metadata = { name: "consul-system", ...more };
      server.add("v1", "Namespace", { metadata: { ...metadata } });
      await holdLostRecord(api, release, LABEL);
      await letNamespaceGo(api, release);
      expect(paths()).toEqual([NAMESPACE, pathOf(0)]);
      expect(kept(NAMESPACE).metadata).toEqual(metadata);
    }
    server.objects.clear();
    await expect(letNamespaceGo(api, release)).resolves.toBeUndefined();
  });

  test("waits for a namespace that goes", async () => {
    server.add("v1", "Namespace", { metadata: { name: "consul-system", deletionTimestamp: NOON } });
    const holding = holdLostRecord(api, release, LABEL);
    await server.asked(/./, 3);
    expect(server.requests.filter((each) => !each.startsWith("GET"))).toEqual([]);
    server.objects.clear();
    await holding;
    expect(paths()).toEqual([NAMESPACE, pathOf(0)]);
  });

  test("is made in one that does not go, after a minute", async () => {
    server.add("v1", "Namespace", { metadata: { name: "consul-system", deletionTimestamp: NOON } });
    let now = Date.parse(NOON);
    Date.now = () => (now += 8_000);
    await holdLostRecord(api, release, LABEL);
    expect(paths()).toEqual([NAMESPACE, pathOf(0)]);
    expect(server.requests.filter((each) => each === `GET ${NAMESPACE}`).length).toBeGreaterThan(2);
  });
});
