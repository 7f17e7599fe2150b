import {
  tagVersionProblems,
  TAGS,
  traefikVersion,
  traefikVersionProblems,
} from "../../components/routing/traefikVersions";

const digest = `sha256:${"0a".repeat(32)}`;

test.each<[image: string, version: string | undefined]>([
  ["traefik:v3.7.15", "3.7.15"],
  ["traefik:3.0.0", "3.0.0"],
  ["traefik:v3.10", "3.10.999"],
  ["traefik:v3", "3.999.999"],
  ["docker.io/library/traefik:v3.6.8", "3.6.8"],
  ["mirror.test:5000/traefik:v3.6.8-rc.1", "3.6.8"],
  [`traefik:v3.6.8@${digest}`, "3.6.8"],
  ["traefik:v12.0.1", "12.0.1"],
  ["traefik", undefined],
  ["traefik:latest", undefined],
  [`traefik@${digest}`, undefined],
  ["my-traefik:v3.6.8", undefined],
  ["a/traefik-hub:v3.6.8", undefined],
  ["traefik:v3.6.8.1", undefined],
  ["traefik:v3x", undefined],
  ["traefik:v03.1.2", undefined],
  ["traefik:v3.6.8_1", undefined],
])("of %s the version is %s", (image, version) => {
  expect(traefikVersion(image)?.version).toBe(version);
});

const told = (image: string, ...args: string[]) =>
  traefikVersionProblems(image, args, "x.").map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);

test("of Traefik, v3 is known", () => {
  expect(["traefik:v3.0.0", "traefik:v3", "traefik:latest"].flatMap((image) => told(image))).toEqual([]);
  expect(told("traefik:v2.11.9")).toEqual([
    expect.stringMatching(/^x\.image: "traefik:v2\.11\.9" is Traefik before v3/),
  ]);
  expect(told("traefik:v4.0.0", "--a.acme.profile=x")).toEqual([
    expect.stringMatching(/^x\.image: .* is a Traefik that is not known/),
  ]);
});

test.each<[arg: string, input: string, before: string, since: string]>([
  ["--certificatesResolvers.le.acme.caCertificates=/a", "caCertificates", "3.1.999", "3.2.0"],
  ["--certificatesResolvers.le.acme.dnsChallenge.propagation.rns=true", "dnsChallenge.propagation", "3.2.999", "3.3.0"],
  ["--certificatesResolvers.le.acme.httpChallenge.delay=1s", "httpChallenge.delay", "3.4.999", "3.5.0"],
  ["--certificatesResolvers.le.acme.profile=x", "profile", "3.3.999", "3.4.0"],
  ["--certificatesResolvers.le.acme.tlsChallenge.delay=1s", "tlsChallenge.delay", "3.5.999", "3.6.0"],
  ["--providers.kubernetesCRD.disableClusterScopeResources=true", "kubernetesCrd", "3.1.1", "3.1.2"],
])("with %s, a Traefik that is older than it would not start", (arg, input, before, since) => {
  expect(told(`traefik:v${before}`, "--ping=true", arg)).toEqual([
    expect.stringContaining(`x.image: "traefik:v${before}" is too old for ${input}`),
  ]);
  expect(told(`traefik:v${before}`, "--ping=true")).toEqual([]);
  expect(told(`traefik:v${since}`, arg)).toEqual([]);
});

const ofTag = (version: string, tag: string) =>
  tagVersionProblems(`traefik:v${version}`, ["traefik.enable=true", tag], "services[0].");

test.each(Object.entries(TAGS))("no Traefik before the one that has %s gets it, %s", (option, since) => {
  const [major, minor, patch] = since.split(".").map(Number);
  const before = patch > 0 ? [major, minor, patch - 1] : [major, minor - 1, 999];
  const [, kind, rest] = /^(\w+\.\w+)\.(.*)$/.exec(option)!;
  const tag = `traefik.${kind}.own-name.${rest}${option.includes("=") ? "" : "=x"}`;
  expect(ofTag(before.join("."), tag)).toHaveLength(1);
  expect(ofTag(since, tag)).toEqual([]);
});

const retry = "traefik.http.middlewares.a-1-retry.retry";
const balancer = "traefik.http.services.a.loadbalancer";
test.each<[tag: string, version: string, says: string]>([
  [
    `${retry}.Status=500`,
    "3.6.0",
    "services[0].routes: retry.Status is not known to the ingress's Traefik, traefik:v3.6.0",
  ],
  [
    "traefik.http.middlewares.a.encodedCharacters.allowEncodedSlash=true",
    "3.6.0",
    "services[0].routes: encodedCharacters.allowEncodedSlash is not known",
  ],
  [`${balancer}.strategy=p2c`, "3.3.0", "services[0].loadBalancing: loadbalancer.strategy is not known"],
  [`${balancer}.strategy=hrw`, "3.5.0", "use 3.6.0 or later"],
  ["traefik.http.routers.a.rule=Host(`*.a.test`)", "3.6.9", "services[0].routes: a wildcard in a rule is not known"],
  ['traefik.http.routers.a.rule=Path(`/`) && host("*.a.test")', "3.6.9", "use 3.7.0 or later for it"],
  ["traefik.tcp.routers.a.rule=HostSNI(`*.a.test`)", "3.6.9", "services[0].tcpRoutes: a wildcard in a rule"],
])("%s is told of a Traefik %s", (tag, version, says) => {
  expect(ofTag(version, tag).map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`)).toEqual([
    expect.stringContaining(says),
  ]);
});

test.each<[tag: string, image: string | undefined]>([
  [`${retry}.attempts=2`, "traefik:v3.0.0"],
  [`${retry}.statuses=2`, "traefik:v3.0.0"],
  [`${balancer}.strategy=p2c`, "traefik:v3.4.0"],
  [`${balancer}.strategy=hrw`, "traefik:v3.6.0"],
  ["traefik.http.routers.a.rule=Host(`a.test`)", "traefik:v3.0.0"],
  ["traefik.http.routers.a.rule=HostRegexp(`*.a.test`)", "traefik:v3.0.0"],
  ["traefik.http.routers.a.rule=Host(`*.a.test`)", "traefik:v3.7.0"],
  ["traefik.http.routers.a.rule=Host(`*.a.test`)", undefined],
  [`${retry}.status=500`, undefined],
  [`${retry}.status=500`, "traefik:latest"],
  [`${retry}.status=500`, "traefik:v4.0.0"],
  // Refused by itself: traefikVersionProblems.
  [`${retry}.status=500`, "traefik:v2.11.0"],
])("nothing is said of %s and %s", (tag, image) => {
  expect(tagVersionProblems(image, [tag], "services[0].")).toEqual([]);
});
