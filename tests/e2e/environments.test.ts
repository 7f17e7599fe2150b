import * as fs from "node:fs";
import * as path from "node:path";
import { refusal } from "../refusal";
import { TESTBED, workspace, Workspace } from "../workspace";
import { answers, kubectl, poll, renewCluster, request, secretOf, story } from "./cluster";
import { ConsulApi } from "./consulApi";
import { callsOf, destinations, egressSteps, lateAnswerStep, serveOutside, stopServing } from "./egress";
import { judged, NOT_JUDGED, refusals, refusedUp } from "./pack";
import { holderOf, nameOf, podsOf, traefiks } from "./pods";
import { files, forms, logs, objects, Place } from "./secrets";
import { CLIENTS, letStrangersIn, sendStrangersAway, strangerSteps } from "./strangers";

const image = "localhost/whoami:1.10.3";
const services = [
  { name: "whoami", image, port: 80, healthPath: "/health", replicas: 2, routes: [{ host: "whoami.localhost" }] },
  { name: "echo", image, port: 80, healthPath: "/health", routes: [{ host: "echo.localhost" }] },
];
const allow = { source: "traefik-system-ingress", destination: "whoami" };
const METHOD = "consul-k8s-auth-method";

/** All that the CLI has printed. */
let printed = "";
let its: Workspace;
let api: ConsulApi;
const step = story();

beforeAll(async () => {
  await serveOutside();
  await letStrangersIn();
  const given = { externalDestinations: destinations(), networkPolicyClients: CLIENTS };
  its = judged(await workspace("prod", { ...TESTBED, ...given, services, denyAll: false, intentions: [] }));
});

afterAll(async () => {
  stopServing();
  await sendStrangersAway();
  await its?.remove();
  renewCluster();
}, 300_000);

step("with ACLs on nothing passes before the first intention exists", async () => {
  const answers = new Set<number | string>();
  // Not by 127.0.0.1 as all else: the kernel remembers for two minutes that a port led nowhere, and when a connection's
  // own port comes round again, refuses it.
  const address = await kubectl("get", "nodes", "-o", "jsonpath={.items[0].status.addresses[0].address}");
  let up = false;
  const asked = (async () => {
    while (!up || !answers.has(403)) {
      answers.add(await request({ host: "whoami.localhost", port: 30080, address }));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  await deploy({}, NOT_JUDGED);
  up = true;
  await asked;
  expect([...answers]).not.toContain(200);
  api = await ConsulApi.asOperator();
  expect(await api.get("config/service-intentions")).toEqual([]);
});

step("deny-all and an allow: the one service is open, the other closed, and a second up changes nothing", async () => {
  await deploy({ denyAll: true, intentions: [allow, ...callsOf("whoami")] });
  await answers(200, "whoami.localhost");
  await answers(403, "echo.localhost");
  const { summary } = await its.stack.up();
  expect(Object.keys(summary.resourceChanges ?? {}).sort()).toEqual(["read", "same"]);
  await its.stack.refresh();
  expect(await refusals(its.stack)).toEqual([]);
});

egressSteps(step);
strangerSteps(step);

step("an up that would open the living mesh is refused by the policies, and nothing of it is applied", async () => {
  const state = async () => [
    await kubectl("get", "deployments", "-n", "mesh-services", "-o", "jsonpath={.items[*].metadata.generation}"),
    (await api.get("config/service-intentions")).map((entry: any) => [entry.Name, entry.ModifyIndex]),
  ];
  const before = await state();
  const changed = services.map((service) => ({ ...service, env: { CHANGED: "yes" } }));
  its.configure({ services: changed, intentions: [{ ...allow, source: "*" }] });
  expect(await refusedUp(its.stack)).toMatch(/wildcard/i);
  its.configure({ services: changed, intentions: [allow], denyAll: false });
  expect(await refusedUp(its.stack)).toContain("deny-all");
  expect(await state()).toEqual(before);
  its.configure({ services, denyAll: true });
});

lateAnswerStep(step);

step("three servers, one vote each, and a budget that keeps two of them", async () => {
  const { Servers: servers } = await api.get("operator/raft/configuration");
  expect(servers.map((server: any) => server.Voter)).toEqual([true, true, true]);
  const budget = JSON.parse(await kubectl("get", "pdb", "consul-server", "-n", "consul-system", "-o", "json"));
  expect(budget.status).toMatchObject({ currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1 });
});

step("Traefik holds its service identity and nothing else, and so does each service", async () => {
  for (const [service, pods] of [
    ["traefik-system-ingress", await traefiks()],
    ["whoami", await podsOf("mesh-services", "app=whoami")],
    ["echo", await podsOf("mesh-services", "app=echo")],
  ] as const) {
    const tokens = await api.tokensOf(service);
    expect(tokens.map(holderOf).sort()).toEqual(pods.map(nameOf).sort());
    for (const token of tokens) {
      expect(token.ServiceIdentities).toEqual([{ ServiceName: service }]);
      expect(Object.keys(token)).not.toEqual(expect.arrayContaining(["Policies"]));
      expect(token).not.toHaveProperty("Roles");
    }
  }
});

step("an identity opens its own name alone: Traefik's token is refused what is another's", async () => {
  const [{ SecretID: secret }] = await api.tokensOf("traefik-system-ingress");
  const traefik = api.as(secret);
  expect((await traefik.ask("GET", "agent/connect/ca/leaf/traefik-system-ingress")).status).toBe(200);
  // A name that nobody has: of one that has a leaf, a server hands out its cached one without a look at the token.
  expect((await traefik.ask("GET", "agent/connect/ca/leaf/somebody-else")).status).toBe(403);
  expect((await traefik.ask("PUT", "config", { Kind: "service-defaults", Name: "whoami" })).status).toBe(403);
  expect((await traefik.ask("GET", "acl/tokens")).status).toBe(403);
});

step("a pod under another's name is refused, by Consul and by its own start", async () => {
  await kubectl("create", "serviceaccount", "impostor", "-n", "mesh-services");
  const bearer = (account: string) => kubectl("create", "token", account, "-n", "mesh-services");
  const login = async (account: string) =>
    api.as(undefined).ask("POST", "acl/login", { AuthMethod: METHOD, BearerToken: await bearer(account) });

  const { body: token } = await login("impostor");
  const impostor = api.as(token.SecretID);
  await poll(
    "a token that the server that is asked has heard of",
    () => impostor.ask("GET", "agent/connect/ca/leaf/impostor"),
    ({ status }) => status === 200,
  );
  expect((await impostor.ask("GET", "agent/connect/ca/leaf/somebody-else")).status).toBe(403);
  const Service = { Service: "whoami", Port: 80 };
  const registration = { Node: "elsewhere", Address: "192.0.2.1", Service };
  expect((await impostor.ask("PUT", "catalog/register", registration)).status).toBe(403);
  expect((await impostor.ask("POST", "acl/logout")).status).toBe(200);
  // The account that every pod has which asks for none.
  expect((await login("default")).status).toBe(403);

  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "impostor",
      namespace: "mesh-services",
      labels: { "consul-traefik-mesh/service": "whoami" }, // the Service whoami selects it
      annotations: { "consul.hashicorp.com/connect-inject": "true" },
    },
    spec: {
      serviceAccountName: "impostor",
      containers: [{ name: "whoami", image, imagePullPolicy: "Never", ports: [{ name: "main", containerPort: 80 }] }],
    },
  };
  const file = path.join(its.directory, "impostor.json");
  fs.writeFileSync(file, JSON.stringify(pod));
  await kubectl("apply", "-f", file);
  await poll(
    "why the pod does not start",
    () => kubectl("logs", "-n", "mesh-services", "impostor", "-c", "consul-connect-inject-init").catch(String),
    (log) => /service account name .*doesn't match.* service name/i.test(log),
  );
  const [found] = (await podsOf("mesh-services", "consul-traefik-mesh/service=whoami")).filter(
    (each) => nameOf(each) === "impostor",
  );
  expect(found.status.containerStatuses.map((each: any) => each.ready)).not.toContain(true);
  expect((await api.tokensOf("whoami")).map(holderOf)).not.toContain("impostor");
  await kubectl("delete", "-f", file, "--wait=false");
  await kubectl("delete", "serviceaccount", "impostor", "-n", "mesh-services");
});

step("every generated secret is where it belongs, and nowhere else", async () => {
  const { stdout } = await its.stack.up(); // with every secret in the state
  printed += stdout;
  const places: Place[] = [
    ...(await objects()),
    ...(await logs()),
    ...files(path.join(its.directory, "state")).map((place) => ({ ...place, where: `state ${place.where}` })),
    { where: "the stack's file", text: fs.readFileSync(path.join(its.directory, "Pulumi.test.yaml"), "utf8") },
    { where: "what the CLI printed", text: printed },
    { where: "outputs", text: JSON.stringify(await its.stack.outputs()) },
  ];
  expect(places.filter((place) => /^state .*\.json/.test(place.where))).not.toHaveLength(0);
  expect(places.filter((place) => /^Secret .*\/sh\.helm\.release/.test(place.where))).not.toHaveLength(0);
  const found = (text: string) =>
    places.filter((place) => forms(text).some((form) => place.text.includes(form))).map((place) => place.where);

  expect(found(await secretOf("consul-bootstrap-token", "token"))).toEqual([
    "Secret consul-system/consul-bootstrap-token",
  ]);
  expect(found(await secretOf("consul-gossip-key", "key"))).toEqual(["Secret consul-system/consul-gossip-key"]);
  expect(found(lineOf(await secretOf("consul-ca-key", "tls.key")))).toEqual(["Secret consul-system/consul-ca-key"]);
  expect(found(lineOf(await secretOf("consul-server-cert", "tls.key")))).toEqual([
    "Secret consul-system/consul-server-cert",
  ]);
  for (const token of await api.get("acl/tokens")) {
    const isBootstrap = token.SecretID === (await secretOf("consul-bootstrap-token", "token"));
    // The one of nobody is the same in every Consul.
    expect([token.Description, isBootstrap || token.SecretID === "anonymous" ? [] : found(token.SecretID)]).toEqual([
      token.Description,
      [],
    ]);
  }
});

step("what holds data or trust can neither be deleted nor replaced", async () => {
  expect(await refusal(its.stack.previewDestroy())).toMatch(/protected/);
  its.configure({ consulNamespace: "elsewhere" });
  expect(await refusal(its.stack.preview())).toMatch(/protect/);
  its.configure({ consulNamespace: "consul-system" });
  await answers(200, "whoami.localhost");
});

/** Deploys changed settings, as an edit of the stack's file would. */
async function deploy(settings: Record<string, unknown>, policies: Partial<typeof NOT_JUDGED> = {}): Promise<void> {
  its.configure(settings);
  const { stdout, stderr } = await its.stack.up({ ...policies, onOutput: (text) => (printed += text) });
  printed += stdout + stderr;
}

/** A line of a PEM that no other has. */
function lineOf(pem: string): string {
  return pem.split("\n")[1];
}
