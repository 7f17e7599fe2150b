import * as grpc from "@grpc/grpc-js";
import { DENY_ALL, mergeIntentions } from "../../components/intentions/intentions";
import { serviceTags } from "../../components/routing/serviceTags";
import { poll } from "../e2e/cluster";
import { Sidecars } from "./sidecars";
import { namesIn, Traefik } from "./traefik";

const INGRESS = "traefik-system-ingress";
const text = { serialize: (value: string) => Buffer.from(value), deserialize: (bytes: Buffer) => bytes.toString() };
const method = (path: string, requestStream: boolean, responseStream: boolean) => ({
  path,
  requestStream,
  responseStream,
  requestSerialize: text.serialize,
  requestDeserialize: text.deserialize,
  responseSerialize: text.serialize,
  responseDeserialize: text.deserialize,
});
/** One method of each kind that gRPC has, one that no intention allows, and the protocol's own question whether all is well. */
const ECHO = {
  one: method("/shop.Echo/One", false, false),
  many: method("/shop.Echo/Many", false, true),
  all: method("/shop.Echo/All", true, false),
  each: method("/shop.Echo/Each", true, true),
  fail: method("/shop.Echo/Fail", false, false),
  secret: method("/shop.Admin/Secret", false, false),
};
const HEALTH = { check: method("/grpc.health.v1.Health/Check", false, false) };
const SERVING = "\x08\x01";

let server: grpc.Server;
let sidecars: Sidecars;
let traefik: Traefik;

type Client = grpc.Client & Record<keyof typeof ECHO, (...args: unknown[]) => any>;
const Echo = grpc.makeGenericClientConstructor(ECHO, "Echo") as unknown as new (
  address: string,
  credentials: grpc.ChannelCredentials,
  options: object,
) => Client;

/** Twice one service: as it is, and asked by Traefik's own gRPC health check, which a preview refuses. */
const TAGS = [
  ...serviceTags("orders", {
    routes: [{ host: "echo.test" }, { host: "echo.test", tls: {} }],
    loadBalancing: { strategy: "wrr" },
  }),
  ...serviceTags("asked", {
    routes: [{ host: "asked.test" }],
    loadBalancing: { healthCheck: { path: "/", mode: "grpc", interval: "1s", timeout: "1s" } },
  }),
];

beforeAll(async () => {
  server = new grpc.Server();
  server.addService(ECHO, {
    one: (call: any, done: any) => done(null, `${call.request} ${call.metadata.get("x-sent")}`),
    many: (call: any) => {
      ["1", "2", "3"].forEach((part) => call.write(call.request + part));
      call.end();
    },
    all: (call: any, done: any) => {
      let sum = "";
      call.on("data", (part: string) => (sum += part)).on("end", () => done(null, sum));
    },
    each: (call: any) => call.on("data", (part: string) => call.write(`${part}!`)).on("end", () => call.end()),
    fail: (_: any, done: any) => done({ code: grpc.status.NOT_FOUND, details: "no such order" }),
    secret: (_: any, done: any) => done(null, "secret"),
  });
  server.addService(HEALTH, { check: (_: any, done: any) => done(null, SERVING) });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  sidecars = await Sidecars.start(port, { protocol: "grpc", tags: TAGS });
  const permissions = [{ action: "allow" as const, http: { pathPrefix: "/shop.Echo/" } }];
  for (const { destination, sources } of mergeIntentions([
    { source: INGRESS, destination: "orders", permissions },
    DENY_ALL,
  ])) {
    await sidecars.write({ kind: "service-intentions", name: destination.name, sources });
  }
  traefik = await Traefik.start(sidecars.consul, [
    "--providers.consulCatalog.connectAware=true",
    "--providers.consulCatalog.connectByDefault=true",
    `--providers.consulCatalog.serviceName=${INGRESS}`,
  ]);
  await traefik.shown("http/routers", namesIn(TAGS, "http.routers"));
});

afterAll(async () => {
  await traefik?.stop();
  await sidecars?.stop();
  server?.forceShutdown();
});

/** A client outside the mesh, by plain HTTP/2 or by TLS, for which Traefik makes a certificate of its own. */
function client(entryPoint: "web" | "websecure", host = "echo.test"): Client {
  const credentials =
    entryPoint === "web"
      ? grpc.credentials.createInsecure()
      : grpc.credentials.createSsl(null, null, null, { rejectUnauthorized: false });
  const options = { "grpc.default_authority": host, "grpc.ssl_target_name_override": host };
  return new Echo(`127.0.0.1:${traefik.ports[entryPoint]}`, credentials, options);
}

/** What a call of one answer says, or the name of its status. */
function answer(call: (done: (error: grpc.ServiceError | null, value: string) => void) => unknown): Promise<string> {
  return new Promise((resolve) =>
    call((error, value) => resolve(error === null ? value : `${grpc.status[error.code]} ${error.details}`)),
  );
}

async function parts(stream: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const part of stream) {
    all.push(part);
  }
  return all;
}

test.each(["web", "websecure"] as const)(
  "a gRPC client reaches a service of the mesh through Traefik, by %s",
  async (entryPoint) => {
    const its = client(entryPoint);
    const sent = new grpc.Metadata();
    sent.set("x-sent", "metadata");
    await poll(
      "an answer",
      () => answer((done) => its.one("hello", sent, done)),
      (said) => said === "hello metadata",
      30,
    );
    expect(await parts(its.many("part "))).toEqual(["part 1", "part 2", "part 3"]);
    expect(
      await answer((done) => {
        const call = its.all(done);
        ["a", "b", "c"].forEach((part) => call.write(part));
        call.end();
      }),
    ).toBe("abc");
    // A stream in both directions, of which each answer comes before the next is said.
    const call = its.each();
    const answers = call[Symbol.asyncIterator]();
    for (const part of ["x", "y", "z"]) {
      call.write(part);
      expect((await answers.next()).value).toBe(`${part}!`);
    }
    call.end();
    expect((await answers.next()).done).toBe(true);
    its.close();
  },
);

test("what gRPC says of a failure arrives, and a method that no intention allows does not", async () => {
  const its = client("web");
  expect(await answer((done) => its.fail("x", done))).toBe("NOT_FOUND no such order");
  await poll(
    "a refusal",
    () => answer((done) => its.secret("x", done)),
    (said) => said.startsWith("PERMISSION_DENIED"),
    30,
  );
  expect(await answer((done) => its.fail("x", done))).toBe("NOT_FOUND no such order");
  its.close();
});

test("Traefik's own gRPC health check reaches no service of the mesh, so that it serves none", async () => {
  const its = client("web", "asked.test");
  await poll(
    "nobody who is well",
    () => answer((done) => its.one("hello", done)),
    (said) => /^UNAVAILABLE.*503/.test(said),
    60,
  );
  its.close();
});
