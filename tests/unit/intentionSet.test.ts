import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as yaml from "yaml";
import { ConsulMesh, IntentionSet, IntentionSetArgs, MeshJob, MeshService, ServiceCall } from "../../components";
import { MeshIntentions } from "../../components/intentions/meshIntentions";
import { parseSettings } from "../../settings";
import { find, record } from "../recorder";

const image = "traefik/whoami:v1.10.3";
const ingress = { serviceName: "traefik-system-ingress" };
const STOCK = [{ source: "web", destination: "stock" }];

/** Declares web, which makes calls, and payments, with deny-all in a set before that of the rules; stock is another stack's. */
function declare(args: Partial<IntentionSetArgs>, calls: ServiceCall[] = [], version?: string) {
  let refused: pulumi.InputPropertiesError | undefined;
  const warned: string[] = [];
  const warn = jest.spyOn(console, "warn").mockImplementation((line) => void warned.push(line));
  const recorded = record(() => {
    const mesh = new ConsulMesh("consul", { chart: { version } });
    new IntentionSet("baseline", { mesh });
    mesh.model
      .part(MeshIntentions)
      .join({ set: "stack shop", rules: STOCK, entries: new Map(), services: new Set(["stock"]) });
    const services = [
      new MeshService("web", { mesh, namespace: "apps", image, port: 80, routes: [{ host: "web.test" }], calls }),
      new MeshService("payments", { mesh, namespace: "apps", image, port: 80 }),
    ];
    try {
      new IntentionSet("intentions", { mesh, denyAll: false, services, ingress, ...args });
    } catch (error) {
      refused = error as pulumi.InputPropertiesError;
    }
  });
  return recorded
    .finally(() => warn.mockRestore())
    .then((resources) => ({
      resources,
      warned: warned.join(),
      message: refused?.message,
      problems: (refused?.errors ?? []).map((e) => `${e.propertyPath}: ${e.reason}`),
    }));
}

test("a service's calls and the rules of the called are one resource", async () => {
  const { resources, problems } = await declare({ rules: [{ source: "*", destination: "payments", action: "deny" }] }, [
    { destination: "payments", description: "to be paid" },
  ]);
  expect(problems).toEqual([]);
  const { type, parent, props, beforeCreate } = find(resources, "intentions-payments");
  expect(props.spec.sources).toEqual([
    { name: "*", action: "deny" },
    { name: "web", action: "allow", description: "to be paid" },
  ]);
  expect(type).toBe("kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions");
  expect([parent, beforeCreate]).toEqual(["intentions", ["IntentionSet-intentions-foreign"]]);
});

test("deny-all comes after what is allowed, and goes before it: a call that goes on is refused at no moment", async () => {
  const rules = ["web", "payments"].map((destination) => ({ source: ingress.serviceName, destination }));
  const { resources } = await declare({ rules });
  const { dependsOn } = find(resources, "baseline-all.services");
  expect(dependsOn).toEqual(expect.arrayContaining(["intentions-web", "intentions-payments"]));
  expect(dependsOn).not.toContain("baseline-all.services");
  expect(find(resources, "intentions-web").dependsOn).not.toContain("intentions-payments");
});

test("what a set has to have in the cluster is each of its entries", async () => {
  let names: string[] = [];
  await record(() => {
    const rules = [{ source: "web", destination: "shop" }];
    const set = new IntentionSet("all", { mesh: new ConsulMesh("consul"), rules, externalServices: ["web", "shop"] });
    names = set.entries.map((each) => (each as any).__name);
  });
  expect(names).toEqual(["all-all.services", "all-shop"]);
});

// In a circle the program would end with nothing but Pulumi's word about promises that are left.
test("deny-all does not come after a set that waits for a service which deny-all guards", async () => {
  const resources = await record(() => {
    const mesh = new ConsulMesh("consul");
    const guardedBy = new IntentionSet("baseline", { mesh });
    const web = new MeshService("web", { mesh, namespace: "apps", image, port: 80, guardedBy });
    const rules = [{ source: "web", destination: "web" }];
    new IntentionSet("intentions", { mesh, denyAll: false, services: [web], rules }, { dependsOn: [web] });
  });
  expect(find(resources, "baseline-all.services").dependsOn).not.toContain("intentions-web");
  expect(find(resources, "web-deployment").dependsOn).toContain("baseline-all.services");
});

test("deny-all does come after a set that is given nothing to wait for", async () => {
  const resources = await record(() => {
    const mesh = new ConsulMesh("consul");
    new IntentionSet("baseline", { mesh });
    const rules = [{ source: "web", destination: "shop" }];
    const externalServices = ["web", "shop"];
    new IntentionSet("intentions", { mesh, denyAll: false, rules, externalServices }, { dependsOn: [] });
  });
  expect(find(resources, "baseline-all.services").dependsOn).toContain("intentions-shop");
});

test("pods and deny-all do not wait for a set in a component that waits for them, and a job does for its calls", async () => {
  const recorded = record(() => {
    const mesh = new ConsulMesh("consul");
    const guardedBy = new IntentionSet("baseline", { mesh });
    const common = { mesh, namespace: "apps", image, guardedBy };
    const web = new MeshService("web", { ...common, port: 80 });
    const nightly = new MeshJob("nightly", { ...common, command: ["run"], calls: [{ destination: "web" }] });
    const parent = new pulumi.ComponentResource("test:index:App", "app", {}, { dependsOn: [web] });
    new IntentionSet("intentions", { mesh, denyAll: false, services: [web, nightly] }, { parent });
    const rules = [{ source: "a", destination: "a" }];
    new IntentionSet("others", { mesh, denyAll: false, externalServices: ["a"], rules });
  });
  // As Node.js says when nothing else goes on.
  setTimeout(() => process.emit("beforeExit", 0), 500);
  const resources = await recorded;
  expect(find(resources, "app").dependsOn).toContain("web-deployment");
  expect(find(resources, "web-deployment").dependsOn).toContain("baseline-all.services");
  expect(find(resources, "baseline-all.services").dependsOn).toContain("others-a");
  expect(find(resources, "nightly-job").dependsOn).toContain("intentions-web");
});

test("a call of another stack's service is let in there alone, and nothing is made or said of it here", async () => {
  const rules = [{ source: ingress.serviceName, destination: "web" }];
  const { resources, problems, warned } = await declare({ rules }, [{ destination: "stock" }]);
  expect(problems).toEqual([]);
  expect(resources.map(({ name }) => name).filter((name) => name.startsWith("intentions-"))).toEqual([
    "intentions-web",
  ]);
  expect(warned).toBe("");
});

test("a name that nobody has is refused with those that there are", async () => {
  const http = { pathPrefix: "/" };
  const permissions = [{ action: "allow" as const, http, jwt: { providers: [{ name: "okta" }] } }];
  const rules = [
    { source: "web", destination: "payment" },
    { source: "web", destination: "payments", permissions },
  ];
  const { message, problems } = await declare({ rules, ingress: undefined });
  expect(message).toContain('IntentionSet "intentions"');
  expect(problems).toEqual([
    expect.stringMatching(/^rules\[0\]\.destination: .*; known: payments, web\./),
    expect.stringMatching(/^rules\[1\]\.permissions\[0\]\.jwt: /),
    expect.stringMatching(/^rules\[1\]\.permissions\[0\]\.jwt\.providers\[0\]\.name: .*; known: none\./),
  ]);
});

// As a program without types may give it: each would open all of payments.
test.each<[wrong: object, says: string]>([
  [{ permission: [] }, 'rules[1].permission: is not a known key; did you mean "permissions"?'],
  [
    { permissions: [{ action: "allow", http: { methods: ["GET"], pathprefix: "/a" } }] },
    'rules[1].permissions[0].http.pathprefix: is not a known key; did you mean "pathPrefix"?',
  ],
  [{ permissions: null }, "rules[1].permissions: is null; give it a value, or leave it out"],
])("a rule with %j is refused", async (wrong, says) => {
  const rule = { source: "web", destination: "payments" };
  const { message } = await declare({
    rules: [
      { ...rule, source: "*" },
      { ...rule, ...wrong },
    ],
  });
  expect(message).toBe(`IntentionSet "intentions": 1 problem\n  ${says}`);
});

test("a call with a key that nobody knows is refused where it is declared", async () => {
  const { problems } = await declare({}, [{ destination: "payments", permission: [] } as ServiceCall]);
  expect(problems).toEqual(['web.calls[0].permission: is not a known key; did you mean "permissions"?']);
});

test("a provider that is named twice is refused", async () => {
  const { problems } = await declare({ jwtProviders: ["login", "login"] });
  expect(problems).toEqual(['jwtProviders[1]: "login" is the name of jwtProviders[0] too; give each its own']);
});

test("a call that the called refuses is a contradiction that names both", async () => {
  const rules = [{ source: "web", destination: "payments", action: "deny" as const }];
  const { problems } = await declare({ rules }, [{ destination: "payments" }]);
  expect(problems).toEqual(["web.calls[0]: web → payments contradicts rules[0]: allow here, deny there; agree on one"]);
});

test("a destination of two sets is refused, since the webhook refuses the second resource", async () => {
  const { problems } = await declare({ rules: [{ source: "web", destination: "*" }] });
  expect(problems).toEqual([
    'rules[0]: "*" has its intentions in IntentionSet "baseline" already; declare them all there',
  ]);
});

test("a header criterion is refused where the mesh is too old for it", async () => {
  const http = { header: [{ name: "x-team", exact: "a", ignoreCase: true }] };
  const rules = [{ source: "web", destination: "payments", permissions: [{ action: "allow" as const, http }] }];
  expect((await declare({ rules }, [], "1.6.1")).problems).toEqual([]);
  expect((await declare({ rules }, [], "1.6.0")).problems).toEqual([
    expect.stringMatching(
      /^rules\[0\].permissions\[0\].http.header\[0\].ignoreCase: is not known to chart 1.6.0, which drops/,
    ),
  ]);
});

test("an allow without effect is warned of, or refused where warnings are errors", async () => {
  const rules = [{ source: ingress.serviceName, destination: "payments" }];
  const { resources, problems, warned } = await declare({ rules });
  expect(problems).toEqual([]);
  expect(find(resources, "intentions-payments")).toBeDefined();
  expect(warned).toMatch(/IntentionSet "intentions".*rules\[0\].*to which no route leads/s);
  const strict = await declare({ rules, warningsAreErrors: true });
  expect(strict.problems).toEqual([expect.stringContaining("to which no route leads")]);
});

test("a stack's settings are judged with the calls of all services, in one run", () => {
  const { config } = yaml.parse(fs.readFileSync("Pulumi.yaml", "utf8"));
  const defaults = Object.entries<any>(config)
    .filter(([key]) => !key.includes(":"))
    .map(([key, declared]) => [key, declared.default] as const);
  const paths = (calls: string[], intentionWarningsAreErrors: boolean) => {
    const services = [
      { name: "web", image, port: 80, calls: calls.map((destination) => ({ destination })) },
      { name: "payments", image, port: 80 },
    ];
    const intentions = [
      { source: "web", destination: "payments", action: "deny" },
      { source: ingress.serviceName, destination: "payments" },
    ];
    const settings = [...defaults, ...Object.entries({ services, intentions, intentionWarningsAreErrors })];
    const result = parseSettings(
      Object.fromEntries(settings.map(([key, v]) => [key, typeof v === "string" ? v : JSON.stringify(v)])),
    );
    return "problems" in result ? result.problems.map((p) => p.propertyPath) : [];
  };
  const errors = ["services[0].calls[0]", "services[0].calls[1].destination"];
  expect(paths(["payments", "nobody"], false)).toEqual(errors);
  expect(paths(["payments", "nobody"], true)).toEqual([...errors, "intentions[1]"]);
  expect(paths(["*"], false)).toEqual(["services[0].calls[0].destination"]);
});
