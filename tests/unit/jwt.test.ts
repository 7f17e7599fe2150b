import * as crypto from "node:crypto";
import { IntentionRule } from "../../components";
import { intentionProblems } from "../../components/intentions/intentionProblems";
import { intentionWarnings } from "../../components/intentions/intentionWarnings";
import {
  JwtProviderInputs,
  jwtProviderProblems,
  jwtProviderSpec,
  withStandIns,
} from "../../components/intentions/jwtProviders";
import { known, permit } from "../intentionCases";
import { keyPair, PROVIDERS } from "../jwtCases";

test.each(PROVIDERS)("a provider: $what", ({ its, paths, refusedBy }) => {
  const problems = jwtProviderProblems("login", its, "");
  expect(problems.map(({ propertyPath }) => propertyPath)).toEqual(paths);
  expect(problems.map((each) => each.refusedBy)).toEqual(paths.map(() => refusedBy));
});

test("what is said of a key set has nothing of the keys in it", () => {
  const secrets = PROVIDERS.flatMap(({ its: { keys } }) => [...(keys.local ?? "").matchAll(/"[dk]":"([^"]+)"/g)]);
  expect(secrets.length).toBeGreaterThan(1);
  const said = JSON.stringify(PROVIDERS.map(({ its }) => jwtProviderProblems("login", its, "")));
  for (const [, secret] of secrets) {
    expect(said).not.toContain(secret);
  }
});

test("a provider's name is a DNS label", () => {
  const [{ its }] = PROVIDERS;
  expect(jwtProviderProblems("Log in", its, "jwtProviders[0].").map((each) => each.propertyPath)).toEqual([
    "jwtProviders[0].name",
  ]);
});

describe("a permission's token", () => {
  const asked = (action: string, acls: boolean | undefined, verifyClaims?: object[]) =>
    intentionProblems(
      [permit({ pathPrefix: "/" }, { action, jwt: { providers: [{ name: "okta", verifyClaims }] } })],
      { ...known, acls },
      "rules",
    ).map((each) => `${each.refusedBy} ${each.propertyPath}: ${each.reason}`);

  test("is refused where Consul would let in whoever has none", () => {
    expect(asked("allow", true)).toEqual([]);
    expect(asked("allow", false)).toEqual([
      "us rules[0].permissions[0].jwt: is ignored where Consul has no ACLs: whoever has no token is let in too; set consulAcls (of a ConsulMesh: acls) to true",
    ]);
  });

  test("is refused of a deny, which Consul has for all", () => {
    expect(asked("deny", true)).toEqual([expect.stringMatching(/^us rules\[0\]\.permissions\[0\]\.jwt: is ignored/)]);
  });

  test.each([[[]], [[""]], [["a", ""]]])("has a claim by a path, which %j is not", (path) => {
    expect(
      asked("allow", true, [
        { path: ["team"], value: "a" },
        { path, value: "a" },
      ]),
    ).toEqual([
      expect.stringMatching(/^us rules\[0\]\.permissions\[0\]\.jwt\.providers\[0\]\.verifyClaims\[1\]\.path: /),
    ]);
  });
});

test("a permission behind one that asks for a token is never reached, so preview says so", () => {
  const [{ permissions: asks }] = [permit({ pathPrefix: "/" }, { jwt: { providers: [{ name: "okta" }] } })];
  const rule = { ...permit({}), permissions: [...asks!, ...permit({ pathPrefix: "/a" }).permissions!] };
  expect(intentionWarnings([rule], known, "rules").map((each) => each.propertyPath)).toEqual([
    "rules[0].permissions[1]",
  ]);
});

test("two owners' lists are one where neither asks for a token: else their order would decide", () => {
  const lists = (jwt?: object) =>
    [{ pathPrefix: "/a" }, { pathPrefix: "/" }].map((http, i) => ({
      ...permit(http, { jwt }),
      declaredAt: `owner${i}[0]`,
    }));
  const paths = (rules: IntentionRule[]) => intentionProblems(rules, known, "rules").map((each) => each.propertyPath);
  expect(paths(lists())).toEqual([]);
  expect(paths(lists({ providers: [{ name: "okta" }] }))).toEqual(["owner1[0]"]);
});

describe("what is said of a provider stops at", () => {
  const [{ its: right }] = PROVIDERS;
  const keys = (...its: object[]) => ({ keys: { local: JSON.stringify({ keys: its }) } });
  const caCertificate = PROVIDERS.find(({ its }) => its.keys.remote)!.its.keys.remote!.caCertificate;
  const server = (uri: string) => ({ keys: { remote: { uri, caCertificate } } });
  const header = (name: string, more: object = {}) => ({ locations: [{ header: name, ...more }] });
  const text = "a".repeat(2048);
  const curve = (namedCurve: string) =>
    crypto.generateKeyPairSync("ec", { namedCurve }).publicKey.export({ format: "jwk" });
  const ed25519 = crypto.generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
  const rsa = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "jwk" });
  const { jwk } = keyPair();

  test.each<[string, accepted: object[], wrong: Record<string, object[]>]>([
    [
      "an issuer that tokens can have",
      [{ issuer: text }, { issuer: "two words" }],
      { issuer: [{ issuer: `${text}a` }, { issuer: " a" }, { issuer: "a\nb" }, { issuer: "a\n" }] },
    ],
    [
      "names of headers",
      [header("a".repeat(256)), header("x-a", { valuePrefix: "a".repeat(256) }), { payloadHeader: "X-a!" }],
      {
        "locations[0].header": [header("a".repeat(257)), header(" a"), header("a:")],
        "locations[0].valuePrefix": [
          header("x-a", { valuePrefix: "a".repeat(257) }),
          header("x-a", { valuePrefix: "é" }),
        ],
        payloadHeader: [{ payloadHeader: "x a" }],
      },
    ],
    [
      "headers, where tokens are forwarded",
      [{ forwardToken: true }, { forwardToken: true, locations: [{ cookie: "a" }, { header: "x-a" }] }],
      { forwardToken: [{ forwardToken: true, locations: [{ queryParam: "a" }, { cookie: "a" }] }] },
    ],
    [
      "servers that are found",
      [
        server("https://login.example"),
        server("https://Login.example:65535/"),
        server("https://10.0.0.1/a%2Fb"),
        server("https://[fd00::1]/keys"),
      ],
      {
        "keys.remote.uri": [
          server("https://login.example:65536/keys"),
          server("https://login.1/keys"),
          server("https://-login/keys"),
          server("https://1"),
          server("https://[fd00::1::1]/keys"),
          server("https://login.example/a%2"),
          server("https://login.example/a b"),
          server("https://login.example?a"),
          server(" https://login.example/"),
        ],
      },
    ],
    [
      "keys that sidecars verify by",
      [
        ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].map((alg) => keys({ ...rsa, alg })),
        keys({ ...curve("P-384"), alg: "ES384" }, { ...curve("P-521"), alg: "ES512" }),
        keys({ ...ed25519, alg: "EdDSA" }),
        keys({ ...jwk, use: undefined }),
      ],
      {
        "keys.local": [
          ...["d", "p", "q", "dp", "dq", "qi", "oth", "k"].map((member) => keys({ ...rsa, [member]: "AQAB" })),
          keys(jwk, { ...jwk, use: "enc", d: "AQAB" }),
          keys(jwk, { kty: "oct" }),
          { keys: { local: '{"keys":[[]]}' } },
          { keys: { local: '{"keys":[null]}' } },
          { keys: { local: '{"keys":["a"]}' } },
          { keys: { local: "null" } },
          keys({ ...jwk, kty: "EC", crv: "RSA" }),
        ],
      },
    ],
  ])("%s", (_, accepted, wrong) => {
    const told = (its: object) =>
      jwtProviderProblems("login", { ...right, ...its }, "").map((each) => each.propertyPath);
    for (const its of accepted) {
      expect([its, told(its)]).toEqual([its, []]);
    }
    for (const [path, all] of Object.entries(wrong)) {
      for (const its of all) {
        expect([its, told(its)]).toEqual([its, [path]]);
      }
    }
  });

  test("each key of a set, by what is wrong with it", () => {
    const reasons = (...its: object[]) =>
      jwtProviderProblems("login", { ...right, ...keys(...its) }, "").map(({ reason }) => reason);
    expect(
      reasons({ ...jwk, k: "a" }, { ...jwk, d: "a" }, { ...jwk, crv: "x" }, { ...jwk, alg: "x" }, { ...jwk, x: "" }),
    ).toEqual([
      expect.stringMatching(/^keys\[0\] is symmetric/),
      expect.stringMatching(/^keys\[1\] is private.*leave out d, p, q, dp, dq, qi, oth$/),
      expect.stringMatching(/^keys\[2\] is not of a kind.*RSA, P-256, P-384, P-521, Ed25519$/),
      expect.stringMatching(/^keys\[3\] has an alg.*ES256/),
      expect.stringMatching(/^keys\[4\] is not a public key/),
    ]);
    expect(reasons({ ...jwk, use: "enc" })).toEqual([expect.stringMatching(/^has no key for signatures/)]);
    expect(reasons({ ...jwk, use: "enc" }, { ...jwk, crv: "x" })).toEqual([expect.stringMatching(/^keys\[1\]/)]);
    const short = crypto.generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "jwk" });
    expect(reasons(short)).toEqual([expect.stringMatching(/1024 bits/)]);
  });
});

describe("a provider tells Consul", () => {
  const spec = (more: object) => jwtProviderSpec({ issuer: "https://login.example", keys: { local: "{}" }, ...more });

  test("its keys in base64, and that tokens come in Authorization alone and go no further", () => {
    expect(spec({})).toEqual({
      issuer: "https://login.example",
      jsonWebKeySet: { local: { jwks: "e30=" } },
      locations: [{ header: { name: "Authorization", valuePrefix: "Bearer " } }],
    });
  });

  test("where keys are, whose certificate is asked for, and that no answer keeps no sidecar from starting", () => {
    const remote = { uri: "https://login.example/keys", caCertificate: "PEM" };
    expect(spec({ keys: { remote } }).jsonWebKeySet).toEqual({
      remote: {
        uri: remote.uri,
        requestTimeoutMs: 5000,
        jwksCluster: { discoveryType: "STRICT_DNS", tlsCertificates: { trustedCA: { inlineString: "PEM" } } },
      },
    });
  });

  test("what else is given, and nothing that is not", () => {
    const locations = [{ header: "x-a" }, { header: "x-b", valuePrefix: "B " }, { cookie: "c" }, { queryParam: "q" }];
    expect(spec({ audiences: ["shop"], locations, forwardToken: true, payloadHeader: "x-payload" })).toMatchObject({
      audiences: ["shop"],
      locations: [
        { header: { name: "x-a", forward: true } },
        { header: { name: "x-b", valuePrefix: "B ", forward: true } },
        { cookie: { name: "c" } },
        { queryParam: { name: "q" } },
      ],
      forwarding: { headerName: "x-payload" },
    });
    expect(JSON.stringify(spec({ locations: [{ header: "x-a" }] }).locations)).toBe('[{"header":{"name":"x-a"}}]');
  });

  test("what another resource makes of it, too, beside which all else is judged", () => {
    const given = {
      issuer: Promise.resolve("a"),
      audiences: [Promise.resolve("b"), ""],
      keys: { local: Promise.resolve("{}"), remote: undefined },
    };
    const paths = (its: JwtProviderInputs) =>
      jwtProviderProblems("login", withStandIns(its), "").map((each) => each.propertyPath);
    expect(paths(given)).toEqual(["audiences[1]"]);
    const [uri, caCertificate] = [Promise.resolve("c"), Promise.resolve("d")];
    expect(paths({ ...given, audiences: [], keys: { remote: { uri, caCertificate } } })).toEqual(["audiences"]);
    expect(paths({ issuer: "", keys: { remote: { uri, caCertificate: "none" } } })).toEqual([
      "issuer",
      "keys.remote.caCertificate",
    ]);
  });
});
