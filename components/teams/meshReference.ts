import type { ChartValues } from "../chart/consulValues";
import { IntentionRule, placeOf, providersIn } from "../intentions/intentions";
import { MeshIntentions } from "../intentions/meshIntentions";
import type { Ingress, Mesh } from "../mesh/mesh";
import { Reached, reachProblems } from "../mesh/meshReach";
import type { Tracing } from "../mesh/tracing";
import type { MeshServiceOptions } from "../services/meshService";
import type { Canary } from "../routing/canary";
import { wantedBy } from "../routing/middlewareReferences";
import { INGRESS_SERVICES, MadeObjects, serviceIn } from "../shared/madeObjects";
import { isLater } from "../shared/later";
import { DeclaredModel, MeshModel } from "../shared/meshModel";
import { Problem, refuse } from "../shared/problems";
import { MeshNames } from "../shared/serviceNames";
import { routeUrl } from "../routing/routeUrl";
import { type NAMED_BY_ROUTES, RoutingModel } from "../routing/routingModel";
import type { TraefikOptions } from "../ingress/traefikOptions";

/** What the services of another stack have to know of an ingress. Plain values, so that it can be an output of its stack. */
export interface IngressDescription {
  readonly serviceName: string;
  readonly namespace: string;
  readonly replicas: number;
  readonly imagePullPolicy?: "Always" | "IfNotPresent" | "Never";
  readonly imagePullSecrets?: Ingress["imagePullSecrets"];
  readonly placement?: Ingress["placement"];
  readonly respondingTimeouts: Ingress["respondingTimeouts"];
  /** Ports of routes' URLs. */
  readonly ports: { readonly web: number; readonly websecure: number };
  /** What routes may name of it. */
  readonly options: Pick<TraefikOptions, (typeof NAMED_BY_ROUTES)[number]>;
}

/** The ingress as routes of other stacks are judged by it. */
type NamedIngress = Pick<IngressDescription, "serviceName" | "options">;

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
  readonly tracing?: Tracing;
  /** Whether a CNI plugin redirects the pods' traffic. */
  readonly cni: boolean;
  /** The chart's values that choose namespaces. */
  readonly reach: ChartValues;
  /** Whether what no intention allows is refused; not told by a stack that was deployed before this was. */
  readonly denyAll?: boolean;
  /** Names of the JWT providers that permissions may name; not told by a stack that was deployed before they were. */
  readonly jwtProviders?: readonly string[];
  readonly ingress: IngressDescription;
}

/** The mesh as what joins it is judged by it. */
type JudgedMesh = Pick<MeshDescription, "authMethod" | "denyAll"> & { readonly ingress: NamedIngress };

/** What the services of a stack publish for those of others; an output of its stack. */
export interface PublishedServices {
  readonly namespace: string;
  /** Namespaces of workloads beside it; none where there is none. */
  readonly otherNamespaces?: readonly string[];
  readonly services: readonly PublishedService[];
  /** Names of its jobs, which nobody calls; none of a stack that was deployed before there were any. */
  readonly jobs?: readonly string[];
  /** Its destinations outside the mesh, and what they speak; none where there is none. */
  readonly destinations?: readonly Pick<PublishedService, "name" | "protocol">[];
  /** Calls of its services and jobs to what is not its own; not told by a stack that was deployed before they were. */
  readonly calls?: readonly Pick<IntentionRule, "source" | "destination">[];
  /** The rules of its intentions. */
  readonly intentions: readonly IntentionRule[];
}
export interface PublishedService extends Pick<MeshServiceOptions, (typeof SEEN_BY_OTHERS)[number]> {
  readonly name: string;
  /** Its canary, of which no more is told than routes of its own: its environment may be secret. */
  readonly canary?: true | Pick<Canary, "routes">;
}

/** Options of a service that its neighbours are judged by. */
export const SEEN_BY_OTHERS = ["port", "protocol", "routes", "tcpRoutes", "internal", "loadBalancing"] as const;

/**
 * A mesh that another stack made, for `MeshService` and `IntentionSet` of this one: no resource, and nothing of it stands in
 * this stack's state. `others` are the services of the mesh's other stacks, by the name of the stack: a name, a route or a
 * destination that one of them has is refused here. All that joins the mesh has to be given the same object.
 *
 * Errors: `InputPropertiesError` at construction, for what is no description, such as an output.
 */
export class MeshReference implements Mesh {
  public readonly namespace: string;
  public readonly authMethod: string | undefined;
  public readonly consulImage: string | undefined;
  public readonly kubernetesVersion: string | undefined;
  public readonly partWithoutContains: string | undefined;
  public readonly partWithoutSleep: string | undefined;
  public readonly partWithoutNativeSidecar: string | undefined;
  public readonly cni: boolean;
  public readonly caRotation: string | undefined;
  public readonly tracing: Tracing | undefined;
  /** The JWT providers that permissions may name; `undefined` where they are not known. */
  public readonly jwtProviders: readonly string[] | undefined;
  public readonly model = new DeclaredModel();
  public readonly ready = undefined;
  public readonly ingress: Ingress;

  constructor(
    private readonly description: MeshDescription,
    others: Readonly<Record<string, PublishedServices>> = {},
  ) {
    // Such as an output of another stack, which is known later.
    if (
      isLater(description) ||
      typeof (description as Partial<MeshDescription> | undefined)?.ingress?.options !== "object"
    ) {
      const reason = "is no description of a mesh; give that of the mesh's stack, when it is known";
      refuse("MeshReference", [{ propertyPath: "description", reason }]);
    }
    this.namespace = description.consulNamespace;
    this.authMethod = description.authMethod;
    this.consulImage = description.consulImage;
    this.kubernetesVersion = description.kubernetesVersion;
    this.partWithoutContains = description.partWithoutContains;
    this.partWithoutSleep = description.partWithoutSleep;
    this.partWithoutNativeSidecar = description.partWithoutNativeSidecar;
    this.cni = description.cni;
    this.caRotation = description.caRotation;
    this.tracing = description.tracing;
    this.jwtProviders = description.jwtProviders;
    const { ports, imagePullPolicy, ...ingress } = description.ingress;
    this.ingress = { ...ingress, imagePullPolicy, url: (...route) => routeUrl(ports, ...route) };
    const made = this.model.part(MadeObjects);
    INGRESS_SERVICES.forEach((name) => made.take("", serviceIn(ingress.namespace, name), "the mesh's ingress", ""));
    // What is wrong among the others is told where they are deployed.
    joinMesh(this.model, description, others);
  }

  public reachProblems(namespace: { name: string; made: boolean }, reached: Reached): Problem[] {
    return reachProblems(this.description.reach, namespace.name, reached, namespace.made, "mesh.values");
  }
}

/**
 * Problems of a stack's services beside those of each other stack, at one ingress: what is wrong between two others is not this
 * one's to mend.
 */
export function neighbourProblems(
  ingress: NamedIngress,
  [own, services]: readonly [stack: string, PublishedServices],
  others: Readonly<Record<string, PublishedServices>>,
): Problem[] {
  return Object.entries(others).flatMap(([stack, its]) =>
    joinMesh(new MeshModel(), { ingress }, { [own]: services, [stack]: its }),
  );
}

/** Problems of other stacks' routes and calls that ask what a stack had and has no longer, and nobody has now. */
export function withdrawnProblems(
  withdrawn: readonly string[],
  others: Readonly<Record<string, PublishedServices>>,
): Problem[] {
  const moved = Object.values(others).flatMap(({ services }) => services.map(({ name }) => name));
  const gone = withdrawn.filter((name) => !moved.includes(name));
  const remedy = "or name it in externalServices where another stack takes it over";
  return Object.entries(others).flatMap(([stack, { services, calls = [] }]) => [
    ...services.flatMap(({ name, routes = [], canary }) =>
      [
        ...routes.map((route, i) => ({ ...route, at: `routes[${i}]` })),
        ...(canary === true ? [] : (canary?.routes ?? [])).map((route, i) => ({ ...route, at: `canary.routes[${i}]` })),
      ]
        .flatMap(({ middlewares = [], at }) =>
          wantedBy(middlewares, `stack ${stack}: service ${name}: ${at}.middlewares`),
        )
        .filter((want) => want.kind === "answer" && gone.includes(want.name))
        .map((want) => ({
          propertyPath: want.path,
          reason: `asks "${want.name}", which this stack no longer has; keep it until that route asks another, ${remedy}`,
        })),
    ),
    ...calls
      .filter(({ destination }) => gone.includes(destination))
      .map(({ source, destination }) => ({
        propertyPath: `stack ${stack}: ${source}: calls`,
        reason: `name "${destination}", which this stack no longer has; keep it until they do not, ${remedy}`,
      })),
  ]);
}

/** Problems of other stacks' rules that name JWT providers which a stack had and has no longer. */
export function withdrawnProviderProblems(
  withdrawn: readonly string[],
  others: Readonly<Record<string, PublishedServices>>,
): Problem[] {
  return Object.entries(others).flatMap(([stack, { intentions }]) =>
    intentions.flatMap((rule, i) =>
      [...new Set(providersIn(rule.permissions ?? []))]
        .filter((name) => withdrawn.includes(name))
        .map((name) => ({
          propertyPath: `stack ${stack}: ${placeOf(rule, i, "intentions")}`,
          reason: `names the JWT provider "${name}", which this stack no longer has; keep it until that rule names another, or name it in externalJwtProviders where others declare it`,
        })),
    ),
  );
}

/** A mesh with the services of stacks, for what joins it to be judged beside them before it is declared. */
export function meshOf(mesh: JudgedMesh, others: Readonly<Record<string, PublishedServices>>): MeshModel {
  const model = new MeshModel();
  joinMesh(model, mesh, others);
  return model;
}

/**
 * Has the mesh of this program know the services of other stacks, beside which all that joins it has been judged: its routes may ask
 * them, and its calls make no rule of theirs.
 */
export function knowStacks(model: MeshModel, stacks: Readonly<Record<string, PublishedServices>>): void {
  model.part(RoutingModel).knowOf(Object.values(stacks).flatMap(({ services }) => services.map(({ name }) => name)));
  Object.entries(stacks).forEach((each) => joinIntentions(model, ...each));
}

/** Notes the intentions of a stack, and what it alone opens. */
function joinIntentions(model: MeshModel, stack: string, its: PublishedServices): void {
  const { services, jobs = [], destinations = [], intentions } = its;
  const own = new Set([...[...services, ...destinations].map(({ name }) => name), ...jobs]);
  model
    .part(MeshIntentions)
    .join({ set: `stack ${stack}`, rules: intentions, entries: new Map(), services: own, jobs });
}

/** Notes the services of stacks in a mesh, for what joins it later to be judged beside them. */
function joinMesh(
  model: MeshModel,
  { ingress, denyAll, authMethod }: JudgedMesh,
  stacks: Readonly<Record<string, PublishedServices>>,
): Problem[] {
  const routing = model.part(RoutingModel);
  const names = model.part(MeshNames);
  // With ACLs Consul refuses what no intention allows in any case.
  model.part(MeshIntentions).open = denyAll === false && authMethod === undefined;
  return [
    ...routing.ingress(ingress.serviceName, ingress.options, "ingress."),
    ...Object.entries(stacks).flatMap(([stack, its]) => {
      const { services, jobs = [], destinations = [] } = its;
      joinIntentions(model, stack, its);
      return [
        ...services.flatMap(({ name, canary, ...options }) => {
          const path = `stack ${stack}: service ${name}`;
          return [
            ...names.take(path, { name, canary, place: path }),
            ...routing.service(
              name,
              { ...options, namespace: its.namespace, canary: canary === true ? undefined : canary },
              { own: `${path}: `, named: `${path}: `, stack },
            ),
          ];
        }),
        ...[
          ...jobs.map((name) => ({ name, what: "job" })),
          ...destinations.map(({ name }) => ({ name, what: "destination" })),
        ].flatMap(({ name, what }) => {
          const path = `stack ${stack}: ${what} ${name}`;
          return names.take(path, { name, place: path });
        }),
      ];
    }),
  ];
}
