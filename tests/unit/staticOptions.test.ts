import { ConsulMesh, StaticOptions, TraefikConsulIngress, TraefikOptions, traefikProblems } from "../../components";
import { staticOptionProblems } from "../../components/ingress/staticOptions";
import { EVERYTHING } from "../everything";
import { find, record } from "../recorder";
import { parseSettings } from "../../settings";
import { raw } from "../settings";
import { INGRESS, SAMPLES, TAKEN } from "../staticSamples";

const told = (staticOptions: StaticOptions, more: TraefikOptions = {}) =>
  traefikProblems({ ...more, staticOptions }, "traefik.").map(
    ({ propertyPath, reason }) => `${propertyPath}: ${reason}`,
  );

async function argumentsOf(options: TraefikOptions): Promise<string[]> {
  const recorded = await record(
    () => new TraefikConsulIngress("traefik", { mesh: new ConsulMesh("consul"), ...options }),
  );
  return find(recorded, "traefik-deployment").props.spec.template.spec.containers[0].args;
}

test("options are arguments behind all others, as they were written", async () => {
  const options = { "log.format": "json", "entryPoints.websecure.http2.maxConcurrentStreams": 500 };
  const before = await argumentsOf({});
  expect(await argumentsOf({ staticOptions: options })).toEqual([
    ...before,
    "--log.format=json",
    "--entryPoints.websecure.http2.maxConcurrentStreams=500",
  ]);
});

test.each<[what: string, options: StaticOptions, problem: string, right: StaticOptions, more?: TraefikOptions]>([
  ["an option that is none", { "log.fromat": "json" }, 'did you mean "log.format"?', { "LOG.Format": "json" }],
  [
    "one of an entry point",
    { "entryPoints.web.http.maxHeaderByte": 1 },
    'did you mean "entryPoints.web.http.maxHeaderBytes"?',
    { "entryPoints.web.http.maxHeaderBytes": 1 },
  ],
  ["dashes", { "--log.format": "json" }, 'did you mean "log.format"?', { "log.format": "json" }],
  ["a text for a flag", { "log.noColor": "true" }, "is not true or false", { "log.noColor": true }],
  ["a flag for a text", { "log.format": true }, "is not a string", { "log.format": "common" }],
  ["a word that is none", { "log.format": "xml" }, "use one of common, json", { "log.format": "json" }],
  ["half a number", { "accessLog.bufferingSize": 1.5 }, "is not a whole number", { "accessLog.bufferingSize": 15 }],
  [
    "a number that is too large",
    { "entryPoints.web.http2.maxConcurrentStreams": 2 ** 31 },
    "is not a whole number",
    { "entryPoints.web.http2.maxConcurrentStreams": 2 ** 31 - 1 },
  ],
  [
    "a time that is none",
    { "serversTransport.forwardingTimeouts.dialTimeout": "soon" },
    "is not a duration",
    { "serversTransport.forwardingTimeouts.dialTimeout": 5 },
  ],
  ["false where nothing says so", { ocsp: false }, "is not true", { ocsp: true }],
  [
    "a status that is none",
    { "accessLog.filters.statusCodes": "200,99" },
    "is not a status",
    { "accessLog.filters.statusCodes": "200,500-599" },
  ],
  [
    "a list that is none",
    { "metrics.otlp.explicitBoundaries": "a" },
    "is not numbers",
    { "metrics.otlp.explicitBoundaries": "0.1,1" },
  ],
  [
    "a variable",
    { "metrics.otlp.serviceName": "$(HOSTNAME)" },
    "has a variable",
    { "metrics.otlp.serviceName": "edge" },
  ],
  ["an option twice", { "log.format": "json", "log.FORMAT": "json" }, 'is "log.format" too', { "log.format": "json" }],
  [
    "half of a key pair",
    { "metrics.otlp.http.tls.key": "x" },
    "everybody could read",
    { "metrics.otlp.http.endpoint": "http://a.test" },
  ],
  [
    "an authority's file that is not there",
    { "serversTransport.rootCAs": "/etc/ca.pem" },
    "is not a PEM certificate",
    { "serversTransport.rootCAs": "/certs/consul-ca/tls.crt" },
  ],
  [
    "logs by OTLP that Traefik has as an experiment",
    { "log.otlp.serviceName": "edge" },
    "needs experimental.otlplogs",
    { "log.otlp.serviceName": "edge", "experimental.otlplogs": true },
  ],
  [
    "TLS that is and is not",
    { "metrics.otlp.grpc.tls.ca": "/certs/consul-ca/tls.crt", "metrics.otlp.grpc.insecure": true },
    "excludes",
    { "metrics.otlp.grpc.tls.ca": "/certs/consul-ca/tls.crt" },
  ],
  [
    "a header that holds one",
    { "metrics.otlp.http.headers.Authorization": "Bearer x" },
    "for all to read",
    { "metrics.otlp.http.headers.X-Team": "x" },
  ],
  ["an option that will go", { "entryPoints.web.http.underscoreHeadersStrategy": "keep" }, "will remove", {}],
  [
    "a part of one that will go",
    { "tracing.globalAttributes.team": "x" },
    "will remove",
    { "tracing.resourceAttributes.team": "x" },
  ],
  [
    "a choice of log fields while there is no access log",
    { "accessLog.dualOutput": true },
    "has no effect while traefikAccessLog (of a TraefikConsulIngress: accessLog) is false; turn that on",
    { "log.noColor": true, "metrics.prometheus.headerLabels.team": "X-Team" },
    { accessLog: false },
  ],
  [
    "a label of metrics while there are none",
    { "metrics.prometheus.headerLabels.team": "X-Team" },
    "has no effect while traefikMetrics (of a TraefikConsulIngress: metrics) is false; turn that on",
    { "log.noColor": true, "accessLog.dualOutput": true },
    { metrics: false },
  ],
  [
    "access logs by OTLP that Traefik has as an experiment",
    { "accessLog.otlp": true },
    "needs experimental.otlplogs",
    {},
  ],
  ["no text", { "metrics.otlp.serviceName": "" }, "is not a string; put it in quotes", {}],
  ["a number for a list", { "serversTransport.rootCAs": 7 }, "is not a string of values with commas", {}],
  ["a flag for a number", { "metrics.otlp.pushInterval": true }, "is not a duration", {}],
  [
    "what will go soon",
    { "core.defaultRuleSyntax": "v2" },
    "reads rules differently",
    { "core.strictTLSOptions": true },
  ],
  [
    "Traefik's own entry point",
    { "entryPoints.admin.http.maxHeaderBytes": 1 },
    "known: web, websecure, postgres",
    { "entryPoints.postgres.http.maxHeaderBytes": 1 },
    INGRESS,
  ],
  [
    "every client as a proxy",
    { "entryPoints.postgres.proxyProtocol.trustedIPs": "0.0.0.0/0" },
    "is not a range of proxies",
    { "entryPoints.postgres.proxyProtocol.trustedIPs": "10.0.0.0/8" },
    INGRESS,
  ],
  [
    "half of all clients as a proxy",
    { "entryPoints.postgres.proxyProtocol.trustedIPs": "10.0.0.0/8,128.0.0.0/1" },
    '"128.0.0.0/1" is not a range of proxies',
    { "entryPoints.postgres.proxyProtocol.trustedIPs": "10.0.0.0/8,fd00::/8" },
    INGRESS,
  ],
])("refuses %s", (_, options, problem, right, more = {}) => {
  expect(told(options, more)).toEqual([expect.stringContaining(problem)]);
  expect(told(right, more)).toEqual([]);
});

test.each<[option: string, right: string[], wrong: string[]]>([
  [
    "metrics.otlp.pushInterval",
    ["10", "-1", "1h30m", "1.25s", "100ms", "15us", "15µs", "7ns"],
    ["x1s", "1sx", "1.s", "1.xs", "s", "1d", ""],
  ],
  ["metrics.otlp.explicitBoundaries", ["1", "10.25,2.75,30"], ["x1", "1x", "1,", "1,x", "1.x", "1,2.x"]],
  ["accessLog.fields.defaultMode", ["keep", "drop", "redact"], ["dropped", ""]],
  ["accessLog.fields.headers.defaultMode", ["keep", "drop", "redact"], ["hide"]],
  ["accessLog.fields.queryParameters.defaultMode", ["keep", "drop", "redact"], ["hide"]],
  ["accessLog.fields.names.ClientAddr", ["keep", "drop"], ["redact"]],
  ["log.format", ["common", "json"], ["xml"]],
  ["entryPoints.web.http.aliasHeadersStrategy", ["keep", "delete", "reject"], ["drop"]],
  ["entryPoints.web.observability.traceVerbosity", ["minimal", "detailed"], ["full"]],
  ["metrics.datadog.prefix", ["log.format", "entrypoints.web"], ["$(A)", "a${B}"]],
])("values of %s", (option, right, wrong) => {
  const problems = (value: string) => told({ [option]: value }).length;
  expect(right.filter((each) => problems(each) !== 0)).toEqual([]);
  expect(wrong.filter((each) => problems(each) !== 1)).toEqual([]);
});

test("an image whose version cannot be seen is judged by the options that are known", () => {
  const image = `example.com/traefik@sha256:${"0a".repeat(32)}`;
  expect(told({ "log.format": "json" }, { image })).toEqual([]);
  expect(told({ "log.fromat": "json" }, { image })).toHaveLength(1);
});

test("a problem is told at the option, as it was written", () => {
  expect(told({ "log.Format": "xml" })).toEqual([expect.stringContaining('traefik.staticOptions["log.Format"]: ')]);
  expect(told({ "log.format": "json" }, { image: "traefik:v3.6.8" })[0]).toContain("traefik.staticOptions: ");
});

test.each<[option: string, says: string]>([
  ["entryPoints.ssh.address", "set by the component"],
  [
    "entryPoints.ssh",
    "is an entry point, which traefikTcpEntryPoints (of a TraefikConsulIngress: tcpEntryPoints) declares; leave it out",
  ],
  ["entryPoints.web.address", "set by the component"],
  ["entryPoints.web.forwardedHeaders.insecure", "trusts every client"],
  [
    "entryPoints.web.forwardedHeaders.trustedIPs",
    "is what traefikForwardedHeadersTrustedIps (of a TraefikConsulIngress: forwardedHeadersTrustedIps) says; use that",
  ],
  ["entryPoints.websecure.http.tls.certResolver", "the routes' tls"],
  ["entryPoints.web.http.middlewares", "the routes' middlewares"],
  [
    "entryPoints.web.http.redirections.entryPoint.to",
    "is what traefikRedirectToHttps (of a TraefikConsulIngress: redirectToHttps) says; use that",
  ],
  ["providers.consulCatalog.connectAware", "a member of the mesh"],
  ["providers.kubernetesCRD.namespaces", "kubernetesCrd"],
  ["providers.docker", "Consul's catalog"],
  ["configFile", "Consul's catalog"],
  [
    "api.insecure",
    "shows the dashboard to everybody, without a login; use traefikConsoles (of a TraefikConsulIngress: consoles)",
  ],
  [
    "api.debug",
    "is what traefikConsoles (of a TraefikConsulIngress: consoles) says, and traefikDashboard (of a TraefikConsulIngress: dashboard) by port-forward; use that",
  ],
  ["ping.manualRouting", "probes"],
  ["experimental.localPlugins.x.moduleName", "plugins"],
  ["experimental.plugins.x.moduleName", "plugins"],
  ["certificatesResolvers.le.acme.email", "certificateResolvers"],
  ["serversTransport.insecureSkipVerify", "verify nobody"],
  ["tcpServersTransport.tls.insecureSkipVerify", "verify nobody"],
  ["metrics.otlp.http.tls.insecureSkipVerify", "verify nobody"],
  ["tracing.otlp.grpc.endpoint", "the mesh's tracing"],
  ["log.level", "is what traefikLogLevel (of a TraefikConsulIngress: logLevel) says; use that"],
  ["log.filePath", "kubectl logs"],
  ["ping", "probes"],
  [
    "api",
    "is what traefikConsoles (of a TraefikConsulIngress: consoles) says, and traefikDashboard (of a TraefikConsulIngress: dashboard) by port-forward; use that",
  ],
  ["providers.consulCatalog", "a member of the mesh"],
  [
    "providers.kubernetesCRD",
    "is what traefikKubernetesCrdNamespaces (of a TraefikConsulIngress: kubernetesCrd.namespaces) says; use that",
  ],
  [
    "providers.file",
    "is what traefikCertificates (of a TraefikConsulIngress: certificates), traefikTlsOptions (of a TraefikConsulIngress: tlsOptions) and traefikConsoles (of a TraefikConsulIngress: consoles) make; use those",
  ],
  [
    "providers.file.directory",
    "is what traefikCertificates (of a TraefikConsulIngress: certificates), traefikTlsOptions (of a TraefikConsulIngress: tlsOptions) and traefikConsoles (of a TraefikConsulIngress: consoles) make; use those",
  ],
  ["providers", "Consul's catalog"],
  [
    "certificatesResolvers",
    "is what traefikCertificateResolvers (of a TraefikConsulIngress: certificateResolvers) says; use that",
  ],
  ["experimental.plugins", "is what traefikPlugins (of a TraefikConsulIngress: plugins) says; use that"],
  ["experimental.fastProxy.debug", "another one"],
  ["experimental.otlplogsToo", "another one"],
  ["experimental.kubernetesGateway", "another one"],
  ["spiffe", "an identity other"],
  ["serversTransport.spiffe", "an identity other"],
  ["serversTransport.spiffe.ids", "an identity other"],
  ["tcpServersTransport.tls.spiffe", "an identity other"],
  ["tcpServersTransport.spiffe.trustDomain", "an identity other"],
  ["global.checkNewVersion", "call home"],
  ["global.sendAnonymousUsage", "call home"],
  ["core.defaultRuleSyntax", "reads rules differently"],
  ["accessLog.filePath", "kubectl logs"],
  ["log.compress", "kubectl logs"],
  ["log.maxSize", "kubectl logs"],
  ["log.maxAge", "kubectl logs"],
  ["log.maxBackups", "kubectl logs"],
  ["log", "set by the component"],
  ["accessLog", "is what traefikAccessLog (of a TraefikConsulIngress: accessLog) says; use that"],
  ["accessLog.format", "is what traefikAccessLogFormat (of a TraefikConsulIngress: accessLogFormat) says; use that"],
  [
    "accessLog.fields.headers.names.X-Id",
    "is what traefikAccessLogHeaders (of a TraefikConsulIngress: accessLogHeaders) says; use that",
  ],
  ["metrics.influxDB2", "use metrics.otlp"],
  ["metrics.influxDB2.bucket", "use metrics.otlp"],
  ["metrics.otlp.grpc.tls.cert", "part of a key pair"],
  ["metrics.prometheus", "is what traefikMetrics (of a TraefikConsulIngress: metrics) says; use that"],
  ["metrics.prometheus.buckets", "is what traefikMetrics (of a TraefikConsulIngress: metrics) says; use that"],
  ["tracing", "the mesh's tracing"],
  ["tracing.serviceName", "the mesh's tracing"],
  ["tracing.sampleRate", "the mesh's tracing"],
  ["tracing.otlp", "the mesh's tracing"],
  ["entryPoints.web.asDefault", "set by the component"],
  ["entryPoints.postgres.proxyProtocol.insecure", "trusts every client"],
  [
    "entryPoints.websecure.forwardedHeaders.trustedIPs",
    "is what traefikForwardedHeadersTrustedIps (of a TraefikConsulIngress: forwardedHeadersTrustedIps) says; use that",
  ],
  [
    "entryPoints.web.proxyProtocol",
    "is what traefikProxyProtocolTrustedIps (of a TraefikConsulIngress: proxyProtocolTrustedIps) says; use that",
  ],
  ["entryPoints.websecure.proxyProtocol.trustedIPs", "proxyProtocolTrustedIps"],
  [
    "entryPoints.web.transport.respondingTimeouts.readTimeout",
    "is what traefikRespondingTimeouts (of a TraefikConsulIngress: respondingTimeouts) says; use that",
  ],
  [
    "entryPoints.postgres.transport.lifeCycle.requestAcceptGraceTimeout",
    "is what traefikDrainSeconds (of a TraefikConsulIngress: drainSeconds) says; use that",
  ],
  ["entryPoints.web.http.tls", "the routes' tls"],
  ["entryPoints.web.http.sanitizePath", "routes and intentions that name another"],
  ["entryPoints.web.http3", "is what traefikHttp3 (of a TraefikConsulIngress: http3) says; use that"],
  [
    "entryPoints.websecure.http3.advertisedPort",
    "is what traefikHttp3 (of a TraefikConsulIngress: http3) says; use that",
  ],
  ["entryPoints.dns.udp.timeout", "does not carry"],
  ["spiffe.workloadAPIAddr", "an identity other"],
])("%s is refused, whatever its letters, with what says it: %s", (option, says) => {
  for (const name of [option, option.toLowerCase(), option.toUpperCase()]) {
    expect(told({ [name]: "true" })).toEqual([expect.stringContaining(says)]);
  }
});

test("no argument that the component gives Traefik can be given beside it", async () => {
  const result = parseSettings(raw({ ...EVERYTHING, traefikStaticOptions: {} }));
  const { traefik } = (result as { settings: { traefik: TraefikOptions } }).settings;
  const given = [...(await argumentsOf({})), ...(await argumentsOf(traefik))];
  // It has that of another entry point for itself alone where it is given.
  const args = given.filter((each) => !each.startsWith("--entryPoints.postgres.proxyProtocol."));
  expect(args).toHaveLength(given.length - 1);
  const taken = args.filter((each) => {
    const [, option, value] = /^--([^=]+)=(.*)$/s.exec(each)!;
    const as = [value, Number(value), value === "true"];
    return as.some((its) => staticOptionProblems({ ...traefik, staticOptions: { [option]: its } }, "").length === 0);
  });
  expect(args.length).toBeGreaterThan(40);
  expect(taken).toEqual([]);
});

test("a Traefik that is older than the options takes none, and none is asked of one without any", () => {
  expect(told({ "log.format": "json" }, { image: "traefik:v3.6.8" })).toEqual([
    expect.stringContaining("use that or later"),
  ]);
  expect(told({}, { image: "traefik:v3.6.8" })).toEqual([]);
});

test("most of Traefik's options are taken, and each refused one says why by a reason of ours", () => {
  const refused = SAMPLES.flatMap((each) =>
    staticOptionProblems({ ...INGRESS, staticOptions: { "experimental.otlplogs": true, ...each } }, ""),
  );
  expect(Object.keys(TAKEN).length).toBeGreaterThan(100);
  expect(refused.filter(({ reason }) => /^".*" is not |did you mean|not a range/.test(reason))).toEqual([]);
});
