import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import {
  configEntry,
  intentions,
  kube,
  meshed,
  NAMED_PEERS,
  networkPolicy,
  release,
  safeBut,
  SAFE_VALUES,
  service,
  traefik,
  workload,
} from "./resources";

useAnalyzer();
const NOT_KNOWN = "can't be known during preview; give it a plain value";
const INJECT = "consul.hashicorp.com/connect-inject";

/** A pod of the mesh, with more in its container or its spec. */
const mesh = (container: Record<string, unknown>, pod: Record<string, unknown> = {}) =>
  workload("a", { annotations: { [INJECT]: "true" }, container, pod });
const security = (securityContext: Record<string, unknown>) => mesh({ securityContext });
const capability = (name: string) => security({ capabilities: { add: [name] } });
const port = (ports: Record<string, unknown>) => mesh({ ports: [ports] });

cases("no-proxy-bypass", [
  passes("a careful pod", [
    mesh({
      ports: [{ containerPort: 8080 }],
      securityContext: {
        runAsUser: 1000,
        privileged: false,
        capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
      },
    }),
    meshed("b", {
      "transparent-proxy-exclude-outbound-ports": "5432",
      "transparent-proxy-exclude-outbound-cidrs": "10.20.0.0/16",
    }),
  ]),
  passes("the user of an agent that is not the service's", [
    meshed("a", { "transparent-proxy-exclude-uids": "100" }, { securityContext: { runAsUser: 1000 } }),
  ]),
  passes("what a pod outside the mesh has for its work", [
    workload("node-exporter", {
      kind: "DaemonSet",
      pod: { hostNetwork: true, hostPID: true, securityContext: { runAsUser: 5995 } },
      container: { securityContext: { privileged: true }, ports: [{ containerPort: 9100, hostPort: 9100 }] },
    }),
    workload("left-out", { annotations: { [INJECT]: "F" }, pod: { hostNetwork: true } }),
    meshed("in-the-mesh", {}, { hostNetwork: false }),
    release(SAFE_VALUES),
  ]),
  ...["5995", "5996"].flatMap((user) => [
    blocks(
      `the sidecar's user ${user}`,
      [mesh({}, { securityContext: { runAsUser: Number(user) } })],
      `runs as ${user}`,
    ),
    blocks(`a container's user ${user}`, [security({ runAsUser: Number(user) })], `runs as ${user}`),
  ]),
  blocks(
    "an init container's user",
    [mesh({}, { initContainers: [{ name: "i", image: "a:1.2.3", securityContext: { runAsUser: 5996 } }] })],
    "container i runs as 5996",
  ),
  blocks("privileged", [security({ privileged: true })], "is privileged"),
  ...["NET_ADMIN", "NET_RAW", "SYS_ADMIN", "SYS_PTRACE", "ALL", "CAP_NET_ADMIN", "net_admin"].map((name) =>
    blocks(name, [capability(name)], `has ${name}`),
  ),
  blocks("the node's network", [meshed("a", {}, { hostNetwork: true })], "hostNetwork"),
  blocks("the node's processes", [meshed("a", {}, { hostPID: true })], "hostPID"),
  ...["/", "/var/lib/kubelet/pods", "/run/containerd/containerd.sock", "/var/run/", "/var//lib"].map((folder) =>
    blocks(
      `the node's ${folder}`,
      [meshed("a", {}, { volumes: [{ name: "node", hostPath: { path: folder } }] })],
      `the hostPath ${folder} has other pods' tokens`,
    ),
  ),
  passes("a folder of the node for itself", [
    meshed("a", {}, { volumes: [{ name: "data", hostPath: { path: "/var/lib/shop" } }] }),
  ]),
  passes("an agent outside the mesh", [
    workload("agent", { pod: { volumes: [{ name: "node", hostPath: { path: "/" } }] } }),
  ]),
  blocks("the sidecar's processes", [meshed("a", {}, { shareProcessNamespace: true })], "shareProcessNamespace"),
  blocks("a port of the node's", [port({ containerPort: 80, hostPort: 8080 })], "the hostPort 8080"),
  ...[20000, 21000, 20200, 20300, 20401].map((number) =>
    blocks(`the port ${number}`, [port({ containerPort: number })], `the port ${number}`),
  ),
  blocks(
    "the user that it runs as, excluded",
    [meshed("a", { "transparent-proxy-exclude-uids": "100, 1000" }, { securityContext: { runAsUser: 1000 } })],
    "lets the user 1000 past",
  ),
  blocks("a user that its image may have", [meshed("a", { "transparent-proxy-exclude-uids": "0" })], "the user 0 past"),
  ...["0.0.0.0/0", "::/0", "128.0.0.0/1"].map((cidr) =>
    blocks(
      cidr,
      [meshed("a", { "transparent-proxy-exclude-outbound-cidrs": `10.0.0.0/8,${cidr}` })],
      `${cidr} lets everything out`,
    ),
  ),
  blocks(
    "a namespace that the injector leaves alone",
    [{ ...mesh({}), props: { ...mesh({}).props, metadata: { name: "a", namespace: "kube-system" } } }],
    "asks for a sidecar in kube-system",
  ),
  ...["1", "t", "T", "TRUE", "True"].map((yes) =>
    blocks(
      `injection by ${yes}`,
      [workload("a", { annotations: { [INJECT]: yes }, pod: { hostNetwork: true } })],
      "hostNetwork",
    ),
  ),
  blocks(
    "injection by a boolean",
    [workload("a", { annotations: { [INJECT]: true }, pod: { hostNetwork: true } })],
    "hostNetwork",
  ),
  blocks(
    "injection by default",
    [release(safeBut({ connectInject: { default: true } })), workload("a", { pod: { hostNetwork: true } })],
    "Deployment a: hostNetwork",
  ),
  blocks(
    "a workload of another kind",
    [kube("argoproj.io/v1alpha1", "Rollout", "a", { spec: meshed("a", {}, { hostNetwork: true }).props.spec })],
    "Rollout a: hostNetwork",
  ),
  blocks("unknown", [meshed("a", {}, { hostNetwork: UNKNOWN })], NOT_KNOWN),
  ...["SYS_MODULE", "BPF"].map((name) => blocks(name, [capability(name)], `has ${name}`)),
  passes("capabilities of names like it", [capability("XCAP_ALL"), capability("NET_ADMIN_X")]),
  ...[15001, 19000, 20100, 20600, 20319, 20419, 20500, 20519].map((number) =>
    blocks(`the sidecar's port ${number}`, [port({ containerPort: number })], `the port ${number}`),
  ),
  ...[20299, 20320, 20399, 20420, 20499, 20520].map((number) =>
    passes(`the port ${number}`, [port({ containerPort: number })]),
  ),
  passes("no port of the node's", [port({ containerPort: 80, hostPort: 0 })]),
  blocks("a port of the node's, the first", [port({ containerPort: 80, hostPort: 1 })], "the hostPort 1"),
  ...["kube-public", "local-path-storage"].map((namespace) =>
    blocks(
      `a pod in ${namespace}`,
      [{ ...mesh({}), props: { ...mesh({}).props, metadata: { name: "a", namespace } } }],
      `asks for a sidecar in ${namespace}`,
    ),
  ),
  ...[
    "/proc",
    "/root",
    "/run",
    "/var",
    "/var/lib/",
    "/var/run/docker.sock",
    "/run/crio/x",
    "/var/lib/rancher/k3s",
    "/var/lib/docker/",
    "/etc/",
    "/etc/kubernetes",
    "/etc/kubernetes/pki/ca.key",
    "/etc/rancher/k3s/k3s.yaml",
    "/var/lib/etcd",
    "/var/lib/etcd/member",
    ...[
      "/proc/1/root",
      "/root/.kube",
      "/etc/cni",
      "/etc/cni/net.d",
      "/etc/cron.daily",
      "/etc/systemd/system",
      "/opt/cni",
    ],
    ...["/opt/cni/bin", "/var/snap/microk8s/current", "/var/spool", "/var/spool/cron/crontabs", "/var/lib/k0s"],
    ...["/run/podman/podman.sock", "/run/cri-dockerd.sock", "/var/run/dockershim.sock"],
  ].map((folder) =>
    blocks(
      `a way in by the node's ${folder}`,
      [meshed("a", {}, { volumes: [{ name: "node", hostPath: { path: folder } }] })],
      `the hostPath ${folder} has other pods' tokens, the cluster's keys or a way to start containers in it, to act as they do`,
    ),
  ),
  ...[
    "/etc/localtime",
    "/etc/ssl/certs",
    "/etc/kubernetes.d",
    "/my/etc",
    "/var/lib/etcds",
    "/opt",
    "/etc/cron",
    "/etc/cnis",
    "/rooted",
    "/my/proc",
    "/opt/cni2",
    "/var/spool/mail",
    "/var/snap",
    "/run/docker.socks",
    "/my/run/docker.sock",
    "/home/etc/cni",
  ].map((folder) =>
    passes(`the node's ${folder}`, [meshed("a", {}, { volumes: [{ name: "node", hostPath: { path: folder } }] })]),
  ),
  ...["/data/var", "/runs", "/var/lib/kubelets", "/var/log", "/my/run/docker"].map((folder) =>
    passes(`the node's ${folder}`, [meshed("a", {}, { volumes: [{ name: "node", hostPath: { path: folder } }] })]),
  ),
  ...["224.0.0.0/3", "192.0.0.0/2"].map((cidr) =>
    blocks(cidr, [meshed("a", { "transparent-proxy-exclude-outbound-cidrs": cidr })], `${cidr} lets everything out`),
  ),
  ...["0:65535", "1:65535", ":", "32768:", ":32767", "53, 1024:65000"].map((ports) =>
    blocks(
      `the ports ${ports}`,
      [meshed("a", { "transparent-proxy-exclude-outbound-ports": ports })],
      `transparent-proxy-exclude-outbound-ports ${ports.split(" ").pop()} lets everything out past the proxy. Remove`,
    ),
  ),
  passes("a part of the ports", [
    meshed("a", { "transparent-proxy-exclude-outbound-ports": "5432,8200:8300,32769:,:32766,x0:65535,0:65535x" }),
  ]),
  passes("a part of the addresses", [
    meshed("a", { "transparent-proxy-exclude-outbound-cidrs": "16.0.0.0/4,10.0.0.0/13, ,192.168.0.0/16" }),
  ]),
  blocks(
    "the user of one of its containers, excluded",
    [
      meshed(
        "a",
        { "transparent-proxy-exclude-uids": "7" },
        {
          securityContext: { runAsUser: 1000 },
          initContainers: [{ name: "i", image: "a:1.2.3", securityContext: { runAsUser: 7 } }],
        },
      ),
    ],
    "lets the user 7 past",
  ),
]);

const IN_MESH = { [INJECT]: "true" };
cases("no-proxy-bypass", [
  ...[
    ["sidecar.istio.io/inject", "true", "false"],
    ["istio.io/rev", "default", ""],
    ["linkerd.io/inject", "enabled", "disabled"],
    ["kuma.io/sidecar-injection", "enabled", "disabled"],
    ["openservicemesh.io/sidecar-injection", "yes", "false"],
  ].flatMap(([key, value, off]) =>
    [
      workload("a", { annotations: { ...IN_MESH, [key]: value } }),
      workload("a", { annotations: IN_MESH, labels: { [key]: value } }),
      workload("a", { annotations: { ...IN_MESH, [key]: value }, labels: { [key]: "" } }),
      workload("a", { annotations: { ...IN_MESH, [key]: value }, labels: { [key]: off } }),
    ].map((pod, i) =>
      blocks(
        `another mesh's sidecar: ${key}, ${i}`,
        [pod],
        `Deployment a: ${key} is ${value}: another mesh's sidecar may take its connections, past the intentions. Remove`,
      ),
    ),
  ),
  passes("no sidecar of another mesh, and pods outside this one", [
    workload("a", {
      annotations: { ...IN_MESH, "linkerd.io/inject": "disabled", "sidecar.istio.io/inject": null },
      labels: { "sidecar.istio.io/inject": "false", "istio.io/rev": "" },
    }),
    workload("b", { annotations: { "linkerd.io/inject": "enabled" } }),
  ]),
]);

cases("mesh-annotations-read", [
  passes("what the injector reads", [
    meshed("a", {
      "transparent-proxy": "T",
      "connect-service": "shop",
      "service-tags": "a,b",
      "service-meta-version": "2",
      "envoy-extra-args": "--log-level debug",
      "sidecar-proxy-lifecycle-shutdown-grace-period-seconds": "30",
    }),
    workload("b", { annotations: { "prometheus.io/scrape": "true", "checksum/config": UNKNOWN } }),
    kube("v1", "Namespace", "ns", { metadata: { labels: { "consul.hashicorp.com/transparent-proxy": "1" } } }),
    release(SAFE_VALUES),
  ]),
  passes("what is not set after all, and labels where the injector reads none", [
    meshed("a", { "consul-dns": null, "connect-service-port": null }),
    kube("v1", "Namespace", "ns", { metadata: { labels: { "consul.hashicorp.com/consul-dns": null } } }),
    kube("v1", "ConfigMap", "c", { metadata: { labels: { "consul.hashicorp.com/consul-dns": "on" } } }),
  ]),
  ...[
    ...["connect-inject", "consul-dns", "enable-consul-dataplane-as-sidecar", "enable-metrics", "mesh-inject"],
    ...["enable-metrics-merging", "enable-sidecar-proxy-lifecycle", "transparent-proxy", "use-proxy-health-check"],
    ...["enable-sidecar-proxy-lifecycle-shutdown-drain-listeners", "transparent-proxy-overwrite-probes"],
  ].flatMap((name) => [
    blocks(`${name} off`, [meshed("a", { [name]: "off" })], `${name} is "off", which Go does not read as a boolean`),
    passes(`${name} false`, [meshed("a", { [name]: "false" })]),
  ]),
  ...[
    ...["connect-inject-status", "connect-inject-managed-by", "connect-k8s-version", "consul-k8s-version"],
    ...["consul-sidecar-access-log-enabled", "consul-sidecar-access-log-path", "dual-stack", "original-pod"],
    ...["redirect-traffic-config", "transparent-proxy-status"],
  ].map((name) => blocks(name, [meshed("a", { [name]: "x" })], `${name} is the injector's own`)),
  blocks("a slip", [meshed("a", { "conect-injct": "true" })], "did you mean consul.hashicorp.com/connect-inject?"),
  blocks(
    "a name like no other",
    [meshed("a", { zzzzzzzzzzzzzz: "x" })],
    "is not an annotation that Consul reads. Write",
  ),
  blocks(
    "a name like the injector's own",
    [meshed("a", { "original-pods": "x" })],
    "is not an annotation that Consul reads. Write",
  ),
  blocks(
    "a namespace's label for DNS",
    [kube("v1", "Namespace", "ns", { metadata: { labels: { "consul.hashicorp.com/consul-dns": "on" } } })],
    'consul-dns is "on", which Go does not read as a boolean',
  ),
  passes("a Service's, which others read", [
    kube("v1", "Service", "a", { metadata: { annotations: { "consul.hashicorp.com/service-sync": "true" } } }),
  ]),
  ...["yes", "on", "tRUE", "", " true"].map((value) =>
    blocks(
      `"${value}"`,
      [workload("a", { annotations: { [INJECT]: value } })],
      `is "${value}", which Go does not read as a boolean`,
    ),
  ),
  blocks(
    "a boolean",
    [workload("a", { annotations: { [INJECT]: true } })],
    "is the boolean true, and Kubernetes takes text",
  ),
  blocks("a number", [meshed("a", { "connect-service-port": 8080 })], "is the number 8080"),
  blocks(
    "another name",
    [meshed("a", { "sidecar-user-volume": "[]" })],
    "did you mean consul.hashicorp.com/consul-sidecar-user-volume?",
  ),
  blocks("capitals", [meshed("a", { "Connect-Inject": "true" })], "did you mean consul.hashicorp.com/connect-inject?"),
  blocks(
    "capitals before the slash",
    [workload("a", { annotations: { "Consul.HashiCorp.com/connect-inject": "true" } })],
    "is not an annotation that Consul reads",
  ),
  blocks("the injector's mark", [meshed("a", { "connect-inject-status": "injected" })], "is the injector's own"),
  blocks("a configuration of iptables", [meshed("a", { "redirect-traffic-config": "{}" })], "is the injector's own"),
  blocks(
    "the injector's mark as a label",
    [workload("a", { labels: { "consul.hashicorp.com/connect-inject-status": "injected" } })],
    "NetworkPolicies take the pod for one with a sidecar",
  ),
  blocks(
    "a namespace's label",
    [kube("v1", "Namespace", "ns", { metadata: { labels: { "consul.hashicorp.com/transparent-proxy": "off" } } })],
    'is "off", which Go does not read as a boolean',
  ),
]);

const PROBED = { name: "p", image: "a:1.2.3", readinessProbe: { grpc: { port: 20400 } } };
const excluding = (ports: string, ...containers: Record<string, unknown>[]) =>
  meshed("a", { "transparent-proxy-exclude-inbound-ports": ports }, { containers });
const HEALTH = { path: "/grpc.health.v1.Health/Check", protocol: "http2", listenerPort: 20400, localPathPort: 1 };
cases("no-inbound-port-excluded", [
  passes("labels and options where Consul reads none", [
    kube("v1", "ConfigMap", "a", { metadata: { labels: { "consul.hashicorp.com/transparent-proxy": "false" } } }),
    kube("v1", "Namespace", "a", { metadata: { labels: { "consul.hashicorp.com/transparent-proxy": null } } }),
    kube("v1", "Namespace", "b", {}),
    kube("example.com/v1", "Thing", "a", { spec: { expose: { checks: true } } }),
    mesh({ ports: [{ containerPort: 8080 }] }),
  ]),
  passes("a probe of one container of two", [
    excluding("20400", PROBED, { name: "q", image: "b:1.2.3", ports: [{ containerPort: 9090 }] }),
  ]),
  ...[
    ["9090", PROBED],
    ["20400", { ...PROBED, ports: [{ containerPort: 20400 }] }],
    ["20400", PROBED, { name: "q", image: "b:1.2.3", ports: [{ containerPort: 9090 }, { containerPort: 20400 }] }],
  ].map(([ports, ...containers]) =>
    blocks(
      `${ports} for the containers ${JSON.stringify(containers)}`,
      [excluding(ports as string, ...(containers as Record<string, unknown>[]))],
      `inbound ports ${ports} are excluded`,
    ),
  ),
  ...["ServiceDefaults", "ProxyDefaults"].flatMap((kind) =>
    [
      { checks: true },
      { paths: [{ ...HEALTH, path: "/" }] },
      { paths: [{ ...HEALTH, protocol: "http" }] },
      { paths: [{ ...HEALTH, listenerPort: 8080 }] },
      { paths: [HEALTH, { ...HEALTH, path: "/metrics", protocol: "http" }] },
    ].map((expose) =>
      blocks(
        `${kind} with ${JSON.stringify(expose)}`,
        [configEntry(kind, "a", { expose })],
        "spec.expose opens paths without mutual TLS",
      ),
    ),
  ),
  passes("another port than the service's, for Prometheus", [
    workload("a", {
      annotations: { [INJECT]: "true", "consul.hashicorp.com/prometheus-scrape-port": "20200" },
      container: { ports: [{ name: "http", containerPort: 8080 }] },
    }),
  ]),
  ...["0", "f", "F", "FALSE", "False", false].map((no) =>
    blocks(`the proxy off by ${no}`, [meshed("a", { "transparent-proxy": no })], "the transparent proxy is off"),
  ),
  ...["0", "False", false].map((no) =>
    blocks(
      `a namespace's label ${no}`,
      [kube("v1", "Namespace", "ns", { metadata: { labels: { "consul.hashicorp.com/transparent-proxy": no } } })],
      "off for the whole namespace",
    ),
  ),
  ...["8080", "http"].map((scraped) =>
    blocks(
      `the service's own port for Prometheus, as ${scraped}`,
      [
        workload("a", {
          annotations: { [INJECT]: "true", "consul.hashicorp.com/prometheus-scrape-port": scraped },
          container: {
            ports: [
              { name: "http", containerPort: 8080 },
              { name: "admin", containerPort: 8081 },
            ],
          },
        }),
      ],
      `prometheus-scrape-port ${scraped} is a port of the service's own`,
    ),
  ),
]);

const toShop = intentions("shop", { name: "web", action: "allow" });
cases("destinations-in-mesh", [
  passes("one with a sidecar", [toShop, workload("shop", { annotations: { [INJECT]: "1" } })]),
  passes("one that another stack's injector may see to", [toShop, workload("shop")]),
  passes("others outside the mesh, and a job of the service's", [
    toShop,
    release(SAFE_VALUES),
    workload("batch", { annotations: { [INJECT]: "false" } }),
    workload("shop", { kind: "Job", annotations: { [INJECT]: "false" } }),
  ]),
  passes("pods that no Service of an intention's selects", [
    toShop,
    kube("v1", "Service", "shop", { spec: { selector: { app: "v2" } }, metadata: { namespace: "other" } }),
    { ...service("shop", {}), name: "outside" },
    { ...service("shop", { app: "v3" }), name: "another" },
    { ...service("backend", { app: "shop" }), name: "backend" },
    kube("example.com/v1", "Service", "shop", { spec: { selector: { app: "v2" } } }),
    kube("v1", "ReplicationController", "shop", {
      spec: { selector: { app: "v2" }, template: { metadata: { annotations: { [INJECT]: "true" } } } },
    }),
    workload("v2", { annotations: { [INJECT]: "false" } }),
    workload("shop", { annotations: { [INJECT]: "false" } }),
  ]),
  passes("a job that comes again and again, and somebody else's destinations", [
    toShop,
    kube("example.com/v1", "Thing", "thing", { spec: { destination: { name: "batch" } } }),
    workload("batch", { annotations: { [INJECT]: "false" } }),
    kube("batch/v1", "CronJob", "shop", {
      spec: { jobTemplate: { spec: { template: { metadata: { annotations: { [INJECT]: "false" } } } } } },
    }),
  ]),
  passes("what may yet ask for a sidecar", [toShop, workload("shop", { annotations: { [INJECT]: UNKNOWN } })]),
  blocks(
    "left out, beside a Service that is not known yet",
    [
      toShop,
      kube("v1", "Service", "web", { spec: { selector: UNKNOWN } }),
      workload("shop", { annotations: { [INJECT]: "false" } }),
    ],
    "Deployment shop: is shop",
  ),
  ...["false", "0", "F", false].map((no) =>
    blocks(
      `left out by ${no}`,
      [toShop, workload("shop", { annotations: { [INJECT]: no } })],
      "Deployment shop: is shop, which intentions",
    ),
  ),
  blocks(
    "left out, under the name of its Service",
    [toShop, service("shop", { app: "v2" }), workload("v2", { annotations: { [INJECT]: "f" } })],
    "Deployment v2: is shop",
  ),
  blocks(
    "not asked for, where that leaves it out",
    [toShop, release(SAFE_VALUES), workload("shop")],
    "Deployment shop: is shop",
  ),
]);

const account = (serviceAccountName: unknown) => ({ serviceAccountName });
const inNamespace = (namespace: string, resource: ReturnType<typeof workload>) => ({
  ...resource,
  name: `${resource.name}-${namespace}`,
  props: { ...resource.props, metadata: { ...resource.props.metadata, namespace } },
});
const catalog = { args: ["--providers.consulcatalog=true"] };
cases("own-service-account", [
  passes(
    "a chart installed twice",
    ["blue", "green"].map((namespace) => inNamespace(namespace, meshed("shop"))),
  ),
  passes("Traefik as the ingress, twice", [
    ...["inside", "outside"].map((namespace) =>
      inNamespace(
        namespace,
        workload("traefik", {
          container: { image: "traefik:v3.7.9", ...catalog },
          pod: account("traefik-system-ingress"),
        }),
      ),
    ),
  ]),
  passes("a job under its service's account, beside it", [
    meshed("shop"),
    workload("migrate", { kind: "Job", pod: account("shop") }),
  ]),
  passes("Traefik that is not in the mesh, and its job", [
    traefik({ args: ["--providers.kubernetesingress"] }),
    workload("upgrade", { kind: "Job", pod: account("traefik") }),
  ]),
  passes("what only looks like a token of the ingress'", [
    kube("v1", "Secret", "t", {
      type: "Opaque",
      metadata: { annotations: { "kubernetes.io/service-account.name": "traefik-system-ingress" } },
    }),
    kube("v1", "ConfigMap", "t", {
      type: "kubernetes.io/service-account-token",
      metadata: { annotations: { "kubernetes.io/service-account.name": "traefik-system-ingress" } },
    }),
  ]),
  passes("a service of two names, which another pod has one of", [
    meshed("v1", { "kubernetes-service": "shop, shop-admin" }, account("shop")),
    meshed("v2", { "kubernetes-service": "shop-admin" }, account("shop")),
  ]),
  passes("labels that are not known yet, which tell of no service", [
    service("shop", { app: "shop" }),
    inNamespace("other", service("build", { build: "x" })),
    workload("shop", { annotations: { [INJECT]: "true" }, labels: { build: UNKNOWN } }),
    workload("web", {
      annotations: { [INJECT]: "true", "consul.hashicorp.com/connect-service": "web" },
      labels: { app: UNKNOWN },
    }),
    workload("plain", { labels: { app: UNKNOWN } }),
  ]),
  blocks(
    "a label that is not known yet, which tells of a service",
    [
      service("shop", { app: "shop" }),
      workload("shop", { annotations: { [INJECT]: "true" }, labels: { app: UNKNOWN } }),
    ],
    "Deployment shop: has a label that is not known yet, which tells of which service it is; give it a plain value.",
  ),
  passes("a robot's account, which no intention speaks of", [
    intentions("payments", { name: "shop", action: "allow" }),
    service("evil", { app: "evil" }),
    workload("evil", { annotations: { [INJECT]: "true" }, pod: account("robot") }),
    kube("example.com/v1", "Thing", "t", { spec: { destination: { name: "robot" } } }),
  ]),
  passes("a version of a service that calls others, whose Service is another stack's", [
    intentions("payments", { name: "shop", action: "allow" }),
    meshed("shop-v1", {}, account("shop")),
  ]),
  passes("pods whose accounts are not known yet, and Traefik of which little is", [
    workload("a", { pod: account(UNKNOWN) }),
    workload("edge", { container: { image: "traefik:v3.7.9", ...catalog }, pod: account(UNKNOWN) }),
    workload("b", { container: { image: "traefik:v3.7.9", args: UNKNOWN }, pod: account("b") }),
    workload("upgrade", { kind: "Job", pod: account("b") }),
  ]),
  blocks(
    "the account of another of two names",
    [
      meshed("v1", { "kubernetes-service": "a, b" }, account("a")),
      meshed("v2", { "kubernetes-service": "c, d" }, account("a")),
    ],
    ["Deployment v1: has the ServiceAccount of v2", "Deployment v2: has the ServiceAccount of v1"],
  ),
  blocks(
    "the account of all pods by its old name, in a patch",
    [
      workload("a", {
        kind: "DeploymentPatch",
        annotations: { [INJECT]: "true" },
        pod: { serviceAccountName: undefined, serviceAccount: "default" },
      }),
    ],
    "runs under the ServiceAccount that all",
  ),
  blocks(
    "the ingress', told once",
    [
      workload("traefik", {
        container: { image: "traefik:v3.7.9", ...catalog },
        pod: account("traefik-system-ingress"),
      }),
      workload("a", { pod: account("traefik-system-ingress") }),
    ],
    "Deployment a: runs under traefik-system-ingress, the identity of the ingress",
  ),
  blocks(
    "the ingress' of another name, where a helper is beside it",
    [
      workload("traefik", {
        pod: {
          ...account("edge"),
          containers: [
            { name: "helper", image: "helper:1.2.3" },
            { name: "traefik", image: "traefik:v3.7.9", ...catalog },
          ],
        },
      }),
      workload("a", { pod: account("edge") }),
    ],
    "Deployment a: runs under edge, the identity of the ingress",
  ),
  passes("Traefik beside a helper", [
    workload("traefik", {
      pod: {
        ...account("traefik-system-ingress"),
        containers: [
          { name: "helper", image: "helper:1.2.3" },
          { name: "traefik", image: "traefik:v3.7.9", ...catalog },
        ],
      },
    }),
  ]),
  blocks(
    "the account of one that calls others",
    [
      intentions("payments", { name: "shop", action: "allow" }),
      service("evil", { app: "evil" }),
      workload("evil", { annotations: { [INJECT]: "true" }, pod: account("shop") }),
    ],
    "is evil, but acts as shop",
  ),
  blocks(
    "the ingress' of another name, which is set by variables",
    [
      workload("traefik", {
        container: { image: "traefik:v3.7.9", env: [{ name: "TRAEFIK_PROVIDERS_CONSULCATALOG", value: "true" }] },
        pod: account("edge"),
      }),
      workload("a", { pod: account("edge") }),
      workload("b", { pod: account("other") }),
    ],
    "Deployment a: runs under edge, the identity of the ingress",
  ),
  blocks(
    "the account of all pods, which others outside the mesh have too",
    [
      inNamespace("shops", meshed("shop", {}, account("default"))),
      inNamespace("other", workload("a", { pod: account("default") })),
    ],
    "runs under the ServiceAccount that all",
  ),
  blocks(
    "a component of Consul's, by an image that only ends so",
    [
      workload("a", {
        container: { image: "registry.example/anti-consul:1.2.3" },
        pod: account("consul-connect-injector"),
      }),
    ],
    "whose rights in Consul are those of a component",
  ),
  blocks(
    "a name of another namespace's",
    [inNamespace("shops", meshed("shop")), inNamespace("other", meshed("evil", {}, account("shop")))],
    ["has the ServiceAccount of evil", "has the ServiceAccount of shop"],
  ),
  blocks(
    "a pod outside the mesh under the name of another namespace's",
    [inNamespace("shops", meshed("shop")), inNamespace("other", workload("evil", { pod: account("shop") }))],
    "has the name of shop in the namespace shops as its ServiceAccount, and Consul knows the name alone",
  ),
  blocks(
    "the account of a service that others call",
    [
      intentions("payments", { name: "shop", action: "allow" }),
      service("evil", { app: "evil" }),
      meshed("evil", {}, account("payments")),
    ].map((r, i) => (i < 2 ? r : workload("evil", { annotations: { [INJECT]: "true" }, pod: account("payments") }))),
    "is evil, but acts as payments",
  ),
  blocks(
    "the old name of the field",
    [meshed("a", {}, { serviceAccountName: undefined, serviceAccount: "default" })],
    "runs under the ServiceAccount that all",
  ),
  ...["1", "TRUE", true].map((yes) =>
    blocks(
      `injected by ${yes}`,
      [workload("a", { annotations: { [INJECT]: yes }, pod: account("default") })],
      "runs under the ServiceAccount that all",
    ),
  ),
  blocks(
    "the ingress', for another image",
    [workload("a", { pod: account("traefik-system-ingress") })],
    "without being Traefik",
  ),
  blocks(
    "the ingress' by the old name of the field",
    [workload("a", { pod: { serviceAccountName: undefined, serviceAccount: "traefik-system-ingress" } })],
    "without being Traefik",
  ),
  blocks(
    "the ingress' of another name",
    [
      workload("traefik", { container: { image: "traefik:v3.7.9", ...catalog }, pod: account("edge") }),
      workload("a", { pod: account("edge") }),
    ],
    "Deployment a: runs under edge, the identity of the ingress, without being Traefik",
  ),
  blocks(
    "an image that is not known yet",
    [workload("a", { container: { image: UNKNOWN }, pod: account("traefik-system-ingress") })],
    NOT_KNOWN,
  ),
  blocks(
    "a component of Consul's",
    [workload("a", { pod: account("consul-connect-injector") })],
    "whose rights in Consul are those of a component",
  ),
  blocks(
    "a token of the ingress'",
    [
      kube("v1", "Secret", "t", {
        type: "kubernetes.io/service-account-token",
        metadata: { annotations: { "kubernetes.io/service-account.name": "traefik-system-ingress" } },
      }),
    ],
    "is a token of traefik-system-ingress that never expires",
  ),
]);

const asking = { metadata: { annotations: { [INJECT]: "true" } } };
const HOST = { ...asking, spec: { hostNetwork: true } };
cases("no-proxy-bypass", [
  ...(
    [
      ["v1", "Pod", HOST],
      ["v1", "PodTemplate", { template: HOST }],
      ["v1", "ReplicationController", { spec: { template: HOST } }],
      ...["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map(
        (kind) => ["apps/v1", kind, { spec: { template: HOST } }] as const,
      ),
      ["batch/v1", "Job", { spec: { template: HOST } }],
      ["batch/v1", "CronJob", { spec: { jobTemplate: { spec: { template: HOST } } } }],
      ["example.com/v1", "Thing", { spec: { template: { ...HOST, spec: { ...HOST.spec, containers: [] } } } }],
    ] as const
  ).map(([apiVersion, kind, body]) =>
    blocks(`a ${kind}, of which no container is told`, [kube(apiVersion, `${kind}Patch`, "a", body)], "hostNetwork"),
  ),
  passes("what is no workload, or not known to be one", [
    kube("example.com/v1", "Thing", "a", { spec: UNKNOWN }),
    kube("example.com/v1", "Thing", "b", { spec: { template: HOST } }),
    kube("v1", "ConfigMap", "c", { data: { template: "x" } }),
  ]),
  ...["initContainers", "containers", "ephemeralContainers"].map((list) =>
    blocks(
      `one of ${list}`,
      [mesh({}, { [list]: [{ name: "c", image: "c:1.2.3", securityContext: { privileged: true } }] })],
      "privileged",
    ),
  ),
  passes("a pod whose annotation is taken away", [
    workload("a", { annotations: { [INJECT]: null }, pod: { hostNetwork: true } }),
  ]),
  blocks(
    "what Go takes for no boolean, which the injector refuses",
    [workload("a", { annotations: { [INJECT]: "yes" }, pod: { hostNetwork: true } })],
    "hostNetwork",
  ),
]);

/** The chart's servers have the labels app, chart, component, hasDNS and release. */
const guarding = (podSelector: Record<string, unknown>) => [
  release(SAFE_VALUES),
  networkPolicy(NAMED_PEERS, { podSelector }),
];
const having = (key: string, operator: string, ...values: string[]) => ({
  matchExpressions: [{ key, operator, values }],
});
cases("consul-api-isolated", [
  ...[
    {},
    { matchLabels: { component: "server" } },
    having("component", "In", "client", "server"),
    having("component", "NotIn", "client"),
    having("component", "Exists"),
    having("other", "NotIn", "server"),
    having("other", "DoesNotExist"),
  ].map((selector) => passes(`the servers by ${JSON.stringify(selector)}`, guarding(selector))),
  ...[
    { matchLabels: { component: "client" } },
    { matchLabels: { component: "server", other: "x" } },
    having("component", "In", "client"),
    having("component", "NotIn", "client", "server"),
    having("other", "Exists"),
    having("component", "DoesNotExist"),
    { matchLabels: { component: "server" }, ...having("component", "In", "client") },
    { matchExpressions: [...having("app", "Exists").matchExpressions, ...having("other", "Exists").matchExpressions] },
  ].map((selector) => blocks(`others by ${JSON.stringify(selector)}`, guarding(selector), "no NetworkPolicy isolates")),
]);

/** A container that opens the dashboard if it is Traefik. */
const opening = (container: Record<string, unknown>) =>
  workload("a", { container: { args: ["--api.insecure"], ...container } });
const DIGEST = `@sha256:${"0".repeat(64)}`;
cases("traefik-dashboard-login", [
  ...[
    "traefik",
    "traefik:v3.7.9",
    `registry.example:5000/edge/traefik${DIGEST}`,
    `registry.example:5000/edge/Traefik:v3${DIGEST}`,
    "registry.example/traefik-fips:3.1",
    "registry.example/edge_traefik:3.1",
    "registry.example/whoami/traefik:3.1",
  ].map((image) => blocks(`the image ${image}`, [opening({ image })], "sets api.insecure")),
  ...[
    "traefik/other:1.2",
    "traefikee:1.2",
    "nottraefik:1.2",
    "shop:traefik",
    "traefik/whoami:1.2",
    "traefik-whoami:1.2",
    "thomseddon/traefik-forward-auth:2.2",
    "traefik-certs-dumper:2.8",
    "traefik-cert-maker:1.2",
    "traefik-dumper:1.2",
    "traefik-error-pages:1.2",
  ].map((image) => passes(`the image ${image}`, [opening({ image })])),
  ...[
    { command: ["traefik"] },
    { command: ["/usr/local/bin/traefik"] },
    ...["--providers.file", "-entryPoints.web.address=:80", "--certificatesResolvers.le.acme.email=a"].map((arg) => ({
      args: [arg, "--api.insecure"],
    })),
  ].map((container) =>
    blocks(`what is started by ${JSON.stringify(container)}`, [opening(container)], "sets api.insecure"),
  ),
  ...[
    { command: ["traefik2"] },
    { command: ["not-traefik"] },
    { args: ["x--providers.file", "---providers.file", "--providers", "--myproviders.file", "--api.insecure"] },
    { args: ["run traefik", "--api.insecure"] },
    { args: UNKNOWN },
  ].map((container) => passes(`what is started by ${JSON.stringify(container)}`, [opening(container)])),
  blocks("an image that is not known yet", [opening({ image: UNKNOWN })], "sets api.insecure"),
]);
