import { isLater } from "./later";
import { Problem } from "./problems";

/** One problem at a path, or none: how each of these tells. */
function unless(right: boolean, propertyPath: string, reason: string): Problem[] {
  return right ? [] : [{ propertyPath, reason }];
}

/** A text as a message shows it: in quotes, with what cannot be seen escaped, and not longer than a line. Of an output nothing can be shown. */
export function shown(text: unknown): string {
  if (isLater(text)) {
    return "an output";
  }
  const json = `${JSON.stringify(text)}`;
  return json.length <= 100 ? json : `${json.slice(0, 80)}… (${json.length} characters)`;
}

const IMAGE_EXAMPLE = "use one such as registry.example.com/shop:1.4.2";
const HOST_COMPONENT = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const REGISTRY = new RegExp(`^(?:${HOST_COMPONENT}(?:\\.${HOST_COMPONENT})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** Problems of an image: by the grammar of distribution/reference, which is what a container runtime reads it with. */
export function imageProblems(path: string, image: string): Problem[] {
  const problem = (reason: string) => [{ propertyPath: path, reason: `${shown(image)} ${reason}` }];
  if (/^[a-z]+:\/\//i.test(image)) {
    return problem("begins with a scheme, which an image reference does not have; begin with the registry's host");
  }
  const [, name, tag, digest] = (image.length < 1000 && /^([^@]*?)(?::([^/:@]*))?(?:@(.*))?$/.exec(image)) || [];
  if (!name || name.length > 255 || /\s/.test(image)) {
    return problem(`is not an image reference; ${IMAGE_EXAMPLE}`);
  }
  const first = name.split("/")[0];
  const hasRegistry = name.includes("/") && (/[.:[]/.test(first) || first === "localhost");
  const repository = hasRegistry ? name.slice(first.length + 1) : name;
  if (hasRegistry && !REGISTRY.test(first)) {
    return problem(`names no valid registry, "${first}"; ${IMAGE_EXAMPLE}`);
  }
  if (/[A-Z]/.test(repository)) {
    return problem(`has capitals in its repository's name; use "${repository.toLowerCase()}"`);
  }
  if (!REPOSITORY.test(repository) || /^[0-9a-f]{64}$/.test(repository)) {
    return problem(`is not an image reference; ${IMAGE_EXAMPLE}`);
  }
  if (tag !== undefined && !TAG.test(tag)) {
    return problem(`has no valid tag, "${tag}"; use up to 128 of letters, digits, "_", "." and "-"`);
  }
  if (digest !== undefined) {
    const [algorithm, hex = ""] = digest.split(":");
    const length = Object.hasOwn(DIGEST_LENGTHS, algorithm) ? DIGEST_LENGTHS[algorithm] : 0;
    if (hex.length !== length || !/^[0-9a-f]+$/.test(hex)) {
      return problem(`has no valid digest, "${digest}"; use sha256: and its 64 digits, 0-9 and a-f`);
    }
  }
  return [];
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** The value of a quantity as Kubernetes reads one (`resource.ParseQuantity`); `undefined` for what is none. */
export function quantityOf(text: string): number | undefined {
  const [, number, exponent, unit = ""] =
    /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number + (exponent ?? "")) * UNITS[unit];
}

/** Problems of an amount of CPU, memory or the like. */
export function quantityProblems(path: string, text: string): Problem[] {
  const value = quantityOf(text);
  return unless(
    value !== undefined && value >= 0,
    path,
    `${shown(text)} is not a Kubernetes quantity; use one such as 500m of CPU, or 256Mi of memory`,
  );
}

/** Problems of a volume's size; `example` is one that suits it. */
export function sizeProblems(path: string, text: string, example: string): Problem[] {
  const value = quantityOf(text);
  if (value !== undefined && /[num]$/.test(text)) {
    return [{ propertyPath: path, reason: `${shown(text)} is a fraction of a byte; use one such as ${example}` }];
  }
  return unless(
    value !== undefined && value >= 1 && value < 2 ** 63,
    path,
    `${shown(text)} is not a size; use one such as ${example}`,
  );
}

const SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** Seconds of a duration as Go reads one (`time.ParseDuration`); `undefined` for what is none. */
export function durationOf(text: string): number | undefined {
  const [, sign, parts] = /^([+-]?)(0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text) ?? [];
  if (parts === undefined) {
    return undefined;
  }
  const seconds = [...parts.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)]
    .map(([, number, unit]) => Number(number) * SECONDS[unit])
    .reduce((sum, each) => sum + each, 0);
  return sign === "-" ? -seconds : seconds;
}

/** Problems of a duration of Go's within bounds, both in seconds. */
export function durationProblems(path: string, text: string, min: number, max: number): Problem[] {
  const seconds = durationOf(text);
  if (seconds === undefined) {
    return [{ propertyPath: path, reason: `${shown(text)} is not a Go duration; use one such as 5s or 1h30m` }];
  }
  return unless(seconds >= min && seconds <= max, path, `${shown(text)} is out of range; use ${min}s to ${max}s`);
}

/** A label's or an annotation's key: a name of at most 63, and before it perhaps a DNS subdomain of at most 253 and a "/". */
const QUALIFIED_NAME =
  /^(?![^/]{254})([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;

export function isQualifiedName(key: string): boolean {
  return QUALIFIED_NAME.test(key);
}

/** What is wrong with the key of a label. */
export function labelKeyProblems(path: string, key: string): Problem[] {
  return unless(
    isQualifiedName(key),
    path,
    `${shown(key)} is not a label key; use one such as team or kubernetes.io/hostname`,
  );
}

/** What is wrong with a label's value. */
export function labelValueProblems(path: string, value: string): Problem[] {
  return unless(
    /^([A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$/.test(value),
    path,
    `${shown(value)} is not a label value; use up to 63 of a-z, A-Z, 0-9, "-", "_" and ".", beginning and ending with a letter or a digit`,
  );
}

/** What is wrong with labels, of a selector too. */
export function labelProblems(path: string, labels: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...labelKeyProblems(path, key),
    ...labelValueProblems(`${path}.${key}`, value),
  ]);
}

/** `true` for one certificate or more as PEM, and nothing that is private. */
export function isCertificatePem(text: string): boolean {
  return /^\s*(-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/.test(text);
}
