import { at, ifKnown, Json, list, record, textAt } from "./lib/json";
import { ClusterObject } from "./lib/objects";
import { commandLine, containersOf, podOf } from "./lib/pods";
import { policy } from "./lib/policy";

/** Secrets of Consul's that nobody but its own programs has to read: its chart's, and those that this project makes. */
const SENSITIVE =
  /\b[\w.-]*consul[\w.-]*?(ca-key|acl-token|bootstrap-token|server-cert|federation|gossip-key|gossip-encryption-key|auth-method)\b/;
/** Variables that a Consul token is given by, to Consul's programs and to Traefik. */
const TOKEN_VARIABLE =
  /^(CONSUL_HTTP_TOKEN|CONSUL_TOKEN|CONSUL_.*_TOKEN|DP_CREDENTIAL_STATIC_TOKEN|TRAEFIK_PROVIDERS_CONSULCATALOG_ENDPOINT_(TOKEN|HTTPAUTH_PASSWORD))$/i;
/** Options that it is given by. */
const TOKEN_OPTION =
  /(^|[\s"'])--?((providers\.consulcatalog\.endpoint\.|credential-static-)?token)[= ]["']?(?!["'$-]|\s|$)/i;
/** A management or agent token in a configuration. */
const TOKEN_SETTING =
  /(initial_management|\bmaster|\btoken|CONSUL_HTTP_TOKEN)["']?\s*[:=]\s*["']?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** Whoever has the CA's key can be any service, and whoever has the management token can rewrite every intention. */
export const consulSecrets = policy({
  name: "consul-secrets-unread",
  description: "Keys and tokens of Consul's reach nobody but Consul, and none of them in plain text.",
  severity: "critical",
  remedy: "Log in by the pod's ServiceAccount (consul login), and give the CA's certificate alone",
  *object(object) {
    const containers = containersOf(object).filter((container) => !isConsul(container));
    for (const container of containersOf(object)) {
      yield* tokenProblems(container);
    }
    for (const container of containers) {
      yield* readProblems(container);
    }
    yield* volumeProblems(object, containers);
    for (const [file, text] of object.kind === "ConfigMap" ? known(object.body.data) : []) {
      if (TOKEN_SETTING.test(text)) {
        yield `data.${file} has a token of Consul's in it`;
      }
    }
  },
});

/** Whether a container is a program of Consul's own; one that is not known yet is none. */
function isConsul(container: Json): boolean {
  const image = ifKnown(() => String(container.image), "");
  return /(^|\/)consul(-enterprise|-dataplane|-k8s|-k8s-control-plane)?([:@]|$)/.test(image);
}

/** Tokens given as plain text. */
function* tokenProblems(container: Json): Iterable<string> {
  for (const variable of list(ifKnown(() => container.env, []))) {
    const name = ifKnown(() => String(at(variable, "name")), "");
    const value = ifKnown(() => textAt(variable, "value"), "not known yet");
    if (TOKEN_VARIABLE.test(name) && value && !/^\$\([\w.-]+\)$/.test(value)) {
      yield `container ${container.name} is given a token of Consul's by ${name}, in plain text`;
    }
  }
  const command = ifKnown(() => commandLine(container).join(" "), "");
  if (TOKEN_OPTION.test(command) && /consul/i.test(command + ifKnown(() => String(container.image), ""))) {
    yield `container ${container.name} is given a token of Consul's in its command`;
  }
}

/** Consul's Secrets by variable, and by a command that asks the API server for them. */
function* readProblems(container: Json): Iterable<string> {
  const where = `container ${container.name}`;
  for (const source of list(ifKnown(() => container.envFrom, [])).concat(list(ifKnown(() => container.env, [])))) {
    const secret = ifKnown(
      () => textAt(source, "secretRef", "name") ?? textAt(source, "valueFrom", "secretKeyRef", "name"),
      undefined,
    );
    if (secret !== undefined && SENSITIVE.test(secret)) {
      yield `${where} reads the Secret ${secret} into its environment`;
    }
  }
  const variables = list(ifKnown(() => container.env, [])).map(
    (each) => ifKnown(() => textAt(each, "value"), "") ?? "",
  );
  const asked = SENSITIVE.exec([ifKnown(() => commandLine(container).join(" "), ""), ...variables].join(" "));
  if (asked !== null) {
    yield `${where} asks for ${asked[0]}`;
  }
}

/** Consul's Secrets as volumes: of the containers that mount them, or of any where none does yet. */
function* volumeProblems(object: ClusterObject, others: readonly Json[]): Iterable<string> {
  const pod = podOf(object);
  const all = containersOf(object);
  for (const volume of list(ifKnown(() => pod?.spec.volumes, []))) {
    const secrets = ifKnown(
      () => [
        textAt(volume, "secret", "secretName"),
        ...list(at(volume, "projected", "sources")).map((source) => textAt(source, "secret", "name")),
      ],
      [],
    );
    const secret = secrets.find((name) => name !== undefined && SENSITIVE.test(name));
    const mounts = (container: Json) =>
      list(container.volumeMounts).some((mount) => textAt(mount, "name") === textAt(volume, "name"));
    if (secret !== undefined && (others.some(mounts) || (others.length > 0 && !all.some(mounts)))) {
      yield `mounts the Secret ${secret}`;
    }
  }
}

function known(files: unknown): [string, string][] {
  return Object.keys(record(ifKnown(() => files, {}))).map((key) => [
    key,
    ifKnown(() => String(record(files)[key]), ""),
  ]);
}
