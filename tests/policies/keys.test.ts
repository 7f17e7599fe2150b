import { generateKeyPairSync, sign } from "node:crypto";
import { gzipSync } from "node:zlib";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube } from "./resources";

useAnalyzer();
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed25519 = generateKeyPairSync("ed25519");
const pem = String(ec.privateKey.export({ type: "pkcs8", format: "pem" }));
const config = (file: Buffer) => kube("v1", "ConfigMap", "c", { binaryData: { x: file.toString("base64") } });
const text = (x: string) => kube("v1", "ConfigMap", "c", { data: { x } });
const wrapped = (times: number, file = Buffer.from(pem)): string =>
  times === 0 ? file.toString() : wrapped(times - 1, Buffer.from(file.toString("base64")));

cases("no-key-copied", [
  ...Object.entries({
    "PKCS #8, EC": ec.privateKey.export({ type: "pkcs8", format: "der" }),
    "PKCS #8, Ed25519": ed25519.privateKey.export({ type: "pkcs8", format: "der" }),
    "PKCS #8, RSA": rsa.privateKey.export({ type: "pkcs8", format: "der" }),
    "SEC 1": ec.privateKey.export({ type: "sec1", format: "der" }),
    "PKCS #1": rsa.privateKey.export({ type: "pkcs1", format: "der" }),
    "SEC 1, PEM": Buffer.from(ec.privateKey.export({ type: "sec1", format: "pem" })),
    "gzip of PEM": gzipSync(pem),
    "gzip of DER": gzipSync(ed25519.privateKey.export({ type: "pkcs8", format: "der" })),
  }).map(([title, file]) =>
    blocks(`a key as ${title}`, [config(file)], "x is a private key, which everybody may read"),
  ),
  ...[1, 2, 3, 4].map((times) =>
    blocks(`a key that is base64 ${times} times over`, [text(wrapped(times))], "data.x is a private key"),
  ),
  blocks(
    "hexadecimal digits in lines, and groups",
    [
      text(
        Buffer.from(pem)
          .toString("hex")
          .replace(/(..)/g, "$1 ")
          .replace(/(.{48})/g, "$1\n"),
      ),
    ],
    "data.x is a private key",
  ),
  passes("what is wrapped so often that nobody unwraps it by mistake", [text(wrapped(5))]),
  ...Object.entries({
    "a public key": ec.publicKey.export({ type: "spki", format: "der" }),
    "a public key, PKCS #1": rsa.publicKey.export({ type: "pkcs1", format: "der" }),
    "a signature": sign("sha256", Buffer.from("x"), ec.privateKey),
    "gzip that was cut short": gzipSync(pem).subarray(0, 40),
    "gzip of a text": gzipSync("a text"),
    "a SET of numbers": Buffer.from([0x31, 6, 2, 1, 0, 2, 1, 0]),
    "a SEQUENCE of texts": Buffer.from([0x30, 6, 4, 1, 0, 4, 1, 0]),
    "a SEQUENCE of a larger number": Buffer.from([0x30, 6, 2, 1, 4, 2, 1, 0]),
    nothing: Buffer.alloc(0),
    "a few bytes": Buffer.from([0x30, 1, 2]),
  }).map(([title, file]) => passes(title, [config(file)])),
  ...["MEMC", "0123456789abcdef", "3045022100", "MIGHTY", "a: b"].map((each) =>
    passes(`a text that only looks encoded: ${each}`, [text(each)]),
  ),
]);

const key = { "tls.key": pem };
const BROKEN = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----";
const secret = (name: string, stringData: Record<string, string>) => kube("v1", "Secret", name, { stringData });
cases("no-key-copied", [
  passes("a key beside a certificate that cannot be read", [secret("shop", { ...key, "tls.crt": BROKEN })]),
  blocks(
    "a CA's key beside one",
    [secret("own-ca", { ...key, "tls.crt": BROKEN })],
    "a private key, of a CA or of Consul as own-ca tells",
  ),
]);
