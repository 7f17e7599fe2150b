import { execFile, execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as tls from "node:tls";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { seenOn, startBrowser } from "../browser";
import { LanguageExample } from "../languages";
import { caStepsRefuseAndGoBack } from "./caSteps";
import { apply, changesNothing, kubectl, poll, renewCluster, routerOf, story } from "./cluster";
import { JUDGED } from "./pack";

const run = promisify(execFile);
const PORT = 30443;
const NAMESPACE = "traefik-consul";
const TRAEFIK = "traefik-system-ingress";

/** The hosts, each with a certificate of another origin or with other options. */
const TLS = "tls.example.test";
const WILD = "any.wild.example.test";
const BRIEF = "brief.example.test";
const OWN = "own.example.test";
const MODERN = "modern.example.test";
const CLIENTS = "clients.example.test";
const DASHBOARD = "dashboard.example.test";
const CONSUL = "consul.example.test";
const TEAM = "team.example.test";
const OWN_NAMES = [OWN, CLIENTS, DASHBOARD, CONSUL, TEAM];

/** The example in Python, with settings of its own, so that the suite plays another language too; by its name the pack takes it for `local`. */
const its = new LanguageExample("python", {}, "local");
/** A team's stack that joins its mesh, in a third language. */
const team = new LanguageExample("yaml", its.backend, "team");
let directory: string;
const at = (file: string) => path.join(directory, file);
const text = (file: string) => fs.readFileSync(at(file), "utf8");
const step = story();
/** As testbed/pebble.yaml has it: the authority's key for accounts of kid-1. */
const HMAC = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

/** Runs openssl in the scratch directory. */
function openssl(...args: string[]): void {
  execFileSync("openssl", args, { cwd: directory, stdio: "pipe" });
}

/** A self-signed certificate `name.crt` with its key `name.key`. */
function selfSigned(name: string, ...extensions: string[]): void {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", `${name}.key`];
  const added = extensions.flatMap((extension) => ["-addext", extension]);
  openssl("req", "-x509", ...key, "-out", `${name}.crt`, "-days", "2", "-subj", `/CN=${name}`, ...added);
}

/** A certificate `name.crt` for these hosts, signed by `ca`. */
function signed(name: string, hosts: string[], ca: string): void {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", `${name}.key`];
  const names = `subjectAltName=${hosts.map((host) => `DNS:${host}`).join()}`;
  openssl("req", ...key, "-out", `${name}.csr`, "-subj", `/CN=${name}`, "-addext", names);
  const signer = ["-CA", `${ca}.crt`, "-CAkey", `${ca}.key`, "-CAcreateserial", "-copy_extensions", "copy"];
  openssl("x509", "-req", "-in", `${name}.csr`, ...signer, "-days", "2", "-out", `${name}.crt`);
}

/** A Secret in Traefik's namespace, or another. */
function secret(name: string, stringData: Record<string, string>, namespace = NAMESPACE, type = "Opaque") {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, type, stringData };
}

/** A Secret of the certificate `file.crt` with its key. */
function tlsSecret(name: string, file: string, namespace?: string) {
  return secret(
    name,
    { "tls.crt": text(`${file}.crt`), "tls.key": text(`${file}.key`) },
    namespace,
    "kubernetes.io/tls",
  );
}

/** What curl says of a request to a host, at a port of this machine: the status, or the reason of its failure. */
async function curl(url: string, ...args: string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const resolve = ["--resolve", `${hostname}:${port}:127.0.0.1`];
  const format = ["-w", "%{http_code} %{redirect_url}", "-o", "/dev/null", "-sS", "--max-time", "10"];
  return run("curl", [...format, ...resolve, ...args, url]).then(
    ({ stdout }) => stdout.trim(),
    (error) => `${error.code}: ${error.stderr}`.trim(),
  );
}

const https = (host: string, ca: string, ...args: string[]) => httpsAt(host, "/", ca, ...args);

const httpsAt = (host: string, requestPath: string, ca: string, ...args: string[]) =>
  curl(`https://${host}:${PORT}${requestPath}`, "--cacert", at(ca), ...args);

/** Waits for the answer that begins so. */
const answers = (start: string, ask: () => Promise<string>, seconds?: number) =>
  poll(`answer ${start}`, ask, (answer) => answer.startsWith(start), seconds);

/** The serial number of the certificate that a host has now. */
function serial(servername: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: "127.0.0.1", port: PORT, servername, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()!.serialNumber);
      socket.end();
    });
    socket.on("error", reject);
  });
}

/** How often Pebble was asked to check each name: once an order. */
async function validations(): Promise<Record<string, number>> {
  const log = await kubectl("logs", "-n", "acme", "deployment/pebble", "-c", "pebble");
  const count: Record<string, number> = {};
  for (const [, name] of log.matchAll(/Pulled a task .*?Value:"([^"]+)"/g)) {
    count[name] = (count[name] ?? 0) + 1;
  }
  return count;
}

/** Runs a command for as long as `use` takes. */
async function alongside(command: string, use: () => Promise<unknown>): Promise<void> {
  const child = spawn("sh", ["-c", `exec ${command}`], { stdio: "ignore" });
  try {
    await use();
  } finally {
    child.kill();
  }
}

/** Where the pictures go that a browser takes; git ignores it, and `make screenshots` copies them into the docs. */
const SCREENSHOTS = path.join(__dirname, "../../screenshots");

/** Has a browser show a page until the texts are on it, and takes a picture. */
async function seen(browser: Browser, url: string, picture: string, ...texts: string[]): Promise<void> {
  const page = await seenOn(browser, url, ...texts);
  await page.screenshot({ path: path.join(SCREENSHOTS, picture) });
}

beforeAll(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "consul-traefik-mesh-tls-"));
  selfSigned("pebble", "subjectAltName=DNS:pebble.acme.svc");
  selfSigned("own-ca");
  signed("own", OWN_NAMES, "own-ca");
  selfSigned("client-ca");
  signed("client", ["a-client"], "client-ca");
  const user = execFileSync("openssl", ["passwd", "-apr1", "not-a-secret"], { encoding: "utf8" });
  const account = { ENDPOINT: "http://pebble.acme.svc:8080/cgi-bin", USERNAME: "traefik", PASSWORD: "not-a-secret" };
  const variables = Object.entries(account).map(([key, value]) => [`HTTPREQ_${key}`, value]);
  // Handed over to the stack, which refuses a namespace that is somebody else's.
  const labels = { "consul-traefik-mesh/stack": "mesh-in-python.local" };
  const namespaces = [{ name: "acme" }, { name: NAMESPACE, labels }].map((metadata) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata,
  }));
  // Before the stack, as a user would who has them from elsewhere: the stack takes over the namespace that is there.
  await apply([
    ...namespaces,
    tlsSecret("pebble-tls", "pebble", "acme"),
    tlsSecret("own", "own"),
    secret("client-ca", { "ca.crt": text("client-ca.crt") }),
    secret("ops", { users: `ops:${user}` }),
    secret("dns", Object.fromEntries(variables)),
    secret("eab", { hmacEncoded: HMAC }),
  ]);
  await kubectl("apply", "-f", path.join(__dirname, "../../testbed/pebble.yaml"));
  const authority = {
    email: "ops@example.test",
    caServer: "https://pebble.acme.svc:14000/dir",
    caCertificates: text("pebble.crt"),
    keyType: "EC256",
    profile: "default",
    // The authority makes no account without.
    eab: { kid: "kid-1", hmacSecret: "eab" },
  };
  await its.prepare();
  await team.prepare();
  its.edit({
    settings: {
      teams: [{ stack: "organization/mesh-in-yaml/team", namespace: "team" }],
      traefikDashboard: true,
      traefikCertificateResolvers: {
        tls: { ...authority, tlsChallenge: {} },
        dns: {
          ...authority,
          dnsChallenge: {
            provider: "httpreq",
            credentialsSecret: "dns",
            resolvers: ["pebble.acme.svc:8053"],
            // The challenge server has records, but no zones: Traefik looks for the record there, and finds no other server.
            propagation: { disableANSChecks: true, requireAllRNS: true },
          },
        },
        http: { ...authority, profile: "brief", certificatesDuration: 1, httpChallenge: {} },
      },
      traefikCertificates: [{ secretName: "own", default: true }],
      traefikTlsOptions: {
        modern: { minVersion: "1.3" },
        clients: { clientAuth: { caSecretName: "client-ca" } },
      },
      traefikUserLists: { ops: { secretName: "ops" } },
      traefikConsoles: {
        dashboard: { host: DASHBOARD, userList: "ops" },
        consulUi: { host: CONSUL, userList: "ops" },
      },
      traefikRedirectToHttps: true,
      traefikHttp3: true,
      services: [
        {
          name: "whoami",
          image: "localhost/whoami:1.10.3",
          port: 80,
          healthPath: "/health",
          routes: [
            { host: TLS, tls: { certResolver: "tls" } },
            { host: WILD, tls: { certResolver: "dns", domains: [{ main: "*.wild.example.test" }] } },
            { host: BRIEF, tls: { certResolver: "http" } },
            { host: OWN, tls: {} },
            { host: MODERN, tls: { options: "modern" } },
            { host: CLIENTS, tls: { options: "clients" } },
          ],
        },
      ],
    },
  });
}, 900_000);

afterAll(async () => {
  its.remove();
  team.remove();
  renewCluster();
  fs.rmSync(directory, { recursive: true, force: true });
}, 300_000);

step(
  "each step of a rotation of Consul's CA refuses what is out of turn, and the first can be taken back",
  caStepsRefuseAndGoBack,
);

step("tlsChallenge, dnsChallenge and httpChallenge each bring a certificate that curl verifies", async () => {
  await its.stack.up(JUDGED);
  // Pebble makes its authority anew at each start.
  const root = "/api/v1/namespaces/acme/services/https:pebble:15000/proxy/roots/0";
  fs.writeFileSync(at("pebble-root.crt"), await kubectl("get", "--raw", root));
  for (const host of [TLS, WILD, BRIEF]) {
    await answers("200", () => https(host, "pebble-root.crt"), 60).catch(async (error) => {
      console.error(await kubectl("logs", "-n", NAMESPACE, "deployment/traefik", "-c", "traefik"));
      throw error;
    });
    expect(await https(host, "own-ca.crt")).toMatch(/^60: /);
  }
});

step("your own certificate from a Secret is served for its name, and where no other fits", async () => {
  await answers("200", () => https(OWN, "own-ca.crt"));
  expect(await serial("nobody.example.test")).toBe(await serial(OWN));
});

step("web redirects to the port of websecure", async () => {
  await answers(`301 https://${TLS}:${PORT}/`, () => curl(`http://${TLS}:30080/`));
});

step("a client of an older TLS than the options allow is refused, on that route only", async () => {
  const older = ["-k", "--tls-max", "1.2"];
  await answers("200", () => https(OWN, "own-ca.crt", ...older));
  expect(await https(MODERN, "own-ca.crt", ...older)).toMatch(/^35: /);
  expect(await https(MODERN, "own-ca.crt", "-k")).toMatch(/^200/);
});

step("a client has to prove who it is where the options say so, and no other host leads past that", async () => {
  const as = (name: string) => ["--cert", at(`${name}.crt`), "--key", at(`${name}.key`)];
  // In TLS 1.3 the refusal comes after the handshake, as one of several errors of curl's.
  const older = ["--tls-max", "1.2"];
  await answers("200", () => https(CLIENTS, "own-ca.crt", ...as("client")));
  expect(await https(CLIENTS, "own-ca.crt", ...older)).toMatch(/^35: /);
  expect(await https(CLIENTS, "own-ca.crt", ...older, ...as("own"))).toMatch(/^35: /);
  expect(await https(OWN, "own-ca.crt", "-H", `Host: ${CLIENTS}`)).toBe("421");
});

step("HTTP/3 is advertised, and a request by it is answered with a certificate that is verified", async () => {
  const { stdout: headers } = await run("curl", [
    ...["-sS", "-o", "/dev/null", "-D", "-", "--cacert", at("own-ca.crt")],
    ...["--resolve", `${OWN}:${PORT}:127.0.0.1`, `https://${OWN}:${PORT}/`],
  ]);
  expect(headers).toMatch(new RegExp(`^alt-svc: h3=":${PORT}"; ma=\\d+`, "im"));
  const get = (host: string, ca: string) =>
    run("http3-get", ["-cacert", at(ca), "-address", `127.0.0.1:${PORT}`, `https://${host}:${PORT}/`]).then(
      ({ stdout }) => stdout,
      (error) => error.stderr as string,
    );
  expect(await get(OWN, "own-ca.crt")).toMatch(/^HTTP\/3\.0 200\n[^]*\nHost: own\.example\.test/);
  expect(await get(TLS, "pebble-root.crt")).toMatch(/^HTTP\/3\.0 200/);
  expect(await get(TLS, "own-ca.crt")).toMatch(/certificate signed by unknown authority/);
  expect(await get(CLIENTS, "own-ca.crt")).toMatch(/certificate required/);
});

step("the consoles ask for a login, and Consul's UI changes nothing", async () => {
  const login = ["-u", "ops:not-a-secret"];
  const pages = [
    [DASHBOARD, "/dashboard/"],
    [DASHBOARD, `/api/http/routers/${await routerOf("whoami")}`],
    [CONSUL, "/ui/"],
    [CONSUL, "/v1/catalog/service/traefik-system-ingress"],
  ];
  for (const [host, page] of pages) {
    await answers("200", () => httpsAt(host, page, "own-ca.crt", ...login));
    expect(await httpsAt(host, page, "own-ca.crt")).toBe("401");
  }
  const change = ["-X", "PUT", "-d", "a", ...login];
  expect(await httpsAt(CONSUL, "/v1/kv/a", "own-ca.crt", ...change)).toBe("404");
});

let ownBefore: string;

step(
  "a browser shows the consoles, by the commands that the stack prints and by their hosts with a login",
  async () => {
    ownBefore = await serial(OWN);
    signed("own", OWN_NAMES, "own-ca");
    await apply([tlsSecret("own", "own")]); // the next step's, which would wait for it

    const name = await routerOf("whoami");
    const router = [name, "Host(`tls.example.test`)"];
    const services = [TRAEFIK, "whoami"];
    const { traefikDashboard, consulUi } = await its.stack.outputs();
    const list = "/dashboard/#/http/routers";
    const login = (host: string) => `https://ops:not-a-secret@${host}:${PORT}`;
    const browser = await startBrowser();
    try {
      await alongside(traefikDashboard.value, () =>
        alongside(consulUi.value, () =>
          Promise.all([
            seen(browser, `http://localhost:8080${list}/${name}`, "traefik-dashboard.png", ...router, "Consulcatalog"),
            seen(browser, "https://localhost:8501/ui/", "consul-ui.png", ...services),
          ]),
        ),
      );
      await Promise.all([
        seen(browser, `${login(DASHBOARD)}${list}?search=whoami`, "traefik-dashboard-by-login.png", ...router),
        seen(browser, `${login(CONSUL)}/ui/`, "consul-ui-by-login.png", ...services),
      ]);
    } finally {
      await browser.close();
    }
  },
);

step("a team's stack in YAML joins that mesh, and another up changes nothing", async () => {
  const orders = { name: "orders", image: "localhost/whoami:1.10.3", port: 80, routes: [{ host: TEAM, tls: {} }] };
  team.replace({
    resources: {
      platform: { type: "pulumi:pulumi:StackReference", properties: { name: "organization/mesh-in-python/local" } },
      team: {
        type: "consul-traefik-mesh:Services",
        properties: {
          platform: '${platform.outputs["shared"]}',
          servicesNamespace: "team",
          imagePullPolicy: "Never",
          services: [orders],
          intentions: [{ source: TRAEFIK, destination: "orders" }],
        },
      },
    },
    outputs: { urls: "${team.urls}" },
  });
  const { outputs } = await team.stack.up();
  expect(outputs.urls.value).toEqual([`https://${TEAM}:${PORT}/`]);
  // By itself: ready means served.
  expect(await https(TEAM, "own-ca.crt")).toMatch(/^200/);
  await changesNothing(team.stack);
});

step("a certificate of your own changes with its Secret", async () => {
  await poll(
    "another Secret",
    () => serial(OWN),
    (now) => now !== ownBefore,
    120,
  );
  expect(await https(OWN, "own-ca.crt")).toMatch(/^200/);
});

step("at a restart a certificate that is about to end is renewed, and others are as they were", async () => {
  const serials = () => Promise.all([TLS, WILD, BRIEF].map(serial));
  const [tlsBefore, wildBefore, briefBefore] = await serials();
  const once = { [TLS]: 1, "wild.example.test": 1 };
  expect(await validations()).toMatchObject(once);
  await kubectl("rollout", "restart", "-n", NAMESPACE, "deployment/traefik");
  await kubectl("rollout", "status", "-n", NAMESPACE, "deployment/traefik", "--timeout=120s");
  const verified = (host: string) => answers("200", () => https(host, "pebble-root.crt"));
  await Promise.all([TLS, WILD, BRIEF].map(verified));
  const renewed = await poll("renewal", serials, ([, , brief]) => brief !== briefBefore, 90);
  expect(renewed.slice(0, 2)).toEqual([tlsBefore, wildBefore]);
  await verified(BRIEF);
  expect(await validations()).toMatchObject(once);
  const exec = ["exec", "-n", NAMESPACE, "deployment/traefik", "-c", "traefik", "--"];
  expect(await kubectl(...exec, "stat", "-c", "%a %u", "/acme/acme.json")).toBe("600 65532\n");
});
