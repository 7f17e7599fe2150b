import { closest } from "fastest-levenshtein";
import * as semver from "semver";
import { isCertificatePem } from "../shared/grammars";
import { TLS_PATH } from "../routing/tlsOptions";
import { CA_MOUNT_PATH } from "../routing/traefikArguments";
import { isCidr, traefikOption } from "../shared/names";
import { valueProblems } from "../routing/optionValues";
import { Problem } from "../shared/problems";
import { isOfStrangers } from "../shared/trustedRanges";
import { DEFAULT_TRAEFIK_IMAGE, traefikVersion } from "../routing/traefikVersions";
import { refusalOf } from "./staticRefusals";
import { outsideEntryPoints } from "./traefikDrain";
import type { TraefikOptions } from "./traefikOptions";
import { STATIC_CONFIDENTIAL, STATIC_DEPRECATED, STATIC_OPTIONS, STATIC_VERSION } from "./traefikStatic";

/** Options of Traefik's static configuration, by their names in its CLI reference. */
export type StaticOptions = Readonly<Record<string, string | number | boolean>>;

type Type = (typeof STATIC_OPTIONS)[keyof typeof STATIC_OPTIONS];

/** What texts mean something to Traefik, of options that take few. Source: `pkg/config/static`, `pkg/observability`. */
const WORDS: readonly (readonly [option: RegExp, words: readonly string[]])[] = [
  [/^accesslog\.fields\.(headers\.|queryparameters\.)?defaultmode$/, ["keep", "drop", "redact"]],
  [/^accesslog\.fields\.names\./, ["keep", "drop"]],
  [/^log\.format$/, ["common", "json"]],
  [/^entrypoints\.[^.]+\.http\.aliasheadersstrategy$/, ["keep", "delete", "reject"]],
  [/^entrypoints\.[^.]+\.observability\.traceverbosity$/, ["minimal", "detailed"]],
];

/** Files that the component mounts. */
const MOUNTED = new RegExp(`^(${CA_MOUNT_PATH}/tls\\.crt|${TLS_PATH}/[^,]+)$`);

/** A number of seconds, or a duration of Go's, which is less than nothing where that means something. */
const DURATION = /^-?(\d+|(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+)$/;

/** Headers that are sent to say who Traefik is. */
const SECRET_HEADER = /\.headers\..*(authorization|cookie|token|key|secret|password)/;

/** The options as arguments of Traefik. */
export function staticArguments(options: StaticOptions = {}): string[] {
  return Object.entries(options).map(([option, value]) => `--${option}=${String(value)}`);
}

/** What is wrong with the options; `prefix` is put before each path. */
export function staticOptionProblems(ingress: TraefikOptions, prefix: string): Problem[] {
  const { staticOptions = {}, image = DEFAULT_TRAEFIK_IMAGE } = ingress;
  const given = Object.keys(staticOptions);
  const version = traefikVersion(image);
  if (given.length > 0 && version !== undefined && semver.lt(version, STATIC_VERSION)) {
    const reason = `are judged by the options of Traefik ${STATIC_VERSION}, and "${image}" may not start with one of them; use that or later`;
    return [{ propertyPath: `${prefix}staticOptions`, reason }];
  }
  return Object.entries(staticOptions).flatMap(([option, value], i) => {
    const at = `${prefix}staticOptions["${option}"]`;
    const name = option.toLowerCase();
    const twice = given.slice(0, i).find((other) => other.toLowerCase() === name);
    return twice === undefined
      ? [...optionProblems(name, value, ingress, at), ...besideProblems(name, given, at)]
      : [{ propertyPath: at, reason: `is "${twice}" too, which is the same option; leave one out` }];
  });
}

function optionProblems(name: string, value: unknown, ingress: TraefikOptions, at: string): Problem[] {
  const problem = (reason: string) => [{ propertyPath: at, reason }];
  const refusal = refusalOf(name);
  if (refusal !== undefined) {
    return problem(refusal);
  }
  const known = Object.keys(STATIC_OPTIONS).find((each) => patternOf(each).test(name));
  if (known === undefined) {
    return problem(`is not an option that Traefik knows; did you mean "${nearest(name)}"?`);
  }
  if (STATIC_DEPRECATED.some((each) => `${known}.`.startsWith(`${each}.`))) {
    return problem("is one that Traefik will remove; leave it out");
  }
  if ((STATIC_CONFIDENTIAL as readonly string[]).includes(known) || SECRET_HEADER.test(name)) {
    return problem("would be in the Deployment and in Pulumi's state for all to read; leave it out");
  }
  const [, entryPoint] = /^entrypoints\.([^.]+)\./.exec(name) ?? [];
  const entryPoints = outsideEntryPoints(ingress);
  if (entryPoint !== undefined && !entryPoints.includes(entryPoint)) {
    return problem(`is of an entry point that is Traefik's own or does not exist; known: ${entryPoints.join(", ")}`);
  }
  if (name.startsWith("accesslog.") && ingress.accessLog === false) {
    return problem(`has no effect while ${traefikOption("accessLog")} is false; turn that on`);
  }
  if (name.startsWith("metrics.prometheus.") && ingress.metrics === false) {
    return problem(`has no effect while ${traefikOption("metrics")} is false; turn that on`);
  }
  return optionValueProblems(name, value, STATIC_OPTIONS[known as keyof typeof STATIC_OPTIONS], at);
}

/** What is wrong with an option beside the others: with it alone, or with both, Traefik would not start. */
function besideProblems(name: string, given: readonly string[], at: string): Problem[] {
  const has = (option: string) => given.some((each) => each.toLowerCase() === option);
  const problem = (reason: string) => [{ propertyPath: at, reason }];
  const [, exporter] = /^(.*\.grpc)\.tls\./.exec(name) ?? [];
  return [
    ...(/^(log|accesslog)\.otlp(\.|$)/.test(name) && !has("experimental.otlplogs")
      ? problem("needs experimental.otlplogs: true as well")
      : []),
    ...(exporter !== undefined && has(`${exporter}.insecure`)
      ? problem(`excludes "insecure" of the same exporter; leave one of the two out`)
      : []),
  ];
}

function patternOf(option: string): RegExp {
  return new RegExp(`^${option.toLowerCase().replaceAll(".", "\\.").replaceAll("<name>", "[^.]+")}$`);
}

/** The known option that is most alike, with the names that were given. */
function nearest(name: string): string {
  const its = name.replace(/^-+/, "").split(".");
  const all = Object.keys(STATIC_OPTIONS).map((each) =>
    each
      .split(".")
      .map((part, i) => (part === "<name>" ? (its[i] ?? part) : part))
      .join("."),
  );
  return closest(
    its.join("."),
    all.filter((each) => refusalOf(each.toLowerCase()) === undefined),
  );
}

/** What is wrong with a value for its type in Go: with most of them Traefik would not start. */
function optionValueProblems(name: string, value: unknown, type: Type, at: string): Problem[] {
  const problem = (reason: string) => [{ propertyPath: at, reason }];
  const not = (what: string) => problem(`${JSON.stringify(value)} is not ${what}`);
  switch (type) {
    case "bool":
      return typeof value === "boolean" ? [] : not("true or false");
    case "switch":
      return value === true ? [] : not("true, the only value that it takes; leave it out for false");
    case "int":
    case "int32":
    case "int64":
      return Number.isSafeInteger(value) && (type !== "int32" || Math.abs(Number(value)) < 2 ** 31)
        ? []
        : not("a whole number");
    case "duration":
      return DURATION.test(String(value)) && typeof value !== "boolean" ? [] : not("a duration; use one such as 10s");
    case "[]float64":
      return typeof value === "string" && /^\d+(\.\d+)?(,\d+(\.\d+)?)*$/.test(value)
        ? []
        : not("numbers in a string, with commas between them");
  }
  if (typeof value !== "string" || value === "") {
    return not(type === "[]string" ? "a string of values with commas between them" : "a string; put it in quotes");
  }
  if (/\$\(|\$\{/.test(value)) {
    return problem("has a variable, for which Kubernetes may put something else; leave it out");
  }
  const [, words = [value]] = WORDS.find(([pattern]) => pattern.test(name)) ?? [];
  if (!words.includes(value)) {
    return not(`known to Traefik; use one of ${words.join(", ")}`);
  }
  if (/\.(ca|rootcas)$/.test(name) && !isCertificatePem(value) && !MOUNTED.test(value)) {
    return not("a PEM certificate; use the text of the file");
  }
  if (name.endsWith(".trustedips")) {
    const wrong = value.split(",").find((range) => !isCidr(range) || isOfStrangers(range));
    return wrong === undefined ? [] : problem(`"${wrong}" is not a range of proxies; use CIDR such as 10.0.0.0/8`);
  }
  return name === "accesslog.filters.statuscodes" ? valueProblems(value.split(","), "statuses", at) : [];
}
