import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A certificate and its key, PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** The certificates of a bundle, as text or within JSON. */
export function certificatesIn(bundle: string): string[] {
  return bundle.replaceAll("\\n", "\n").match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
}

/** A CA as an organisation has one: made by openssl, not by Consul. */
export function ownCa(): Pair {
  return made(["-subj", "/CN=A CA of one's own", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]);
}

/** A server's certificate for these names, by a CA. */
export function signedBy(ca: Pair, names: readonly string[], days = DAYS): Pair {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ca-"));
  const [certificate, key] = ["ca.crt", "ca.key"].map((name) => path.join(folder, name));
  fs.writeFileSync(certificate, ca.certificate);
  fs.writeFileSync(key, ca.key);
  try {
    return made(
      [
        ...["-CA", certificate, "-CAkey", key, "-subj", `/CN=${names[0]}`],
        ...["-addext", `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`],
        ...["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth,clientAuth"],
      ],
      days,
    );
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** The same key's certificate anew, which ends after so many days from now, or has ended. */
export function renewed({ certificate, key }: Pair, days: number): Pair {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "renewed-"));
  const [from, signkey] = ["tls.crt", "tls.key"].map((name) => path.join(folder, name));
  fs.writeFileSync(from, certificate);
  fs.writeFileSync(signkey, key);
  try {
    const args = ["x509", "-in", from, "-signkey", signkey, "-days", String(days)];
    return {
      certificate: execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
      key,
    };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const DAYS = 30;

function made(request: string[], days = DAYS): Pair {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pair-"));
  const [certificate, key] = ["tls.crt", "tls.key"].map((name) => path.join(folder, name));
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", String(days)];
  try {
    execFileSync("openssl", ["req", "-x509", ...curve, ...request, "-keyout", key, "-out", certificate], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    // openssl writes PKCS #8, of which the chart's job knows nothing.
    execFileSync("openssl", ["ec", "-in", key, "-out", key], { stdio: "ignore" });
    return { certificate: fs.readFileSync(certificate, "utf8"), key: fs.readFileSync(key, "utf8") };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
