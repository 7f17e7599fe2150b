import { embedded } from "./embedded";
import { at, ifKnown, list, record, textAt } from "./json";
import { ClusterObject, nameOf, namespaceOf } from "./objects";
import { consulAnnotation, containersOf, isTraefik, Pod, podOf, selects } from "./pods";
import { isPowerful, reaches, roleOf, subjectsOf } from "./rbac";

/** Paths of objects that other policies judge, and of which objects. */
export interface Decision {
  readonly paths: readonly string[];
  /** Whether this object is the mesh's; asked only where one of the paths is at stake. Default: it is. */
  readonly ofMesh?: (object: ClusterObject, path: string) => boolean;
}

/** Of a workload: whether its pods are in the mesh, and as whom. */
const OF_PODS = [
  "metadata.annotations",
  "metadata.labels",
  ...["hostNetwork", "hostPID", "securityContext", "serviceAccount", "serviceAccountName"].map((key) => `spec.${key}`),
  ...["shareProcessNamespace", "volumes"].map((key) => `spec.${key}`),
  ...["initContainers", "containers"].flatMap((containers) =>
    ["args", "command", "env", "envFrom", "ports", "securityContext", "volumeMounts"].map(
      (key) => `spec.${containers}.*.${key}`,
    ),
  ),
];
/** Of a webhook, without the CA, which others fill in. */
const OF_WEBHOOKS = [
  ...["name", "failurePolicy", "rules", "matchConditions", "matchPolicy", "namespaceSelector", "objectSelector"],
  ...["clientConfig.service", "clientConfig.url"],
].map((key) => `webhooks.*.${key}`);
/** Of a Service: whom it stands for, and who reaches it. */
const OF_SERVICES = [
  "metadata.annotations",
  ...["selector", "type", "externalIPs", "ports.*.port", "ports.*.targetPort"].map((key) => `spec.${key}`),
];

/** What decides in an object. */
export function decisionOf(object: ClusterObject): Decision | undefined {
  const { group, kind } = object;
  if (/[:$]kubectl:[^:]*:Manifest::/.test(object.urn)) {
    // Its text is all of the object; where that decides, so does the text.
    const inner = decisionOf({ ...object, urn: "" });
    return inner && { ...inner, paths: ["yamlBody"] };
  }
  switch (group) {
    case "consul.hashicorp.com":
      return /[:$]consul:[^:]*:\w+::/.test(object.urn)
        ? { paths: ["*"], ofMesh: (_, path) => !/^(meta|datacenter|description|checks|port|tags)\b/.test(path) }
        : { paths: ["spec"] };
    case "consul":
      return { paths: ["rules", "policies", "bindName"] };
    case "traefik.io":
    case "traefik.containo.us":
      // Weights are a rollout's.
      return { paths: kind === "TraefikService" ? ["spec.weighted.services.*.name", "spec.mirroring.name"] : ["spec"] };
    case "networking.k8s.io":
      return kind === "NetworkPolicy" ? { paths: ["spec"] } : undefined;
    case "rbac.authorization.k8s.io":
      return kind.endsWith("RoleBinding")
        ? { paths: ["roleRef", "subjects"], ofMesh: bindsMesh }
        : { paths: ["rules"], ofMesh: (role) => !("aggregationRule" in role.body) && isNamed(role) };
    case "admissionregistration.k8s.io":
      return { paths: OF_WEBHOOKS, ofMesh: isConsulsWebhook };
  }
  switch (`${group}/${kind}`) {
    case "core/Namespace":
      return { paths: ["metadata.labels", "metadata.annotations"] };
    case "core/Service":
      return { paths: OF_SERVICES, ofMesh: isServiceOfMesh };
    case "core/ConfigMap":
      return { paths: ["data", "binaryData"], ofMesh: configures };
    case "core/Secret":
      // What its name says is no sign: those of the mesh are mostly keys, which others may renew.
      return { paths: ["data", "stringData"], ofMesh: (secret) => embedded(secret).length > 0 };
  }
  return ofWorkload(object);
}

function ofWorkload(object: ClusterObject): Decision | undefined {
  const pod = podOf(object);
  // A Job's pod cannot be changed anyway, and a Job that is done is not done again because its image changed.
  const ofMesh =
    pod !== undefined &&
    object.kind !== "Job" &&
    (consulAnnotation(pod, "connect-inject") !== undefined || isMeshItself(object));
  return ofMesh
    ? { paths: OF_PODS.map((path) => (object.kind === "Pod" ? path : `spec.template.${path}`)) }
    : undefined;
}

/** Whether an object runs Traefik or something of Consul's. */
function isMeshItself(object: ClusterObject): boolean {
  return containersOf(object).some((container) => isTraefik(container) || /consul/.test(String(container.image)));
}

function isOfMesh(...texts: unknown[]): boolean {
  return /consul|traefik/i.test(texts.join(" "));
}

function isNamed(object: ClusterObject): boolean {
  return isOfMesh(nameOf(object), namespaceOf(object));
}

function bindsMesh(binding: ClusterObject): boolean {
  const bound = [roleOf(binding), ...subjectsOf(binding)].flatMap((each) => [at(each, "name"), at(each, "namespace")]);
  return isNamed(binding) || isOfMesh(...bound) || (isPowerful(binding) && reaches(binding));
}

function isConsulsWebhook({ body, ...object }: ClusterObject): boolean {
  return isOfMesh(nameOf({ body, ...object }), ...list(body.webhooks).map((webhook) => textAt(webhook, "name")));
}

function isServiceOfMesh(service: ClusterObject, path: string): boolean {
  const annotations = Object.keys(record(at(service.body, "metadata", "annotations")));
  const selected = Object.values(record(at(service.body, "spec", "selector")));
  return isNamed(service) || isOfMesh(path, ...annotations, ...selected);
}

/** Whether a ConfigMap says by itself that it configures Consul or Traefik. */
function configures(configMap: ClusterObject): boolean {
  return embedded(configMap).length > 0 || filesOf(configMap).some((file) => isOfMesh(nameOf(configMap), file));
}

/** The files of a ConfigMap, but for certificates: those are no decision, and others renew them. Of a Secret only what looks like one. */
function filesOf({ kind, body }: ClusterObject): string[] {
  const files = [body.data, body.stringData].flatMap((texts) => Object.keys(record(texts)));
  return files.filter((file) =>
    kind === "Secret" ? /\.(json|hcl|ya?ml|toml)$/.test(file) : !/\.(crt|pem)$/.test(file),
  );
}

/** Whether it takes the whole stack to tell if an object is the mesh's. */
export function mayServeMesh({ group, kind }: ClusterObject): boolean {
  return group === "core" && /^(Service|ConfigMap|Secret)$/.test(kind);
}

/** Whether Traefik or something of Consul's stands behind a Service, or reads a ConfigMap or a Secret, whatever that is called. */
export function servesMesh(object: ClusterObject, objects: readonly ClusterObject[]): boolean {
  const serves = object.kind === "Service" ? leadsTo : reads;
  return objects.some((workload) =>
    ifKnown(
      () => namespaceOf(workload) === namespaceOf(object) && isMeshItself(workload) && serves(object, podOf(workload)!),
      false,
    ),
  );
}

function leadsTo(service: ClusterObject, pod: Pod): boolean {
  const selector = record(at(service.body, "spec", "selector"));
  return Object.keys(selector).length > 0 && selects({ matchLabels: selector }, record(pod.metadata.labels));
}

function reads(object: ClusterObject, pod: Pod): boolean {
  const volumes = list(pod.spec.volumes).flatMap((volume) => [volume, ...list(at(volume, "projected", "sources"))]);
  const containers = ["initContainers", "containers"].flatMap((key) => list(pod.spec[key]));
  const named =
    object.kind === "Secret"
      ? volumes.map((volume) => at(volume, "secret", "secretName") ?? at(volume, "secret", "name"))
      : [
          ...volumes.map((volume) => at(volume, "configMap", "name")),
          ...containers.flatMap((each) => list(at(each, "envFrom"))).map((from) => at(from, "configMapRef", "name")),
        ];
  return filesOf(object).length > 0 && named.includes(nameOf(object));
}
