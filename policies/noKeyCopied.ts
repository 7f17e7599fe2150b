import { ifKnown, record, textAt } from "./lib/json";
import { ClusterObject, nameOf, namespaceOf } from "./lib/objects";
import { policy } from "./lib/policy";

const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
/** Names that a private key goes by: `tls.key`, `ca.key`, `ca-key.pem`, `server.key`. */
const KEY_NAME = /(^|[-_.])key(\.pem)?$/i;
/** Secrets of Consul's chart that a copy may come from, whatever prefix the chart is given. */
const CONSUL_CA = /consul.*(^|[-_.])ca($|[-_.])/i;
const FIELDS = ["data", "stringData", "binaryData"] as const;

interface Config {
  keySecrets: string[];
}

/**
 * Who has the CA's key can be any service. A client needs the certificate alone. Seen are: key material in a ConfigMap,
 * a key beside the name of Consul's CA, and a Secret made from another one that holds a key, or might.
 *
 * A Secret's data is one value to Pulumi: where a part is unknown, all of it is, the names too. A copy of what does not
 * exist yet is such a case, and nothing tells it from a password to be drawn. It passes the preview, and is judged by
 * `up` before it is made. A ConfigMap shows its names at once, and is judged at once.
 */
export const noKeyCopied = policy<Config>({
  name: "no-key-copied",
  description: "Of Consul's CA only the certificate is copied to another namespace, never the key.",
  severity: "critical",
  remedy: "Copy tls.crt alone, best into a ConfigMap",
  config: {
    keySecrets: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Secrets, as namespace/name, that hold the CA's key on purpose: one's own CA, where Consul reads it",
    },
  },
  *object(object, { config }) {
    const secret = object.kind === "Secret";
    if ((!secret && object.kind !== "ConfigMap") || isExempt(object, config)) {
      return;
    }
    const ofConsul = CONSUL_CA.test(nameOf(object));
    for (const field of FIELDS) {
      const whole = ifKnown(() => object.body[field], undefined);
      const files = record(whole === undefined && ofConsul && !secret ? object.body[field] : whole);
      for (const key of Object.keys(files)) {
        const text = ifKnown(() => String(files[key]), "");
        const isKey = PRIVATE_KEY.test(text) || PRIVATE_KEY.test(Buffer.from(text, "base64").toString("latin1"));
        if (isKey && (!secret || ofConsul)) {
          yield `${field}.${key} is a private key`;
        } else if (KEY_NAME.test(key) && ofConsul) {
          yield `${field}.${key} is the name of a private key`;
        }
      }
    }
  },
  *stack(objects, { config }, resources) {
    for (const object of objects.filter(({ kind, rendered }) => kind === "Secret" && !rendered)) {
      const makers = resources.filter(({ urn }) => [object.urn, ...(object.patchedBy ?? [])].includes(urn));
      const origin = makers
        .flatMap(({ propertyDependencies }) => FIELDS.flatMap((field) => propertyDependencies[field] ?? []))
        .find(({ type }) => type === "kubernetes:core/v1:Secret");
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

function isExempt(object: ClusterObject, { keySecrets }: Config): boolean {
  return ifKnown(() => keySecrets.includes(`${namespaceOf(object)}/${nameOf(object)}`), false);
}
