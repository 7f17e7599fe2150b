import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Analyzer, PACK, UNKNOWN } from "./analyzer";
import {
  anyPath,
  denyAll,
  http,
  IN_MESH,
  intentions,
  kube,
  meshed,
  NAMED_PEERS,
  networkPolicy,
  paths,
  release,
  SAFE_VALUES,
  service,
  traefik,
  workload,
} from "./resources";

test("a sound program that is not this project's is left alone, in prod", async () => {
  const program = [
    release(SAFE_VALUES),
    networkPolicy(NAMED_PEERS),
    denyAll,
    http("shop"),
    intentions("shop", paths("traefik", anyPath)),
    meshed("shop"),
    service("shop", { app: "shop" }),
    traefik({ args: IN_MESH }),
    kube("v1", "ConfigMap", "consul-ca-cert", { data: { "tls.crt": UNKNOWN } }),
    kube("v1", "Secret", "db", { stringData: UNKNOWN }),
    workload("batch", { kind: "Job", container: { args: [UNKNOWN], env: [{ name: "DSN", value: UNKNOWN }] } }),
    { type: "aws:s3/bucketV2:BucketV2", name: "files", props: { bucket: UNKNOWN } },
    { type: "kubernetes:yaml/v2:ConfigGroup", name: "group", props: { yaml: "apiVersion: v1\nkind: ConfigMap" } },
  ];
  const said = await Analyzer.use(async (analyzer) => {
    await analyzer.configure();
    return analyzer.judge("prod", program);
  });
  expect(said).toEqual([]);
});

test("the compiled pack says the same without its checkout, with nothing but the packages that it declares", async () => {
  const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "pack-")), "pack");
  execFileSync(path.join(PACK, "package"), [folder], { stdio: ["ignore", "ignore", "inherit"] });
  // In place of npm install: the versions are those of the checkout, as the next test sees to.
  for (const name of Object.keys(declared(path.join(folder, "package.json")).dependencies)) {
    const link = path.join(folder, "node_modules", name);
    fs.mkdirSync(path.dirname(link), { recursive: true });
    fs.symlinkSync(path.resolve(PACK, "../node_modules", name), link);
  }
  const ask = async (analyzer: Analyzer) => {
    await analyzer.configure();
    return {
      policies: await analyzer.policies(),
      said: await analyzer.judge("prod", [release({}), intentions("shop", { name: "*", action: "allow" })]),
    };
  };
  const answers = [await Analyzer.use(ask, PACK), await Analyzer.use(ask, folder)];
  fs.rmSync(path.dirname(folder), { recursive: true });
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[0].said.map(({ policy }) => policy)).toContain("no-wildcard-allow");
});

test("a published pack installs what the checkout has", () => {
  const { dependencies, devDependencies } = declared(path.join(PACK, "../package.json"));
  expect({ ...devDependencies, ...dependencies }).toMatchObject(declared(path.join(PACK, "package.json")).dependencies);
});

function declared(file: string): Record<"dependencies" | "devDependencies", Record<string, string>> {
  return JSON.parse(fs.readFileSync(file, "utf8"));
}
