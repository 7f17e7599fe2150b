import { execFileSync } from "node:child_process";
import * as net from "node:net";
import * as path from "node:path";
import { TESTBED, workspace, Workspace } from "../workspace";
import { apply, kubectl, poll, renewCluster, story } from "../e2e/cluster";
import { EXAMPLES, settingsOf } from "../examples";

/**
 * Each example in the docs, as printed, in a stack's file beside nothing else: `up` ends, which it does when every route is served
 * through every pod of Traefik, and each pod is ready. A reader's own images stand in for themselves: testbed/images/app-entrypoint.sh.
 */
let its: Workspace;

/** Examples that need what this cluster does not have, or more than one stack; and where else they are played. */
const ELSEWHERE: readonly [of: RegExp, where: string][] = [
  [/CreateNamespace: false/, "tests/faults/externalServers.test.ts"],
  [/:(teams|meshStack):/, "tests/faults/changes.test.ts"],
  [/:rotations:/, "tests/faults/rotation.test.ts"],
  [/:workloads:/, "tests/faults/joins.test.ts"],
  [/:traefikKubernetesCrdNamespaces:|plugindemo/, "tests/e2e/routing.test.ts; no plugin can be downloaded here"],
  [/healthGrpcService:/, "tests/consul/grpc.test.ts; the reader's image is no whoami"],
  [/cni:/, "nowhere: the testbed has no CNI that chains"],
  [/manageExternalCRDs/, "nowhere: nobody else has brought the Gateway API's kinds to this cluster"],
  [/LoadBalancer/, "nowhere: the testbed has no load balancer"],
];
const PLAYED = EXAMPLES.filter(({ text }) => !ELSEWHERE.some(([of]) => of.test(text)));

/** What the pages say that the reader has: Secrets and ConfigMaps. */
function readersOwn(): object[] {
  const ingress = "traefik-consul";
  const secret = (name: string, stringData: object, namespace = "mesh-services", type = "Opaque") => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace },
    type,
    stringData,
  });
  const [key, certificate] = ["key", "certificate"].map((part) => path.join(its.directory, `${part}.pem`));
  const subject = ["-subj", "/CN=example.com", "-addext", "subjectAltName=DNS:example.com"];
  execFileSync("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
    ...[...subject, "-keyout", key, "-out", certificate],
  ]);
  const pem = (file: string) => execFileSync("cat", [file]).toString();
  const users = "anna:$2y$05$GjTkGyf4mJFgqzIoDwLvYOpd0YKkpFBNZBLXNf6oFWlpDQCeCSsp6";
  return [
    secret("orders-db", { password: "it" }),
    secret("db", { password: "it" }),
    ...["orders-flags", "orders"].map((name) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "mesh-services" },
      data: { flag: "on" },
    })),
    ...["admins", "ops"].map((name) => secret(name, { users }, ingress)),
    secret("zerossl", { hmacEncoded: "aXQ" }, ingress),
    secret("cloudflare", { CF_DNS_API_TOKEN: "it" }, ingress),
    secret("partners-ca", { "ca.crt": pem(certificate) }, ingress),
    secret("example-com", { "tls.crt": pem(certificate), "tls.key": pem(key) }, ingress, "kubernetes.io/tls"),
  ];
}

const NOTHING = { ...TESTBED, services: [], intentions: [] };

beforeAll(async () => {
  its = await workspace("dev", NOTHING);
  const images = PLAYED.flatMap(({ text }) => [...text.matchAll(/image: "?([^\s",]+)/g)].map(([, image]) => image));
  for (const image of new Set(images)) {
    const own = image.startsWith("registry.example.com/") ? "app:1.0.0" : image;
    execFileSync(path.join(__dirname, "../../testbed/image-as"), [own, image]);
  }
});

afterAll(async () => {
  await its?.remove();
  renewCluster();
});

story()("a stack without services comes up, and the reader has what the pages say", async () => {
  await its.stack.up();
  await apply(readersOwn());
});

for (const example of PLAYED) {
  // Each a story of its own: it stands on no other.
  story()(`the example at ${example.page}:${example.line} comes up, each of its pods ready`, async () => {
    const none = Object.fromEntries(
      PLAYED.flatMap((each) => Object.keys(settingsOf(each)).map((key) => [key, undefined])),
    );
    its.configure({ ...none, ...NOTHING, ...settingsOf(example) });
    await its.stack.up();
    // An autoscaler adds the pods that it has to only when it finds the first.
    await poll(
      "each pod is ready",
      async () => {
        const { items } = JSON.parse(await kubectl("get", "pods", "-n", "mesh-services", "-o", "json"));
        const going = (pod: any) => pod.metadata.deletionTimestamp !== undefined;
        const ready = (pod: any) => pod.status.containerStatuses?.every((one: any) => one.ready);
        return items.filter((pod: any) => !going(pod) && !ready(pod)).map((pod: any) => pod.metadata.name);
      },
      (unready) => unready.length === 0,
    );
    if (example.text.includes("traefikTcpEntryPoints")) {
      await poll(
        "NATS greets through Traefik",
        () => greeting(30422),
        (text) => text.startsWith("INFO {"),
      );
    }
  });
}

test("each example that is not played here is named with where it is", () => {
  const unused = ELSEWHERE.filter(([of]) => !EXAMPLES.some(({ text }) => of.test(text)));
  expect(unused).toEqual([]);
});

/** What a server says first on a node's port. */
function greeting(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    const end = (text: string) => (socket.destroy(), resolve(text));
    socket.setTimeout(2000, () => end("nothing in time"));
    socket.on("data", (data) => end(data.toString()));
    socket.on("error", (error) => end(error.message));
    socket.on("end", () => end("closed"));
  });
}
