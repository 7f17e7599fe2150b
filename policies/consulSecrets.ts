import { at, ifKnown, Json, list, record, textAt } from "./lib/json";
import { ClusterObject, nameOf } from "./lib/objects";
import { commandLine, containersOf, podOf } from "./lib/pods";
import { policy } from "./lib/policy";
import { isFalse } from "./lib/traefikOptions";

/** Secrets of Consul's that nobody but its own programs has to read: its chart's, and those that this project makes. */
export const SENSITIVE =
  /\b[\w.-]*consul[\w.-]*?(ca-key|acl-token|bootstrap-token|server-cert|federation|gossip-key|gossip-encryption-key|auth-method)\b/;
/** Variables that a Consul token is given by, to Consul's programs and to Traefik. */
const TOKEN_VARIABLE =
  /^(CONSUL_(.*_)?TOKEN|DP_CREDENTIAL_STATIC_TOKEN|TRAEFIK_PROVIDERS_CONSULCATALOG_ENDPOINT_(TOKEN|HTTPAUTH_PASSWORD))$/i;
/** Options that it is given by. */
const TOKEN_OPTION =
  /(^|[\s"'])--?((providers\.consulcatalog\.endpoint\.|credential-static-)?token)[= ]["']?(?!["'$-]|\s|$)/i;
/** A token in a configuration: by a name of its own that is no other program's, or among an agent's `tokens`. */
const TOKEN_SETTING =
  /(initial_management|\bmaster|(?<!\w\.)\btoken|\bconsul[\w.-]*\.token|CONSUL_HTTP_TOKEN|\btokens\W[^}]*\b(agent\w*|config_file\w*|default|dns|replication))["']?\s*[:=]\s*["']?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** Whoever has the CA's key can be any service, and whoever has the management token can rewrite every intention. */
export const consulSecrets = policy({
  name: "consul-secrets-unread",
  description: "Consul's keys and tokens reach nobody but Consul, and none of them in plain text.",
  severity: "critical",
  remedy: "Log in by the pod's ServiceAccount (consul login), and give the CA's certificate alone",
  *object(object) {
    const containers = containersOf(object);
    for (const container of containers) {
      yield* tokenProblems(container);
    }
    const others = containers.filter((container) => !isConsul(container));
    for (const container of others) {
      yield* readProblems(container);
    }
    yield* volumeProblems(object, others);
    yield* copyProblems(object);
    const files = record(ifKnown(() => object.body.data, undefined));
    for (const file of Object.keys(files)) {
      if (TOKEN_SETTING.test(told(() => files[file]))) {
        yield `data.${file} has a token of Consul's in it`;
      }
    }
  },
});

/** Annotations by which a controller copies a Secret: into this one, or this one to other namespaces. */
const COPIES = /replicat|reflect/i;

function* copyProblems(object: ClusterObject): Iterable<string> {
  const annotations = record(
    ifKnown(() => object.kind === "Secret" && at(object.body, "metadata", "annotations"), undefined),
  );
  for (const key of Object.keys(annotations).filter((each) => COPIES.test(each))) {
    const value = told(() => annotations[key]);
    const copied = [value, ...(isFalse(value) ? [] : [nameOf(object)])].find((name) => SENSITIVE.test(name));
    if (copied !== undefined) {
      yield `the annotation ${key} copies the Secret ${copied}`;
    }
  }
}

/** A text, or several; what is not known yet says nothing. */
function told(look: () => unknown): string {
  return [ifKnown(look, undefined)].flat().join(" ");
}

/** Variables of a container, as far as they are known. */
function variablesOf(container: Json): unknown[] {
  return list(ifKnown(() => container.env, undefined));
}

/** Whether a container is a program of Consul's own; one that is not known yet is none. */
function isConsul(container: Json): boolean {
  return /(^|\/)consul(-enterprise|-dataplane|-k8s|-k8s-control-plane)?([:@]|$)/.test(told(() => container.image));
}

/** Tokens given as plain text. */
function* tokenProblems(container: Json): Iterable<string> {
  for (const variable of variablesOf(container)) {
    const name = told(() => at(variable, "name"));
    const value = ifKnown(() => textAt(variable, "value"), "not known yet");
    if (value && (TOKEN_SETTING.test(value) || (TOKEN_VARIABLE.test(name) && !/^\$\([\w.-]+\)$/.test(value)))) {
      yield `container ${container.name} is given a token of Consul's by ${name}, in plain text`;
    }
  }
  const command = told(() => commandLine(container));
  if (
    TOKEN_SETTING.test(command) ||
    (TOKEN_OPTION.test(command) && /consul/i.test(command + told(() => container.image)))
  ) {
    yield `container ${container.name} is given a token of Consul's in its command`;
  }
}

/** Consul's Secrets by variable, and by a command that asks the API server for them. */
function* readProblems(container: Json): Iterable<string> {
  const where = `container ${container.name}`;
  const sources = list(ifKnown(() => container.envFrom, undefined));
  for (const source of [...sources, ...variablesOf(container)]) {
    const secret = told(
      () => textAt(source, "secretRef", "name") ?? textAt(source, "valueFrom", "secretKeyRef", "name"),
    );
    if (SENSITIVE.test(secret)) {
      yield `${where} reads the Secret ${secret} into its environment`;
    }
  }
  const values = variablesOf(container).map((variable) => told(() => at(variable, "value")));
  const asked = SENSITIVE.exec([told(() => commandLine(container)), ...values].join(" "));
  if (asked !== null) {
    yield `${where} asks for ${asked[0]}`;
  }
}

/** Consul's Secrets as volumes: of the containers that mount them, or of any where none does yet. */
function* volumeProblems(object: ClusterObject, others: readonly Json[]): Iterable<string> {
  const all = containersOf(object);
  for (const volume of list(ifKnown(() => podOf(object)?.spec.volumes, undefined))) {
    const secret = told(() => [
      textAt(volume, "secret", "secretName"),
      ...list(at(volume, "projected", "sources")).map((source) => textAt(source, "secret", "name")),
    ])
      .split(" ")
      .find((name) => SENSITIVE.test(name));
    const mounts = (container: Json) =>
      list(container.volumeMounts).some((mount) => textAt(mount, "name") === textAt(volume, "name"));
    if (secret !== undefined && (others.some(mounts) || (others.length > 0 && !all.some(mounts)))) {
      yield `mounts the Secret ${secret}`;
    }
  }
}
