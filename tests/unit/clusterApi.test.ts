import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { ApiError, cannotAsk, ClusterApi, Unreachable, withCluster } from "../../components/interrupted/clusterApi";

/** How the cluster is found, and what is made of its answers. */
const ENV = { ...process.env };
const PROXIES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];
let folder: string;
let server: http.Server;
let url: string;
/** What the server was asked, and what with. */
let requests: http.IncomingMessage[];
let bodies: string[];
/** What it answers, in turn; then an empty object. */
let answers: { status: number; body?: string }[];

const answer: http.RequestListener = (request, response) => {
  requests.push(request);
  const { status, body = "{}" } = answers.shift() ?? { status: 200 };
  const at = bodies.push("") - 1;
  request.on("data", (chunk) => (bodies[at] += chunk));
  request.on("end", () => response.writeHead(status).end(body));
};
async function listening(its: http.Server): Promise<number> {
  await new Promise<void>((resolve) => its.listen(0, "127.0.0.1", resolve));
  return (its.address() as AddressInfo).port;
}

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "kubeconfig-"));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));
beforeEach(async () => {
  [requests, answers, bodies] = [[], [], []];
  server = http.createServer(answer);
  url = `http://127.0.0.1:${await listening(server)}`;
  for (const name of [...PROXIES, "KUBECONFIG", "KUBERNETES_SERVICE_HOST"]) {
    delete process.env[name];
  }
});
afterEach(() => {
  Object.keys(process.env).forEach((name) => delete process.env[name]);
  Object.assign(process.env, ENV);
  server.close();
  server.closeAllConnections();
});

/** A kubeconfig of one context. */
const config = (given: { name?: string; cluster?: object; user?: object | null } = {}) => {
  const { name = "it", cluster = { server: url }, user = { token: name } } = given;
  return {
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster }],
    users: [{ name, user }],
  };
};
function written(name: string, content: unknown): string {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}
/** Who the server is asked as. */
async function asks(access: Parameters<typeof ClusterApi.connect>[0]): Promise<string | undefined> {
  await ClusterApi.connect(access).get("/version");
  return requests.at(-1)!.headers.authorization;
}

describe("the cluster is that", () => {
  test.each<[string, () => Parameters<typeof ClusterApi.connect>[0]]>([
    ["of the kubeconfig that is given", () => ({ kubeconfig: JSON.stringify(config()) })],
    ["of the file that is given", () => ({ kubeconfig: written("given", config()) })],
    [
      "of the file that is given in the home folder",
      () => ({ kubeconfig: `~/${path.relative(os.homedir(), written("given", config()))}` }),
    ],
    [
      "that is given by its name",
      () => {
        const its = config({ cluster: { server: "https://127.0.0.1:1" } });
        const clusters = [...its.clusters, { name: "other", cluster: { server: url } }];
        return { kubeconfig: JSON.stringify({ ...its, clusters }), cluster: "other" };
      },
    ],
    [
      "of KUBECONFIG where what is given is empty",
      () => ((process.env.KUBECONFIG = written("named", config())), { kubeconfig: "" }),
    ],
    ["of KUBECONFIG", () => ((process.env.KUBECONFIG = written("named", config())), {})],
    [
      "of the context that is given",
      () => {
        const [one, other] = [config(), config({ name: "other" })];
        const contexts = [...other.contexts, ...one.contexts];
        const clusters = [...other.clusters, ...one.clusters];
        const both = { "current-context": "other", contexts, clusters, users: [...other.users, ...one.users] };
        return { kubeconfig: JSON.stringify(both), context: "it" };
      },
    ],
    [
      "of several files, of which the first that has a name has it, and one may be away or empty",
      () => {
        const { contexts, clusters, users, ...current } = config();
        const files = [
          path.join(folder, "away"),
          written("empty", ""),
          written("first", { contexts }),
          written("second", { ...current, clusters, users, contexts: [] }),
          written("third", { ...config({ user: { token: "of another" } }), "current-context": "of another" }),
        ];
        process.env.KUBECONFIG = ["", ...files].join(path.delimiter);
        return {};
      },
    ],
  ])("%s", async (_, access) => {
    await expect(asks(access())).resolves.toBe("Bearer it");
  });

  test.each([
    ["no such context", () => config(), "other", /no "other" among its contexts/],
    ["no such cluster", () => ({ ...config(), clusters: undefined }), undefined, /no "it" among its clusters/],
    ["no such user", () => ({ ...config(), users: [] }), undefined, /no "it" among its users/],
  ])("of none where the kubeconfig has %s", (_, given, context, reason) => {
    expect(() => ClusterApi.connect({ kubeconfig: JSON.stringify(given()), context })).toThrow(reason);
  });

  test("asked as nobody where its context names no user", async () => {
    const its = { ...config(), contexts: [{ name: "it", context: { cluster: "it" } }] };
    await expect(asks({ kubeconfig: JSON.stringify(its) })).resolves.toBeUndefined();
  });

  test("of the pod itself where there is no kubeconfig, by the pod's account", () => {
    process.env.KUBECONFIG = path.join(folder, "away");
    expect(() => ClusterApi.connect({})).toThrow(/there is no kubeconfig/);
    Object.assign(process.env, { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" });
    // There is none where tests run.
    expect(() => ClusterApi.connect({})).toThrow(/\/var\/run\/secrets\/kubernetes\.io\/serviceaccount\/token/);
  });

  test.each([
    ["the path of nothing", () => path.join(folder, "away")],
    ["an empty file", () => written("empty", "")],
  ])("never of the pod itself where the kubeconfig that is given is %s", (_, given) => {
    Object.assign(process.env, { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" });
    expect(() => ClusterApi.connect({ kubeconfig: given() })).toThrow(
      "the kubeconfig that is given is neither one nor the path of one",
    );
  });
});

describe("it is asked", () => {
  const as = (user: object | null) => asks({ kubeconfig: written("config/user", config({ user })) });

  test("with the token of a file beside the kubeconfig, and without one where there is none", async () => {
    written("config/token", "of a file\n");
    await expect(as({ tokenFile: "token" })).resolves.toBe("Bearer of a file");
    await expect(as(null)).resolves.toBeUndefined();
  });

  test("with what a credential plugin prints, which is told that nobody can be asked", async () => {
    const plugin = written(
      "config/bin/plugin",
      `#!/bin/sh\necho '{"status":{"token":"'"$1 $TEAM $ITS_OWN $(echo "$KUBERNETES_EXEC_INFO" | tr -d '"')"'"}}'\n`,
    );
    fs.chmodSync(plugin, 0o755);
    process.env.ITS_OWN = "inherited";
    const env = [{ name: "TEAM", value: "shop" }];
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "./bin/plugin", args: ["token"], env };
    const said = `token shop inherited {apiVersion:${exec.apiVersion},kind:ExecCredential,spec:{interactive:false}}`;
    await expect(as({ exec, token: "old" })).resolves.toBe(`Bearer ${said}`);
  });

  test("with a plugin that is found as any command is, and needs no more", async () => {
    const plugin = written("path/its-plugin", `#!/bin/sh\necho '{"status":{"token":"'$#'"}}'\n`);
    fs.chmodSync(plugin, 0o755);
    process.env.PATH = `${path.dirname(plugin)}${path.delimiter}${process.env.PATH}`;
    await expect(as({ exec: { command: "its-plugin" } })).resolves.toBe("Bearer 0");
  });

  test("in the words of the API server, with what is to be", async () => {
    const api = ClusterApi.connect({ kubeconfig: JSON.stringify(config()) });
    const object = { metadata: { name: "é" } };
    await api.get("/it");
    await api.create("/it", object);
    await api.merge("/it", object);
    await api.delete("/it");
    const said = requests.map(({ method, headers }, i) => [
      `${method} ${headers.accept}`,
      headers["content-type"],
      headers["content-length"],
      bodies[i] && JSON.parse(bodies[i]),
    ]);
    const length = String(Buffer.byteLength(JSON.stringify(object)));
    const options = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Background" };
    expect(said).toEqual([
      ["GET application/json", undefined, undefined, ""],
      ["POST application/json", "application/json", length, object],
      ["PATCH application/json", "application/merge-patch+json", length, object],
      ["DELETE application/json", "application/json", String(JSON.stringify(options).length), options],
    ]);
  });

  test.each(["", "/"])("below the path of its server, ended by '%s'", async (end) => {
    await asks({ kubeconfig: JSON.stringify(config({ cluster: { server: `${url}/k8s/clusters/c-1${end}` } })) });
    expect(requests[0].url).toBe("/k8s/clusters/c-1/version");
  });

  test("not at all through a proxy that the kubeconfig names: that is left to Pulumi's provider", async () => {
    const kubeconfig = JSON.stringify(config({ cluster: { server: url, "proxy-url": "http://proxy:3128" } }));
    const ask = jest.fn();
    await withCluster({ kubeconfig }, ask);
    expect(ask).not.toHaveBeenCalled();
  });
});

describe("by TLS", () => {
  const file = (name: string) => path.join(folder, "tls", name);
  const base64 = (name: string) => fs.readFileSync(file(name)).toString("base64");
  const TRUSTED = { "certificate-authority": "ca.crt" };
  const KNOWN = { "client-certificate": "client.crt", "client-key": "client.key" };
  let secure: https.Server;
  let port: number;

  beforeAll(() => {
    fs.mkdirSync(file(""), { recursive: true });
    const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: file(""), stdio: "pipe" });
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const of = (name: string) => [...key, "-keyout", `${name}.key`, "-out", `${name}.crt`, "-subj", `/CN=${name}`];
    openssl("req", "-x509", ...of("ca"));
    for (const name of ["server", "client"]) {
      const names = ["-addext", "subjectAltName=DNS:kubernetes"];
      openssl("req", "-x509", ...of(name), ...names, "-CA", "ca.crt", "-CAkey", "ca.key");
    }
  });
  beforeEach(async () => {
    const [key, cert, ca] = ["server.key", "server.crt", "ca.crt"].map((name) => fs.readFileSync(file(name)));
    secure = https.createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true }, answer);
    port = await listening(secure);
  });
  afterEach(() => {
    secure.close();
    secure.closeAllConnections();
  });
  const connected = (cluster: object, user: object) => {
    const its = { server: `https://127.0.0.1:${port}`, "tls-server-name": "kubernetes", ...cluster };
    return ClusterApi.connect({ kubeconfig: written("tls/config", config({ cluster: its, user })) }).get("/version");
  };

  test.each<[string, () => [cluster: object, user: object]]>([
    ["files beside the kubeconfig", () => [TRUSTED, KNOWN]],
    [
      "what stands in it, before files",
      () => [
        { "certificate-authority-data": base64("ca.crt"), "certificate-authority": "none" },
        { "client-certificate-data": base64("client.crt"), "client-key-data": base64("client.key") },
      ],
    ],
    [
      "what a plugin prints",
      () => {
        const [clientCertificateData, clientKeyData] = ["client.crt", "client.key"].map((name) =>
          fs.readFileSync(file(name), "utf8"),
        );
        written("tls/status.json", { status: { clientCertificateData, clientKeyData } });
        return [TRUSTED, { exec: { command: "cat", args: [file("status.json")] } }];
      },
    ],
    ["any certificate, where the kubeconfig has it so", () => [{ "insecure-skip-tls-verify": true }, KNOWN]],
  ])("the cluster and the user are known by %s", async (_, given) => {
    await expect(connected(...given())).resolves.toEqual({});
  });

  test.each<[string, object, object]>([
    ["of a server by nobody that is trusted", {}, KNOWN],
    ["of a server with another name", { ...TRUSTED, "tls-server-name": "other" }, KNOWN],
    ["without a certificate of one's own", TRUSTED, {}],
  ])("nothing is asked %s", async (_, cluster, user) => {
    await expect(connected(cluster, user)).rejects.toThrow(Unreachable);
    expect(requests).toEqual([]);
  });
});

describe("an answer", () => {
  const api = (patience?: number) => ClusterApi.connect({ kubeconfig: JSON.stringify(config()) }, patience);

  test("of a server that is overloaded or away is asked for again, but not without patience", async () => {
    for (const status of [429, 500, 502, 503, 504]) {
      answers = [{ status }];
      await expect(api().get("/it")).rejects.toMatchObject({ status });
    }
    expect(requests).toHaveLength(5);
    answers = [429, 500, 502, 503, 504].map((status) => ({ status }));
    const all = Promise.all(Array.from({ length: 5 }, () => api(60_000).get("/it")));
    await expect(all).resolves.toEqual(Array(5).fill({}));
  });

  test("that refuses is told with what was asked and what the server says, and not asked for again", async () => {
    answers = [
      { status: 422, body: '{"message":"is invalid"}' },
      { status: 400, body: "no JSON" },
    ];
    await expect(api(60_000).create("/it", {})).rejects.toThrow("POST /it: is invalid");
    await expect(api(60_000).delete("/it")).rejects.toThrow("DELETE /it: no JSON");
  });

  test("that is empty, or that there is nothing, is no error, but where something is to be made", async () => {
    answers = [{ status: 200, body: "" }, ...Array.from({ length: 4 }, () => ({ status: 404 }))];
    await expect(api().get("/it")).resolves.toEqual({});
    await expect(api().get("/it")).resolves.toBeUndefined();
    await expect(api().merge("/it", {})).resolves.toBeUndefined();
    await expect(api().delete("/it")).resolves.toBeUndefined();
    await expect(api().create("/it", {})).rejects.toThrow(ApiError);
  });

  test("that breaks off is told as nobody's, and asked for again", async () => {
    let broken = 2;
    server.removeAllListeners("request").on("request", (request, response) => {
      if (broken-- > 0) {
        response.write("{", () => response.destroy());
      } else {
        answer(request, response);
      }
    });
    await expect(api().get("/it")).rejects.toThrow(new Unreachable("GET /it: aborted"));
    await expect(api(60_000).get("/it")).resolves.toEqual({});
  }, 20_000);

  test("that never comes is told as nobody's, and where nothing waits for it soon", async () => {
    server.removeAllListeners("request");
    const begun = performance.now();
    await expect(api().get("/it")).rejects.toThrow(new Unreachable("GET /it: no answer in time"));
    expect(performance.now() - begun).toBeLessThan(15_000);
    server.close();
    await expect(api().get("/it")).rejects.toThrow(Unreachable);
  });
});

describe("what fails in a cluster", () => {
  const done = (error: Error) => withCluster({ kubeconfig: JSON.stringify(config()) }, () => Promise.reject(error));

  test.each<[string, Error, string?]>([
    ["who is not known", new ApiError(401, "")],
    ["who may not", new ApiError(403, "")],
    ...PROXIES.map((name): [string, Error, string] => [`who may need the proxy of ${name}`, new Unreachable(), name]),
  ])("for %s is left to Pulumi's provider, which may well reach it", async (...[, error, proxy]) => {
    if (proxy !== undefined) {
      process.env[proxy] = "http://proxy:3128";
    }
    expect(cannotAsk(error)).toBe(true);
    await expect(done(error)).resolves.toBeUndefined();
  });

  test.each<[string, Error]>([
    ["fails itself", new ApiError(500, "")],
    ["is asked wrongly, beside a proxy", new Error()],
  ])("where the API server %s is told", async (_, error) => {
    process.env.HTTPS_PROXY = "http://proxy:3128";
    expect(cannotAsk(error)).toBe(false);
    await expect(done(error)).rejects.toBe(error);
  });

  test("is asked as soon as the way to it is known, and not at all where a preview does not know it", async () => {
    const ask = jest.fn(async () => undefined);
    await withCluster(Promise.resolve(undefined), ask);
    expect(ask).not.toHaveBeenCalled();
    await withCluster(Promise.resolve({ kubeconfig: JSON.stringify(config()) }), ask);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  test("where it does not answer, and no proxy is in between, is told", async () => {
    await expect(done(new Unreachable())).rejects.toThrow(Unreachable);
  });
});
