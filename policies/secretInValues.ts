import { record } from "./lib/json";
import { policy } from "./lib/policy";
import { parsed } from "./lib/traefik";

/** Keys whose value is a secret itself; a reference to one ends otherwise, as `secretName` and `passwordSecretRef` do. */
const SECRET_KEY =
  /(passw(or)?d|passphrase|token|secret|api_?key|access_?key|private_?key|credentials?|encrypt|initial_management)$/i;
/** Keys that name a Secret, however they end, and values that say where a secret is to be found. */
const REFERENCE_KEY =
  /(existing|external|pull|tls|cert|certificate|ca|auth|admin|root|user|config|credentials?|from|ref|image|key|token|password|db|database|postgres(ql)?|redis|s3)[-_]?secret$/i;
const REFERENCE = /^(\$\{[\w.]+\}|\$\([\w.]+\)|\$__(file|env|vault)\{.*\}|\{\{.*\}\}|(vault|env|file|ref\+\w+):.+)$/s;
/** A password in an address. */
const IN_ADDRESS = /:\/\/[^\s/:@]*:([^\s/@]+)@/;
/** Values that are a secret under any name: a private key, a JSON Web Token. */
const SECRET_VALUE = /-----BEGIN [A-Z ]*PRIVATE KEY-----|eyJ[\w-]+\.eyJ[\w-]+\./;

/**
 * Helm keeps the values of a release in the cluster, and most charts write them into manifests: a secret there is read
 * by whoever may list ConfigMaps or run `helm get values`. A secret output is no better off: only Pulumi's own state
 * hides it.
 */
export const secretInValues = policy({
  name: "no-secret-in-helm-values",
  description: "The values of a Helm release hold no secret.",
  severity: "critical",
  remedy: "Put it into a Kubernetes Secret, and name that Secret in the values",
  *release({ props }) {
    yield* secrets(props.values, "values", "");
  },
});

/** `name` is the key that the value stands under. */
function* secrets(value: unknown, path: string, name: string): Iterable<string> {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      yield* secrets(item, `${path}[${i}]`, name);
    }
    return;
  }
  if ((typeof value === "string" || typeof value === "number") && isSecret(name, String(value).trim())) {
    yield `${path} holds a secret`;
    return;
  }
  const object = typeof value === "string" ? record(parsed(value)) : record(value);
  for (const key of Object.keys(object)) {
    // A list of variables keeps the name beside the value.
    yield* secrets(object[key], `${path}.${key}`, key === "value" ? String(object.name) : key);
  }
}

function isSecret(name: string, value: string): boolean {
  if (value === "" || REFERENCE.test(value)) {
    return false;
  }
  const password = IN_ADDRESS.exec(value)?.[1];
  return (
    SECRET_VALUE.test(value) ||
    (SECRET_KEY.test(name) && !REFERENCE_KEY.test(name)) ||
    (password !== undefined && !REFERENCE.test(password))
  );
}
