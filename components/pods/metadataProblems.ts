import { isQualifiedName, quantityProblems, shown } from "../shared/grammars";
import { Problem } from "../shared/problems";

const EXCLUDE = "consul.hashicorp.com/transparent-proxy-exclude-";
const CALLS_OUT =
  "lets calls out past the sidecar, so that no intention holds; declare where they go in externalDestinations";

/** Annotations that open a way past the sidecar, and what there is instead. */
export const PAST_THE_SIDECAR: ReadonlyMap<string, string> = new Map([
  [`${EXCLUDE}outbound-cidrs`, CALLS_OUT],
  [`${EXCLUDE}outbound-ports`, CALLS_OUT],
  [`${EXCLUDE}uids`, CALLS_OUT],
  [
    `${EXCLUDE}inbound-ports`,
    "lets calls in past the sidecar, so that no intention holds; probes by httpGet get in without it, metrics by enable-metrics-merging and service-metrics-port of consul.hashicorp.com, and another port is a service of its own",
  ],
]);

/** Annotations and labels by which other meshes take a pod in, and the values that do not. */
export const OTHER_MESHES: Readonly<Record<string, RegExp>> = {
  "linkerd.io/inject": /^disabled$/,
  "sidecar.istio.io/inject": /^false$/,
  "istio.io/rev": /^$/,
  "istio.io/dataplane-mode": /^none$/,
  "kuma.io/sidecar-injection": /^(disabled|false)$/,
  "openservicemesh.io/sidecar-injection": /^(disabled|false)$/,
};

/** Labels or annotations of a pod that ask another mesh to take it in; `path` is where they stand. */
export function otherMeshProblems(keys: Readonly<Record<string, unknown>> = {}, path: string): Problem[] {
  return Object.entries(keys)
    .filter(([key, value]) => Object.hasOwn(OTHER_MESHES, key) && !OTHER_MESHES[key].test(String(value)))
    .map(([key]) => ({
      propertyPath: `${path}["${key}"]`,
      reason: "asks another mesh to take the pod in, which would get in this one's way; leave it out",
    }));
}

/** What is wrong with the key of an annotation or a label in itself. */
export function metadataNameProblems(path: string, key: string): Problem[] {
  return isQualifiedName(key)
    ? []
    : [{ propertyPath: path, reason: `${shown(key)} is not a metadata key; use one such as team or example.com/team` }];
}

/** What is wrong with annotations of an object that the component makes, of which those of Consul decide what `consuls` says. */
export function objectAnnotationProblems(
  annotations: Readonly<Record<string, unknown>> = {},
  path: string,
  kind: string,
  consuls: string,
): Problem[] {
  const decided: readonly (readonly [keys: RegExp, what: string])[] = [
    [/^([^/]*\.)?consul\.hashicorp\.com\//, consuls],
    [/^([^/]*\.)?pulumi\.com\//, `how Pulumi applies the ${kind}`],
  ];
  return Object.keys(annotations).flatMap((key) => {
    const propertyPath = `${path}["${key}"]`;
    return [
      ...metadataNameProblems(propertyPath, key),
      ...decided
        .filter(([keys]) => keys.test(key))
        .map(([, what]) => ({ propertyPath, reason: `decides ${what}, which the component sets; leave it out` })),
    ];
  });
}

/** What is wrong with the key of an annotation or a label of a pod; `harmless` are keys of Consul's that it may have. */
export function metadataKeyProblems(path: string, key: string, harmless = /^$/): Problem[] {
  const wrong = metadataNameProblems(path, key);
  if (wrong.length > 0) {
    return wrong;
  }
  if (harmless.test(key)) {
    return [];
  }
  const [, owner] =
    /^(app|consul-traefik-mesh\/.*|(?:[^/]*\.)?consul\.hashicorp\.com\/.*|pod-template-hash|(?:[^/]*\.)?kubernetes\.io\/.*)$/.exec(
      key,
    ) ?? [];
  const own =
    owner !== undefined &&
    !/^app\.kubernetes\.io\//.test(key) &&
    !/^(cluster-autoscaler|container\.apparmor\.security\.beta|controller|kubectl)\.kubernetes\.io\//.test(key) &&
    !/^kubernetes\.io\/(in|e)gress-bandwidth$/.test(key);
  return own
    ? [
        {
          propertyPath: path,
          reason:
            PAST_THE_SIDECAR.get(key) ??
            "decides how the pod joins the mesh or is found by its Service, which the component sets; use another key",
        },
      ]
    : [];
}

/** What the injector makes of an annotation's value; where it cannot, it refuses the pod [consul-k8s webhook]. */
export function sidecarValueProblems(path: string, key: string, value: unknown): Problem[] {
  const [, name] = /^consul\.hashicorp\.com\/(.*)$/.exec(key) ?? [];
  const problem = (reason: string) => [{ propertyPath: path, reason: `${shown(value)} ${reason}` }];
  if (name === undefined || typeof value !== "string") {
    return [];
  }
  if (/^sidecar-proxy-(cpu|memory)-/.test(name)) {
    return quantityProblems(path, value);
  }
  if (/^(consul-dns|enable-metrics)/.test(name)) {
    return /^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(value) ? [] : problem("is neither true nor false");
  }
  if (/-port$|concurrency$/.test(name)) {
    const least = name.endsWith("concurrency") ? 0 : 1;
    return /^\d{1,5}$/.test(value) && Number(value) >= least && Number(value) <= 65535
      ? []
      : problem(`is not a number from ${least} to 65535`);
  }
  return name === "service-metrics-path" && !value.startsWith("/") ? problem('is not a path; begin with "/"') : [];
}
