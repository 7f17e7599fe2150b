import * as pulumi from "@pulumi/pulumi";
import { TraefikArgs, withStandIns } from "../../components/ingress/traefikInputs";
import { traefikProblems } from "../../components/ingress/traefikProblems";

const later = (value = "not right: it is not looked at") => pulumi.output(Promise.resolve(value));

/** What is told of the options of an ingress while some of its values are not known yet. */
const told = (args: TraefikArgs) => traefikProblems(withStandIns(args), "").map((each) => each.propertyPath);

const GIVEN: TraefikArgs = {
  serviceType: "LoadBalancer",
  serviceAnnotations: { "example.com/a.email": later(), "example.com/b": "plain" },
  serviceAccountAnnotations: { "eks.amazonaws.com/role-arn": later(), "example.com/b": "plain" },
  env: { AWS_REGION: later(), A: "plain", B: { secretKeyRef: { name: later(), key: "b" } } },
  loadBalancerSourceRanges: [later(), "10.0.0.0/8"],
  forwardedHeadersTrustedIps: ["10.0.0.0/8", later()],
  proxyProtocolTrustedIps: [later()],
  userLists: { ops: { secretName: later() } },
  certificateResolvers: {
    le: {
      email: later(),
      caServer: later(),
      eab: { kid: later(), hmacSecret: later() },
      dnsChallenge: { provider: "route53", credentialsSecret: later() },
    },
    plain: { email: "a@b.test", tlsChallenge: {} },
  },
  consoles: {
    dashboard: {
      host: later(),
      userList: "ops",
      tls: { certResolver: "le", domains: [{ main: later(), sans: [later()] }] },
    },
    consulUi: { host: later(), userList: "ops" },
  },
};

test("nothing is wrong with what is not known yet, and what is plain stays", () => {
  expect(told(GIVEN)).toEqual([]);
  const { consoles, ...rest } = withStandIns(GIVEN);
  const { dashboard, consulUi } = consoles!;
  // Two hosts, or one would be refused beside the other.
  expect(dashboard!.host).not.toBe(consulUi!.host);
  expect(dashboard!.tls!.domains![0]).toEqual({ main: dashboard!.host, sans: [dashboard!.host] });
  expect(rest).toEqual({
    serviceType: "LoadBalancer",
    serviceAnnotations: { "example.com/a.email": "not-known-yet", "example.com/b": "plain" },
    serviceAccountAnnotations: { "eks.amazonaws.com/role-arn": "not-known-yet", "example.com/b": "plain" },
    env: { AWS_REGION: "not-known-yet", A: "plain", B: { secretKeyRef: { name: "not-known-yet", key: "b" } } },
    loadBalancerSourceRanges: ["192.0.2.0/24", "10.0.0.0/8"],
    forwardedHeadersTrustedIps: ["10.0.0.0/8", "192.0.2.0/24"],
    proxyProtocolTrustedIps: ["192.0.2.0/24"],
    userLists: { ops: { secretName: "not-known-yet" } },
    certificateResolvers: {
      le: {
        email: "not-known-yet@example.com",
        caServer: "https://not-known-yet.invalid",
        eab: { kid: "not-known-yet", hmacSecret: "not-known-yet" },
        dnsChallenge: { provider: "route53", credentialsSecret: "not-known-yet" },
      },
      plain: { email: "a@b.test", tlsChallenge: {} },
    },
  });
});

test("what is wrong beside it is told", () => {
  const dashboard = { host: later(), userList: "ops" };
  expect(told({ ...GIVEN, userLists: {}, consoles: { dashboard } })).toEqual(["consoles.dashboard.userList"]);
  expect(told({ ...GIVEN, serviceType: "NodePort" })).toEqual(["loadBalancerSourceRanges"]);
});

test("what nobody may name by another resource is told as what it is", () => {
  const image = later("traefik:v3.7.15");
  expect(withStandIns({ image: image as never }).image).toBe(image);
  const names = ["email", "caServer", "kid", "hmacSecret", "credentialsSecret", "secretName"];
  const others = Object.fromEntries(names.map((name) => [name, later()]));
  const given = {
    certificates: [others],
    certificateResolvers: { le: { keyType: later() } },
    userLists: { ops: { key: later() } },
  };
  expect(withStandIns(given as never)).toEqual(given);
});

describe("the Secret of a DNS provider's account", () => {
  const resolver = (
    provider: string,
    credentialsSecret: pulumi.Input<string>,
    email: pulumi.Input<string> = "a@b.test",
  ) => ({
    email,
    dnsChallenge: { provider, credentialsSecret },
  });
  const secretsOf = (certificateResolvers: TraefikArgs["certificateResolvers"]) =>
    Object.values(withStandIns({ certificateResolvers }).certificateResolvers!).map(
      ({ dnsChallenge }) => dnsChallenge?.credentialsSecret,
    );

  test("is that which another resolver has of the same provider, wherever it stands", () => {
    const plain = resolver("route53", "dns");
    expect(secretsOf({ a: resolver("route53", later()), b: plain })).toEqual(["dns", "dns"]);
    expect(secretsOf({ b: plain, a: resolver("route53", later()) })).toEqual(["dns", "dns"]);
  });

  test("is not that of another provider, nor does it stand for anything else", () => {
    const other = resolver("cloudflare", "dns", later());
    const tls = { email: later(), tlsChallenge: {} };
    expect(secretsOf({ tls, other, a: resolver("route53", later()) })).toEqual([undefined, "dns", "not-known-yet"]);
    expect(withStandIns({ certificateResolvers: { other, tls } }).certificateResolvers).toMatchObject({
      other: { email: "not-known-yet@example.com" },
      tls: { email: "not-known-yet@example.com" },
    });
  });
});
