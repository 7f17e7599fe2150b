import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { IntentionRule } from "../../components";
import {
  answers,
  changesNothing,
  consul,
  inventory,
  nothingIsLeft,
  poll,
  renewCluster,
  story,
  through,
} from "../e2e/cluster";
import { judged } from "../e2e/pack";
import { workspace, Workspace } from "../workspace";

/** The article's story on the Consul of the default chart, as far as the testbed's control plane goes with it: without ACLs. */
const step = story();
const VERSION = "1.22.7";
/** A build's name: by its version this Consul is refused with the testbed's chart, and rightly so. */
const IMAGE = `registry.example.com/consul:build-${VERSION}`;
const HOST = "whoami.localhost";
const allow: IntentionRule = { source: "traefik-system-ingress", destination: "whoami" };

let before: string[];
let its: Workspace;

async function up(...intentions: IntentionRule[]): Promise<void> {
  its.configure({ intentions });
  await its.stack.up();
}

beforeAll(async () => {
  execFileSync(path.join(__dirname, "../../testbed/image-as"), [`consul:${VERSION}`, IMAGE]);
  before = await inventory();
  its = judged(await workspace("local", { consulImage: IMAGE }, "local"));
});

afterAll(async () => {
  await its?.remove();
  renewCluster();
});

step("deny-all refuses what comes through Traefik: 403", async () => {
  await up();
  expect((await consul("agent/self")).Config.Version).toBe(VERSION);
  await answers(403, HOST);
});

step("the allow lets Traefik in: 200", async () => {
  await up(allow);
  await answers(200, HOST);
});

step("an L7 permission opens its path and method, and nothing else", async () => {
  await up({ ...allow, permissions: [{ action: "allow", http: { pathPrefix: "/api", methods: ["GET"] } }] });
  await answers(403, HOST);
  await answers(200, HOST, "/api/x");
  await poll(
    "another method",
    () => through(HOST, "/api/x", "POST"),
    (status) => status === 403,
  );
});

step("a second up changes nothing", async () => {
  await changesNothing(its.stack);
});

step("without its intention Traefik is refused again: 403", async () => {
  await up();
  await answers(403, HOST, "/api/x");
});

step("destroy leaves nothing", async () => {
  await its.stack.destroy();
  await nothingIsLeft(before);
});
