import * as http from "node:http";
import * as https from "node:https";
import { AddressInfo } from "node:net";
import type { JwtClaim } from "../../components/intentions/intentions";
import { DENY_ALL, IntentionPermission, mergeIntentions } from "../../components/intentions/intentions";
import { JwtProviderOptions, jwtProviderProblems, jwtProviderSpec } from "../../components/intentions/jwtProviders";
import { poll, request } from "../e2e/cluster";
import { ownCa, signedBy } from "../e2e/ownCa";
import * as fc from "../generated";
import { keyPair, PROVIDERS, token } from "../jwtCases";
import { CONSUL_VERSIONS } from "./agent";
import { capitalized, Sidecars } from "./sidecars";

/** What `orders` got last. */
let got: http.IncomingHttpHeaders = {};
const app: http.RequestListener = ({ headers }, response) => {
  got = headers;
  response.end();
};
/** With ACLs Consul refuses what no intention allows; this says the same without them. */
const DENY = ["-hcl", 'default_intention_policy = "deny"'];

const issuer = "https://login.example";
const { jwk, privateKey } = keyPair();
const stranger = keyPair();
const keys = { local: JSON.stringify({ keys: [jwk] }) };
const options = { issuer, audiences: ["orders"], keys };
const now = () => Math.floor(Date.now() / 1000);
const bearer = (its: string) => ({ authorization: `Bearer ${its}` });

let sidecars: Sidecars;
const ask = (headers: Record<string, string> = {}, path = "/") =>
  request({ port: sidecars.upstream, path }, "GET", headers);

const declare = (name: string, its: JwtProviderOptions) =>
  sidecars.write({ kind: "jwt-provider", name, ...jwtProviderSpec(its) });

/** Lets `web` call `orders` as permissions say, and deny-all with it. */
async function permit(...permissions: IntentionPermission[]): Promise<void> {
  for (const { destination, sources } of mergeIntentions([
    { source: "web", destination: "orders", permissions },
    DENY_ALL,
  ])) {
    await sidecars.write({ kind: "service-intentions", name: destination.name, sources });
  }
}
const withToken = (verifyClaims?: JwtClaim[], provider = "login"): IntentionPermission => ({
  action: "allow",
  http: { pathPrefix: "/" },
  jwt: { providers: [{ name: provider, verifyClaims }] },
});

/** Waits until each request is answered as it should be. */
async function answered(...expected: (readonly [what: string, status: number, ask: () => Promise<unknown>])[]) {
  const wanted = expected.map(([what, status]) => [what, status]);
  await poll(
    "answers",
    () => Promise.all(expected.map(async ([what, , its]) => [what, await its()])),
    (answers) => JSON.stringify(answers) === JSON.stringify(wanted),
    30,
  );
}

describe.each(CONSUL_VERSIONS)("Consul %s", (version) => {
  describe("where it refuses what no intention allows", () => {
    beforeAll(async () => {
      sidecars = await Sidecars.start(app, { further: DENY, version });
      await declare("login", options);
    });
    afterAll(() => sidecars?.stop());

    test("a sidecar lets in who has a token of the issuer, for the audience, of the time and with the claims", async () => {
      const claims = { team: "a", k8s: { "io.x": { name: "a" } }, groups: ["a", "b"], level: 5, admin: true };
      const good = token(privateKey, claims);
      await permit(withToken());
      await answered(
        ["a token", 200, () => ask(bearer(good))],
        ["none", 403, () => ask()],
        ["no token", 403, () => ask(bearer("a.b.c"))],
        ["another place", 403, () => ask({}, `/?access_token=${good}`)],
        ["another audience", 403, () => ask(bearer(token(privateKey, { aud: ["web"] })))],
        ["another issuer", 403, () => ask(bearer(token(privateKey, { iss: "https://other.example" })))],
        ["another's key", 403, () => ask(bearer(token(stranger.privateKey, {})))],
        ["no signature", 403, () => ask(bearer(`${token(privateKey, {}, { alg: "none" }).replace(/[^.]*$/, "")}`))],
        ["expired", 403, () => ask(bearer(token(privateKey, { exp: now() - 90 })))],
        ["not yet", 403, () => ask(bearer(token(privateKey, { nbf: now() + 90 })))],
      );
      for (const [value, path, status] of [
        ["a", ["team"], 200],
        ["b", ["team"], 403],
        ["a", ["k8s", "io.x", "name"], 200],
        // The docs of inputs say so of what is no text.
        ["a", ["groups"], 403],
        ["5", ["level"], 403],
        ["true", ["admin"], 403],
        ["a", ["absent"], 403],
      ] as const) {
        await permit(withToken([{ path, value }]));
        await answered([JSON.stringify([path, value]), status, () => ask(bearer(good))], ["none", 403, () => ask()]);
      }
    });

    test("the first permission whose http matches decides, whether it asks for a token or not", async () => {
      const { jwt } = withToken();
      await permit(
        { action: "allow", http: { pathPrefix: "/a" }, jwt },
        { action: "allow", http: { pathPrefix: "/" } },
      );
      await answered(
        ["a token", 200, () => ask(bearer(token(privateKey, {})), "/a/b")],
        ["none", 403, () => ask({}, "/a/b")],
        ["none elsewhere", 200, () => ask({}, "/b")],
      );
    });

    test("a deny applies to all that it matches, which is why it may ask for no token", async () => {
      const { jwt } = withToken();
      await permit({ action: "deny", http: { pathPrefix: "/a" }, jwt }, { action: "allow", http: { pathPrefix: "/" } });
      await answered(
        ["a token", 403, () => ask(bearer(token(privateKey, {})), "/a")],
        ["none", 403, () => ask({}, "/a")],
        ["none elsewhere", 200, () => ask({}, "/b")],
      );
    });

    test("a token is taken from where it may be, and the service gets what it is to get", async () => {
      const its = token(privateKey, { team: "a" });
      const locations = [{ header: "x-token", valuePrefix: "Token " }, { cookie: "jwt" }, { queryParam: "jwt" }];
      await declare("anywhere", { ...options, locations, forwardToken: true, payloadHeader: "x-payload" });
      await permit(withToken(undefined, "anywhere"));
      await answered(
        ["a header", 200, () => ask({ "x-token": `Token ${its}` })],
        ["a cookie", 200, () => ask({ cookie: `a=b; jwt=${its}` })],
        ["a parameter", 200, () => ask({}, `/?jwt=${its}`)],
        ["the usual header", 403, () => ask(bearer(its))],
      );
      expect(await ask({ "x-token": `Token ${its}`, "x-payload": "forged" })).toBe(200);
      expect(got["x-token"]).toBe(`Token ${its}`);
      expect(JSON.parse(Buffer.from(String(got["x-payload"]), "base64url").toString())).toMatchObject({ team: "a" });
      await permit(withToken(), { action: "allow", http: { pathPrefix: "/" } });
      await answered(["the usual header", 200, () => ask(bearer(its))]);
      expect(got.authorization).toBeUndefined();
    });

    test("keys of a server are taken, but from one of another CA", async () => {
      const ca = ownCa();
      const { certificate: cert, key } = signedBy(ca, ["localhost"]);
      const server = https.createServer({ cert, key }, (_, response) => response.end(keys.local));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      try {
        const uri = `https://localhost:${(server.address() as AddressInfo).port}/keys`;
        const at = (caCertificate: string) => ({ ...options, keys: { remote: { uri, caCertificate } } });
        await declare("remote", at(ca.certificate));
        await declare("unknown", at(ownCa().certificate));
        for (const [provider, status] of [
          ["remote", 200],
          ["unknown", 403],
        ] as const) {
          await permit(withToken(undefined, provider));
          await answered(
            ["a token", status, () => ask(bearer(token(privateKey, {})))],
            ["none", 403, () => ask()],
            ["another's key", 403, () => ask(bearer(token(stranger.privateKey, {})))],
          );
        }
      } finally {
        server.closeAllConnections();
        server.close();
      }
    });

    test("a clock that is 90 seconds off and a cache are nothing that Consul would tell Envoy, so there are no inputs for them", async () => {
      const late = { ...(capitalized({ kind: "jwt-provider", name: "late", ...jwtProviderSpec(options) }) as object) };
      expect(
        await sidecars.consul.write({ ...late, ClockSkewSeconds: 900, CacheConfig: { Size: 10 } }),
      ).toBeUndefined();
      await permit(withToken(undefined, "late"));
      await answered(
        ["a token", 200, () => ask(bearer(token(privateKey, {})))],
        ["expired within the 900 s", 403, () => ask(bearer(token(privateKey, { exp: now() - 90 })))],
      );
    });

    /** Why Consul refuses a provider, as consul-k8s writes it. */
    const refusal = (its: JwtProviderOptions) =>
      sidecars.consul.write(capitalized({ kind: "jwt-provider", name: "case", ...jwtProviderSpec(its) }) as object);

    test.each(PROVIDERS)("says the same of a provider: $what", async ({ its, refusedBy }) => {
      expect((await refusal(its)) !== undefined).toBe(refusedBy === "Consul");
    });

    test("refuses what we say it refuses, and nothing else", async () => {
      const some = <T>(of: (its: JwtProviderOptions) => T) => fc.constantFrom(...PROVIDERS.map(({ its }) => of(its)));
      const location = fc.record(
        { header: fc.constantFrom("x-a", ""), cookie: fc.constantFrom("a", ""), queryParam: fc.constantFrom("a", "") },
        { requiredKeys: [] },
      );
      const providers = fc.record(
        {
          issuer: some((its) => its.issuer),
          keys: fc.oneof(
            { arbitrary: fc.constant(keys), weight: 3 },
            { arbitrary: some((its) => its.keys), weight: 2 },
          ),
          audiences: fc.array(fc.constantFrom("a", ""), { maxLength: 2 }),
          locations: fc.array(fc.oneof(location, fc.constant({ header: "x-a" })), { maxLength: 2 }),
          forwardToken: fc.boolean(),
          payloadHeader: fc.constantFrom("x-payload", "x-payload", ":path", ""),
        },
        { requiredKeys: ["issuer", "keys"] },
      );
      const verdicts = { refused: 0, taken: 0 };
      await fc.assert(
        fc.asyncProperty(providers, async (its) => {
          const theirs = await refusal(its);
          const mine = jwtProviderProblems("case", its, "").filter(({ refusedBy }) => refusedBy === "Consul");
          if ((theirs !== undefined) !== mine.length > 0) {
            throw new Error(`Consul: ${theirs ?? "takes it"}; we: ${JSON.stringify(mine)}; ${JSON.stringify(its)}`);
          }
          verdicts[theirs === undefined ? "taken" : "refused"]++;
        }),
        { numRuns: 300 },
      );
      // Else the cases say little about one of the two directions.
      expect(Math.min(verdicts.refused, verdicts.taken)).toBeGreaterThan(50);
    });
  });

  test("where it allows by default, as without ACLs, it lets in who has no token: which is why it is refused there", async () => {
    sidecars = await Sidecars.start(app, { version });
    try {
      await declare("login", options);
      await permit(withToken());
      await answered(["a token", 200, () => ask(bearer(token(privateKey, {})))], ["none", 200, () => ask()]);
    } finally {
      await sidecars.stop();
    }
  });
});
