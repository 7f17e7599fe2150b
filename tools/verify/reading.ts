import type { Settings } from "../../settings";
import type { Cluster } from "../access/cluster";
import type { ConsulClient } from "../access/consulClient";
import type { Declared } from "../access/declared";
import type { PulumiStack } from "../access/pulumi";

/** What the stack declares, and what other stacks of its mesh do. */
export interface DeclaredFacts extends Declared {
  readonly neighbours: readonly Declared[];
  /** Stacks of the mesh that could not be read: what they declare is not known here. */
  readonly unread: readonly string[];
}

/** The cluster, whatever runs on it. */
export interface ClusterFacts {
  /** Why nothing else is known of it. */
  readonly error?: string;
  /** `major.minor.patch` */
  readonly version: string;
  readonly nodes: readonly { readonly name: string; readonly ready: boolean; readonly schedulable: boolean }[];
  readonly storageClasses: readonly { readonly name: string; readonly default: boolean }[];
  /** Pods of the cluster's DNS that are ready. */
  readonly dnsEndpoints: number;
}

/** The stack's settings, judged as a preview judges them, with the cluster's own version. */
export interface SettingsFacts {
  readonly problems: readonly string[];
  readonly versionProblems: readonly string[];
  /** Absent where they are not valid, or not known. */
  readonly settings?: Settings;
  /** Why they are not known. */
  readonly unknown?: string;
}

/** What is in the cluster that a first `up` would make. */
export interface GroundFacts {
  readonly namespaces: readonly { readonly name: string; readonly phase: string }[];
  readonly crds: readonly { readonly name: string; readonly release?: string; readonly deleting: boolean }[];
  readonly webhooks: readonly string[];
  readonly clusterRoles: readonly string[];
  readonly releases: readonly string[];
  readonly volumes: readonly string[];
  readonly nodePorts: readonly { readonly port: number; readonly service: string }[];
  /** Objects of Consul's kinds that wait for a finalizer. */
  readonly stuck: readonly string[];
  readonly gatewayCrds: readonly { readonly name: string; readonly owner: string }[];
}

/** What was tried with two pods in a namespace of its own. */
export interface ProbeFacts {
  /** Why it was not tried, and need not be. */
  readonly untried?: string;
  /** Why one pod did not reach the other by its Service's name, without a policy. */
  readonly error?: string;
  /** Whether the API server reached the pod, as it has to reach the injector. */
  readonly apiServerReaches: boolean;
  /** Whether a policy that lets nobody in did so. */
  readonly enforced: boolean;
}

export interface PodFacts {
  readonly name: string;
  readonly ip: string;
  readonly ready: boolean;
  /** Why it is not ready, as Kubernetes says. */
  readonly reason?: string;
}

export interface Workload {
  readonly name: string;
  readonly wanted: number;
  readonly ready: number;
  readonly pods: readonly PodFacts[];
  /** Pods that are ending. */
  readonly leaving: readonly string[];
}

/** Consul's own workloads, as Kubernetes sees them. */
export interface ConsulWorkloads {
  readonly servers: Workload | undefined;
  readonly injector: Workload | undefined;
  readonly catalogSync: Workload | undefined;
}

/** What remains of a release that Helm has uninstalled, or is about to. */
export interface ReleaseFacts {
  /** The record that a destroy makes, and takes away at its end. */
  readonly spare?: string;
}

/** Whether Consul's servers answer, and who leads them. */
export interface ApiFacts {
  readonly error?: string;
  readonly leader: string;
}

/** Consul's servers, as their leader sees them. */
export interface QuorumFacts {
  readonly voters: readonly { readonly name: string; readonly healthy: boolean; readonly version: string }[];
  readonly failureTolerance: number;
  readonly gossipEncrypted: boolean;
  readonly datacenter: string;
}

/** A certificate, and where it stands. */
export interface Certificate {
  readonly place: string;
  readonly names: readonly string[];
  /** Since 1970, in milliseconds. */
  readonly notAfter: number;
  readonly fingerprint: string;
}

export interface TrustFacts {
  readonly ca: Certificate;
  readonly server?: Certificate & { readonly byCa: boolean };
  readonly webhook?: Certificate;
  /** What each server shows its clients. */
  readonly served: readonly (Certificate & { readonly error?: string })[];
  /** The roots of services' certificates. */
  readonly roots: readonly { readonly name: string; readonly active: boolean; readonly notAfter: number }[];
  readonly now: number;
}

export interface WebhookFacts {
  readonly webhooks: readonly {
    readonly name: string;
    /** Whether the API server would trust what the webhook shows. */
    readonly trusted: boolean;
    readonly endpoints: number;
    readonly failurePolicy: string;
  }[];
}

/** What was tried by dry runs. */
export interface AdmissionFacts {
  /** What became of a pod of a service, made as a trial: `undefined` where there is no service. */
  readonly injection?: { readonly sidecar: boolean; readonly error?: string; readonly untried?: string };
  /** What became of an entry that the webhook must refuse, made as a trial. */
  readonly refusal: { readonly refused: boolean; readonly answer: string; readonly untried?: string };
}

/** An instance in Consul's catalog. */
export interface Instance {
  readonly pod: string;
  readonly address: string;
  readonly tags: readonly string[];
  readonly failing: readonly string[];
}

export interface ServiceFacts {
  readonly name: string;
  readonly workloads: readonly {
    readonly name: string;
    readonly wanted: number;
    readonly tags: readonly string[];
    readonly pods: readonly (PodFacts & { readonly injected: boolean })[];
    /** Pods that are ending, and serve until their calls are over. */
    readonly leaving: readonly string[];
  }[];
  readonly instances: readonly Instance[];
  readonly proxies: readonly Instance[];
}

/** A Job, or a CronJob, and what became of its last run that has ended. */
export interface JobFacts {
  readonly name: string;
  readonly found: boolean;
  /** Why it failed. */
  readonly failed?: string;
  /** Pods of it that have no sidecar. */
  readonly outside: readonly string[];
}

export interface SidecarFacts {
  readonly service: string;
  readonly pod: string;
  readonly error?: string;
  readonly connected: boolean;
  /** What of its configuration Envoy refuses, and why. */
  readonly rejected: readonly string[];
  /** Whether calls are checked against intentions. */
  readonly enforces: boolean;
  /** When its certificate ends; 0 where it has none. */
  readonly leafNotAfter: number;
}

export interface IngressFacts {
  readonly workload: Workload;
  readonly pods: readonly {
    readonly name: string;
    readonly error?: string;
    /** The status of the page that exists when Traefik holds its leaf and reads the catalog. */
    readonly meshReady: number;
    readonly served: readonly { readonly service: string; readonly status: number }[];
    /** What Traefik's API lists of the catalog; absent where it is not shown. */
    readonly routers?: readonly { readonly name: string; readonly problems: readonly string[] }[];
    /** Of the CA that it started with. */
    readonly caSha256: string;
  }[];
  readonly declaredRouters: readonly string[];
  /** Routers in Consul's catalog that Traefik would take, and whose they are. */
  readonly publishedRouters: readonly { readonly router: string; readonly service: string }[];
  readonly instances: number;
  readonly ca: { readonly source: string; readonly copy: string | undefined; readonly sourceSha256: string };
  readonly service: { readonly found: boolean; readonly type: string; readonly addresses: readonly string[] };
}

export interface EntryFacts {
  readonly entries: readonly {
    readonly name: string;
    readonly found: boolean;
    readonly deleting: boolean;
    readonly synced: boolean;
    readonly reason?: string;
    /** The fields in which the object differs from what the stack declared. */
    readonly drift: readonly string[];
  }[];
  /** Entries of Consul's kinds that are not the stack's and are not in Consul. */
  readonly others: readonly { readonly name: string; readonly synced: boolean; readonly reason?: string }[];
}

export interface IntentionFacts {
  readonly declared: readonly string[];
  /** What other stacks of the mesh declare. */
  readonly byOthers: readonly string[];
  /** Other stacks of the mesh that could not be read. */
  readonly unread: readonly string[];
  readonly inConsul: readonly string[];
  /** Whether a stack of the mesh declares it. */
  readonly denyAll: boolean;
  /** Whether Consul would let a service that nobody declared call another. */
  readonly strangersAllowed: boolean;
  readonly protocols: readonly { readonly service: string; readonly declared: string; readonly inConsul: string }[];
}

export interface AccessFacts {
  readonly acls: boolean;
  /** The status that somebody without a token gets, by what was asked for. */
  readonly anonymous: readonly { readonly what: string; readonly status: number }[];
  /** Tokens of the ingress' identity, and the pods that they were made for. */
  readonly ingressTokens: readonly { readonly pod: string; readonly accessor: string }[];
  readonly ingressPods: readonly { readonly name: string; readonly ready: boolean }[];
  readonly authMethods: readonly string[];
}

export interface PolicyFacts {
  readonly missing: readonly string[];
  readonly declared: number;
}

/** All that is read of a stack, its cluster and its mesh; each part once a round. */
export interface Reading {
  readonly declared: DeclaredFacts;
  readonly settings: SettingsFacts;
  readonly cluster: ClusterFacts;
  readonly permissions: { readonly refused: readonly string[] };
  readonly ground: GroundFacts;
  readonly probe: ProbeFacts;
  readonly consul: ConsulWorkloads;
  readonly release: ReleaseFacts;
  readonly api: ApiFacts;
  readonly quorum: QuorumFacts;
  readonly trust: TrustFacts;
  readonly webhooks: WebhookFacts;
  readonly admission: AdmissionFacts;
  readonly services: readonly ServiceFacts[];
  readonly jobs: readonly JobFacts[];
  readonly sidecars: readonly SidecarFacts[];
  readonly ingress: IngressFacts;
  readonly entries: EntryFacts;
  readonly intentions: IntentionFacts;
  readonly access: AccessFacts;
  readonly policies: PolicyFacts;
}

export type Part = keyof Reading;

/** Why a part could not be read, which is another check's to judge. */
export class NotRead extends Error {}

/** What readers have at hand. */
export interface Source {
  readonly stack: PulumiStack;
  /** Whether pods may be made to try the network. */
  readonly probing: boolean;
  readonly stopping: boolean;
  cluster(): Promise<Cluster>;
  consul(): Promise<ConsulClient>;
  read<P extends Part>(part: P): Promise<Reading[P]>;
}

export type Readers = { readonly [P in Part]: (source: Source) => Promise<Reading[P]> };
