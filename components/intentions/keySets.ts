import * as crypto from "node:crypto";

/** What only private keys have (RFC 7518, RFC 8037). */
const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth"];
/** Keys that Envoy verifies by, each with what it signs with; it passes over others in silence. */
const ALGORITHMS = new Map([
  ["RSA", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]],
  ["P-256", ["ES256"]],
  ["P-384", ["ES384"]],
  ["P-521", ["ES512"]],
  ["Ed25519", ["EdDSA"]],
]);
const MIN_BITS = 2048;

type Key = Readonly<Record<string, unknown>>;

/** Why a text is no JSON Web Key Set that tokens can be verified by, without a word of the keys themselves. */
export function keySetReasons(text: string): string[] {
  const keys = keysOf(text);
  if (keys === undefined) {
    return [
      'is not a JSON Web Key Set; use what the issuer serves, such as {"keys": [{"kty": "EC", "crv": "P-256", …}]}',
    ];
  }
  const reasons = keys.flatMap((key, i) => {
    const reason = keyReason(key);
    return reason === undefined ? [] : [`keys[${i}] ${reason}`];
  });
  // Those for encryption are no use, and issuers serve them beside the others.
  return reasons.length === 0 && !keys.some(signs)
    ? ["has no key for signatures; use what the issuer serves"]
    : reasons;
}

function keysOf(text: string): Key[] | undefined {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    return Array.isArray(keys) && keys.every((key) => typeof key === "object" && key !== null && !Array.isArray(key))
      ? keys
      : undefined;
  } catch {
    return undefined;
  }
}

function signs({ use = "sig" }: Key): boolean {
  return use === "sig";
}

function keyReason(key: Key): string | undefined {
  if (key.kty === "oct" || Object.hasOwn(key, "k")) {
    return "is symmetric: whoever may verify with it may sign; use public keys";
  }
  if (PRIVATE.some((member) => Object.hasOwn(key, member))) {
    return `is private: whoever reads it can sign tokens; replace it at its issuer, and leave out ${PRIVATE.join(", ")}`;
  }
  if (!signs(key)) {
    return undefined;
  }
  const algorithms = ALGORITHMS.get(String(key.kty === "RSA" ? "RSA" : key.crv));
  if (algorithms === undefined) {
    return `is not of a kind that Envoy verifies with; use one of ${[...ALGORITHMS.keys()].join(", ")}`;
  }
  if (key.alg !== undefined && !algorithms.includes(String(key.alg))) {
    return `has an alg that does not fit its type; use one of ${algorithms.join(", ")}, or leave it out`;
  }
  try {
    const { modulusLength = MIN_BITS } = crypto.createPublicKey({ key, format: "jwk" }).asymmetricKeyDetails ?? {};
    return modulusLength < MIN_BITS ? `has ${modulusLength} bits; use ${MIN_BITS} or more` : undefined;
  } catch {
    return "is not a public key; use what the issuer serves";
  }
}
