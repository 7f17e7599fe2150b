import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { claimMounts, claimNameProblems, claimTemplates, VolumeClaim } from "../../components/pods/volumeClaims";
import { ApiServer } from "../apiServer";
import { ends } from "../ends";
import { record } from "../recorder";

const claim = (mountPath: string, its: Partial<VolumeClaim> = {}): VolumeClaim => ({
  mountPath,
  storage: "1Gi",
  ...its,
});

test("a claim is found by its name, or by its place", () => {
  expect(claimMounts([claim("/a"), claim("/b", { name: "logs" }), claim("/c")])).toEqual([
    { name: "claim-0", mountPath: "/a" },
    { name: "logs", mountPath: "/b" },
    { name: "claim-2", mountPath: "/c" },
  ]);
  expect(claimMounts()).toEqual([]);
});

test("no two claims have one name, nor that of another volume", () => {
  const problems = (...names: (string | undefined)[]) =>
    claimNameProblems(
      names.map((name) => claim("/a", { name })),
      "claims",
    ).map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
  expect(problems(undefined, undefined, "data", "claim-3", "my-volume-0", "volume-data")).toEqual([]);
  expect(problems("claim-1", undefined)).toEqual(['claims[1].name: "claim-1" is that of claims[0] too; use another']);
  expect(problems("writable-0", "volume-12")).toEqual([
    'claims[0].name: "writable-0" is what the component calls another volume; use another',
    'claims[1].name: "volume-12" is what the component calls another volume; use another',
  ]);
  expect(problems("Data")).toEqual([expect.stringMatching(/^claims\[0\]\.name: "Data" is not /)]);
});

test("a claim has not the name of a volume in podSpec, whose place it would take", () => {
  const claims = [claim("/a", { name: "data" }), claim("/b")];
  const volumes = [{ name: "other" }, pulumi.output({ name: "claim-1" }), null, { name: "data" }] as never;
  expect(claimNameProblems(claims, "claims", { volumes })).toEqual([
    {
      propertyPath: "claims[0].name",
      reason: '"data" is that of a volume of podSpec too, and would take its place; use another',
    },
  ]);
  for (const podSpec of [{}, { volumes: pulumi.output([{ name: "data" }]) }, null as never]) {
    expect(claimNameProblems(claims, "claims", podSpec)).toEqual([]);
  }
});

describe("of a StatefulSet that runs", () => {
  let server: ApiServer;
  beforeEach(async () => {
    server = new ApiServer();
    server.groups["apps/v1"] = ["StatefulSet"];
    pulumi.runtime.setAllConfig({ "kubernetes:kubeconfig": await server.listen() });
  });
  afterEach(() => {
    pulumi.runtime.setAllConfig({});
    server.close();
  });

  const runs = (mounts: object | undefined, name = "db", volumeClaimTemplates?: object[]) =>
    server.add("apps/v1", "StatefulSet", {
      metadata: { name, namespace: "shop", labels: { "consul-traefik-mesh/stack": "consul-traefik-mesh.test" } },
      spec: {
        volumeClaimTemplates,
        template: {
          spec: {
            containers: [
              { name: "agent", volumeMounts: [{ name: "wal", mountPath: "/data" }] },
              ...(mounts === undefined ? [] : [{ name: "db", ...mounts }]),
            ],
          },
        },
      },
    });
  const mounted = (its: Record<string, string>) => ({
    volumeMounts: Object.entries(its).map(([mountPath, name]) => ({ name, mountPath })),
  });
  const named = (...names: string[]) => names.map((name) => ({ metadata: { name } }));

  /** Names of the claims that are made, or why none are. */
  async function made(volumeClaims: VolumeClaim[], provider = false): Promise<unknown> {
    let outcome: unknown;
    await record(async () => {
      const providers = provider ? [new k8s.Provider("other", {})] : [];
      const parent = new pulumi.ComponentResource("test:index:Parent", "parent", {}, { providers });
      const templates = claimTemplates({ name: "db", namespace: "shop", volumeClaims }, parent);
      ({ templates: outcome } = await ends({ templates }));
    });
    return Array.isArray(outcome) ? outcome.map(({ metadata }) => metadata.name) : outcome;
  }

  const BOTH = { "/data": "claim-0", "/wal": "claim-1" };

  test("claims that change places would leave their data, which is refused with the name that keeps it", async () => {
    runs(mounted(BOTH), "db", named("claim-0", "claim-1"));
    const kept = (i: number, path: string, before: string, now: string) =>
      `\n  volumeClaims[${i}]: "${path}" has the claim "${before}" so far, and its data; it would have "${now}" instead. Give it the name "${before}"`;
    expect(await made([claim("/wal"), claim("/data")])).toBe(
      `StatefulSet "db": 2 problems${kept(0, "/wal", "claim-1", "claim-0")}${kept(1, "/data", "claim-0", "claim-1")}`,
    );
    expect(await made([claim("/wal")])).toBe(`StatefulSet "db": 1 problem${kept(0, "/wal", "claim-1", "claim-0")}`);
    expect(await made([claim("/data", { name: "data" }), claim("/wal")])).toBe(
      `StatefulSet "db": 1 problem${kept(0, "/data", "claim-0", "data")}`,
    );
  });

  test.each<[what: string, claims: VolumeClaim[], names: string[]]>([
    ["those that stay", [claim("/data"), claim("/wal")], ["claim-0", "claim-1"]],
    ["one that is told by its name", [claim("/wal", { name: "claim-1" })], ["claim-1"]],
    ["one more", [claim("/data"), claim("/wal"), claim("/tmp")], ["claim-0", "claim-1", "claim-2"]],
    ["one that is mounted elsewhere", [claim("/var/data"), claim("/wal")], ["claim-0", "claim-1"]],
    ["none", [], []],
  ])("claims are made as they are said: %s", async (_, claims, names) => {
    runs(mounted(BOTH), "db", named("claim-0", "claim-1"));
    expect(await made(claims)).toEqual(names);
  });

  test("what had no claim at the path so far gets one", async () => {
    const exchanged = [claim("/wal"), claim("/data")];
    const names = ["claim-0", "claim-1"];
    expect(await made(exchanged)).toEqual(names); // nothing runs
    runs(mounted(BOTH), "db"); // volumes that are no claims
    expect(await made(exchanged)).toEqual(names);
    runs({}, "db", named(...names));
    expect(await made(exchanged)).toEqual(names);
    runs(undefined, "db", named(...names));
    expect(await made(exchanged)).toEqual(names);
  });

  test("nobody is asked where there are no claims, or in the cluster of another provider; one that is away is passed over", async () => {
    runs(mounted(BOTH), "db", named("claim-0", "claim-1"));
    const exchanged = [claim("/wal"), claim("/data")];
    expect(await made([])).toEqual([]);
    expect(await made(exchanged, true)).toEqual(["claim-0", "claim-1"]);
    expect(server.requests).toEqual([]);
    server.refusal = 403;
    expect(await made(exchanged)).toEqual(["claim-0", "claim-1"]);
  });
});
