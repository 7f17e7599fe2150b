import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** Stands in for kubectl: the first port that it forwards it gives up at the first connection, as kubectl does where one breaks. */
const KUBECTL = `#!${process.execPath}
const fs = require("node:fs");
if (process.argv.includes("proxy")) {
  console.log("Starting to serve");
  setInterval(() => undefined, 1000);
} else {
  const first = __dirname + "/first";
  const gives = !fs.existsSync(first);
  fs.writeFileSync(first, "");
  const server = require("node:http").createServer((request, response) => (gives ? process.exit(1) : response.end("well")));
  server.listen(0, "127.0.0.1", () => console.log("Forwarding from 127.0.0.1:" + server.address().port + " -> 8501"));
}
`;

/** Asks once; in a process of its own, for Jest's has its programs by another PATH. */
const ASK = `
const { Cluster } = require("./tools/access/cluster");
Cluster.open().then(async (cluster) => {
  const answer = await cluster.ask("default", "pod", 8501, "/").catch(String);
  cluster.close();
  process.stdout.write(JSON.stringify(answer));
});
`;

test("a port that kubectl gives up is forwarded once more, and the question is answered", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kubectl-"));
  fs.writeFileSync(path.join(folder, "kubectl"), KUBECTL, { mode: 0o755 });
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const program = ["-r", "ts-node/register/transpile-only", "-e", ASK];
  const answer = execFileSync(process.execPath, program, { env, encoding: "utf8" });
  fs.rmSync(folder, { recursive: true });
  expect(JSON.parse(answer)).toEqual({ status: 200, text: "well" });
});
