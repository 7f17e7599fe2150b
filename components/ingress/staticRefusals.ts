import type { TraefikOptions } from "./traefikOptions";

/** Why an option of Traefik's is not taken as it is: what is said instead, by its name in the component. */
type Refusal = readonly [option: RegExp, reason: string];

const typed = (input: keyof TraefikOptions, more = "") => `is what ${String(input)} says${more}; use that`;
const OWN_PROBES = "is what the component's own probes call; leave it out";
const ELSEWHERE = "decides where routes come from, and the mesh's come from Consul's catalog; leave it out";
const NO_FILE = "names a file, and Traefik's pod has none to write to; read its output with kubectl logs";
const MADE_ALREADY = "is set by the component for each ingress; leave it out";

/** Options, in small letters: the first that fits tells why. */
const REFUSALS: readonly Refusal[] = [
  [/(^|\.)insecureskipverify$/, "has Traefik verify nobody; give the CA that signed the server's certificate instead"],
  [/^api\.insecure$/, "shows the dashboard to everybody, without a login; use consoles"],
  [/^api(\.|$)/, typed("consoles", ", and dashboard by port-forward")],
  [/^ping(\.|$)/, OWN_PROBES],
  [/^providers\.consulcatalog(\.|$)/, "is how Traefik is a member of the mesh, which the component sets; leave it out"],
  [/^providers\.kubernetescrd(\.|$)/, typed("kubernetesCrd")],
  [/^providers\.file(\.|$)/, "is what certificates, tlsOptions and consoles make; use those"],
  [/^(providers|configfile)(\.|$)/, ELSEWHERE],
  [/^certificatesresolvers(\.|$)/, typed("certificateResolvers")],
  [/^experimental\.(local)?plugins(\.|$)/, typed("plugins")],
  [
    /^experimental\.(?!otlplogs$|abortonpluginfailure$)/,
    "turns Traefik into another one, which is not known here; leave it out",
  ],
  [/^(tcp)?serverstransport\.(tls\.)?spiffe(\.|$)|^spiffe(\.|$)/, "is an identity other than the mesh's; leave it out"],
  [
    /^global\.(checknewversion|sendanonymoususage)$/,
    "has Traefik call home, which the component switches off; leave it out",
  ],
  [/^core\.defaultrulesyntax$/, "reads rules differently from preview; leave it out, and write them in v3's syntax"],
  [/^(log|accesslog)\.filepath$/, NO_FILE],
  [/^log\.(compress|max(size|age|backups))$/, NO_FILE],
  [/^log\.level$/, typed("logLevel")],
  [/^log$/, MADE_ALREADY],
  [/^accesslog$/, typed("accessLog")],
  [/^accesslog\.format$/, typed("accessLogFormat")],
  [/^accesslog\.fields\.headers\.names\./, typed("accessLogHeaders")],
  [/^metrics\.influxdb2(\.|$)/, "does nothing without a token, which everybody could read; use metrics.otlp"],
  [/\.tls\.(cert|key)$/, "is a part of a key pair, which everybody could read; leave it out"],
  [/^metrics\.prometheus\.(?!headerlabels\.)|^metrics\.prometheus$/, typed("metrics")],
  [/^tracing(\.servicename|\.samplerate|\.otlp(\..*)?)?$/, "is what the mesh's tracing says; use that"],
  [/^entrypoints\.[^.]+$/, "is an entry point, which tcpEntryPoints declares; leave it out"],
  [/^entrypoints\.[^.]+\.(address|asdefault)$/, MADE_ALREADY],
  [
    /^entrypoints\.[^.]+\.(forwardedheaders|proxyprotocol)\.insecure$/,
    "trusts every client; name the proxies' addresses",
  ],
  [/^entrypoints\.web(secure)?\.forwardedheaders\.trustedips$/, typed("forwardedHeadersTrustedIps")],
  [/^entrypoints\.web(secure)?\.proxyprotocol(\.trustedips)?$/, typed("proxyProtocolTrustedIps")],
  [/^entrypoints\.web(secure)?\.transport\.respondingtimeouts\./, typed("respondingTimeouts")],
  [/^entrypoints\.[^.]+\.transport\.lifecycle\.requestacceptgracetimeout$/, MADE_ALREADY],
  [/^entrypoints\.[^.]+\.http\.redirections\./, typed("redirectToHttps")],
  [
    /^entrypoints\.[^.]+\.http\.middlewares$/,
    "adds to each route what its service does not say; use the routes' middlewares",
  ],
  [/^entrypoints\.[^.]+\.http\.tls(\.|$)/, "ends TLS where a route does not say so; use the routes' tls"],
  [
    /^entrypoints\.[^.]+\.http\.sanitizepath$/,
    "lets a path past the routes and intentions that name another; leave it out",
  ],
  [/^entrypoints\.[^.]+\.http3(\.|$)/, typed("http3")],
  [/^entrypoints\.[^.]+\.udp\./, "is for UDP, which the mesh does not carry; leave it out"],
];

/** Why an option, in small letters, is not taken; `undefined` where it is. */
export function refusalOf(option: string): string | undefined {
  return REFUSALS.find(([pattern]) => pattern.test(option))?.[1];
}
