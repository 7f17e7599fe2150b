import * as net from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import type { Refuser } from "../routing/httpMatches";
import { isCertificatePem, shown } from "../shared/grammars";
import { whenKnown } from "../shared/later";
import { replaceLater } from "../shared/laterValues";
import { dnsLabelProblems, isHostName } from "../shared/names";
import type { IntentionProblem } from "./intentionProblems";
import { keySetReasons } from "./keySets";

/** Where a request has its token: one of `header`, `cookie` and `queryParam`. */
export interface JwtLocation {
  /** Name of a header. */
  readonly header?: string;
  /**
   * What the header has before the token, with the space between.
   * @unset nothing
   */
  readonly valuePrefix?: string;
  /** Name of a cookie. */
  readonly cookie?: string;
  /** Name of a parameter of the query. Whoever logs the URL logs the token. */
  readonly queryParam?: string;
}

/** Where each sidecar fetches keys itself, when it starts and every ten minutes. */
export interface RemoteJwtKeys {
  /** URL of the key set, `https://` with a DNS name or an IP address. It is asked without a token of its own, and without SNI. */
  readonly uri: string;
  /**
   * Certificates of the CA that the server's is of, PEM. Consul has any certificate of that CA accepted, whatever name it has: not one
   * of the public CAs, for whose issuers `local` is safer.
   */
  readonly caCertificate: string;
}

/** Public keys that tokens are verified by: `local` or `remote`. */
export interface JwtKeys {
  /** The key set as JSON, as the issuer serves it: RSA from 2048 bits on, P-256, P-384, P-521, Ed25519. Never a private or symmetric key. */
  readonly local?: string;
  /** Keys that sidecars fetch. */
  readonly remote?: RemoteJwtKeys;
}

/** An issuer of tokens, and how requests show them. */
export interface JwtProviderOptions {
  /** What the claim `iss` of its tokens says, letter by letter. */
  readonly issuer: string;
  /**
   * What tokens are for: one of these has to be in the claim `aud`.
   * @unset any, also tokens that the issuer made for other services
   */
  readonly audiences?: readonly string[];
  /** Public keys that tokens are verified by. */
  readonly keys: JwtKeys;
  /**
   * Where a request may have its token.
   * @unset the header `Authorization`, after `Bearer `
   */
  readonly locations?: readonly JwtLocation[];
  /**
   * Whether the service too gets the token, in the headers of `locations`; else it is taken out of them.
   * @default false
   */
  readonly forwardToken?: boolean;
  /**
   * Header in which the service gets the claims of a verified token, as JSON in base64url; what a caller sends in it is dropped.
   * @unset none
   */
  readonly payloadHeader?: string;
}

/** The same as a program declares it: what the issuer says of itself may be another resource's output. */
export interface JwtProviderInputs extends Omit<JwtProviderOptions, "issuer" | "audiences" | "keys"> {
  /** As in `JwtProviderOptions`. */
  readonly issuer: pulumi.Input<string>;
  /** As in `JwtProviderOptions`. */
  readonly audiences?: readonly pulumi.Input<string>[];
  /** As in `JwtProviderOptions`. */
  readonly keys: {
    readonly local?: pulumi.Input<string>;
    readonly remote?: { readonly [key in keyof RemoteJwtKeys]: pulumi.Input<string> };
  };
}

/** What stands for a value that is not known yet, by the path of its input, so that all else is judged: nothing is wrong with it. */
const STAND_INS: readonly (readonly [path: RegExp, standIn: string])[] = [
  [/^issuer$|^audiences\[/, "not-known-yet"],
  [/^keys\.local$/, '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}'], // of RFC 8037
  [/^keys\.remote\.uri$/, "https://not-known-yet.invalid"],
  [/^keys\.remote\.caCertificate$/, "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----"],
];

/** Where a provider's options may be other resources' outputs. */
export const LATER_IN_JWT_PROVIDER = STAND_INS.map(([path]) => path);

/** A provider's options, with what stands for each value that another resource makes. */
export function withStandIns(options: JwtProviderInputs): JwtProviderOptions {
  return replaceLater(
    options,
    (value, path) => STAND_INS.find(([input]) => input.test(path))?.[1] ?? value,
  ) as JwtProviderOptions;
}

const BEARER: readonly JwtLocation[] = [{ header: "Authorization", valuePrefix: "Bearer " }];
const KINDS = ["header", "cookie", "queryParam"] as const;
/** A token of RFC 9110, which names of headers and of cookies are. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;
/** A URL whose host and port Envoy takes, and Go parses. */
const URL_FORM =
  /^https:\/\/(?:\[([0-9a-f:]+)\]|([A-Za-z0-9.-]+))(?::(\d{1,5}))?(?:\/(?:[\w\-.~!$&'()*+,;=:@/?]|%[0-9a-fA-F]{2})*)?$/;

/** `true` for what a claim may say: not empty, without control characters and without spaces around it. */
function isText(claim: string): boolean {
  return claim.length <= 2048 && /^(?!\s)[^\p{Cc}]+(?<!\s)$/u.test(claim);
}

/** What is wrong with a provider; `prefix` is put before each path. */
export function jwtProviderProblems(
  name: string,
  { issuer, audiences, keys, locations, forwardToken, payloadHeader }: JwtProviderOptions,
  prefix: string,
): IntentionProblem[] {
  const problem = (refusedBy: Refuser, input: string, reason: string) => [
    { refusedBy, propertyPath: prefix + input, reason },
  ];
  return [
    ...dnsLabelProblems(`${prefix}name`, name).map((each) => ({ ...each, refusedBy: "us" as const })),
    ...(isText(issuer)
      ? []
      : problem("us", "issuer", `${shown(issuer)} is not an issuer; use what its tokens have as iss`)),
    ...(audiences?.length === 0
      ? problem("us", "audiences", "is empty; leave it out for any, or list one")
      : (audiences ?? []).flatMap((audience, i) =>
          isText(audience)
            ? []
            : problem(
                "us",
                `audiences[${i}]`,
                `${shown(audience)} is not an audience; use one that tokens have as aud`,
              ),
        )),
    ...keyProblems(keys, (by, input, reason) => problem(by, `keys${input}`, reason)),
    ...(locations?.length === 0 ? problem("us", "locations", "is empty; leave it out, or list where tokens are") : []),
    ...(locations ?? []).flatMap((each, i) =>
      locationProblems(each, (by, input, reason) => problem(by, `locations[${i}]${input}`, reason)),
    ),
    ...(forwardToken && locations?.length && !locations.some(({ header }) => header !== undefined)
      ? problem("us", "forwardToken", "forwards nothing: none of locations is a header; leave it out, or add one")
      : []),
    ...(payloadHeader === undefined || TOKEN.test(payloadHeader)
      ? []
      : problem(
          payloadHeader === "" ? "Consul" : "us",
          "payloadHeader",
          `${shown(payloadHeader)} is not a header name; use one such as x-token-payload`,
        )),
  ];
}

type Told = (refusedBy: Refuser, input: string, reason: string) => IntentionProblem[];

function keyProblems({ local, remote }: JwtKeys, problem: Told): IntentionProblem[] {
  if ((local === undefined) === (remote === undefined)) {
    return problem("Consul", "", `has ${local === undefined ? "neither" : "both"}; give either local or remote`);
  }
  if (remote === undefined) {
    return keySetReasons(local!).flatMap((reason) => problem(local === "" ? "Consul" : "us", ".local", reason));
  }
  const { uri, caCertificate } = remote;
  const [, v6, host = "", port = "443"] = URL_FORM.exec(uri) ?? [];
  // A name whose last label is a number is an address to whoever resolves it, and a wrong one.
  const isHost =
    v6 === undefined
      ? net.isIPv4(host) || (isHostName(host.toLowerCase()) && !/(^|\.)\d+$/.test(host))
      : net.isIPv6(v6);
  const parses = /^(\/|[a-z][a-z0-9+.-]*:)/i.test(uri);
  return [
    ...(isHost && Number(port) >= 1 && Number(port) <= 65535
      ? []
      : problem(
          parses ? "us" : "Consul",
          ".remote.uri",
          `${shown(uri)} is not the URL of a key set over https; use one such as https://login.example.com/keys`,
        )),
    ...(isCertificatePem(caCertificate)
      ? []
      : problem(
          caCertificate === "" ? "Consul" : "us",
          ".remote.caCertificate",
          "is not a PEM certificate; use the text of the file, from -----BEGIN CERTIFICATE-----",
        )),
  ];
}

function locationProblems(location: JwtLocation, problem: Told): IntentionProblem[] {
  const given = KINDS.filter((kind) => location[kind] !== undefined);
  const { valuePrefix, header } = location;
  return [
    ...(given.length === 1
      ? []
      : problem("Consul", "", `has ${given.join(" and ") || "none"}; give one of ${KINDS.join(", ")}`)),
    ...given.flatMap((kind) =>
      TOKEN.test(location[kind]!)
        ? []
        : problem(
            // Of one alone Consul looks at the name.
            location[kind] === "" && given.length === 1 ? "Consul" : "us",
            `.${kind}`,
            `${shown(location[kind])} is not a valid name for a ${kind === "queryParam" ? "parameter" : kind}; use one such as x-token`,
          ),
    ),
    ...(valuePrefix !== undefined && (header === undefined || !/^[ -~]{0,256}$/.test(valuePrefix))
      ? problem(
          "us",
          ".valuePrefix",
          `${shown(valuePrefix)} goes before a token in a header; use one such as "Bearer "`,
        )
      : []),
  ];
}

/**
 * The spec of the custom resource. Consul's `clockSkewSeconds`, `cacheConfig` and a key set's `cacheDuration` have no input here: of the
 * first two it tells Envoy nothing, and of the third nanoseconds as seconds [agent/xds/jwt_authn.go, 1.20 and 1.22].
 */
export function jwtProviderSpec(options: JwtProviderInputs): Record<string, unknown> {
  const { issuer, audiences, keys, locations = BEARER, forwardToken = false, payloadHeader } = options;
  const { local, remote } = keys;
  const named = (name: string | undefined, more: object = {}) => (name === undefined ? undefined : { name, ...more });
  return {
    issuer,
    ...(audiences && { audiences }),
    jsonWebKeySet: {
      ...(local !== undefined && {
        local: { jwks: whenKnown(local, (its) => Buffer.from(its).toString("base64")) },
      }),
      ...(remote && {
        remote: {
          uri: remote.uri,
          requestTimeoutMs: 5000, // without it a server that never answers keeps the sidecar from starting
          jwksCluster: {
            discoveryType: "STRICT_DNS", // without a cluster Envoy is told that a name is an address
            // Without a CA Consul has nothing verified.
            tlsCertificates: { trustedCA: { inlineString: remote.caCertificate } },
          },
        },
      }),
    },
    // Without any Envoy looks into the query too. Of several headers Consul takes the last one's `forward` for all.
    locations: locations.map(({ header, valuePrefix, cookie, queryParam }) =>
      defined({
        header: named(header, defined({ valuePrefix, forward: forwardToken || undefined })),
        cookie: named(cookie),
        queryParam: named(queryParam),
      }),
    ),
    ...(payloadHeader !== undefined && { forwarding: { headerName: payloadHeader } }),
  };
}

function defined(its: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(its).filter(([, value]) => value !== undefined));
}
