import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { owned } from "../interrupted/hooks";
import { DEFAULT_CONSUL_CLI_IMAGE } from "../mesh/consulMeshArgs";
import { joinMesh, otherMeshProblems } from "../mesh/membership";
import type { MeshMember } from "../services/member";
import type { Ingress, Mesh } from "../mesh/mesh";
import { isLater, whenKnown } from "../shared/later";
import { MadeObjects } from "../shared/madeObjects";
import { podSpecPart } from "../pods/podTemplate";
import { CONSULS_POD, HARDENED } from "../shared/podSecurity";
import { missingProblems } from "../shared/forms";
import { refuse } from "../shared/problems";
import { OTHERS_STATUS, SERVED_STATUS } from "../routing/servedTags";
import { script } from "../shared/script";
import { sha256 } from "../shared/sha256";
import { ENTRY_POINT_PORTS } from "../routing/traefikArguments";
import { traefikPodLabels } from "./traefikOptions";

export interface ServedRoutesArgs {
  readonly mesh: Mesh;
  readonly ingress: Ingress;
  /** Those without routes and without pods are passed over. */
  readonly services: readonly MeshMember[];
  /**
   * An existing namespace for what asks Traefik, where the ingress is another stack's; its pods have to reach Traefik's admin
   * port. Default: the ingress' own.
   */
  readonly namespace?: pulumi.Input<string>;
  /** Whether other stacks ask for their routes too, and so need the Service by which Traefik's pods are found. Default `false`. */
  readonly others?: boolean;
  /** What else has to be there before a route can answer, such as intentions. Default none. */
  readonly after?: readonly pulumi.Resource[];
}

/** What the pod runs that asks Traefik. */
export const ASK_SERVED = script("ingress/ask-served", { SERVED: SERVED_STATUS, OTHERS: OTHERS_STATUS });

/** Labels of the pod that asks Traefik. */
export const SERVED_ROUTES_LABELS = { app: "traefik-served-routes" };

/** Name of the Service, without an address of its own, whose endpoints are the pods of Traefik. */
const TRAEFIK_PODS = "traefik-pods";

/** Seconds until routes that are not served fail the `up`: longer than the 180 s that Traefik waits at most to ask Consul again. */
const PATIENCE = 240;

/**
 * Is there when each pod of Traefik serves each route of the services as it is declared now, and no longer as it was declared
 * before. Services' pods are ready a moment earlier: their tags are on the way to Traefik then.
 *
 * A Job asks, from within the cluster, at Traefik's admin port. It is named by what it asks for: other routes, another Job;
 * nothing changed, no Job. Where it fails, `up` fails with the services that are not served, and the next one asks again.
 *
 * Errors: `InputPropertiesError` at construction, for a second one of an ingress, and for what is of another mesh.
 */
export class ServedRoutes extends pulumi.ComponentResource {
  constructor(name: string, args: ServedRoutesArgs, opts?: pulumi.ComponentResourceOptions) {
    const what = `ServedRoutes "${name}"`;
    refuse(what, missingProblems(args, ["ingress", "services"], [/^namespace$/]));
    const { mesh, ingress, services, after = [] } = args;
    const own = pulumi.Resource.isInstance(ingress) ? [ingress] : [];
    const asked = services.flatMap(({ serviceName, servedPaths }) =>
      servedPaths.map((servedPath) => ({ serviceName, servedPath })),
    );
    const asks = asked.length > 0 && ingress.replicas > 0;
    const finds = own.length > 0 && (asks || args.others);
    const object = `the Service "${TRAEFIK_PODS}" of ingress "${ingress.serviceName}"`;
    refuse(what, [
      ...otherMeshProblems(mesh, { ingress, services }),
      ...(finds ? mesh.model.part(MadeObjects).take("ingress", object, what, "name all services in one of them") : []),
    ]);
    super("consul-traefik-mesh:index:ServedRoutes", name, {}, owned(`ServedRoutes-${name}`, opts));
    joinMesh(what, mesh, this);
    const pods = finds ? [traefikPods(name, ingress, this)] : [];
    if (asks) {
      const container = (paths: pulumi.Input<readonly string[]>) => asking(mesh, ingress, paths);
      const idOf = (paths: readonly string[]) => sha256(JSON.stringify(container(paths))).slice(0, 8);
      // Pulumi's name of the Job has to be plain: what is known later is in its name in the cluster alone.
      const plain = asked.map(({ serviceName, servedPath }) =>
        isLater(servedPath) ? serviceName : String(servedPath),
      );
      const paths = asked.some(({ servedPath }) => isLater(servedPath))
        ? pulumi.all(asked.map(({ servedPath }) => servedPath))
        : plain;
      new k8s.batch.v1.Job(
        `${name}-${idOf(plain)}`,
        {
          metadata: {
            name: whenKnown(paths, (its) => `traefik-served-routes-${idOf(its)}`),
            namespace: args.namespace ?? ingress.namespace,
            // One that has failed is made anew by the next `up`.
            annotations: { "pulumi.com/replaceUnready": "true" },
          },
          spec: {
            backoffLimit: 0,
            // A pod that its node lost, or gave away, has said nothing about the routes.
            podFailurePolicy: {
              rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
            },
            template: {
              metadata: {
                labels: SERVED_ROUTES_LABELS,
                annotations: { "consul.hashicorp.com/connect-inject": "false" },
              },
              spec: {
                restartPolicy: "Never",
                automountServiceAccountToken: false,
                ...podSpecPart({ imagePullSecrets: ingress.imagePullSecrets, ...ingress.placement }, {}),
                securityContext: CONSULS_POD,
                containers: [container(paths)],
              },
            },
          },
        },
        {
          parent: this,
          dependsOn: [...pods, ...own, ...services, ...after],
          customTimeouts: { create: `${PATIENCE + 120}s` },
          // It goes when other routes are asked for, also in a component that is protected.
          protect: false,
        },
      );
    }
    this.registerOutputs();
  }
}

/** A Service without an address of its own: its name is that of each pod which is ready. */
function traefikPods(name: string, { namespace, serviceName }: Ingress, parent: pulumi.Resource) {
  return new k8s.core.v1.Service(
    `${name}-traefik-pods`,
    {
      metadata: { name: TRAEFIK_PODS, namespace, annotations: { "pulumi.com/skipAwait": "true" } },
      spec: {
        clusterIP: "None",
        selector: traefikPodLabels(serviceName),
        ports: [{ name: "admin", port: ENTRY_POINT_PORTS.admin }],
      },
    },
    { parent },
  );
}

/** What asks; its Job is named by all that it is, in this order. */
function asking(mesh: Mesh, { imagePullPolicy, namespace }: Ingress, paths: pulumi.Input<readonly string[]>) {
  return {
    name: "ask",
    image: mesh.consulImage ?? DEFAULT_CONSUL_CLI_IMAGE,
    imagePullPolicy,
    command: ["/bin/sh", "-c", ASK_SERVED],
    env: [
      // Plain, for the name's sake: that of a reference is.
      { name: "TRAEFIK", value: typeof namespace === "string" ? `${TRAEFIK_PODS}.${namespace}` : TRAEFIK_PODS },
      { name: "PORT", value: String(ENTRY_POINT_PORTS.admin) },
      { name: "PATIENCE", value: String(PATIENCE) },
      { name: "PATHS", value: whenKnown(paths, (its) => [...its].sort().join(" ")) },
    ],
    resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
    securityContext: HARDENED,
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}
