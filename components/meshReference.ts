import type { ChartValues } from "./consulValues";
import { joinIntentions } from "./intentionSet";
import type { IntentionRule } from "./intentions";
import type { Ingress, Mesh } from "./mesh";
import { reachProblems } from "./meshReach";
import { routingOf } from "./meshRouting";
import type { MeshServiceOptions } from "./meshService";
import type { Problem } from "./problems";
import { takenNameProblems } from "./serviceNames";
import { routeUrl } from "./routeUrl";
import type { TraefikOptions } from "./traefikConsulIngress";

/** What the services of another stack have to know of an ingress. Plain values, so that it can be an output of its stack. */
export interface IngressDescription {
  readonly serviceName: string;
  readonly namespace: string;
  readonly replicas: number;
  readonly imagePullPolicy?: "Always" | "IfNotPresent" | "Never";
  readonly respondingTimeouts: Ingress["respondingTimeouts"];
  /** Ports of routes' URLs. */
  readonly ports: { readonly web: number; readonly websecure: number };
  /** What routes may name of it. */
  readonly options: Pick<TraefikOptions, (typeof NAMED_BY_ROUTES)[number]>;
}

/** Options of the ingress that routes are judged by. */
export const NAMED_BY_ROUTES = [
  "image",
  "certificateResolvers",
  "certificates",
  "tlsOptions",
  "redirectToHttps",
  "consoles",
  "tcpEntryPoints",
  "userLists",
  "plugins",
  "kubernetesCrd",
] as const;

/** What the services of another stack have to know of a mesh. Plain values, so that it can be an output of its stack. */
export interface MeshDescription {
  readonly consulNamespace: string;
  readonly authMethod?: string;
  readonly consulImage?: string;
  readonly kubernetesVersion?: string;
  readonly partWithoutContains?: string;
  readonly partWithoutSleep?: string;
  readonly partWithoutNativeSidecar?: string;
  readonly caRotation?: string;
  /** Whether a CNI plugin redirects the pods' traffic. */
  readonly cni: boolean;
  /** The chart's values that choose namespaces. */
  readonly reach: ChartValues;
  readonly ingress: IngressDescription;
}

/** What the services of a stack publish for those of others; an output of its stack. */
export interface PublishedServices {
  readonly namespace: string;
  readonly services: readonly PublishedService[];
  /** The rules of its intentions. */
  readonly intentions: readonly IntentionRule[];
}
export type PublishedService = { readonly name: string } & Pick<MeshServiceOptions, (typeof SEEN_BY_OTHERS)[number]>;

/** Options of a service that its neighbours are judged by. */
export const SEEN_BY_OTHERS = [
  "port",
  "protocol",
  "routes",
  "tcpRoutes",
  "internal",
  "loadBalancing",
  "canary",
] as const;

/**
 * A mesh that another stack made, for `MeshService` and `IntentionSet` of this one: no resource, and nothing of it stands in
 * this stack's state. `others` are the services of the mesh's other stacks, by the name of the stack: a name, a route or a
 * destination that one of them has is refused here.
 */
export class MeshReference implements Mesh {
  public readonly namespace: string;
  public readonly authMethod: string | undefined;
  public readonly consulImage: string | undefined;
  public readonly kubernetesVersion: string | undefined;
  public readonly partWithoutContains: string | undefined;
  public readonly partWithoutSleep: string | undefined;
  public readonly partWithoutNativeSidecar: string | undefined;
  public readonly caRotation: string | undefined;
  public readonly ready = undefined;
  public readonly ingress: Ingress;

  constructor(
    private readonly description: MeshDescription,
    others: Readonly<Record<string, PublishedServices>> = {},
  ) {
    this.namespace = description.consulNamespace;
    this.authMethod = description.authMethod;
    this.consulImage = description.consulImage;
    this.kubernetesVersion = description.kubernetesVersion;
    this.partWithoutContains = description.partWithoutContains;
    this.partWithoutSleep = description.partWithoutSleep;
    this.partWithoutNativeSidecar = description.partWithoutNativeSidecar;
    this.caRotation = description.caRotation;
    const { ports, imagePullPolicy, ...ingress } = description.ingress;
    this.ingress = { ...ingress, imagePullPolicy, url: (...route) => routeUrl(ports, ...route) };
    // What is wrong among the others is told where they are deployed.
    joinMesh(this, description.ingress, others);
  }

  public reachProblems(namespace: { name: string; made: boolean }, reached: "pods" | "services"): Problem[] {
    return reachProblems(this.description.reach, namespace.name, reached, namespace.made, "mesh.values");
  }
}

/**
 * Problems of the services of several stacks beside each other, at one ingress. `mesh` stands for the mesh: what joins it
 * later is judged beside these too.
 */
export function joinMesh(
  mesh: object,
  ingress: IngressDescription,
  stacks: Readonly<Record<string, PublishedServices>>,
): Problem[] {
  const routing = routingOf(mesh);
  return [
    ...routing.ingress(ingress.serviceName, ingress.options, "ingress."),
    ...Object.entries(stacks).flatMap(([stack, { services, intentions }]) => {
      joinIntentions(mesh, stack, services, intentions);
      return services.flatMap(({ name, ...options }) => {
        const path = `stack ${stack}: service ${name}`;
        return [
          ...takenNameProblems(mesh, { name, canary: options.canary, path }, path),
          ...routing.service(name, options, { own: `${path}: `, named: `${path}: ` }),
        ];
      });
    }),
  ];
}
