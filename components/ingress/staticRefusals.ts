import { traefikOption } from "../shared/names";
import type { TraefikOptions } from "./traefikOptions";

/**
 * Options of Traefik's, in small letters with blanks between them, and why they are not taken as they are: what is said instead, by
 * its names in the component and in a stack's file. An option stands for those below it too, but with "$" behind it; `<name>` is any one name, `<any>` any
 * beginning. Without a reason they are taken.
 */
type Refusal = readonly [options: string, reason?: string];

type Input = keyof TraefikOptions | "kubernetesCrd.namespaces";
const typed = (input: Input, more = "") => `is what ${traefikOption(input)} says${more}; use that`;
const OWN_PROBES = "is what the component's own probes call; leave it out";
const ELSEWHERE = "decides where routes come from, and the mesh's come from Consul's catalog; leave it out";
const NO_FILE = "names a file, and Traefik's pod has none to write to; read its output with kubectl logs";
const MADE_ALREADY = "is set by the component for each ingress; leave it out";

/** The first that fits tells. */
const REFUSALS: readonly Refusal[] = [
  ["<any>insecureskipverify", "has Traefik verify nobody; give the CA that signed the server's certificate instead"],
  ["api.insecure", `shows the dashboard to everybody, without a login; use ${traefikOption("consoles")}`],
  ["api", typed("consoles", `, and ${traefikOption("dashboard")} by port-forward`)],
  ["ping", OWN_PROBES],
  ["providers.consulcatalog", "is how Traefik is a member of the mesh, which the component sets; leave it out"],
  ["providers.kubernetescrd", typed("kubernetesCrd.namespaces")],
  [
    "providers.file",
    `is what ${traefikOption("certificates")}, ${traefikOption("tlsOptions")} and ${traefikOption("consoles")} make; use those`,
  ],
  ["providers configfile", ELSEWHERE],
  ["certificatesresolvers", typed("certificateResolvers")],
  ["experimental.plugins experimental.localplugins", typed("plugins")],
  ["experimental.otlplogs experimental.abortonpluginfailure"],
  ["experimental", "turns Traefik into another one, which is not known here; leave it out"],
  [
    "spiffe serverstransport.spiffe tcpserverstransport.spiffe tcpserverstransport.tls.spiffe",
    "is an identity other than the mesh's; leave it out",
  ],
  [
    "global.checknewversion global.sendanonymoususage",
    "has Traefik call home, which the component switches off; leave it out",
  ],
  ["core.defaultrulesyntax", "reads rules differently from preview; leave it out, and write them in v3's syntax"],
  ["log.filepath accesslog.filepath log.compress log.maxsize log.maxage log.maxbackups", NO_FILE],
  ["log.level", typed("logLevel")],
  ["log$", MADE_ALREADY],
  ["accesslog$", typed("accessLog")],
  ["accesslog.format", typed("accessLogFormat")],
  ["accesslog.fields.headers.names", typed("accessLogHeaders")],
  ["metrics.influxdb2", "does nothing without a token, which everybody could read; use metrics.otlp"],
  ["<any>tls.cert <any>tls.key", "is a part of a key pair, which everybody could read; leave it out"],
  ["metrics.prometheus.headerlabels"],
  ["metrics.prometheus", typed("metrics")],
  ["tracing$ tracing.servicename tracing.samplerate tracing.otlp", "is what the mesh's tracing says; use that"],
  ["entrypoints.<name>$", `is an entry point, which ${traefikOption("tcpEntryPoints")} declares; leave it out`],
  ["entrypoints.<name>.address entrypoints.<name>.asdefault", MADE_ALREADY],
  [
    "entrypoints.<name>.forwardedheaders.insecure entrypoints.<name>.proxyprotocol.insecure",
    "trusts every client; name the proxies' addresses",
  ],
  [onWeb("forwardedheaders.trustedips"), typed("forwardedHeadersTrustedIps")],
  [onWeb("proxyprotocol$"), typed("proxyProtocolTrustedIps")],
  [onWeb("proxyprotocol.trustedips"), typed("proxyProtocolTrustedIps")],
  [onWeb("transport.respondingtimeouts"), typed("respondingTimeouts")],
  ["entrypoints.<name>.transport.lifecycle.requestacceptgracetimeout", typed("drainSeconds")],
  ["entrypoints.<name>.http.redirections", typed("redirectToHttps")],
  [
    "entrypoints.<name>.http.middlewares",
    "adds to each route what its service does not say; use the routes' middlewares",
  ],
  ["entrypoints.<name>.http.tls", "ends TLS where a route does not say so; use the routes' tls"],
  [
    "entrypoints.<name>.http.sanitizepath",
    "lets a path past the routes and intentions that name another; leave it out",
  ],
  ["entrypoints.<name>.http3", typed("http3")],
  ["entrypoints.<name>.udp", "is for UDP, which the mesh does not carry; leave it out"],
];

/** An option of the entry points that have inputs of their own. */
function onWeb(option: string): string {
  return `entrypoints.web.${option} entrypoints.websecure.${option}`;
}

function fits(option: string, its: string): boolean {
  const below = its.endsWith("$") ? "" : "(\\.|$)";
  const names = its.replaceAll(".", "\\.").replace("<name>", "[^.]+").replace("<any>", "(.*\\.)?");
  return new RegExp(`^${names}${below}`).test(option);
}

/** Why an option, in small letters, is not taken; `undefined` where it is. */
export function refusalOf(option: string): string | undefined {
  return REFUSALS.find(([options]) => options.split(" ").some((its) => fits(option, its)))?.[1];
}
