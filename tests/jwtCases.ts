import * as crypto from "node:crypto";
import { JwtProviderOptions } from "../components";
import { Refuser } from "../components/routing/httpMatches";
import { ownCa } from "./e2e/ownCa";

/** A public key as issuers serve it, and the private one that its tokens are signed by. */
export function keyPair(kid = "a") {
  const { publicKey, privateKey } = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { jwk: { ...publicKey.export({ format: "jwk" }), kid, alg: "ES256", use: "sig" }, privateKey };
}

const { jwk, privateKey } = keyPair();
const rsa = (modulusLength: number) => crypto.generateKeyPairSync("rsa", { modulusLength });
const caCertificate = ownCa().certificate;
const set = (...keys: object[]) => ({ local: JSON.stringify({ keys }) });
const remote = (uri: string, more: object = {}) => ({ remote: { uri, caCertificate, ...more } });
const provider = (its: object): JwtProviderOptions =>
  ({ issuer: "https://login.example", keys: set(jwk), ...its }) as any;
const keys = (its: object) => provider({ keys: its });
const at = (...locations: object[]) => provider({ locations });

/** Providers, where their problems are, and who refuses them. */
const CASES: [what: string, its: JwtProviderOptions, paths: string[], refusedBy?: Refuser][] = [
  ["keys of its own", provider({}), []],
  ["all that there is", provider({ audiences: ["shop"], forwardToken: true, payloadHeader: "x-payload" }), []],
  ["each location", at({ header: "x-a", valuePrefix: "A " }, { cookie: "a" }, { queryParam: "a" }), []],
  ["a key for encryption beside one for signatures", keys(set(jwk, { ...jwk, use: "enc", alg: "ECDH-ES" })), []],
  ["an RSA key", keys(set(rsa(2048).publicKey.export({ format: "jwk" }))), []],
  ["an Ed25519 key", keys(set(crypto.generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }))), []],
  ["keys from a server", keys(remote("https://login.example/keys?a=b")), []],
  ["keys from an address", keys(remote("https://[fd00::1]:8443/keys")), []],

  ["no keys", keys({}), ["keys"], "Consul"],
  ["keys of both kinds", keys({ ...set(jwk), ...remote("https://login.example/keys") }), ["keys"], "Consul"],
  ["an empty text", keys({ local: "" }), ["keys.local"], "Consul"],
  ["a server without an address", keys(remote("")), ["keys.remote.uri"], "Consul"],
  ["a server without a scheme", keys(remote("login.example/keys")), ["keys.remote.uri"], "Consul"],
  ["a location that is none", at({}), ["locations[0]"], "Consul"],
  ["a location that is two", at({ header: "x-a", cookie: "a" }), ["locations[0]"], "Consul"],
  ["a header without a name", at({ header: "" }), ["locations[0].header"], "Consul"],
  ["a cookie without a name", at({ cookie: "" }), ["locations[0].cookie"], "Consul"],
  ["a parameter without a name", at({ queryParam: "" }), ["locations[0].queryParam"], "Consul"],
  ["a payload's header without a name", provider({ payloadHeader: "" }), ["payloadHeader"], "Consul"],

  ["no issuer", provider({ issuer: "" }), ["issuer"], "us"],
  ["an issuer with a space", provider({ issuer: "https://login.example " }), ["issuer"], "us"],
  ["no audience", provider({ audiences: [] }), ["audiences"], "us"],
  ["an empty audience", provider({ audiences: ["shop", ""] }), ["audiences[1]"], "us"],
  ["a text that is no key set", keys({ local: "-----BEGIN PUBLIC KEY-----" }), ["keys.local"], "us"],
  ["a key that is no set", keys({ local: JSON.stringify(jwk) }), ["keys.local"], "us"],
  ["a set without keys", keys(set()), ["keys.local"], "us"],
  ["a symmetric key", keys(set(jwk, { kty: "oct", k: "c2VjcmV0" })), ["keys.local"], "us"],
  ["a private key", keys(set(privateKey.export({ format: "jwk" }))), ["keys.local"], "us"],
  ["a key of a kind that Envoy does not know", keys(set({ ...jwk, crv: "secp256k1" })), ["keys.local"], "us"],
  ["another algorithm than the key's", keys(set({ ...jwk, alg: "RS256" })), ["keys.local"], "us"],
  ["a point that is on no curve", keys(set({ ...jwk, x: jwk.y })), ["keys.local"], "us"],
  ["a short key", keys(set(rsa(1024).publicKey.export({ format: "jwk" }))), ["keys.local"], "us"],
  ["a key for encryption alone", keys(set({ ...jwk, use: "enc" })), ["keys.local"], "us"],
  ["a server by plain HTTP", keys(remote("http://login.example/keys")), ["keys.remote.uri"], "us"],
  ["a path alone", keys(remote("/keys")), ["keys.remote.uri"], "us"],
  ["a login in a URL", keys(remote("https://a:b@login.example/keys")), ["keys.remote.uri"], "us"],
  ["a part of a page", keys(remote("https://login.example/keys#a")), ["keys.remote.uri"], "us"],
  ["a port that is none", keys(remote("https://login.example:0/keys")), ["keys.remote.uri"], "us"],
  ["an address that is none", keys(remote("https://10.0.0.256/keys")), ["keys.remote.uri"], "us"],
  ["no CA", keys(remote("https://login.example/keys", { caCertificate: "" })), ["keys.remote.caCertificate"], "Consul"],
  [
    "a CA that is none",
    keys(remote("https://login.example/keys", { caCertificate: "ca" })),
    ["keys.remote.caCertificate"],
    "us",
  ],
  ["no location", at(), ["locations"], "us"],
  ["a header's name that is none", at({ header: "a b" }), ["locations[0].header"], "us"],
  ["what goes before a cookie", at({ cookie: "a", valuePrefix: "A " }), ["locations[0].valuePrefix"], "us"],
  ["a line in what goes before", at({ header: "x-a", valuePrefix: "A\n" }), ["locations[0].valuePrefix"], "us"],
  ["a cookie's token forwarded", { ...at({ cookie: "a" }), forwardToken: true }, ["forwardToken"], "us"],
  ["a payload's header that is none", provider({ payloadHeader: ":path" }), ["payloadHeader"], "us"],
];

export const PROVIDERS = CASES.map(([what, its, paths, refusedBy]) => ({ what, its, paths, refusedBy }));

/** A token of an issuer, for `orders` and ten minutes, with claims beside these or in their place. */
export function token(key: crypto.KeyObject, claims: object, header: object = { alg: "ES256", kid: "a" }): string {
  const part = (its: object) => Buffer.from(JSON.stringify(its)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: "https://login.example", aud: ["orders"], iat: now - 60, exp: now + 600, ...claims };
  const signed = `${part({ typ: "JWT", ...header })}.${part(all)}`;
  // The same for RSA, which has no such encoding.
  const signature = crypto.sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}
