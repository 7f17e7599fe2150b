import {
  certificateProblems,
  NamedTlsOptions,
  TlsCertificate,
  tlsConfiguration,
  tlsOptionsProblems,
  tlsSecrets,
} from "../../components/routing/tlsOptions";
import { tlsOptionChanges } from "../../components/routing/tlsOptionChanges";

const file = (secret: string, name: string) => `/etc/traefik/tls/${secret}/${name}`;
const pair = (secret: string) => ({ certFile: file(secret, "tls.crt"), keyFile: file(secret, "tls.key") });
const told = (options: object, tlsChallenge = false) =>
  tlsOptionsProblems(options as NamedTlsOptions, tlsChallenge, "o").map((p) => p.propertyPath);

test("certificates become files, the default one for names that no certificate has", () => {
  const certificates: TlsCertificate[] = [{ secretName: "a" }, { secretName: "b", default: true }];
  expect(tlsConfiguration(certificates, {})).toEqual({
    certificates: [pair("a"), pair("b")],
    stores: { default: { defaultCertificate: pair("b") } },
    options: {},
  });
  expect(tlsConfiguration([{ secretName: "a", default: false }], {})).not.toHaveProperty("stores");
});

test("options ask for TLS 1.2 and a client's certificate that is verified, unless they say otherwise", () => {
  const options = (its: object) => (tlsConfiguration([], { x: its }) as any).options.x;
  expect(options({})).toEqual({ minVersion: "VersionTLS12" });
  expect(options({ minVersion: "1.3", sniStrict: true })).toEqual({ minVersion: "VersionTLS13", sniStrict: true });
  expect(options({ clientAuth: { caSecretName: "ca" } }).clientAuth).toEqual({
    caFiles: [file("ca", "ca.crt")],
    clientAuthType: "RequireAndVerifyClientCert",
  });
  expect(
    options({ clientAuth: { caSecretName: "ca", type: "VerifyClientCertIfGiven" } }).clientAuth.clientAuthType,
  ).toBe("VerifyClientCertIfGiven");
});

test("of each Secret the files that are named are mounted, each once, and no key of a CA", () => {
  const clientAuth = { caSecretName: "ca" };
  const secrets = tlsSecrets([{ secretName: "a" }, { secretName: "both" }], {
    one: { clientAuth },
    two: { clientAuth },
    three: { clientAuth: { caSecretName: "both" } },
    four: {},
  });
  expect(Object.fromEntries(secrets)).toEqual({
    a: ["tls.crt", "tls.key"],
    both: ["tls.crt", "tls.key", "ca.crt"],
    ca: ["ca.crt"],
  });
});

test.each<[what: string, certificates: TlsCertificate[], paths: string[]]>([
  ["two", [{ secretName: "a" }, { secretName: "b", default: true }], []],
  ["one without a name", [{ secretName: "A_b" }], ["c[0].secretName"]],
  ["the same twice", [{ secretName: "a" }, { secretName: "b" }, { secretName: "a" }], ["c[2].secretName"]],
  [
    "two defaults",
    [
      { secretName: "a" },
      { secretName: "b", default: true },
      { secretName: "d", default: false },
      { secretName: "e", default: true },
    ],
    ["c[3].default"],
  ],
])("of certificates, %s", (_, certificates, paths) => {
  expect(certificateProblems(certificates, "c").map((p) => p.propertyPath)).toEqual(paths);
});

test("whose name is wrong is said", () => {
  const reason = expect.stringMatching(/^"A_b" is not a valid name for a Secret; /) as string;
  expect(certificateProblems([{ secretName: "A_b" }], "c")).toEqual([{ propertyPath: "c[0].secretName", reason }]);
  expect(tlsOptionsProblems({ a: { clientAuth: { caSecretName: "A_b" } } }, false, "o")).toEqual([
    { propertyPath: "o.a.clientAuth.caSecretName", reason },
  ]);
});

test.each<[what: string, options: object, paths: string[]]>([
  [
    "safe ones",
    { default: { minVersion: "1.2" }, strict: { minVersion: "1.3", clientAuth: { caSecretName: "ca" } } },
    [],
  ],
  ["a name that tags cannot carry", { "a.b": {} }, ["o.a.b"]],
  ["an old version", { a: { minVersion: "1.1" } }, ["o.a.minVersion"]],
  ["no Secret", { a: { clientAuth: { caSecretName: "" } } }, ["o.a.clientAuth.caSecretName"]],
  [
    "a type that checks nothing",
    { a: { clientAuth: { caSecretName: "ca", type: "NoClientCert" } } },
    ["o.a.clientAuth.type"],
  ],
  ["a type that checks if it can", { a: { clientAuth: { caSecretName: "ca", type: "VerifyClientCertIfGiven" } } }, []],
])("of TLS options, %s", (_, options, paths) => {
  expect(told(options)).toEqual(paths);
});

test("an authority that answers a challenge by TLS brings no certificate", () => {
  const clientAuth = { caSecretName: "ca" };
  expect(told({ default: { clientAuth } }, true)).toEqual(["o.default.clientAuth"]);
  expect(told({ default: { clientAuth } }, false)).toEqual([]);
  expect(told({ other: { clientAuth } }, true)).toEqual([]);
  expect(told({ default: { clientAuth: { ...clientAuth, type: "VerifyClientCertIfGiven" } } }, true)).toEqual([]);
});

describe("a change of a host's options", () => {
  const router = (name: string, rule: string, options?: string) => [
    `traefik.http.routers.${name}.rule=${rule}`,
    ...(options === undefined ? [] : [`traefik.http.routers.${name}.tls.options=${options}`]),
  ];
  const [strict, mutual] = ["strict@file", "mutual@file"].map((options) => router("shop", "Host(`a.test`)", options));

  test("is known by the host, whatever its router is called", () => {
    const renamed = router("shop-2", "Host(`a.test`) && Path(`/x`)", "mutual@file");
    for (const after of [mutual, renamed]) {
      expect(tlsOptionChanges(strict, after)).toEqual([{ host: "a.test", from: "strict", to: "mutual" }]);
    }
  });

  test.each<[what: string, before: string[], after: string[]]>([
    ["the same options", strict, strict],
    ["the default ones before", router("a", "Host(`a.test`)"), strict],
    ["the default ones after", strict, router("a", "Host(`a.test`)")],
    ["another host", strict, router("a", "Host(`b.test`)", "mutual@file")],
    ["no host", router("a", "Path(`/a`)", "strict@file"), router("a", "Path(`/a`)", "mutual@file")],
    [
      "tags of something else",
      strict,
      [
        ...strict,
        "traefik.http.routers.shop.tls.options.x=mutual@file",
        "traefik.tcp.routers.shop.tls.options=mutual@file",
        "my.traefik.http.routers.shop.tls.options=mutual@file",
      ],
    ],
    [
      "the file's name within a name",
      router("a", "Host(`a.test`)", "x@files"),
      router("a", "Host(`a.test`)", "x@files@file"),
    ],
  ])("there is none: %s", (_, before, after) => {
    expect(tlsOptionChanges(before, after)).toEqual([]);
  });
});
