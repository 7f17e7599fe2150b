import { dnsProviderProblems } from "../../components/ingress/acmeDnsProviders";

const email = "ops@example.com";
/** What is said of a provider for Traefik of that image. */
const said = (provider: string, image = "traefik:v3.7.9") =>
  dnsProviderProblems({ le: { email, tlsChallenge: {} }, dns: { email, dnsChallenge: { provider } } }, image, "x").map(
    ({ propertyPath, reason }) => `${propertyPath}: ${reason}`,
  );

test.each(["abion", "route53", "rfc2136", "zonomi"])("%s is known to every Traefik", (provider) => {
  expect([said(provider), said(provider, "traefik:v3.5.0"), said(provider, "traefik:latest")]).toEqual([[], [], []]);
});

test.each(["azure", "iwantmyname"])(
  "%s is known until Traefik 3.7.9, and where the version is not known",
  (provider) => {
    expect([said(provider, "traefik:v3.7.8"), said(provider, "traefik:latest")]).toEqual([[], []]);
    expect([said(provider), said(provider, "traefik:v3.8.0")].map((each) => each.length)).toEqual([1, 1]);
  },
);

test("one that is not known is named with the nearest that is", () => {
  expect(said("rout53")).toEqual([
    'x.dns.dnsChallenge.provider: "rout53" is not a provider that lego knows; did you mean "route53"? See https://go-acme.github.io/lego/dns/',
  ]);
  expect(said("")).toHaveLength(1);
});
