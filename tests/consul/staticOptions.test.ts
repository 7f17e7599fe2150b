import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { StaticOptions } from "../../components";
import { staticArguments, staticOptionProblems } from "../../components/ingress/staticOptions";
import { INGRESS, TAKEN } from "../staticSamples";
import { Agent } from "./agent";
import { Traefik } from "./traefik";

let consul: Agent;
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "static-options-"));

beforeAll(async () => {
  consul = await Agent.start();
});

afterAll(async () => {
  await consul?.stop();
  fs.rmSync(scratch, { recursive: true, force: true });
});

async function starts(options: StaticOptions): Promise<string> {
  try {
    await (await Traefik.start(consul, staticArguments(options), scratch)).stop();
    return "starts";
  } catch (error) {
    return (error as Error).message;
  }
}

test("Traefik starts with all the options that are taken", async () => {
  expect(await starts(TAKEN)).toBe("starts");
});

test.each<[StaticOptions]>([
  [{ "log.fromat": "json" }],
  [{ "log.noColor": "yes" }],
  [{ "accessLog.bufferingSize": 1.5 }],
  [{ "entryPoints.web.http2.maxConcurrentStreams": 2 ** 31 }],
  [{ "entryPoints.web.http.aliasHeadersStrategy": "drop" }],
  [{ "serversTransport.forwardingTimeouts.dialTimeout": "soon" }],
  [{ "log.otlp.grpc": true }],
  [{ "metrics.otlp.grpc.tls.ca": "/certs/consul-ca/tls.crt", "metrics.otlp.grpc.insecure": true }],
  [{ "metrics.otlp.explicitBoundaries": "a" }],
])("Traefik does not start with %j, which is refused", async (staticOptions) => {
  expect(staticOptionProblems({ ...INGRESS, staticOptions }, "")).not.toEqual([]);
  expect(await starts(staticOptions)).not.toBe("starts");
});
