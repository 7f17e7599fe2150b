import { consulServers } from "./lib/consulServers";
import { ifKnown, list, record, textAt } from "./lib/json";
import { certificatesFor, certificatesIn, holdsPrivateKey, isOfConsul, looksCertified } from "./lib/keys";
import { ClusterObject, nameOf, namespaceOf } from "./lib/objects";
import { commandLine, containersOf } from "./lib/pods";
import { policy } from "./lib/policy";

/** Names that a private key goes by: `tls.key`, `ca.key`, `ca-key.pem`, `server.key`. */
const KEY_NAME = /(^|[-_.])key(\.pem)?$/i;
/** Secrets of Consul's chart that a copy may come from, whatever prefix the chart is given. */
const CONSUL_CA = /consul.*[-_.]ca($|[-_.])/i;
/** Names that tell of a CA or of Consul: of a Secret, or of a file in one. */
const TELLING = /(^|[-_.\d])(ca|consul)($|[-_.\d])/i;
/** Keys that no TLS of Consul's can use. */
const OTHER_KEY = /-----BEGIN (OPENSSH|DSA|PGP) PRIVATE KEY/;
const FIELDS = ["data", "stringData", "binaryData"] as const;

interface Config {
  keySecrets: string[];
}

/**
 * Who has the CA's key can be any service. A client needs the certificate alone. Seen are: key material in a ConfigMap or
 * in a pod's own description, a key in a Secret whose certificates or names tell that it is Consul's, and a Secret made
 * from another one of Consul's. A key with the certificate of something else is none of this policy's.
 *
 * A Secret's data is one value to Pulumi: where a part is unknown, all of it is, the names too. A copy of what does not
 * exist yet is such a case, and nothing tells it from a password to be drawn. It passes the preview, and is judged by
 * `up` before it is made. A ConfigMap shows its names at once, and is judged at once.
 */
export const noKeyCopied = policy<Config>({
  name: "no-key-copied",
  description: "Of Consul's CA only the certificate is copied to another namespace, never the key.",
  severity: "critical",
  remedy: "Copy tls.crt alone, preferably into a ConfigMap",
  config: {
    keySecrets: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Secrets, as namespace/name, that hold the CA's key on purpose: one's own CA, where Consul reads it",
    },
  },
  *object(object, { config }) {
    yield* podProblems(object);
    if (object.kind === "CertificateAuthority" && holdsPrivateKey(Buffer.from(settingsOf(object)))) {
      yield "has the private key of the mesh's CA in its configuration; let Consul make one, or Vault keep it";
    }
    if (isExempt(object, config)) {
      return;
    }
    const ofConsul = CONSUL_CA.test(nameOf(object));
    const files = filesOf(object, ofConsul && object.kind === "ConfigMap");
    for (const { field, key, content } of files) {
      const whose = content && holdsPrivateKey(content) ? whoseKey(object, key, content, files) : undefined;
      if (whose !== undefined) {
        yield `${field}.${key} is a private key${whose}`;
      } else if (KEY_NAME.test(key) && ofConsul) {
        yield `${field}.${key} is the name of a private key`;
      }
    }
  },
  *stack(objects, { config }, resources) {
    const ofServers = consulServers(objects).map(({ object }) => namespaceOf(object));
    for (const object of objects) {
      const origin = resources
        .filter(({ urn }) => urn === object.urn || object.patchedBy?.includes(urn))
        .flatMap(({ propertyDependencies }) => FIELDS.flatMap((field) => propertyDependencies[field]))
        .find((each) => each?.type === "kubernetes:core/v1:Secret" && mayBeConsuls(each.props, ofServers));
      if (origin === undefined || isExempt(object, config)) {
        continue;
      }
      for (const field of FIELDS) {
        // Unknown as a whole, it might be a whole Secret, with its key.
        for (const key of Object.keys(record(object.body[field])).filter((k) => KEY_NAME.test(k))) {
          yield {
            object,
            problem: `${field}.${key} is copied from the Secret ${textAt(origin.props, "metadata", "name")}`,
          };
        }
      }
    }
  },
});

interface File {
  readonly field: (typeof FIELDS)[number];
  readonly key: string;
  /** `undefined` where it is not known yet. */
  readonly content: Buffer | undefined;
}

function filesOf(object: ClusterObject, insist: boolean): File[] {
  return FIELDS.flatMap((field) => {
    const files = record(insist ? object.body[field] : ifKnown(() => object.body[field], undefined));
    return Object.keys(files).map((key) => {
      const text = ifKnown(() => String(files[key]), undefined);
      const encoded = field === "binaryData" || (field === "data" && object.kind === "Secret");
      return {
        field,
        key,
        content: text === undefined ? undefined : Buffer.from(text, encoded ? "base64" : undefined),
      };
    });
  });
}

/** What makes a private key Consul's, or one that nobody should put there; `undefined` for somebody else's own business. */
function whoseKey(object: ClusterObject, key: string, content: Buffer, files: readonly File[]): string | undefined {
  if (object.kind === "ConfigMap") {
    return ", which everybody may read";
  }
  const texts = files.map((file) => String(file.content?.toString("latin1")));
  const certificates = certificatesFor(content, texts.flatMap(certificatesIn));
  if (certificates.some(isOfConsul)) {
    return ", with a certificate of Consul's";
  }
  if (OTHER_KEY.test(content.toString("latin1")) || object.body.type === "kubernetes.io/ssh-auth") {
    return undefined;
  }
  const told = [nameOf(object), key].find((name) => TELLING.test(name));
  if (told !== undefined && (certificates.length === 0 || certificates.some(({ ca }) => ca))) {
    return `, of a CA or of Consul as ${told} tells`;
  }
  return object.body.type === "kubernetes.io/tls" && !texts.some(looksCertified)
    ? ", and no certificate beside it tells whose"
    : undefined;
}

/** What Consul's CA is set up with, by the Consul provider; a key that is not known yet is judged by `up`. */
function settingsOf({ body }: ClusterObject): string {
  return ifKnown(() => JSON.stringify([body.configJson, body.config]), "");
}

/** Keys in what a pod is described by, where they are read by whoever may list pods. */
function* podProblems(object: ClusterObject): Iterable<string> {
  for (const container of containersOf(object)) {
    const variables = list(ifKnown(() => container.env, undefined)).map(record);
    const named = variables.map(
      (each) => [`variable ${ifKnown(() => each.name, "?")}`, () => textAt(each, "value")] as const,
    );
    for (const [what, text] of [...named, ["command", () => commandLine(container).join("\n")] as const]) {
      if (holdsPrivateKey(Buffer.from(String(ifKnown(text, undefined))))) {
        yield `container ${container.name}: the ${what} has a private key in it`;
      }
    }
  }
}

/** Whether a Secret may be one of Consul's: by its name, or because it is where the servers are. */
function mayBeConsuls(props: unknown, ofServers: readonly string[]): boolean {
  const name = ifKnown(() => textAt(props, "metadata", "name"), undefined) ?? "consul";
  const namespace = ifKnown(() => textAt(props, "metadata", "namespace"), undefined) ?? "consul";
  return TELLING.test(name) || /consul/.test(namespace) || ofServers.includes(namespace);
}

function isExempt(object: ClusterObject, { keySecrets }: Config): boolean {
  return ifKnown(() => keySecrets.includes(`${namespaceOf(object)}/${nameOf(object)}`), false);
}
