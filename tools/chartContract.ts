import { ConsulOptions, consulValues, mergeValues } from "../components/chart/consulValues";
import { withLeafGate } from "../components/chart/leafGate";
import {
  Chart,
  commandOf,
  container,
  containersOf,
  hooksOf,
  includesAll,
  isRestricted,
  podOf,
  portsOf,
  Rendered,
} from "./renderedChart";

/** Words that are to be found again in what is rendered. */
const GIVEN = {
  consul: "registry.example/consul:given",
  controlPlane: "registry.example/control-plane:given",
  dataplane: "registry.example/dataplane:given",
  gossip: { secretName: "given-gossip", secretKey: "gossip-key" },
  token: { secretName: "given-token", secretKey: "token-key" },
} as const;

/** The values that the chart is rendered with: all that the components may ask of it, at once. */
export function contractValues(): Record<string, unknown> {
  const options: ConsulOptions & Parameters<typeof consulValues>[0] = {
    servers: 3,
    acls: true,
    gossipEncryption: true,
    images: { consul: GIVEN.consul, controlPlane: GIVEN.controlPlane, dataplane: GIVEN.dataplane },
    serverAdditionalDnsSans: ["given.example"],
    rotations: { ca: "given-word", bootstrapToken: "given-word" },
    externalDestinations: [{ name: "given-destination", tls: { caCertificate: "given-ca" } }],
  };
  return withLeafGate(
    mergeValues(consulValues(options, { gossipKey: GIVEN.gossip, bootstrapToken: GIVEN.token }), {
      server: { extraConfig: '{"given": "config"}' },
    }),
  );
}

/** One thing that the product counts on in a chart, and which part of it does. */
export interface Clause {
  /** What has to be so. */
  readonly what: string;
  /** Who counts on it, and for what. */
  readonly for: string;
  readonly holds: (chart: Chart) => boolean;
}

const server = (chart: Chart) => chart.get("StatefulSet", "consul-server");
const injector = (chart: Chart) => chart.get("Deployment", "consul-connect-injector");
const sync = (chart: Chart) => chart.get("Deployment", "consul-sync-catalog");
const gateway = (chart: Chart) => chart.get("Deployment", "consul-terminating-gateway");

/** What the product counts on in Consul's chart: the one list of it. */
export const CHART_CONTRACT: readonly Clause[] = [
  exists("StatefulSet", "consul-server", "ConsulMesh waits for it"),
  exists("Deployment", "consul-connect-injector", "ConsulMesh waits for it, and all that needs the mesh"),
  exists("Deployment", "consul-sync-catalog", "ConsulMesh waits for it"),
  exists("Deployment", "consul-terminating-gateway", "ConsulMesh waits for it where there are external destinations"),
  ...(["server", "connect-injector", "sync-catalog", "webhook-cert-manager", "terminating-gateway"] as const).map(
    (component): Clause => ({
      what: `pods of consul-${component} have the labels app=consul and component=${component}`,
      for: "NetworkPolicies selects them by these",
      holds: (chart) => {
        const kind = component === "server" ? "StatefulSet" : "Deployment";
        const labels = podOf(chart.get(kind, `consul-${component}`))?.metadata?.labels;
        return labels?.app === "consul" && labels?.component === component;
      },
    }),
  ),
  {
    what: "all pods have the label app=consul",
    for: "NetworkPolicies lets Consul's own pods ask the servers by it",
    holds: ({ workloads }) => workloads.every((o) => podOf(o)!.metadata?.labels?.app === "consul"),
  },
  ...[8501, 8502, 8300, 8301, 8302, 8600].map((port): Clause => ({
    what: `the servers' container consul has the port ${port}`,
    for: "NetworkPolicies opens it to those who need it",
    holds: (chart) => portsOf(container(server(chart), "consul")).includes(port),
  })),
  {
    what: "the injector takes webhook calls at port 8080",
    for: "NetworkPolicies opens it to the API server",
    holds: (chart) => containersOf(injector(chart)).some((c) => portsOf(c).includes(8080)),
  },
  {
    what: "the gateway takes connections at port 8443, and registers as terminating-gateway",
    for: "NetworkPolicies opens the port; the entry TerminatingGateway of that name says what it is for",
    holds: (chart) =>
      containersOf(gateway(chart)).some((c) => portsOf(c).includes(8443)) &&
      podOf(gateway(chart))?.metadata?.annotations?.["consul.hashicorp.com/gateway-consul-service-name"] ===
        "terminating-gateway",
  },
  {
    what: "the gateway has the ConfigMap consul-destination-cas at /consul/userconfig/consul-destination-cas",
    for: "it verifies destinations by CAs of their own",
    holds: (chart) => {
      const volumes: Rendered[] = podOf(gateway(chart))?.spec.volumes ?? [];
      const found = volumes.find((v) => v.configMap?.name === "consul-destination-cas");
      const mounts: Rendered[] = containersOf(gateway(chart)).flatMap((c) => c.volumeMounts ?? []);
      return mounts.some((m) => m.name === found?.name && m.mountPath === "/consul/userconfig/consul-destination-cas");
    },
  },
  {
    what: "the Service consul-server has the port 8501, and addresses of servers that are not ready yet",
    for: "the address of Consul's API, consul-server.<namespace>.svc:8501; servers find each other by it",
    holds: (chart) => {
      const { spec } = chart.get("Service", "consul-server");
      return spec?.publishNotReadyAddresses === true && spec.ports.some((p: Rendered) => p.port === 8501);
    },
  },
  {
    what: "the Service consul-ui has the port 443",
    for: "the output consulUi, and Traefik's route to the UI",
    holds: (chart) => chart.get("Service", "consul-ui").spec?.ports.some((p: Rendered) => p.port === 443) ?? false,
  },
  {
    what: "a Job runs tls-init before installation and upgrade, with the prefix consul and the given names",
    for: "it makes the Secrets consul-ca-cert (tls.crt) and consul-server-cert; the names are in the certificate",
    holds: ({ workloads }) =>
      workloads.some(
        (o) =>
          /pre-install/.test(hooksOf(o)) &&
          /pre-upgrade/.test(hooksOf(o)) &&
          includesAll(commandOf(o), "tls-init", "-name-prefix=consul", "given.example"),
      ),
  },
  {
    what: "a Job runs server-acl-init with the prefix consul, for injector, sync and gateway, with the given bootstrap token",
    for: "it makes the auth method consul-k8s-auth-method, by which Traefik and services log in",
    holds: ({ workloads }) =>
      workloads.some((o) =>
        includesAll(
          commandOf(o),
          "server-acl-init",
          "-resource-prefix=consul",
          "-connect-inject=true",
          "-sync-catalog=true",
          '-terminating-gateway-name="terminating-gateway"',
          `-bootstrap-token-secret-name=${GIVEN.token.secretName}`,
          `-bootstrap-token-secret-key=${GIVEN.token.secretKey}`,
        ),
      ),
  },
  {
    what: "the injector lets pods log in by the auth method consul-k8s-auth-method",
    for: "a service's identity is its ServiceAccount's name",
    holds: (chart) => /-acl-auth-method="?consul-k8s-auth-method\b/.test(commandOf(injector(chart))),
  },
  {
    what: "the injector leaves pods alone that do not ask, and redirects the traffic of those that do",
    for: "injection is opt-in, and no traffic goes past the sidecar",
    holds: (chart) =>
      includesAll(commandOf(injector(chart)), "-default-inject=false", "-default-enable-transparent-proxy=true"),
  },
  {
    what: "the injector has the port 20200 for metrics of sidecars",
    for: "NetworkPolicies opens it to clients of proxyMetrics",
    holds: (chart) => /-default-prometheus-scrape-port="?20200\b/.test(commandOf(injector(chart))),
  },
  {
    what: "the given images run: Consul, the control plane, and the dataplane as sidecar",
    for: "the options consulImage, consulK8sImage and consulDataplaneImage",
    holds: (chart) =>
      container(server(chart), "consul").image === GIVEN.consul &&
      containersOf(injector(chart)).every((c) => c.image === GIVEN.controlPlane) &&
      commandOf(injector(chart)).includes(GIVEN.dataplane),
  },
  ...(
    [
      ["GOSSIP_KEY", GIVEN.gossip, "the gossip key"],
      ["ACL_BOOTSTRAP_TOKEN", GIVEN.token, "the bootstrap token"],
    ] as const
  ).map(([variable, { secretName, secretKey }, what]): Clause => ({
    what: `the servers read ${variable} from the given Secret`,
    for: `${what} is in a Secret and in no value`,
    holds: (chart) =>
      (container(server(chart), "consul").env ?? []).some((entry: Rendered) => {
        const from = entry.valueFrom?.secretKeyRef;
        return entry.name === variable && from?.name === secretName && from?.key === secretKey;
      }),
  })),
  {
    what: "server.extraEnvironmentVars reach the servers",
    for: "a rotation of the bootstrap token restarts them by one",
    holds: (chart) =>
      (container(server(chart), "consul").env ?? []).some(
        (e: Rendered) => e.name === "BOOTSTRAP_TOKEN_ROTATION" && e.value === "given-word",
      ),
  },
  {
    what: "annotations of servers, injector, sync and gateway reach their pods",
    for: "a rotation of the CA restarts them by one",
    holds: (chart) =>
      [server(chart), injector(chart), sync(chart), gateway(chart)].every((o) =>
        Object.values(podOf(o)?.metadata?.annotations ?? {}).includes("given-word"),
      ),
  },
  {
    what: "server.extraConfig is in a ConfigMap of the servers' pods, whose annotations change with it",
    for: "the leaf gate takes over the port of Consul's API",
    holds: (chart) => {
      const pod = podOf(server(chart));
      const mounted = (pod?.spec.volumes ?? []).map((v: Rendered) => chart.get("ConfigMap", v.configMap?.name));
      const has = mounted.some((map: Rendered) =>
        Object.values(map.data ?? {}).some((text) =>
          includesAll(String(text).replace(/\s/g, ""), '"given":"config"', '"https":8499'),
        ),
      );
      return has && "consul.hashicorp.com/config-checksum" in (pod?.metadata?.annotations ?? {});
    },
  },
  {
    what: "server.extraContainers run beside the servers",
    for: "the leaf gate",
    holds: (chart) => container(server(chart), "leaf-gate").image === GIVEN.dataplane,
  },
  ...(
    [
      ["consul-ca-cert", "consul-ca-cert", "/consul/tls/ca"],
      ["consul-server-cert", "consul-server-cert", "/consul/tls/server"],
    ] as const
  ).map(([volume, secretName, mountPath]): Clause => ({
    what: `the servers have the volume ${volume}, the Secret ${secretName}, at ${mountPath}`,
    for: "the leaf gate has the servers' certificate; ConsulMesh reads the CA from its Secret",
    holds: (chart) => {
      const found = (podOf(server(chart))?.spec.volumes ?? []).find((v: Rendered) => v.name === volume);
      const mounts: Rendered[] = container(server(chart), "consul").volumeMounts ?? [];
      return (
        found?.secret?.secretName === secretName &&
        mounts.some((m) => m.name === volume && m.mountPath.replace(/\/$/, "") === mountPath)
      );
    },
  })),
  {
    what: "the servers speak HTTPS at 8501 and no plain HTTP, verify each other, and refuse what no token allows",
    for: "TLS and ACLs are what the mesh promises",
    holds: (chart) => {
      const text = chart.objects
        .filter((o) => o.kind === "ConfigMap" && /server-config$/.test(o.metadata.name))
        .flatMap((o) => Object.values(o.data ?? {}))
        .join("")
        .replace(/\s/g, "");
      return includesAll(
        text,
        '"https":8501',
        '"http":-1',
        '"verify_incoming":true',
        '"verify_outgoing":true',
        '"verify_server_hostname":true',
        '"default_policy":"deny"',
      );
    },
  },
  ...["serviceintentions", "servicedefaults", "jwtproviders", "meshes", "registrations", "terminatinggateways"].map(
    (plural): Clause => ({
      what: `the kind ${plural}.consul.hashicorp.com exists in v1alpha1, with a status`,
      for: "config entries are custom resources, each awaited until Consul has taken it",
      holds: (chart) =>
        (chart.get("CustomResourceDefinition", `${plural}.consul.hashicorp.com`).spec?.versions ?? []).some(
          (v: Rendered) => v.name === "v1alpha1" && v.served && v.subresources?.status !== undefined,
        ),
    }),
  ),
  {
    what: "the servers' PersistentVolumeClaim is named data-<namespace>",
    for: "docs/environments.md says which volumes outlive a destroy",
    holds: (chart) =>
      (server(chart).spec?.volumeClaimTemplates ?? []).some((c: Rendered) => c.metadata.name === "data-consul-system"),
  },
  {
    what: "every pod is as Pod Security's level restricted wants it",
    for: "Consul's namespace enforces that level",
    holds: ({ workloads }) => workloads.every((o) => isRestricted(podOf(o)!.spec)),
  },
];

/** What the product counts on and the chart does not give. */
export function brokenClauses(objects: readonly Rendered[]): Clause[] {
  const chart = new Chart(objects);
  return CHART_CONTRACT.filter((clause) => !clause.holds(chart));
}

function exists(kind: string, name: string, why: string): Clause {
  return { what: `${kind} ${name} exists`, for: why, holds: (chart) => chart.get(kind, name).kind === kind };
}
