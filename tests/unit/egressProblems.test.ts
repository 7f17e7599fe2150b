import { EgressOptions, egressProblems } from "../../components/mesh/egress";

const told = (its: object, tls: object = { sni: "a.test" }) =>
  egressProblems(
    { externalDestinations: [{ name: "bank", port: 443, tls, ...its }] } as unknown as EgressOptions,
    "x.",
  ).map((p) => p.propertyPath.replace("x.externalDestinations[0].", ""));

test("without destinations nothing is wrong", () => {
  expect(egressProblems({}, "")).toEqual([]);
});

test.each(["localhost", "a.localhost", "127.0.0.1", "127.255.1.2", "0.0.0.0", "::1", "::"])(
  "%s would be the gateway's own pod, where Envoy's admin port is",
  (host) => expect(told({ host })).toEqual(["host"]),
);

test.each([
  "169.254.0.0",
  "169.254.169.254",
  "169.254.255.255",
  "::ffff:169.254.169.254",
  "fe80::1",
  "febf:ffff::1",
  "fd00:ec2::254",
  "metadata.google.internal",
  "metadata.goog",
])("%s answers by who asks, and would take every caller for the gateway", (host) => {
  const destination = { name: "bank", host, port: 80, tls: { enabled: false } };
  expect(egressProblems({ externalDestinations: [destination] }, "")).toEqual([
    {
      propertyPath: "externalDestinations[0].host",
      reason: `"${host}" answers by who asks, and would take every caller for the gateway or its node; have callers exchange their own token at a public host, see docs/egress.md#a-clouds-identity`,
    },
  ]);
});

test.each([
  "169.253.255.255",
  "169.255.0.0",
  "fe7f::1",
  "fec0::1",
  "fd00:ec1::1",
  "fd00:ec3::1",
  "metadata.google.internal.a.test",
  "x-metadata.google.internal",
  "metadata.googl",
  "metadata.good",
  "metadataxgoog",
])("%s is an address like any other", (host) => expect(told({ host })).toEqual([]));

test.each(["1.2.3", "300.1.1.1", "123", "a.1", "a b", "https://a.test", "a.test:443", "fe80::1%eth0", "*.a.test", ""])(
  "%s is not an address to call",
  (host) => expect(told({ host })).toEqual(["host"]),
);

test.each([
  "a.test",
  "localhost.a.test",
  "mylocalhost",
  "a.1b.test",
  "1a.test",
  "4.test",
  "128.0.0.1",
  "10.0.0.1",
  "::2",
  "2001:db8::1",
])("%s is one", (host) => expect(told({ host })).toEqual([]));

test("an address is verified by a name that is given with it, unless nothing is verified", () => {
  expect(told({ host: "10.0.0.1" }, {})).toEqual(["tls.sni"]);
  expect(told({ host: "10.0.0.1" }, { enabled: false })).toEqual([]);
  expect(told({ host: "a.test" }, {})).toEqual([]);
  expect(told({ host: "a.test" }, { sni: "10.0.0.1" })).toEqual(["tls.sni"]);
  expect(told({ host: "a.test" }, { sni: "a b" })).toEqual(["tls.sni"]);
});

test("what verifies excludes that nothing is verified", () => {
  expect(told({ host: "a.test" }, { enabled: false, sni: "a.test" })).toEqual(["tls.sni"]);
  expect(told({ host: "a.test" }, { enabled: true, sni: "a.test" })).toEqual([]);
});

test.each([
  ["port", { port: 0 }],
  ["name", { name: "Bank" }],
  ["requestTimeoutSeconds", { requestTimeoutSeconds: -1 }],
  ["requestTimeoutSeconds", { requestTimeoutSeconds: 604801 }],
  ["requestTimeoutSeconds", { requestTimeoutSeconds: 5, protocol: "tcp" }],
  ["tls.caCertificate", { tls: { caCertificate: "MIIB" } }],
])("%s is judged: %j", (path, its) => {
  expect(told({ host: "a.test", ...its })).toEqual([path]);
});

test.each([{ requestTimeoutSeconds: 604800 }, { requestTimeoutSeconds: 0, protocol: "http" }, { protocol: "tcp" }])(
  "%j is right",
  (its) => expect(told({ host: "a.test", ...its })).toEqual([]),
);
