import { traefikOption } from "../shared/names";
import type { Placement } from "../mesh/placement";
import { accountAnnotationProblems } from "../pods/accountOptions";
import { containerProblems } from "../pods/containerProblems";
import { metadataKeyProblems } from "../pods/metadataProblems";
import { podOptionProblems } from "../pods/podOptionProblems";
import type { EnvValue, PodOptions, PodSpec } from "../pods/podOptions";
import type { Problem } from "../shared/problems";
import { neededGraceSeconds } from "./traefikDrain";
import type { TraefikOptions } from "./traefikOptions";
import { traefikPodSpecProblems } from "./traefikPodSpec";

/** What Traefik's pods are beside what the component makes of them. */
export interface TraefikPod {
  /**
   * Environment variables of Traefik's container by name, such as `HTTPS_PROXY` for ACME: text that is no secret, or where it comes
   * from. Those of the component are refused; see docs/ingress.md#traefiks-pods.
   * @setting traefikEnvironment
   * @unset none
   */
  readonly env?: Readonly<Record<string, EnvValue>>;
  /**
   * Further labels of Traefik's pods, such as `azure.workload.identity/use`. Those by which they are found are refused.
   * @setting traefikPodLabels
   * @unset none
   */
  readonly podLabels?: Readonly<Record<string, string>>;
  /**
   * Further annotations of Traefik's pods. Those of Consul and of the component are refused.
   * @setting traefikPodAnnotations
   * @unset none
   */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /**
   * Annotations of Traefik's ServiceAccount, by which a cloud knows it, such as `eks.amazonaws.com/role-arn` or
   * `iam.gke.io/gcp-service-account` for DNS challenges. Those of Consul and Pulumi are refused.
   * @setting traefikServiceAccountAnnotations
   * @unset none
   */
  readonly serviceAccountAnnotations?: Readonly<Record<string, string>>;
  /**
   * Where Traefik's pods run, in the words of Kubernetes' PodSpec: `tolerations`, `nodeSelector`, `affinity`, `priorityClassName`,
   * `imagePullSecrets`, `dnsConfig`, `runtimeClassName` and the like; merged last. What the component decides is refused.
   * @setting traefikPodSpec
   * @unset none
   */
  readonly podSpec?: PodSpec;
}

/** Variables that are not for others, and why. */
const REFUSED: readonly (readonly [names: RegExp, reason: string])[] = [
  [/^CONSUL_/, "decides how Traefik asks Consul, which the component sets; leave it out"],
  [/^TRAEFIK_/, `is not read by a Traefik that has arguments; use ${traefikOption("staticOptions")}`],
  [/^ACME_EAB_/, "is what eab of a certificate resolver says; use that"],
  [/^GOMEMLIMIT$/, `follows from limits.memory of ${traefikOption("resources")}; set that`],
  [/^(OTEL_RESOURCE_ATTRIBUTES|POD_NAME)$/, "is what the mesh's tracing sets; leave it out"],
];
const PROXY = /^https?_proxy$/i;
const NO_PROXY = /^no_proxy$/i;

/** What is wrong with Traefik's pods; `prefix` is put before each path. */
export function traefikPodProblems(options: TraefikOptions, prefix: string): Problem[] {
  const { env = {}, podLabels = {}, podAnnotations = {}, serviceAccountAnnotations, podSpec = {} } = options;
  const judge = (its: PodOptions, at: string) =>
    podOptionProblems(
      its,
      { serviceName: "traefik", port: 80, protocol: "http", neededGraceSeconds: neededGraceSeconds(options) },
      at,
    );
  const misformed = traefikPodSpecProblems(podSpec, `${prefix}podSpec`);
  return [
    ...containerProblems({ env }, prefix),
    ...judge({ env, podLabels, imagePullSecrets: options.imagePullSecrets }, prefix),
    ...Object.keys(env).flatMap((name) => variableProblems(name, `${prefix}env.${name}`)),
    ...proxyProblems(Object.keys(env), prefix),
    ...Object.keys(podLabels)
      .filter((key) => key === "ingress")
      .map((key) => ({
        propertyPath: `${prefix}podLabels["${key}"]`,
        reason: "is how Traefik's Service finds its pods, which the component sets; use another key",
      })),
    ...Object.keys(podAnnotations).flatMap((key) => metadataKeyProblems(`${prefix}podAnnotations["${key}"]`, key)),
    ...accountAnnotationProblems(serviceAccountAnnotations, `${prefix}serviceAccountAnnotations`),
    ...(misformed.length > 0 ? misformed : judge(inputsOf(podSpec), `${prefix}podSpec.`)),
  ];
}

/** On which nodes a part of a PodSpec lets pods run; `undefined` without one. */
export function placementOf(podSpec: PodSpec | undefined): Placement | undefined {
  const { nodeSelector, tolerations } = (podSpec ?? {}) as PodOptions;
  return podSpec && { nodeSelector, tolerations };
}

/** What of a part of a PodSpec services have inputs for, which judge it. */
function inputsOf(podSpec: PodSpec): PodOptions {
  const { priorityClassName, terminationGracePeriodSeconds } = podSpec as PodOptions;
  const { imagePullSecrets = [] } = podSpec as { readonly imagePullSecrets?: readonly { readonly name: string }[] };
  const names = imagePullSecrets.map(({ name }) => name);
  return { ...placementOf(podSpec), priorityClassName, terminationGracePeriodSeconds, imagePullSecrets: names };
}

function variableProblems(name: string, propertyPath: string): Problem[] {
  return REFUSED.filter(([names]) => names.test(name)).map(([, reason]) => ({ propertyPath, reason }));
}

/** Traefik's clients of Consul and of services look for a proxy in its environment, as those of authorities do. */
function proxyProblems(names: readonly string[], prefix: string): Problem[] {
  const reason =
    "leads what Traefik asks Consul and services to the proxy too; set NO_PROXY as well, to .svc and the networks of pods and Services";
  return names.some((each) => NO_PROXY.test(each))
    ? []
    : names.filter((each) => PROXY.test(each)).map((name) => ({ propertyPath: `${prefix}env.${name}`, reason }));
}
