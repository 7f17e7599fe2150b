import {
  CertificateResolver,
  CertificateResolvers,
  resolverArguments,
  resolverProblems,
} from "../../components/ingress/certificateResolvers";

const email = "ops@example.com";
const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const paths = (its: object) => resolverProblems(its as CertificateResolvers, "x").map((each) => each.propertyPath);
/** Of a resolver with these inputs beside what it needs. */
const of = (its: object) => paths({ le: { email, tlsChallenge: {}, ...its } });
const dns = (its: object) => ({ tlsChallenge: undefined, dnsChallenge: { provider: "route53", ...its } });
const eab = (its: object) => ({ eab: { kid: "id", hmacSecret: "eab", ...its } });

test.each<[path: string, accepted: object[], refused: object[]]>([
  [
    ".email",
    [{ email: "a.b+c@Example.com" }, { email: "a@b" }],
    ["@example.com", "a@", "a b@example.com", "a@b@c", "a@ex_ample", "a@b c", "<a@b>", " a@b"].map((each) => ({
      email: each,
    })),
  ],
  [
    ".caServer",
    [{ caServer: "https://acme.test" }, { caServer: "https://acme.test:9000/acme/directory?a=b" }],
    [
      "http://acme.test",
      "https://",
      "https:///directory",
      "acme.test",
      " https://acme.test",
      "https://acme.test/a b",
    ].map((caServer) => ({ caServer })),
  ],
  [".caCertificates", [{ caCertificates: PEM + PEM }], [{ caCertificates: "ca.pem" }, { caCertificates: "" }]],
  [
    ".keyType",
    ["EC256", "EC384", "RSA2048", "RSA4096", "RSA8192"].map((keyType) => ({ keyType })),
    [{ keyType: "RSA1024" }, { keyType: "" }],
  ],
  [
    ".certificatesDuration",
    [{ certificatesDuration: 1 }, { certificatesDuration: 87600 }],
    [{ certificatesDuration: 0 }, { certificatesDuration: 87601 }],
  ],
  [
    ".eab.kid",
    [eab({}), eab({ kid: "~".repeat(256) })],
    [eab({ kid: "" }), eab({ kid: "~".repeat(257) }), eab({ kid: "a b" }), eab({ kid: "$(HOME)" })],
  ],
  [".eab.hmacSecret", [eab({ hmacSecret: "a.b" })], [eab({ hmacSecret: "A" })]],
  ["", [], [{ tlsChallenge: undefined }, { httpChallenge: {} }, { ...dns({}), httpChallenge: {} }]],
  [
    ".tlsChallenge.delay",
    [{ tlsChallenge: { delay: 0 } }, { tlsChallenge: { delay: 600 } }],
    [{ tlsChallenge: { delay: -1 } }, { tlsChallenge: { delay: 601 } }],
  ],
  [
    ".httpChallenge.delay",
    [{ tlsChallenge: undefined, httpChallenge: { delay: 600 } }],
    [{ tlsChallenge: undefined, httpChallenge: { delay: 601 } }],
  ],
  [
    ".dnsChallenge.resolvers[1]",
    [dns({ resolvers: ["192.0.2.53:53", "Dns.test:1", "[2001:db8::53]:65535"] })],
    ["192.0.2.53", "192.0.2.53:0", "192.0.2.53:65536", "a_b:53", "[::1::]:53", "2001:db8::53:53", "a:53 ", " a:53"].map(
      (server) => dns({ resolvers: ["192.0.2.53:53", server] }),
    ),
  ],
  [".dnsChallenge.credentialsSecret", [dns({ credentialsSecret: "a" })], [dns({ credentialsSecret: "A" })]],
  [
    ".dnsChallenge.propagation.delayBeforeChecks",
    [dns({ propagation: { delayBeforeChecks: 3600 } })],
    [dns({ propagation: { delayBeforeChecks: 3601 } }), dns({ propagation: { delayBeforeChecks: -1 } })],
  ],
  [
    ".dnsChallenge.propagation.disableChecks",
    [
      dns({ propagation: { disableChecks: true } }),
      dns({ propagation: { disableANSChecks: true, requireAllRNS: true } }),
    ],
    ["disableANSChecks", "requireAllRNS"].map((other) => dns({ propagation: { disableChecks: true, [other]: true } })),
  ],
])("at %j", (path, accepted, refused) => {
  for (const its of accepted) {
    expect([its, of(its)]).toEqual([its, []]);
  }
  for (const its of refused) {
    expect([its, of(its)]).toEqual([its, [`x.le${path}`]]);
  }
});

test.each(["", "Le", "-a", "a.b"])('"%s" is not a valid name for a resolver', (name) => {
  expect(paths({ [name]: { email, tlsChallenge: {} } })).toEqual([`x.${name}`]);
});

test("all that is wrong with a resolver is told, with what is right", () => {
  const reasons = resolverProblems({ a: { email: "a" }, b: { email, tlsChallenge: {}, httpChallenge: {} } }, "x").map(
    ({ propertyPath, reason }) => `${propertyPath}: ${reason}`,
  );
  expect(reasons).toEqual([
    'x.a.email: "a" is not an email address; use one that is read',
    "x.a: has no challenge; give exactly one of tlsChallenge, httpChallenge, dnsChallenge",
    "x.b: has tlsChallenge and httpChallenge; give exactly one of tlsChallenge, httpChallenge, dnsChallenge",
  ]);
});

test("resolvers share Traefik's credentials with one provider, and its DNS servers", () => {
  const all = (...its: object[]) =>
    paths({
      le: { email, tlsChallenge: {} },
      ...Object.fromEntries(
        its.map((each, i) => [`dns${i}`, { email, dnsChallenge: { provider: "route53", ...each } }]),
      ),
    });
  expect(all({ credentialsSecret: "a" }, { credentialsSecret: "a" })).toEqual([]);
  expect(all({ credentialsSecret: "a" }, { provider: "gcloud", credentialsSecret: "b" })).toEqual([]);
  expect(all({ credentialsSecret: "a" }, { provider: "gcloud" }, {})).toEqual([
    "x.dns2.dnsChallenge.credentialsSecret",
  ]);
  const [one, two] = ["192.0.2.1:53", "192.0.2.2:53"];
  expect(all({ resolvers: [one, two] }, { resolvers: [one, two] })).toEqual([]);
  expect(all({ resolvers: [one] }, { provider: "gcloud" })).toEqual(["x.dns1.dnsChallenge.resolvers"]);
  expect(all({}, { resolvers: [one] })).toEqual(["x.dns1.dnsChallenge.resolvers"]);
});

test.each<[string, Omit<CertificateResolver, "email">, string[]]>([
  [
    "all of an account and its certificates",
    {
      caServer: "https://acme.test",
      caCertificates: PEM,
      keyType: "EC256",
      profile: "shortlived",
      certificatesDuration: 24,
      eab: { kid: "id", hmacSecret: "eab" },
      tlsChallenge: {},
    },
    [
      "caServer=https://acme.test",
      "caCertificates=/certs/acme-ca/my-ca.pem",
      "keyType=EC256",
      "profile=shortlived",
      "certificatesDuration=24",
      "eab.kid=id",
      "eab.hmacEncoded=$(ACME_EAB_MY_CA)",
      "tlsChallenge=true",
      "tlsChallenge.delay=5s",
    ],
  ],
  ["a challenge without a delay", { tlsChallenge: { delay: 0 } }, ["tlsChallenge=true"]],
  ["one by port 80", { httpChallenge: { delay: 7 } }, ["httpChallenge.entryPoint=web", "httpChallenge.delay=7s"]],
  [
    "one by DNS",
    {
      dnsChallenge: {
        provider: "rfc2136",
        resolvers: ["192.0.2.1:53", "192.0.2.2:53"],
        propagation: { disableANSChecks: true, delayBeforeChecks: 9 },
      },
    },
    [
      "dnsChallenge.provider=rfc2136",
      "dnsChallenge.resolvers=192.0.2.1:53,192.0.2.2:53",
      "dnsChallenge.propagation.disableANSChecks=true",
      "dnsChallenge.propagation.delayBeforeChecks=9",
    ],
  ],
  ["one by DNS and nothing else", { dnsChallenge: { provider: "a" } }, ["dnsChallenge.provider=a"]],
])("Traefik is told %s", (_, its, said) => {
  expect(resolverArguments({ "my-ca": { email, ...its } })).toEqual(
    [`email=${email}`, "storage=/acme/acme.json", ...said].map((each) => `--certificatesResolvers.my-ca.acme.${each}`),
  );
});
