import { adminTags, CA_MOUNT_PATH, PING_PATH, traefikArguments } from "../../components/routing/traefikArguments";

const options = {
  serviceName: "edge",
  apiAddress: "consul:8501",
  api: false,
  accessLog: false,
  logLevel: "INFO",
  outside: ["web", "line"],
  drainSeconds: 7,
};
const given = (more: object = {}) =>
  new Map(
    traefikArguments({ ...options, ...more }).map(
      (argument) => argument.split(/=(.*)/s).slice(0, 2) as [string, string],
    ),
  );

test("Traefik asks Consul by TLS that it verifies, as itself, and serves what says so alone", () => {
  const catalog = [...given()].filter(([name]) => name.startsWith("--providers."));
  expect(Object.fromEntries(catalog)).toEqual({
    "--providers.consulCatalog.endpoint.address": "consul:8501",
    "--providers.consulCatalog.endpoint.scheme": "https",
    "--providers.consulCatalog.endpoint.tls.ca": `${CA_MOUNT_PATH}/tls.crt`,
    "--providers.consulCatalog.serviceName": "edge",
    "--providers.consulCatalog.connectAware": "true",
    "--providers.consulCatalog.connectByDefault": "true",
    "--providers.consulCatalog.exposedByDefault": "false",
    "--providers.consulCatalog.watch": "true",
  });
  expect([...given().keys()].filter((name) => /skip|insecure/i.test(name))).toEqual([]);
});

test("its paths are those that the kubelet asks and that Consul's certificate is mounted at", () => {
  expect([PING_PATH, CA_MOUNT_PATH]).toEqual(["/ping", "/certs/consul-ca"]);
});

test("it tells nobody outside, and answers pings at its admin port alone", () => {
  expect(Object.fromEntries(given())).toMatchObject({
    "--global.checkNewVersion": "false",
    "--global.sendAnonymousUsage": "false",
    "--ping": "true",
    "--ping.entryPoint": "admin",
    "--log.level": "INFO",
  });
});

test("routes that name no entry point are on web, and requests are taken while it ends", () => {
  const points = [...given()].filter(([name]) => name.startsWith("--entryPoints."));
  expect(Object.fromEntries(points)).toEqual({
    "--entryPoints.web.address": ":80",
    "--entryPoints.websecure.address": ":443",
    "--entryPoints.admin.address": ":8080",
    "--entryPoints.web.asDefault": "true",
    "--entryPoints.web.transport.lifeCycle.requestAcceptGraceTimeout": "7s",
    "--entryPoints.line.transport.lifeCycle.requestAcceptGraceTimeout": "7s",
  });
});

test("its API, its dashboard and an access log are there where asked for", () => {
  const more = (asked: object) => [...given(asked).keys()].filter((name) => !given().has(name));
  expect(more({})).toEqual([]);
  expect([...given().keys()].filter((name) => !name.startsWith("--"))).toEqual([]);
  expect(more({ api: true })).toEqual(["--api", "--api.dashboard"]);
  expect([given({ api: true }).get("--api"), given({ api: true }).get("--api.dashboard")]).toEqual(["true", "true"]);
  expect(more({ accessLog: true })).toEqual(["--accessLog"]);
  expect(given({ accessLog: true }).get("--accessLog")).toBe("true");
});

test("its own entry serves readiness at the admin port, and a dashboard there where asked for", () => {
  const ready = [
    "traefik.enable=true",
    "traefik.consulcatalog.connect=false",
    "traefik.http.routers.edge-ready.rule=Path(`/mesh-ready`)",
    "traefik.http.routers.edge-ready.entrypoints=admin",
    "traefik.http.routers.edge-ready.service=ping@internal",
  ];
  expect(adminTags("edge", false)).toEqual(ready);
  expect(adminTags("edge", true)).toEqual([
    ...ready,
    "traefik.http.routers.edge-dashboard.rule=PathPrefix(`/api`) || PathPrefix(`/dashboard`)",
    "traefik.http.routers.edge-dashboard.entrypoints=admin",
    "traefik.http.routers.edge-dashboard.service=api@internal",
  ]);
});
