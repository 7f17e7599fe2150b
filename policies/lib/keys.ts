import { createPrivateKey, X509Certificate } from "node:crypto";
import { gunzipSync } from "node:zlib";

const PEM_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const WHOLE_PEM_KEY = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]+?-----END \1-----/g;
const PEM_CERTIFICATE = /-----BEGIN (TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (TRUSTED )?CERTIFICATE-----/g;
/** How often one wrap within another is taken off. */
const WRAPS = 4;

/**
 * Whether a file holds a private key: as PEM anywhere in it, as DER, and within what base64, hexadecimal digits or gzip make
 * of these, several times over. Other encodings, and keys that a program puts together itself, are out of sight.
 */
export function holdsPrivateKey(file: Buffer, wraps = WRAPS): boolean {
  if (PEM_KEY.test(file.toString("latin1")) || isDerKey(file)) {
    return true;
  }
  return wraps > 0 && unwrapped(file).some((inner) => holdsPrivateKey(inner, wraps - 1));
}

function unwrapped(file: Buffer): Buffer[] {
  // Asking zlib of every file would take longer than all else: it makes an error with a stack trace of each that is none.
  const text = file.toString("latin1");
  return text.startsWith("\x1f\x8b") ? ungzipped(file) : decoded(text.replace(/\s/g, ""));
}

function ungzipped(file: Buffer): Buffer[] {
  try {
    return [gunzipSync(file)];
  } catch {
    return [];
  }
}

/** What is neither hexadecimal digits nor base64 becomes noise, which is no key. */
function decoded(text: string): Buffer[] {
  return [Buffer.from(text, "hex"), Buffer.from(text, "base64")];
}

/**
 * PKCS #1, #8 and #12 and SEC 1 begin with a SEQUENCE whose first member is a version, a number below four; a certificate
 * begins with a SEQUENCE in a SEQUENCE, a public key or a signature with a larger number. A file that was cut short is
 * taken for one.
 */
function isDerKey(file: Buffer): boolean {
  // A length above 0x80 says how many bytes of length follow.
  const body = file.subarray(2 + Math.max(0, file[1] - 0x80));
  const version = body.length === 1 || (body[1] === 1 && body[2] < 4);
  return file.length >= 5 && file[0] === 0x30 && body[0] === 0x02 && version;
}

/** The certificates in a file, as PEM; what only looks like one is left out. */
export function certificatesIn(text: string): X509Certificate[] {
  return [...text.matchAll(PEM_CERTIFICATE)].flatMap(([pem]) => {
    try {
      return [new X509Certificate(pem)];
    } catch {
      return [];
    }
  });
}

/** The certificates that a file of keys is for: beside a chain only the first is, which the CA signed. All where none fits. */
export function certificatesFor(file: Buffer, certificates: readonly X509Certificate[]): readonly X509Certificate[] {
  const fitting = [...file.toString("latin1").matchAll(WHOLE_PEM_KEY)].flatMap(([pem]) => {
    try {
      const key = createPrivateKey(pem);
      return certificates.filter((certificate) => certificate.checkPrivateKey(key));
    } catch {
      // It has a password, or is cut short.
      return certificates;
    }
  });
  return fitting.length > 0 ? fitting : certificates;
}

/** Whether a file has what looks like a certificate. */
export function looksCertified(text: string): boolean {
  return /-----BEGIN (TRUSTED )?CERTIFICATE-----/.test(text);
}

/** A CA's certificate of Consul's, or that of one of its servers: who has its key can be any service, or a server. */
export function isOfConsul(certificate: X509Certificate): boolean {
  const { ca, subject, issuer, subjectAltName } = certificate;
  return ca ? /consul/i.test(`${subject} ${issuer}`) : /server\.[\w-]+\.consul\b/.test(String(subjectAltName));
}
