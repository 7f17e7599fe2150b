import { credentialsSecrets, hmacVariable, resolverEnvironment } from "../../components/ingress/acmeSecrets";

const email = "ops@example.com";
const dns = (provider: string, credentialsSecret?: string) => ({
  email,
  dnsChallenge: { provider, credentialsSecret },
});

test("the key of an account is read from its Secret, each by a variable of its own", () => {
  const eab = (hmacSecret: string) => ({ email, tlsChallenge: {}, eab: { kid: "id", hmacSecret } });
  expect(resolverEnvironment({ "my-own-ca": eab("a"), le: { email, tlsChallenge: {} }, google: eab("b") })).toEqual([
    { name: "ACME_EAB_MY_OWN_CA", valueFrom: { secretKeyRef: { name: "a", key: "hmacEncoded" } } },
    { name: "ACME_EAB_GOOGLE", valueFrom: { secretKeyRef: { name: "b", key: "hmacEncoded" } } },
  ]);
  expect(hmacVariable("my-own-ca")).toBe("ACME_EAB_MY_OWN_CA");
});

test("each Secret with a DNS provider's credentials is read once", () => {
  const resolvers = {
    a: dns("cloudflare", "one"),
    b: dns("cloudflare", "one"),
    c: dns("route53"),
    d: dns("gcloud", "two"),
  };
  expect(credentialsSecrets({ ...resolvers, e: { email, tlsChallenge: {} }, f: dns("rfc2136", "two") })).toEqual([
    "one",
    "two",
  ]);
});
