/** An object as the chart renders it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever a chart renders
export type Rendered = Record<string, any>;

/** What a chart has made of values, as release `consul`. */
export class Chart {
  constructor(readonly objects: readonly Rendered[]) {}

  /** The object of that kind and name; an empty one where there is none. */
  get(kind: string, name: string): Rendered {
    return this.objects.find((o) => o.kind === kind && o.metadata?.name === name) ?? {};
  }

  /** Those with pods, but what `helm test` makes. */
  get workloads(): Rendered[] {
    return this.objects.filter((o) => podOf(o) !== undefined && !/test/.test(hooksOf(o)));
  }
}

export function podOf(object: Rendered): Rendered | undefined {
  return object.kind === "Pod" ? object : object.spec?.template?.spec && object.spec.template;
}

export function containersOf(object: Rendered): Rendered[] {
  const { initContainers = [], containers = [] } = podOf(object)?.spec ?? {};
  return [...initContainers, ...containers];
}

export function container(object: Rendered, name: string): Rendered {
  return containersOf(object).find((c) => c.name === name) ?? {};
}

/** How an object's containers are started, with the shell's own variables put in. */
export function commandOf(object: Rendered): string {
  const text = containersOf(object)
    .flatMap((c) => [...(c.command ?? []), ...(c.args ?? [])])
    .join(" ");
  return [...text.matchAll(/(?<=^|\s)(\w+)="([^"$]*)"(?=\s|$)/g)].reduce(
    (command, [, name, value]) => command.replaceAll(`\${${name}}`, value),
    text,
  );
}

export function portsOf(of: Rendered): number[] {
  return (of.ports ?? []).map((p: Rendered) => p.containerPort);
}

export function hooksOf(object: Rendered): string {
  return object.metadata?.annotations?.["helm.sh/hook"] ?? "";
}

export function includesAll(text: string, ...parts: string[]): boolean {
  return parts.every((part) => text.includes(part));
}

/** The level `restricted` of Kubernetes' Pod Security Standards, of what Linux pods can say. */
export function isRestricted({
  securityContext: pod = {},
  hostNetwork,
  hostPID,
  volumes = [],
  ...spec
}: Rendered): boolean {
  const containers: Rendered[] = [...(spec.initContainers ?? []), ...spec.containers];
  const kinds = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
  ];
  return (
    !hostNetwork &&
    !hostPID &&
    volumes.every((v: Rendered) => Object.keys(v).every((key) => key === "name" || kinds.includes(key))) &&
    containers.every(({ securityContext: own = {}, ports = [] }) => {
      const added: string[] = own.capabilities?.add ?? [];
      return (
        own.allowPrivilegeEscalation === false &&
        (own.capabilities?.drop ?? []).includes("ALL") &&
        added.every((capability) => capability === "NET_BIND_SERVICE") &&
        (own.runAsNonRoot ?? pod.runAsNonRoot) === true &&
        (own.runAsUser ?? pod.runAsUser) !== 0 &&
        ["RuntimeDefault", "Localhost"].includes((own.seccompProfile ?? pod.seccompProfile)?.type) &&
        ports.every((p: Rendered) => p.hostPort === undefined)
      );
    })
  );
}
