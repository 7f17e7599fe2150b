import * as http2 from "node:http2";
import { AddressInfo } from "node:net";
import * as zlib from "node:zlib";
import { tracingPart } from "../../components/ingress/tracing";
import { sidecarTracing, Tracing } from "../../components/mesh/tracing";
import { poll } from "../e2e/cluster";
import { Agent } from "./agent";
import { Sidecars } from "./sidecars";
import { Traefik } from "./traefik";

/** What arrives where a collector would be, by OTLP: requests as they are, of which these tests look for names and ids. */
const received: Buffer[] = [];
const collector = http2.createServer().on("stream", (stream, headers) => {
  const path = headers[":path"];
  const parts: Buffer[] = [];
  stream.on("data", (part: Buffer) => parts.push(part));
  stream.on("end", () => {
    if (path === "/opentelemetry.proto.collector.trace.v1.TraceService/Export") {
      const message = Buffer.concat(parts); // behind a byte that says whether it is compressed, and its length
      received.push(message[0] === 1 ? zlib.gunzipSync(message.subarray(5)) : message);
    }
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(Buffer.alloc(5)); // an empty message
  });
});
/** Whether spans arrived together that a service has sent, and that these ids are in. */
function arrived(service: string, ...ids: string[]): boolean {
  // An attribute of a resource, as protobuf writes key and value.
  const { length } = service;
  const sender = Buffer.concat([
    Buffer.from("service.name"),
    Buffer.from([0x12, length + 2, 0x0a, length]),
    Buffer.from(service),
  ]);
  return received.some((each) =>
    [sender, ...ids.map((id) => Buffer.from(id, "hex"))].every((part) => each.includes(part)),
  );
}

const seen: (string | undefined)[] = [];
let tracing: Tracing;
let sidecars: Sidecars;

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  tracing = { endpoint: `127.0.0.1:${(collector.address() as AddressInfo).port}` };
  sidecars = await Sidecars.start(
    (asked, answer) => {
      seen.push(asked.headers.traceparent as string | undefined);
      answer.end();
    },
    { config: (service) => sidecarTracing(tracing, service) },
  );
  await poll(
    "a call",
    () => status(sidecars.upstream),
    (answered) => answered === 200,
  );
});

afterAll(async () => {
  await sidecars?.stop();
  collector.close();
});

/** What a call is answered; `trace` is that of its caller, whose flags are 01 where it is sampled. */
async function status(port: number, trace?: string, flags = "01"): Promise<number> {
  const headers: Record<string, string> =
    trace === undefined ? {} : { traceparent: `00-${trace}-00f067aa0ba902b7-${flags}` };
  return (await fetch(`http://127.0.0.1:${port}/`, { headers })).status;
}

/** Calls `orders` by way of `web`. */
const call = async (...trace: [trace?: string, flags?: string]) =>
  expect(await status(sidecars.upstream, ...trace)).toBe(200);

test("both sidecars of a call send a span of the caller's trace, each under its service's name", async () => {
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  await call(trace);
  // The service is told of the trace, by the span of its own sidecar.
  const [, its, span] = seen.at(-1)!.split("-");
  expect(its).toBe(trace);
  await poll(
    "their spans",
    async () => [arrived("web", trace), arrived("orders", trace, span)],
    (both) => both.every(Boolean),
  );
});

test("what its caller does not trace, or begins no trace of, no sidecar does", async () => {
  const unsampled = "11111111111111111111111111111111";
  const last = "22222222222222222222222222222222";
  await call(unsampled, "00");
  await call();
  expect(seen.at(-1)?.endsWith("-01")).not.toBe(true);
  await call(last);
  await poll(
    "a later span of each",
    async () => [arrived("web", last), arrived("orders", last)],
    (both) => both.every(Boolean),
  );
  expect([arrived("web", unsampled), arrived("orders", unsampled)]).toEqual([false, false]);
});

test("Traefik sends its spans there too, under its name in the mesh", async () => {
  const consul = await Agent.start();
  const tags = ["traefik.enable=true", "traefik.http.routers.app.rule=PathPrefix(`/`)"];
  const app = { Service: "app", Address: "127.0.0.1", Port: 9, Tags: tags };
  const body = JSON.stringify({ Node: "app", Address: "127.0.0.1", Service: app });
  expect((await fetch(`${consul.url}/catalog/register`, { method: "PUT", body })).ok).toBe(true);
  const { args, env } = tracingPart(tracing, "traefik-system-ingress");
  // As in a pod without a token for the API server, where Traefik would trace nothing if it had to ask that.
  const inPod = { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: "1" };
  const own = Object.fromEntries(env!.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
  const traefik = await Traefik.start(consul, [...args!], "/", { ...inPod, ...own });
  try {
    await traefik.shown("http/routers", ["app"]);
    const trace = "33333333333333333333333333333333";
    expect(await status(traefik.ports.web, trace)).toBe(502); // nobody is there
    await poll(
      "its span",
      async () => arrived("traefik-system-ingress", trace),
      (there) => there,
    );
  } finally {
    await traefik.stop();
    await consul.stop();
  }
});

test("while nobody listens there, calls go on", async () => {
  collector.close();
  await call("44444444444444444444444444444444");
});
