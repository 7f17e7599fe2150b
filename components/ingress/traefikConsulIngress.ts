import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { missingProblems, ofRightForm } from "../shared/forms";
import { owned } from "../interrupted/hooks";
import { ensureNamespace } from "../mesh/bringYourOwn";
import { joinMesh } from "../mesh/membership";
import type { Placement } from "../mesh/placement";
import { consolesConfiguration, TraefikConsoles } from "./consoles";
import type { IngressDescription } from "../teams/meshReference";
import { routeUrl } from "../routing/routeUrl";
import { NAMED_BY_ROUTES, RoutingModel } from "../routing/routingModel";
import { plainSecretWarnings } from "../pods/containerProblems";
import { leastPods, scaling } from "../pods/scaling";
import { disruptionBudgetWarnings } from "../pods/scalingProblems";
import { judgedTogether, whenAllKnown } from "../shared/laterValues";
import { refuse, warn } from "../shared/problems";
import { ENTRY_POINT_PORTS } from "../routing/traefikArguments";
import { traefikDeployment } from "./traefikDeployment";
import { extraParts } from "./traefikExtras";
import { LATER_IN_TRAEFIK, withStandIns } from "./traefikInputs";
import { placementOf } from "./traefikPod";
import {
  DEFAULT_TRAEFIK_NAMESPACE,
  TRAEFIK_SERVICE_NAME,
  TraefikConsulIngressArgs,
  TraefikOptions,
  traefikPodLabels,
} from "./traefikOptions";
import { ingressMeshProblems, traefikProblems } from "./traefikProblems";
import { clientPorts, traefikService } from "./traefikService";
import { tlsParts } from "./traefikTls";

/**
 * Traefik as a native member of the mesh: no sidecar, its own leaf certificate under the identity `serviceName`, routes
 * from Consul's catalog, connections to services by mutual TLS. It asks Kubernetes for nothing, so it has no RBAC.
 * Its pods are ready when they serve routes of the mesh, not just when they run.
 *
 * Errors: `InputPropertiesError` at construction, with each problem of `traefikProblems`.
 */
export class TraefikConsulIngress extends pulumi.ComponentResource {
  /** The identity in the mesh: what intentions name as the source. */
  public readonly serviceName: string;
  /** The namespace of the ingress. */
  public readonly namespace: pulumi.Output<string>;
  /** The command that brings the dashboard to http://localhost:8080/dashboard/; `undefined` where it is off. */
  public readonly dashboardPortForward: string | undefined;
  /** Ports of Traefik's pods for the entry points that it was given beside its own. */
  public readonly tcpPorts: readonly number[];
  /** Number of Traefik's pods. */
  public readonly replicas: number;
  public readonly imagePullPolicy: TraefikOptions["imagePullPolicy"];
  public readonly imagePullSecrets: TraefikOptions["imagePullSecrets"];
  /** On which nodes its pods may run. */
  public readonly placement: Placement | undefined;
  /** Time limits of its own, as they were given. */
  public readonly respondingTimeouts: NonNullable<TraefikOptions["respondingTimeouts"]>;
  /** What the services of other stacks have to know of the ingress, plain; see `MeshReference`. */
  public readonly description: IngressDescription;

  constructor(name: string, given: TraefikConsulIngressArgs, opts?: pulumi.ComponentResourceOptions) {
    const place = `TraefikConsulIngress "${name}"`;
    const { mesh, ...options } = given;
    refuse(place, missingProblems(given, [], LATER_IN_TRAEFIK));
    const args = withStandIns(options);
    const routing = mesh.model.part(RoutingModel);
    const serviceName = args.serviceName ?? TRAEFIK_SERVICE_NAME;
    refuse(place, [
      ...ofRightForm(place, args, traefikProblems),
      ...routing.ingress(serviceName, args, ""),
      ...ingressMeshProblems(place, serviceName, args, mesh),
    ]);
    super("consul-traefik-mesh:index:TraefikConsulIngress", name, {}, owned(`TraefikConsulIngress-${name}`, opts));
    joinMesh(place, mesh, this);

    warn(place, [...budgetWarnings(args), ...plainSecretWarnings(args, "")], this);
    const problems = (known: TraefikOptions) => [...traefikProblems(known), ...routing.served(serviceName, known)];
    const judged = judgedTogether(place, options, (known) => problems(known as TraefikOptions), this);
    const namespaceName = args.namespace ?? DEFAULT_TRAEFIK_NAMESPACE;
    const labels = traefikPodLabels(serviceName);

    const namespace = ensureNamespace(
      `${name}-namespace`,
      { name: namespaceName, create: args.createNamespace, podSecurity: "restricted" },
      { parent: this, dependsOn: mesh.besideNamespace },
    );
    const ca = caConfigMap(name, namespace.metadata.name, mesh.caCertificate, { parent: this });
    const its = { namespace: namespace.metadata.name, serviceName, labels };
    const serviceAccount = accountOf(name, its, judged.serviceAccountAnnotations, { parent: this });

    const { consoles } = judged;
    const http = whenAllKnown({ consoles }, (known) =>
      consolesConfiguration(known as TraefikConsoles, mesh.apiAddress),
    );
    const tls = tlsParts(name, judged, http, namespace.metadata.name, { parent: this });
    const extras = extraParts(name, { ...judged, serviceName, tracing: mesh.tracing }, serviceAccount.metadata, this);

    const service = traefikService(
      name,
      judged,
      { ...its, extraPorts: extras.ports, singleton: tls.singleton },
      { parent: this },
    );
    const deployment = traefikDeployment(
      name,
      { mesh, ...judged },
      { ...its, ...extras, serviceAccount: serviceAccount.metadata.name, ca: ca.metadata.name, tls },
      {
        parent: this,
        dependsOn: [mesh.ready, service, ...extras.parts.flatMap((part) => part.dependsOn ?? [])],
      },
    );

    const target = { kind: "Deployment", name: "traefik", container: "traefik", labels, resource: deployment };
    scaling(name, args, { ...target, namespace: namespace.metadata.name }, this);

    this.serviceName = serviceName;
    this.namespace = namespace.metadata.name;
    this.replicas = args.replicas ?? 1;
    this.imagePullPolicy = args.imagePullPolicy;
    this.imagePullSecrets = args.imagePullSecrets;
    this.placement = placementOf(args.podSpec);
    this.respondingTimeouts = args.respondingTimeouts ?? {};
    this.tcpPorts = extras.ports.map(({ port }) => port);
    this.description = {
      serviceName,
      namespace: namespaceName,
      replicas: this.replicas,
      imagePullPolicy: args.imagePullPolicy,
      imagePullSecrets: args.imagePullSecrets,
      placement: this.placement,
      respondingTimeouts: this.respondingTimeouts,
      ports: clientPorts(args),
      options: Object.fromEntries(NAMED_BY_ROUTES.map((option) => [option, judged[option]])) as TraefikOptions,
    };
    this.dashboardPortForward = args.dashboard
      ? `kubectl --namespace ${namespaceName} port-forward deployment/traefik 8080:${ENTRY_POINT_PORTS.admin}`
      : undefined;
    this.registerOutputs({ serviceName, namespace: this.namespace });
  }

  /** The URL of a route: its host has to resolve to a node, or to the load balancer. */
  public url(host: string, path = "/", tls = false): string {
    return routeUrl(this.description.ports, host, path, tls);
  }
}

/** What of its disruption budget is most likely not meant. */
function budgetWarnings(options: TraefikOptions) {
  return disruptionBudgetWarnings(options.disruptionBudget ?? {}, leastPods(options), "disruptionBudget");
}

/** Named as the service: where ACLs are on, the auth method turns the account's name into the identity. */
function accountOf(
  name: string,
  { namespace, serviceName }: { readonly namespace: pulumi.Input<string>; readonly serviceName: string },
  annotations: TraefikConsulIngressArgs["serviceAccountAnnotations"],
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.ServiceAccount {
  const metadata = { name: serviceName, namespace, annotations };
  return new k8s.core.v1.ServiceAccount(`${name}-service-account`, { metadata }, opts);
}

/** A ConfigMap: the certificate is public, and a preview shows which keys it has, which it does not of a Secret. */
function caConfigMap(
  name: string,
  namespace: pulumi.Input<string>,
  certificate: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.ConfigMap {
  const metadata = { name: "consul-ca-cert", namespace };
  return new k8s.core.v1.ConfigMap(`${name}-consul-ca`, { metadata, data: { "tls.crt": certificate } }, opts);
}
