import { execFileSync } from "node:child_process";
import * as http from "node:http";
import * as net from "node:net";
import * as path from "node:path";
import * as tls from "node:tls";
import * as zlib from "node:zlib";
import { MeshServiceOptions } from "../../components";
import { workspace, Workspace } from "../workspace";
import { consul, kubectl, poll, renewCluster, request, story } from "./cluster";
import { observabilitySteps } from "./observability";
import { giveWorkloads, longAnswerStep, workloads, workloadSteps } from "./workloads";
import { judged } from "./pack";

const image = "localhost/whoami:1.10.3";
const whoami = { image, port: 80, healthPath: "/health" };
const ECHO_NODE_PORT = 30777;
const TRAEFIK = "traefik-system-ingress";

/** Every service of the test, each with the routes that one step asks. */
function services(canary: number): (MeshServiceOptions & { name: string })[] {
  return [
    {
      ...whoami,
      name: "shop",
      env: { WHOAMI_NAME: "stable" },
      replicas: 2,
      canary: { env: { WHOAMI_NAME: "canary" }, weight: canary, routes: [{ host: "next.localhost" }] },
      loadBalancing: { sticky: { cookie: { name: "shop", httpOnly: true } } },
      routes: [{ host: "shop.localhost" }],
    },
    {
      ...whoami,
      healthPath: undefined, // an instance that answers 503 stays, and retry asks the other
      replicas: 2,
      name: "gate",
      routes: [
        {
          host: "chain.localhost",
          middlewares: [
            { stripPrefix: { prefixes: ["/in"] } },
            { addPrefix: { prefix: "/out" } },
            { headers: { customRequestHeaders: { "X-Chain": "a, b" }, customResponseHeaders: { "X-Answer": "yes" } } },
          ],
        },
        {
          host: "reversed.localhost",
          middlewares: [{ addPrefix: { prefix: "/out" } }, { stripPrefix: { prefixes: ["/in"] } }],
        },
        { host: "https.localhost", middlewares: [{ redirectScheme: { scheme: "https", permanent: true } }] },
        {
          host: "moved.localhost",
          middlewares: [
            {
              redirectRegex: {
                regex: "^http://moved\\.localhost[^/]*/(\\d{1,3})$",
                replacement: "http://shop.localhost/${1}",
              },
            },
          ],
        },
        { host: "slow.localhost", middlewares: [{ rateLimit: { average: 1, period: "1m", burst: 3 } }] },
        { host: "login.localhost", middlewares: [{ basicAuth: { userList: "admins", headerField: "X-User" } }] },
        { host: "nobody.localhost", middlewares: [{ ipAllowList: { sourceRange: ["203.0.113.0/24"] } }] },
        { host: "everybody.localhost", middlewares: [{ ipAllowList: { sourceRange: ["0.0.0.0/0"] } }] },
        {
          host: "small.localhost",
          middlewares: [
            { retry: { attempts: 3, initialInterval: "50ms", status: ["500-599"] } },
            { compress: { minResponseBodyBytes: 1 } },
          ],
        },
        {
          host: "asked.localhost",
          middlewares: [{ forwardAuth: { service: "auth", path: "/auth", authResponseHeaders: ["X-User"] } }],
        },
        { host: "stamped.localhost", middlewares: [{ plugin: { stamp: { stamp: "seen, by the plugin" } } }] },
        { rule: "Host(`both.localhost`) && PathPrefix(`/x`)", priority: 1 },
        { host: "both.localhost", priority: 2, middlewares: [{ addPrefix: { prefix: "/second" } }] },
        { name: "broken", host: "broken.localhost" },
      ],
    },
    { ...whoami, name: "closed", routes: [{ host: "closed.localhost" }] },
    {
      ...whoami,
      name: "auth",
      internal: true,
      replicas: 2,
      loadBalancing: { strategy: "p2c" },
      routes: [{ host: "busy.localhost" }],
    },
    {
      ...whoami,
      healthPath: undefined,
      name: "quick",
      replicas: 2,
      loadBalancing: {
        strategy: "leasttime",
        passiveHealthCheck: { failureWindow: "3s", maxFailedAttempts: 1 },
      },
      routes: [{ host: "quick.localhost" }],
    },
    {
      ...whoami,
      // Consul's check is the pod's readiness, which knows nothing of /health here: Traefik's own does.
      healthPath: undefined,
      name: "checked",
      replicas: 2,
      loadBalancing: { strategy: "hrw", healthCheck: { path: "/health", interval: "1s", timeout: "1s" } },
      routes: [{ host: "checked.localhost" }],
    },
    {
      image,
      port: 7,
      name: "echo",
      protocol: "tcp",
      args: ["--echo", "--port=7", "--name=echo"],
      tcpRoutes: [
        { entryPoints: ["echo"] },
        { sni: "echo.localhost", tls: {} },
        { sni: "shut.localhost", tls: {}, middlewares: [{ ipAllowList: { sourceRange: ["203.0.113.0/24"] } }] },
      ],
    },
    {
      image,
      port: 7,
      name: "vault",
      protocol: "tcp",
      args: ["--echo", "--port=7", "--name=vault", "--self-signed=vault.localhost"],
      tcpRoutes: [
        { sni: "vault.localhost", tls: { passthrough: true } },
        // Beside echo's route without TLS.
        { name: "shared", sni: "shared.localhost", tls: { passthrough: true }, entryPoints: ["echo"] },
      ],
    },
    ...workloads(image),
  ];
}

/** A namespace that is no part of the mesh, with a service that an IngressRoute leads to. */
const OUTSIDE = "outside";
const outside = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: OUTSIDE } },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "legacy", namespace: OUTSIDE, labels: { app: "legacy" } },
    spec: {
      containers: [{ name: "legacy", image, args: ["--port=8080", "--name=legacy"], imagePullPolicy: "Never" }],
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "legacy", namespace: OUTSIDE },
    spec: { selector: { app: "legacy" }, ports: [{ port: 80, targetPort: 8080 }] },
  },
  {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { name: "legacy", namespace: OUTSIDE },
    spec: {
      entryPoints: ["web"],
      routes: [{ kind: "Rule", match: "Host(`legacy.localhost`)", services: [{ name: "legacy", port: 80 }] }],
    },
  },
];

/** Hands objects to kubectl. */
function apply(manifest: string): void {
  execFileSync("kubectl", ["apply", "--server-side", "-f", "-"], {
    input: manifest,
    stdio: ["pipe", "ignore", "pipe"],
  });
}

const definitions = () => execFileSync("traefik-crds", { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });

let its: Workspace;
const step = story();
const OPEN = services(0)
  .map(({ name }) => name)
  .filter((name) => !["closed", "client"].includes(name));

beforeAll(async () => {
  its = judged(
    await workspace(
      "local",
      {
        services: services(20),
        intentions: OPEN.map((destination) => ({ source: TRAEFIK, destination })),
        traefikTcpEntryPoints: { echo: { port: 7007, nodePort: ECHO_NODE_PORT } },
        traefikUserLists: { admins: { secretName: "admins" } },
        traefikKubernetesCrdNamespaces: [OUTSIDE],
        traefikPlugins: { stamp: { module: "example.com/stamp", path: path.join(__dirname, "plugin") } },
      },
      "local",
    ),
  );
});

afterAll(async () => {
  await its?.remove();
  renewCluster();
});

interface Answer {
  readonly status: number | string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** A GET through Traefik's web entry point, on a new connection. */
function get(host: string, requestPath = "/", headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port: 30080, path: requestPath, headers: { host, ...headers }, agent: false };
    http
      .get({ ...options, timeout: 10_000 }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () => {
          const packed = Buffer.concat(parts);
          const body = response.headers["content-encoding"] === "gzip" ? zlib.gunzipSync(packed) : packed;
          resolve({ status: response.statusCode!, headers: response.headers, body: body.toString() });
        });
      })
      .on("timeout", function (this: http.ClientRequest) {
        this.destroy(new Error("timeout"));
      })
      .on("error", (error) => resolve({ status: error.message, headers: {}, body: "" }));
  });
}

/** Asks until the answer has this status. */
function gets(status: number, host: string, requestPath?: string, headers?: Record<string, string>): Promise<Answer> {
  return poll(
    host,
    () => get(host, requestPath, headers),
    (answer) => answer.status === status,
  );
}

/** What comes back for a line, or the error's code. */
function line(connect: () => net.Socket): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect();
    socket.setTimeout(5_000, () => socket.destroy(new Error("timeout")));
    socket.on("data", (data: Buffer) => {
      resolve(data.toString().trim());
      socket.end();
    });
    socket.on("close", () => resolve("closed"));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.write("hello\n");
  });
}

const byTls = (servername: string, rejectUnauthorized = false, port = 30443) =>
  line(() => tls.connect({ host: "127.0.0.1", port, servername, rejectUnauthorized }));

const nameOf = (body: string) => /^Name: (.*)$/m.exec(body)?.[1];
const hostnameOf = (body: string) => /^Hostname: (.*)$/m.exec(body)?.[1];
const podsOf = async (app: string): Promise<string[]> =>
  (await kubectl("get", "pods", "-n", "mesh-services", "-l", `app=${app}`, "-o", "name"))
    .split("\n")
    .filter(Boolean)
    .sort();

step("where the custom resources are not defined, preview says so", async () => {
  await expect(its.stack.preview()).rejects.toThrow(/ingressroutes\.traefik\.io.*(not found|does not exist)/s);
  apply(definitions());
  await kubectl("wait", "--for=condition=Established", "crd/ingressroutes.traefik.io");
  apply(JSON.stringify({ apiVersion: "v1", kind: "List", items: outside }));
});

step("one up, with a Secret that comes while Traefik waits for it", async () => {
  const up = its.stack.up();
  // Made by: openssl passwd -apr1 secret
  const users = "anna:$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/";
  const secret = ["create", "secret", "generic", "admins", "-n", "traefik-consul", `--from-literal=users=${users}`];
  await poll(
    "the namespace of Traefik",
    () =>
      kubectl(...secret).then(
        () => true,
        () => false,
      ),
    (made) => made,
    120,
  );
  await giveWorkloads();
  await up;
});

workloadSteps(step);

step("a chain of middlewares works in its order, and its headers arrive with commas", async () => {
  const { body, headers } = await gets(200, "chain.localhost", "/in/x");
  expect(body).toContain("GET /out/x HTTP/1.1");
  expect(body).toContain("X-Chain: a, b");
  expect(headers["x-answer"]).toBe("yes");
  expect((await gets(200, "reversed.localhost", "/in/x")).body).toContain("GET /out/in/x HTTP/1.1");
});

step("redirections lead where they say", async () => {
  expect((await gets(301, "https.localhost", "/x")).headers.location).toBe("https://https.localhost/x");
  expect((await gets(302, "moved.localhost", "/42")).headers.location).toBe("http://shop.localhost/42");
  expect((await gets(200, "moved.localhost", "/4242")).headers.location).toBeUndefined();
});

step("a rate limit lets the burst through, and no more", async () => {
  await gets(200, "slow.localhost");
  const statuses = [];
  for (let i = 0; i < 5; i++) {
    statuses.push((await get("slow.localhost")).status);
  }
  expect(statuses).toEqual([200, 200, 429, 429, 429]);
});

step("basic auth lets in the Secret's users, and no other", async () => {
  await gets(401, "login.localhost");
  const login = (user: string) => ({ authorization: `Basic ${Buffer.from(user).toString("base64")}` });
  expect((await get("login.localhost", "/", login("anna:wrong"))).status).toBe(401);
  const { status, body } = await get("login.localhost", "/", login("anna:secret"));
  expect(status).toBe(200);
  expect(body).toContain("X-User: anna");
  const tags = (await consul("catalog/service/gate-sidecar-proxy")).flatMap((s: any) => s.ServiceTags).join("\n");
  expect(tags).not.toContain("anna");
});

step(
  "only the addresses of an allow list get in; compressed answers are; of two routes the higher priority serves",
  async () => {
    await gets(403, "nobody.localhost");
    await gets(200, "everybody.localhost");
    const { headers, body } = await gets(200, "small.localhost", "/", { "accept-encoding": "gzip" });
    expect(headers["content-encoding"]).toBe("gzip");
    expect(body).toContain("Hostname: ");
    expect((await gets(200, "both.localhost", "/x")).body).toContain("GET /second/x HTTP/1.1");
  },
);

step("a service of the mesh answers for requests, by mutual TLS, and no client reaches its route", async () => {
  await gets(401, "asked.localhost");
  const { body } = await gets(200, "asked.localhost", "/", { authorization: "Bearer let-me-in" });
  expect(body).toContain("X-User: anna of asked.localhost");
  // Its entry point answers within Traefik's pod, and nowhere else, where the pod's other ports do.
  const [pod] = JSON.parse(
    await kubectl("get", "pods", "-n", "traefik-consul", "-l", "app=traefik", "-o", "json"),
  ).items;
  const curl = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:8079/auth/auth"];
  expect(await kubectl("exec", "-n", "traefik-consul", pod.metadata.name, "-c", "traefik", "--", ...curl)).toBe("401");
  const { podIP: address } = pod.status;
  expect(await request({ address, port: 8080, path: "/ping" })).toBe(200);
  expect(await request({ address, port: 8079, path: "/auth/auth" })).toBe("ECONNREFUSED");
  for (const host of ["auth", "asked.localhost", "127.0.0.1:8079"]) {
    expect([host, (await get(host, "/auth/auth", { authorization: "Bearer let-me-in" })).status]).toEqual([
      host,
      host === "asked.localhost" ? 200 : 404,
    ]);
  }
});

step("a local plugin works, with its options", async () => {
  expect((await gets(200, "stamped.localhost")).headers["x-stamp"]).toBe("seen, by the plugin");
});

step("an IngressRoute leads to a service outside the mesh, with no right but those that it needs", async () => {
  expect(nameOf((await gets(200, "legacy.localhost")).body)).toBe("legacy");
  const may = (verb: string, resource: string, namespace: string) =>
    kubectl(
      "auth",
      "can-i",
      verb,
      resource,
      "-n",
      namespace,
      `--as=system:serviceaccount:traefik-consul:${TRAEFIK}`,
    ).then(
      () => true,
      () => false,
    );
  const rights = ["services", "secrets", "configmaps", "endpointslices.discovery.k8s.io", "ingressroutes.traefik.io"];
  expect(await Promise.all(rights.map((right) => may("watch", right, OUTSIDE)))).toEqual(rights.map(() => true));
  expect(await Promise.all(rights.map((right) => may("list", right, "mesh-services")))).toEqual(
    rights.map(() => false),
  );
  expect(await may("list", "pods", OUTSIDE)).toBe(false);
  expect(await may("update", "ingressroutes.traefik.io", OUTSIDE)).toBe(false);
  expect(await may("list", "nodes", OUTSIDE)).toBe(false);
});

step("tcp services are reached by port, by server name, and with TLS of their own", async () => {
  const byPort = () => line(() => net.connect({ host: "127.0.0.1", port: ECHO_NODE_PORT }));
  await poll("echo by port", byPort, (answer) => answer === "echo: hello");
  await poll(
    "echo by name",
    () => byTls("echo.localhost"),
    (answer) => answer === "echo: hello",
  );
  await poll(
    "vault",
    () => byTls("vault.localhost"),
    (answer) => answer === "vault: hello",
  );
  await poll(
    "vault, at echo's port",
    () => byTls("shared.localhost", false, ECHO_NODE_PORT),
    (answer) => answer === "vault: hello",
  );
  expect(await byPort()).toBe("echo: hello");
  // Who ended TLS is told by the certificate.
  const subject = (servername: string) =>
    new Promise<string>((resolve) => {
      const socket = tls.connect({ host: "127.0.0.1", port: 30443, servername, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().subjectaltname ?? "");
        socket.destroy();
      });
    });
  expect(await subject("vault.localhost")).toBe("DNS:vault.localhost");
  expect(await subject("echo.localhost")).toMatch(/traefik\.default$/);
  expect(await byTls("shut.localhost")).not.toContain("hello");
});

/** How many of that many requests, each of a new client, go to the canary. */
async function toCanary(requests: number, host = "shop.localhost"): Promise<number> {
  const names = [];
  for (let i = 0; i < requests; i++) {
    const { status, body } = await get(host);
    expect(status).toBe(200);
    names.push(nameOf(body));
  }
  return names.filter((name) => name === "canary").length;
}

step("a canary gets its share, and a client stays with its instance", async () => {
  await gets(200, "shop.localhost");
  expect(Math.abs((await toCanary(100)) - 20)).toBeLessThanOrEqual(2);
  const { headers, body } = await get("shop.localhost");
  const cookie = headers["set-cookie"]![0];
  expect(cookie).toMatch(/^shop=[0-9a-f]+; .*HttpOnly/);
  for (let i = 0; i < 10; i++) {
    const again = await get("shop.localhost", "/", { cookie: cookie.split(";")[0] });
    expect(hostnameOf(again.body)).toBe(hostnameOf(body));
  }
  // By a route of its own a client gets the canary and nothing else.
  await gets(200, "next.localhost");
  expect(await toCanary(10, "next.localhost")).toBe(10);
});

/** Sets what a pod of a service answers at /health. */
function health(service: string, pod: string, status: number): Promise<string> {
  const curl = ["curl", "-s", "-d", String(status), "localhost/health"];
  return kubectl("exec", "-n", "mesh-services", pod, "-c", service, "--", ...curl);
}

step("a service whose every instance is broken, for what follows", async () => {
  await Promise.all((await podsOf("gate")).map((pod) => health("gate", pod.replace("pod/", ""), 503)));
  await gets(503, "broken.localhost", "/health");
  await gets(403, "closed.localhost");
});

observabilitySteps(step, [
  ["busy.localhost", "/", "auth"],
  ["closed.localhost", "/", "closed"],
  ["broken.localhost", "/health", "broken"],
]);

step("another weight replaces the canary's pod alone", async () => {
  const [stable, canary] = [await podsOf("shop"), await podsOf("shop-canary")];
  its.configure({ services: services(50) });
  await its.stack.up();
  expect(await podsOf("shop")).toEqual(stable);
  expect(await podsOf("shop-canary")).not.toEqual(canary);
  await poll(
    "half of the requests",
    () => toCanary(40),
    (count) => Math.abs(count - 20) <= 1,
  );
});

/** The instances that answer some requests, all of them by 200. */
async function hosts(host: string): Promise<string[]> {
  const found = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const { status, body } = await get(host);
    expect(status).toBe(200);
    found.add(hostnameOf(body)!);
  }
  return [...found];
}

longAnswerStep(step);

step("an instance that Consul finds unhealthy gets no request, and a healthy one does again", async () => {
  const [pod] = await podsOf("shop");
  const own = pod.replace("pod/", "");
  const asked = async () => (await hosts("shop.localhost")).includes(own);
  expect(await asked()).toBe(true);
  await health("shop", own, 503);
  await poll("without the unhealthy one", asked, (is) => !is);
  expect(await asked()).toBe(false);
  await health("shop", own, 200);
  await poll("with it again", asked, (is) => is);
});

/** The statuses of some requests, one after the other. */
async function statuses(host: string, requestPath: string): Promise<(number | string)[]> {
  const found = [];
  for (let i = 0; i < 10; i++) {
    found.push((await get(host, requestPath)).status);
  }
  return found;
}

step("what one instance fails is asked of another, on a route with retry", async () => {
  const [whole] = (await podsOf("gate")).map((pod) => pod.replace("pod/", ""));
  await health("gate", whole, 200); // the other is still broken
  expect(new Set(await statuses("everybody.localhost", "/health"))).toEqual(new Set([200, 503]));
  expect(new Set(await statuses("small.localhost", "/health"))).toEqual(new Set([200]));
});

/** The busier of two instances gets no request. */
async function byP2c(): Promise<void> {
  await gets(200, "busy.localhost");
  expect(await hosts("busy.localhost")).toHaveLength(2);
  const long = get("busy.localhost", "/?wait=3s");
  await get("busy.localhost"); // so that the long one has begun
  const idle = await hosts("busy.localhost");
  expect(idle).toHaveLength(1);
  expect(idle).not.toContain(hostnameOf((await long).body));
}

/** The slower of two instances gets no request, and the quicker none for a while after it failed one. */
async function byLeastTime(): Promise<void> {
  await gets(200, "quick.localhost");
  const slow = hostnameOf((await get("quick.localhost", "/?wait=1s")).body)!;
  const quick = await hosts("quick.localhost");
  expect(quick).toHaveLength(1);
  expect(quick).not.toContain(slow);
  await health("quick", quick[0], 503);
  const [first, ...then] = await statuses("quick.localhost", "/health");
  expect(first).toBe(503);
  expect(new Set(then)).toEqual(new Set([200]));
  await poll(
    "the failed one again",
    () => get("quick.localhost", "/health"),
    ({ status }) => status === 503,
  );
}

step("p2c knows who is busy, leasttime who is slow, and a passive health check who failed", async () => {
  await Promise.all([byP2c(), byLeastTime()]);
});

step("Traefik's own health check goes through the mesh, and by hrw a client has one instance", async () => {
  await gets(200, "checked.localhost");
  const first = await hosts("checked.localhost");
  expect(first).toHaveLength(1);
  await health("checked", first[0], 503);
  const then = await poll(
    "the other instance",
    () => hosts("checked.localhost"),
    (found) => !found.includes(first[0]),
  );
  expect(then).toHaveLength(1);
});
