import * as tls from "node:tls";
import { IntentionRule } from "../../components";
import { workspace, Workspace } from "../workspace";
import {
  answers,
  apply,
  changes,
  consul,
  inventory,
  kubectl,
  nothingIsLeft,
  poll,
  request,
  story,
  through,
} from "./cluster";
import { acceptedObjects } from "./dryRuns";
import { judged, NOT_JUDGED, refusals } from "./pack";
import { suggestSteps } from "./suggest";
import { disagreements, refusedCases, Webhook, WEBHOOK_REFUSES } from "./webhook";

const image = "localhost/whoami:1.10.3";
const RAW_RULE = "Host(`raw.localhost`) && Header(`X-Pair`, `a,b`) || HostRegexp(`^v[0-9]{1,3}\\.localhost$`)";
const services = [
  {
    name: "whoami",
    image,
    port: 80,
    healthPath: "/health",
    routes: [{ host: "whoami.localhost" }, { name: "raw", rule: RAW_RULE }],
  },
  { name: "echo", image, port: 80, protocol: "tcp", routes: [{ host: "echo.localhost" }] },
];
const allow = (destination: string, source = "traefik-system-ingress"): IntentionRule => ({ source, destination });
const SAN = "consul.example.test";

let before: string[];
let its: Workspace;
const step = story();

/** Deploys changed settings, as an edit of the stack's file would. */
async function up(settings: Record<string, unknown>, policies: Partial<typeof NOT_JUDGED> = {}): Promise<void> {
  its.configure(settings);
  await its.stack.up(policies);
}

beforeAll(async () => {
  before = await inventory();
  // Under its own name, which tells the policies its environment.
  const settings = { services, denyAll: true, intentions: [], consulServerAdditionalDnsSans: [SAN] };
  its = judged(await workspace("local", settings, "local"));
});

afterAll(async () => {
  await prober?.stop();
  await its?.stack.destroy(); // also after a failure: the next run finds the cluster as this one did
  await its?.remove();
});

let prober: ReturnType<typeof probe> | undefined;

/** Asks both services again and again, until stopped; then returns every answer that there was. */
function probe() {
  const answers = new Set<number | string>();
  let stopped = false;
  const asked = (async () => {
    while (!stopped) {
      for (const host of ["whoami.localhost", "echo.localhost"]) {
        answers.add(await through(host));
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await asked;
      return answers;
    },
  };
}

step("from the first moment of the first up, no request without an allow passes", async () => {
  prober = probe();
  await its.stack.up();
  // The last answers are Traefik's, about routes that it has: refused by the service's sidecar.
  await answers(403, "whoami.localhost");
  await answers(502, "echo.localhost");
  const seen = [...(await prober.stop())];
  expect(seen).not.toContain(200);
  expect(seen).toEqual(expect.arrayContaining([403, 502]));
});

step("the webhook refuses what we say that it refuses, and what it refuses we refuse as well", async () => {
  const webhook = await Webhook.start("consul-system");
  try {
    expect(await refusedCases(webhook)).toEqual(WEBHOOK_REFUSES);
    expect(await disagreements(webhook, 500)).toEqual([]);
    // What only resources beside each other show, or what no typed rule can say.
    const sources = [{ name: "web", action: "allow" }];
    const raw = {
      "a second resource for one destination": { destination: { name: "*" }, sources },
      "a namespace": { destination: { name: "web", namespace: "other" }, sources },
      "a source's namespace": { destination: { name: "web" }, sources: [{ ...sources[0], namespace: "other" }] },
      "a source's partition": { destination: { name: "web" }, sources: [{ ...sources[0], partition: "other" }] },
      "no source": { destination: { name: "web" }, sources: [] },
    };
    for (const [what, spec] of Object.entries(raw)) {
      expect([what, await webhook.refusal(spec, "case")]).toEqual([what, expect.stringContaining("webhook")]);
    }
    const another = { destination: { name: "web" }, sources };
    expect(await webhook.refusal(another, "all.services")).toMatch(/immutable/);
  } finally {
    webhook.stop();
  }
});

step("what preview takes of 100 generated stacks, the API server and the injector take as well", async () => {
  const objects = await acceptedObjects(100);
  expect(objects.length).toBeGreaterThan(400);
  await apply(objects, "--dry-run=server", "--validate=strict", "--force-conflicts");
});

step("a second up changes nothing, and neither does a refresh; the policies have nothing to say of it", async () => {
  const again = await its.stack.up();
  expect(changes(again.summary.resourceChanges)).toEqual([]);
  const refreshed = await its.stack.refresh();
  expect(changes(refreshed.summary.resourceChanges)).toEqual([]);
  expect(await refusals(its.stack)).toEqual([]);
});

step("tags arrive in Consul as they were declared, commas and backticks included", async () => {
  const [instance] = await consul("catalog/service/whoami-sidecar-proxy");
  // A router's name ends in a hash of its definition.
  const rules = instance.ServiceTags.map((tag: string) =>
    tag.replace(/^(traefik\.http\.routers\.\w+)-[0-9a-f]{8}\./, "$1."),
  );
  expect(rules).toEqual(
    expect.arrayContaining([
      "traefik.http.routers.whoami.rule=Host(`whoami.localhost`)",
      `traefik.http.routers.raw.rule=${RAW_RULE}`,
    ]),
  );
});

step("Traefik is in Consul's catalog under its identity, through the catalog sync", async () => {
  const [instance] = await consul("catalog/service/traefik-system-ingress");
  expect(instance.ServiceMeta).toMatchObject({ "external-k8s-ns": "traefik-consul" });
});

step(
  "the servers' certificate has the additional name, and the CA that was copied to Traefik verifies it",
  async () => {
    const copy = await kubectl("get", "configmap", "consul-ca-cert", "-n", "traefik-consul", "-o", "json");
    const { data } = JSON.parse(copy);
    expect(Object.keys(data)).toEqual(["tls.crt"]);
    const address = await kubectl(
      "get",
      "service",
      "consul-ui",
      "-n",
      "consul-system",
      "-o",
      "jsonpath={.spec.clusterIP}",
    );
    for (const servername of [SAN, "consul-server.consul-system.svc"]) {
      await new Promise<void>((resolve, reject) => {
        const socket = tls.connect({ host: address, port: 443, servername, ca: data["tls.crt"] }, () => {
          socket.end();
          resolve();
        });
        socket.on("error", reject);
      });
    }
  },
);

step("without deny-all every service answers: 200", async () => {
  await up({ denyAll: false }, NOT_JUDGED);
  await answers(200, "whoami.localhost");
  await answers(200, "echo.localhost");
  await answers(200, "v12.localhost");
});

suggestSteps(step, () => its, up, NOT_JUDGED);

step("deny-all refuses: 403 by L7, 502 by L4", async () => {
  await up({ denyAll: true, intentions: [] });
  await answers(403, "whoami.localhost");
  // L4 is judged when a connection opens, and the sidecar drains those that are open for up to 45 s.
  await answers(502, "echo.localhost", "/", 90);
});

step("an intention for another source does not let Traefik in", async () => {
  await up({ intentions: [allow("whoami", "echo"), allow("echo")] });
  await answers(200, "echo.localhost");
  const { Sources: sources } = await consul("config/service-intentions/whoami");
  expect(sources).toMatchObject([{ Name: "echo", Action: "allow" }]);
  await answers(403, "whoami.localhost");
});

step("the allow lets Traefik in: 200", async () => {
  await up({ intentions: [allow("whoami"), allow("echo")] });
  await answers(200, "whoami.localhost");
  await answers(200, "echo.localhost");
});

step("plaintext to the pod itself fails: only the mesh gets in", async () => {
  const address = await kubectl(
    "get",
    "pods",
    "-n",
    "mesh-services",
    "-l",
    "app=whoami",
    "-o",
    "jsonpath={.items[0].status.podIP}",
  );
  // The sidecar takes the connection, and ends it when no handshake comes; its port for the kubelet's probes answers.
  expect(await request({ address, port: 80 })).toBe("ECONNRESET");
});

step("an L7 permission opens its path and method, and nothing else", async () => {
  const permissions = [{ action: "allow", http: { pathPrefix: "/api", methods: ["GET"] } }];
  await up({ intentions: [{ source: "traefik-system-ingress", destination: "whoami", permissions }] });
  await answers(200, "whoami.localhost", "/api/x");
  await answers(403, "whoami.localhost");
  await poll(
    "another method",
    () => through("whoami.localhost", "/api/x", "POST"),
    (status) => status === 403,
  );
});

step("a change of destination moves the allow", async () => {
  await up({ intentions: [allow("echo")] });
  await answers(403, "whoami.localhost");
  await answers(200, "echo.localhost");
});

step("a changed CA reaches Traefik at the next up, and removing a service leaves the rest as it was", async () => {
  const secret = JSON.parse(await kubectl("get", "secret", "consul-ca-cert", "-n", "consul-system", "-o", "json"));
  const certificate = Buffer.from(secret.data["tls.crt"], "base64").toString();
  // Another bundle with the same certificate in it, so that the servers' is still verified.
  const bundle = `${certificate}\n${certificate}`;
  const patch = JSON.stringify({ stringData: { "tls.crt": bundle } });
  await kubectl("patch", "secret", "consul-ca-cert", "-n", "consul-system", "-p", patch);
  const copy = async () =>
    kubectl("get", "configmap", "consul-ca-cert", "-n", "traefik-consul", "-o", "jsonpath={.data.tls\\.crt}");
  expect(await copy()).toBe(certificate);
  await up({ services: services.slice(1) });
  expect(await copy()).toBe(bundle);
  await answers(404, "whoami.localhost");
  await answers(200, "echo.localhost");
});

step("destroy leaves nothing", async () => {
  await its.stack.destroy();
  await nothingIsLeft(before);
});
