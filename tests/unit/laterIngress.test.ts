import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh, TraefikConsulIngress, TraefikConsulIngressArgs } from "../../components";
import { RoutingModel } from "../../components/routing/routingModel";
import { record } from "../recorder";

/** An ingress of which other resources make a part: a certificate at the cloud, a network's range, an account. */
type Given = Omit<TraefikConsulIngressArgs, "mesh">;
const made = (value: string) => pulumi.output(Promise.resolve(value));
/** What is registered, by name: what waits for a value is registered later. */
const deployed = async (given: Given) => {
  const all = await record(
    () => void new TraefikConsulIngress("traefik", { mesh: new ConsulMesh("consul"), ...given }),
  );
  return all.sort((a, b) => `${a.type} ${a.name}`.localeCompare(`${b.type} ${b.name}`));
};

const GIVEN = (its: (value: string) => pulumi.Input<string>): Given => ({
  serviceType: "LoadBalancer",
  serviceAnnotations: { "service.beta.kubernetes.io/aws-load-balancer-ssl-cert": its("arn:aws:acm:a") },
  serviceAccountAnnotations: { "eks.amazonaws.com/role-arn": its("arn:aws:iam::111122223333:role/dns") },
  env: { AWS_REGION: its("eu-central-1") },
  loadBalancerSourceRanges: [its("10.0.0.0/8"), "203.0.113.0/24"],
  forwardedHeadersTrustedIps: [its("10.1.0.0/16")],
  proxyProtocolTrustedIps: ["10.2.0.0/16", its("10.3.0.0/16")],
  userLists: { ops: { secretName: its("ops-users") } },
  certificateResolvers: {
    le: {
      email: its("ops@example.com"),
      caServer: its("https://acme.example.com/directory"),
      eab: { kid: its("kid"), hmacSecret: its("eab") },
      dnsChallenge: { provider: "route53", credentialsSecret: its("route53") },
    },
  },
  consoles: {
    dashboard: {
      host: its("traefik.example.com"),
      userList: "ops",
      tls: { certResolver: "le", domains: [{ main: its("example.com") }] },
    },
    consulUi: { host: its("consul.example.com"), userList: "ops" },
  },
});

test("an ingress that others' values go into is what it would be with these written down", async () => {
  expect(await deployed(GIVEN(made))).toEqual(await deployed(GIVEN((value) => value)));
});

test("a console's host that another resource makes is its own from when it is known", async () => {
  let routing!: RoutingModel;
  await record(() => {
    const mesh = new ConsulMesh("consul");
    const consoles = { dashboard: { host: made("ops.test"), userList: "ops" } };
    new TraefikConsulIngress("traefik", { mesh, userLists: { ops: { secretName: "ops" } }, consoles });
    routing = mesh.model.part(RoutingModel);
  });
  expect(routing.service("shop", { routes: [{ host: "ops.test" }] }, { own: "", named: "shop." })).toEqual([
    { propertyPath: "routes[0].host", reason: expect.stringContaining("the host of a console") },
  ]);
});

test.each<[what: string, given: Given, problem: string]>([
  ["a plain range", { forwardedHeadersTrustedIps: [made("10.0.0.0/8"), "a"] }, "forwardedHeadersTrustedIps[1]"],
  ["what has no use", { loadBalancerSourceRanges: [made("10.0.0.0/8")] }, "loadBalancerSourceRanges"],
  [
    "a resolver without a challenge",
    { certificateResolvers: { le: { email: made("a@b.test") } } },
    "certificateResolvers.le: has no challenge",
  ],
  [
    "an annotation of the catalog's",
    { serviceAnnotations: { "consul.hashicorp.com/a": made("b") } },
    "serviceAnnotations",
  ],
  [
    "a resolver without the Secret of another's account",
    {
      certificateResolvers: {
        a: { email: "a@b.test", dnsChallenge: { provider: "route53", credentialsSecret: made("dns") } },
        b: { email: "a@b.test", dnsChallenge: { provider: "route53" } },
      },
    },
    "certificateResolvers.b.dnsChallenge.credentialsSecret: is not that of a",
  ],
  [
    "a console's list of users",
    { consoles: { dashboard: { host: made("a.test"), userList: "ops" } } },
    'consoles.dashboard.userList: "ops" is not a user list',
  ],
])("%s beside a value that is known later is refused before anything is made", async (_, given, problem) => {
  let caught: unknown;
  await record(() => {
    const mesh = new ConsulMesh("consul");
    try {
      new TraefikConsulIngress("traefik", { mesh, ...given });
    } catch (error) {
      caught = error;
    }
  });
  expect((caught as Error).message).toMatch(/: 1 problem$/m);
  expect((caught as Error).message).toContain(problem);
});

test.each<[which: string, secrets: (its: (value: string) => pulumi.Input<string>) => pulumi.Input<string>[]]>([
  ["the first", (its) => [its("dns"), "dns"]],
  ["the second", (its) => ["dns", its("dns")]],
  ["each", (its) => [its("dns"), its("dns")]],
])("of two resolvers with one account, %s may name its Secret later", async (_, secrets) => {
  const ingress = (its: (value: string) => pulumi.Input<string>): Given => ({
    certificateResolvers: Object.fromEntries(
      secrets(its).map((credentialsSecret, i) => [
        `le${i}`,
        { email: "ops@example.com", dnsChallenge: { provider: "route53", credentialsSecret } },
      ]),
    ),
  });
  expect(await deployed(ingress(made))).toEqual(await deployed(ingress((value) => value)));
});
