import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_CONSUL_CLI_IMAGE } from "../mesh/consulMeshArgs";
import { mergePodSpec } from "../pods/podSpecOverride";
import { podSpecPart, variables } from "../pods/podTemplate";
import { leftAlone } from "../pods/scaling";
import type { PodPart } from "../shared/podPart";
import { quantityOf } from "../shared/grammars";
import { whenAllKnown } from "../shared/laterValues";
import { HARDENED, NON_ROOT, restrictedPod } from "../shared/podSecurity";
import { rotationAnnotation } from "../shared/rotationAnnotation";
import { sha256 } from "../shared/sha256";
import {
  CA_MOUNT_PATH,
  ENTRY_POINT_PORTS,
  MESH_READY_PATH,
  PING_PATH,
  traefikArguments,
} from "../routing/traefikArguments";
import { DEFAULT_TRAEFIK_IMAGE } from "../routing/traefikVersions";
import { CONSUL_API_PROXY, consulApiProxy } from "./consulApiProxy";
import { staticArguments } from "./staticOptions";
import { DEFAULT_DRAIN_SECONDS, gracePeriod, outsideEntryPoints } from "./traefikDrain";
import { DEFAULT_REQUESTS, edgeArguments } from "./traefikEdge";
import { traefikLogin } from "./traefikLogin";
import type { TraefikArgs } from "./traefikInputs";
import type { TraefikConsulIngressArgs } from "./traefikOptions";
import { clientPorts, http3Ports } from "./traefikService";
import { tlsArguments, TlsParts } from "./traefikTls";

type PodSpec = k8s.types.input.core.v1.PodSpec;

/** Makes Traefik's Deployment of what the ingress has made for it. */
export function traefikDeployment(
  name: string,
  args: TraefikConsulIngressArgs,
  its: {
    readonly namespace: pulumi.Input<string>;
    readonly serviceName: string;
    readonly serviceAccount: pulumi.Input<string>;
    readonly labels: Record<string, string>;
    /** ConfigMap with Consul's CA certificate. */
    readonly ca: pulumi.Input<string>;
    readonly tls: TlsParts;
    readonly parts: readonly PodPart[];
    readonly containerPorts: readonly { readonly name: string; readonly containerPort: number }[];
  },
  opts: pulumi.CustomResourceOptions,
): k8s.apps.v1.Deployment {
  const { forwardedHeadersTrustedIps, proxyProtocolTrustedIps, certificateResolvers } = args;
  const inArguments = { forwardedHeadersTrustedIps, proxyProtocolTrustedIps, certificateResolvers };
  const { mesh, resources = { requests: DEFAULT_REQUESTS, limits: { memory: "256Mi" } } } = args;
  const login =
    mesh.authMethod === undefined
      ? undefined
      : traefikLogin({
          authMethod: mesh.authMethod,
          apiAddress: mesh.apiAddress,
          image: mesh.consulImage ?? DEFAULT_CONSUL_CLI_IMAGE,
          imagePullPolicy: args.imagePullPolicy,
        });
  const proxy = args.consulApiProxy
    ? consulApiProxy({ ...mesh, image: mesh.dataplaneImage, imagePullPolicy: args.imagePullPolicy })
    : undefined;
  const caMount = { name: "consul-ca", mountPath: CA_MOUNT_PATH, readOnly: true };
  return new k8s.apps.v1.Deployment(
    `${name}-deployment`,
    {
      metadata: { name: "traefik", namespace: its.namespace },
      spec: {
        replicas: args.autoscaling?.minReplicas ?? args.replicas ?? 1,
        selector: { matchLabels: its.labels },
        strategy: its.tls.singleton
          ? { type: "Recreate" }
          : { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: {
          metadata: {
            labels: { ...args.podLabels, ...its.labels },
            // Traefik reads the CA at its start: another CA, other pods.
            annotations: Object.assign(
              { "consul-traefik-mesh/ca-sha256": mesh.caCertificate.apply(sha256) },
              rotationAnnotation("token", args.tokenRotation),
              its.tls.annotations,
              ...its.parts.map((part) => part.annotations),
              accountAnnotation(args.serviceAccountAnnotations),
              args.podAnnotations,
            ),
          },
          spec: mergePodSpec<PodSpec>(
            {
              serviceAccountName: its.serviceAccount,
              terminationGracePeriodSeconds: gracePeriod(args),
              ...podSpecPart({ imagePullSecrets: args.imagePullSecrets, spreadOver: args.spreadOver }, its.labels),
              // For its custom resources alone: Consul's login has a token of its own.
              automountServiceAccountToken: args.kubernetesCrd !== undefined,
              securityContext: {
                ...restrictedPod(NON_ROOT, Object.values(ENTRY_POINT_PORTS)),
                fsGroup: NON_ROOT,
                // Else each mount would open acme.json to the group, and Traefik refuses it then.
                fsGroupChangePolicy: "OnRootMismatch",
              },
              initContainers: [
                ...(login === undefined ? [] : [{ ...login.sidecar, securityContext: HARDENED }]),
                ...(proxy === undefined ? [] : [proxy]),
              ],
              containers: [
                {
                  name: "traefik",
                  image: args.image ?? DEFAULT_TRAEFIK_IMAGE,
                  imagePullPolicy: args.imagePullPolicy,
                  command: login?.command,
                  args: whenAllKnown(inArguments, (known) => [
                    ...traefikArguments({
                      serviceName: its.serviceName,
                      apiAddress: mesh.apiAddress,
                      localProxy: proxy && `${CONSUL_API_PROXY.host}:${CONSUL_API_PROXY.port}`,
                      api: args.dashboard || args.consoles?.dashboard !== undefined,
                      accessLog: args.accessLog ?? true,
                      logLevel: args.logLevel ?? "INFO",
                      outside: outsideEntryPoints(args),
                      drainSeconds: args.drainSeconds ?? DEFAULT_DRAIN_SECONDS,
                    }),
                    ...edgeArguments({ ...args, ...known }),
                    ...tlsArguments({ ...args, ...known }, clientPorts(args).websecure),
                    ...its.tls.args,
                    ...its.parts.flatMap((part) => part.args ?? []),
                    ...staticArguments(args.staticOptions),
                  ]),
                  workingDir: "/",
                  env: [
                    ...(login?.env ?? []),
                    ...its.tls.env,
                    ...its.parts.flatMap((part) => part.env ?? []),
                    ...goMemoryLimit(resources.limits?.memory),
                    ...variables(args.env ?? {}),
                  ],
                  envFrom: its.tls.envFrom,
                  ports: [
                    ...Object.entries(ENTRY_POINT_PORTS).map(([n, containerPort]) => ({ name: n, containerPort })),
                    ...http3Ports(args),
                    ...its.containerPorts,
                  ],
                  // Once, not for as long as it runs: later trouble of the catalog must not take away an ingress that
                  // serves. Where it never comes, the restart gives a new login and ends Traefik's growing back-off.
                  startupProbe: probe(mesh.catalogSync ? MESH_READY_PATH : PING_PATH, {
                    periodSeconds: 1,
                    failureThreshold: 120,
                  }),
                  // Fails from the moment that Traefik begins to end, while it still takes requests.
                  readinessProbe: probe(PING_PATH, { periodSeconds: 1, failureThreshold: 2 }),
                  livenessProbe: probe(PING_PATH, { periodSeconds: 10, failureThreshold: 3 }),
                  resources,
                  securityContext: HARDENED,
                  volumeMounts: [
                    caMount,
                    ...(login?.mounts ?? []),
                    ...its.tls.mounts,
                    ...its.parts.flatMap((part) => part.mounts ?? []),
                  ],
                },
              ],
              volumes: [
                { name: caMount.name, configMap: { name: its.ca } },
                ...(login?.volumes ?? []),
                ...its.tls.volumes,
                ...its.parts.flatMap((part) => part.volumes ?? []),
              ],
            },
            args.podSpec,
          ),
        },
      },
    },
    { ...opts, ignoreChanges: leftAlone(args) },
  );
}

/** What a cloud gives for the ServiceAccount is given to a pod at its start: other annotations, other pods. */
function accountAnnotation(annotations: TraefikArgs["serviceAccountAnnotations"]) {
  return (
    annotations && {
      "consul-traefik-mesh/service-account-sha256": whenAllKnown({ annotations }, (known) =>
        sha256(JSON.stringify(known)),
      ),
    }
  );
}

function probe(path: string, times: { periodSeconds: number; failureThreshold: number }) {
  // A node that is short of CPU for a moment answers late; with Kubernetes' 1 s that would take all pods away at once.
  return { httpGet: { path, port: "admin" }, timeoutSeconds: 5, ...times };
}

/**
 * Nine tenths of the container's limit, in bytes, for Go's runtime, which knows of none and lets its heap double: where a service
 * stalls and requests wait for it in Traefik, it then collects its garbage rather than be killed.
 */
function goMemoryLimit(limit: string | undefined): k8s.types.input.core.v1.EnvVar[] {
  const bytes = quantityOf(String(limit)) ?? 0;
  return bytes > 0 ? [{ name: "GOMEMLIMIT", value: String(Math.floor(bytes * 0.9)) }] : [];
}
