import type {
  ConsulMeshArgs,
  IntentionRule,
  JwtProviderOptions,
  MeshJobOptions,
  MeshServiceOptions,
  MeshWorkloadOptions,
  NetworkClient,
  PodSecurityLevel,
  Protocol,
  TraefikOptions,
} from "../components";
import type { Rotations } from "../components/mesh/rotation";

/** What a name in Consul is, in Kubernetes and of an identity. */
interface Named {
  /**
   * Name in Consul, in Kubernetes and of the identity: `a-z`, `0-9` and `-`, from a letter on, at most 63 characters (56 with a
   * canary). Names that are taken, such as `consul`, are refused.
   */
  readonly name: string;
}

/** A service as the stack's configuration describes it. */
export interface ServiceSettings extends MeshServiceOptions, Named {
  /**
   * Names of jobs without a `schedule` that have to end well before its pods run, at each `up` that runs them, such as the migration of a
   * schema; see docs/services.md#jobs.
   * @unset none
   */
  readonly after?: readonly string[];
}

/** A workload that runs already, in the services' namespace or another, as the stack's configuration describes it. */
export interface WorkloadSettings extends Omit<MeshWorkloadOptions, "running" | "drainSeconds">, Named {
  /**
   * Where it runs; it has to exist. With `meshStack`, the services' alone.
   * @unset the services'
   */
  readonly namespace?: string;
}

/** A job as the stack's configuration describes it. */
export interface JobSettings extends MeshJobOptions, Named {}

/** Who may call whom, as the stack's configuration describes it. */
export type IntentionSettings = Omit<IntentionRule, "declaredAt">;

/** An issuer of tokens as the stack's configuration describes it. */
export interface JwtProviderSettings extends JwtProviderOptions {
  /** Name in Consul, as permissions use it: a DNS label. */
  readonly name: string;
}

/** Words, such as dates, of what was renewed when. */
export interface RotationSettings extends Rotations {
  /** Traefik's token: its pods are replaced, each with a new one. */
  readonly traefikToken?: string;
}

/** A stack of services in the mesh of another one. */
export interface Team {
  /** The stack, as `organization/project/stack`. */
  readonly stack: string;
  /** The namespace of its services. */
  readonly namespace: string;
}

/**
 * Every setting of a stack. `npm run generate` makes the schema of settings, Pulumi.yaml and the tables of docs/reference.md from
 * it and from what it is made of. A property is the setting of its name; but of `consul` and `traefik` each input is one that
 * names its own by `@setting`. The other tags:
 *
 * - `@default`: the value that a component takes where none is given;
 * - `@unset`: what holds there in words, such as somebody else's default;
 * - `@input`: the input that a setting of here is;
 * - `@group`: the part of Pulumi.yaml that begins here;
 * - `@loose`: the component alone judges what is within.
 */
export interface StackInputs {
  /** @group the mesh */
  readonly consul: ConsulMeshArgs;
  /** @group the ingress */
  readonly traefik: TraefikOptions;
  /**
   * Namespace of the services, made and owned by the stack unless `servicesCreateNamespace` is `false`.
   * @group services and intentions
   * @default mesh-services
   */
  readonly servicesNamespace: string;
  /**
   * Whether the services' namespace is created and owned; otherwise it has to exist. Decide before the first `up`.
   * @default true
   */
  readonly servicesCreateNamespace: boolean;
  /**
   * Services of the mesh; see docs/services.md.
   * @default []
   */
  readonly services: readonly ServiceSettings[];
  /**
   * Workloads that run already and are to join the mesh; see docs/services.md#what-exists-joins.
   * @default []
   */
  readonly workloads: readonly WorkloadSettings[];
  /**
   * Jobs and CronJobs that call services of the mesh; see docs/services.md#jobs.
   * @default []
   */
  readonly jobs: readonly JobSettings[];
  /**
   * Whether every call that no intention allows is refused.
   * @default true
   */
  readonly denyAll: boolean;
  /**
   * Who may call whom; see docs/intentions.md.
   * @default []
   */
  readonly intentions: readonly IntentionSettings[];
  /**
   * Services of the mesh that others declare and intentions may name, by name with their protocol; see docs/intentions.md.
   * @default {}
   */
  readonly externalServices: Readonly<Record<string, Protocol>>;
  /**
   * Issuers of tokens that permissions may ask for; see docs/intentions.md#tokens.
   * @default []
   */
  readonly jwtProviders: readonly JwtProviderSettings[];
  /**
   * JWTProviders of Consul that others declare and permissions may name; see docs/intentions.md#tokens.
   * @default []
   */
  readonly externalJwtProviders: readonly string[];
  /**
   * Whether intentions without effect are refused instead of warned of.
   * @default false
   */
  readonly intentionWarningsAreErrors: boolean;
  /**
   * What to renew, each with a word such as a date: the next `up` after a change of the word renews it. See docs/rotation.md.
   * @group rotation
   * @input consul.rotations
   * @default {}
   */
  readonly rotations: RotationSettings;
  /**
   * Pod Security level of the services' namespace; all but `privileged` need consul-cni. See docs/isolation.md.
   * @group isolation
   * @default privileged
   */
  readonly servicesPodSecurity: PodSecurityLevel;
  /**
   * Whether NetworkPolicies close what the mesh's own pods do not need; the cluster's network has to enforce them.
   * @default false
   */
  readonly networkPolicies: boolean;
  /**
   * Further pods and what they may reach; see docs/isolation.md.
   * @default []
   */
  readonly networkPolicyClients: readonly NetworkClient[];
  /**
   * The stack whose mesh the services of this one join, as `organization/project/stack`; see docs/teams.md.
   * @group several stacks, one mesh
   * @unset this stack makes the mesh
   */
  readonly meshStack?: string;
  /**
   * The stacks whose services may join this one's mesh, each with its services' namespace; see docs/teams.md.
   * @default []
   */
  readonly teams: readonly Team[];
  /**
   * Files with more settings, in YAML, from this folder on; a folder stands for all that are in it. See
   * docs/environments.md#settings-in-files.
   * @group everywhere
   * @default []
   */
  readonly settingsFiles: readonly string[];
  /**
   * Labels of all objects and pods that the stack makes, such as a team's, but for those of Consul's chart. A change of them replaces pods,
   * and runs Jobs again. See docs/bring-your-own.md#labels.
   * @default {}
   */
  readonly labels: Readonly<Record<string, string>>;
  /**
   * When images are pulled.
   * @input consul.imagePullPolicy
   * @unset Kubernetes' own rule
   */
  readonly imagePullPolicy?: "Always" | "IfNotPresent" | "Never";
  /**
   * Secrets of type `kubernetes.io/dockerconfigjson`, with which images are pulled, those of sidecars too. They have to exist in each
   * namespace: Consul's, Traefik's and the services'. Services and jobs may name more.
   * @input consul.imagePullSecrets
   * @unset none
   */
  readonly imagePullSecrets?: readonly string[];
}
