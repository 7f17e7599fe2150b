import * as yaml from "yaml";
import { acceptedSettings, CORPUS } from "../accepted";
import * as fc from "../generated";
import { programOf } from "../program";
import { Recorded } from "../recorder";

/** What holds for the objects of every stack that preview accepts: settings drawn by the run's seed, and all of them at once. */
interface Made {
  readonly settings: Record<string, any>;
  readonly resources: readonly Recorded[];
}
let stacks: Made[];
beforeAll(async () => {
  stacks = [];
  // Once with the gossip key and the bootstrap token of somebody else, once with those that the stack makes; and with nothing said.
  const own = { ...CORPUS, consulGossipKeySecret: {}, consulBootstrapTokenSecret: {} };
  for (const settings of [CORPUS, own, {}, ...fc.sample(acceptedSettings, Number(process.env.STACKS ?? 8))]) {
    stacks.push({ settings, resources: plain(await programOf(settings)) });
  }
});

/** Fails with the settings of the first stack of which something is said. */
function never(what: (stack: Made) => string[]): void {
  for (const stack of stacks) {
    const said = what(stack);
    expect(said.length === 0 ? [] : [said, JSON.stringify(stack.settings)]).toEqual([]);
  }
}

const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";
/** Secrets as their values. */
function plain(value: any): any {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (SECRET_SIGNATURE in value) {
    return plain(value.value);
  }
  return Array.isArray(value)
    ? value.map(plain)
    : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

const kindOf = ({ type }: Recorded) => type.split(":").pop()!;
const ofKind = (resources: readonly Recorded[], ...kinds: string[]) =>
  resources.filter((resource) => resource.type.startsWith("kubernetes:") && kinds.includes(kindOf(resource)));
const podsOf = (resources: readonly Recorded[]) =>
  ofKind(resources, "Deployment", "StatefulSet", "DaemonSet", "Job").map((resource) => ({
    resource,
    pod: resource.props.spec.template,
    containers: [
      ...(resource.props.spec.template.spec.initContainers ?? []),
      ...resource.props.spec.template.spec.containers,
    ] as any[],
  }));
const traefikOf = (resources: readonly Recorded[]) =>
  resources.find(({ name }) => name === "traefik-deployment")!.props.spec.template.spec.containers[0];

test("Traefik listens where it was told to, and its own services need a login but for ping", () =>
  never(({ settings, resources }) => {
    const { args, ports } = traefikOf(resources);
    const addresses = (args as string[]).flatMap((each) => {
      const [, name, address] = /^--entrypoints\.([^.]+)\.address=(.*)$/i.exec(each) ?? [];
      return name === undefined ? [] : [[name, address] as const];
    });
    const metrics = settings.traefikMetrics !== false;
    const own = ["web", "websecure", "admin", ...(metrics ? ["metrics"] : [])];
    const open = addresses.filter(([, address]) => !address.startsWith("127.0.0.1:")).map(([name]) => name);
    const wanted = [...own, ...Object.keys(settings.traefikTcpEntryPoints ?? {})];
    const shown = ports.map((port: any) => port.name).filter((name: string) => name !== "websecure-http3");
    const insecure = (args as string[]).filter((each) => /^--(api\.(insecure|debug)|providers\.rest)/i.test(each));
    // A tag on api@internal is the dashboard that was asked for; in a file it has a login and TLS.
    const tags = JSON.stringify(resources.map(({ props }) => props.metadata?.annotations ?? {}));
    const routers = ofKind(resources, "ConfigMap").flatMap(({ props }) =>
      Object.values(props.data ?? {}).flatMap((text) => {
        const file = yaml.parse(String(text));
        return Object.entries<any>(file?.http?.routers ?? {}).map(([name, router]) => ({ name, router, file }));
      }),
    );
    return [
      ...(open.sort().join() === wanted.sort().join() ? [] : [`open are ${open}, and wanted ${wanted}`]),
      ...(shown.sort().join() === wanted.join() ? [] : [`the pod shows ${shown}, and wanted are ${wanted}`]),
      ...insecure,
      ...(tags.includes("api@internal") && settings.traefikDashboard !== true ? ["a tag leads to api@internal"] : []),
      ...routers.flatMap(({ name, router, file }) =>
        router.middlewares.some((each: string) => file.http.middlewares[each].basicAuth?.usersFile) &&
        router.tls !== undefined &&
        String(router.entryPoints) === "websecure"
          ? []
          : [`router ${name} is open`],
      ),
    ];
  }));

test("Traefik's Service shows clients the entry points that are theirs, the admin one where the dashboard is asked for", () =>
  never(({ settings, resources }) => {
    const { ports } = resources.find(({ name }) => name === "traefik-service")!.props.spec;
    const wanted = ["web", "websecure", ...Object.keys(settings.traefikTcpEntryPoints ?? {})];
    const more = [
      ...(settings.traefikHttp3 ? ["websecure-http3"] : []),
      // A load balancer shows it to everybody who can reach that.
      ...(settings.traefikDashboard === true && settings.traefikServiceType !== "LoadBalancer" ? ["admin"] : []),
    ];
    const shown = ports.map((port: any) => port.targetPort);
    return shown.sort().join() === [...wanted, ...more].sort().join() ? [] : [`shows ${shown}`];
  }));

test("Traefik asks Consul by TLS that it verifies, as itself, and takes what publishes itself and is in the mesh", () =>
  never(({ resources }) => {
    const { spec } = resources.find(({ name }) => name === "traefik-deployment")!.props.spec.template;
    const { args, volumeMounts } = traefikOf(resources);
    const said = (flag: string) =>
      (args as string[]).flatMap((each) => {
        const [key, value = "true"] = each.split("=");
        return key.toLowerCase() === `--providers.consulcatalog.${flag}`.toLowerCase() ? [value] : [];
      });
    // Itself, or by the proxy on its pod's loopback.
    const proxy = (spec.initContainers ?? []).find(({ name }: any) => name === "consul-api-proxy");
    const { clusters, listeners } = proxy === undefined ? ({} as any) : JSON.parse(proxy.command[2]).static_resources;
    const verified = clusters?.[0].transport_socket.typed_config.common_tls_context.validation_context;
    const [ca = ""] = proxy === undefined ? said("endpoint.tls.ca") : [verified.trusted_ca.filename];
    const loopback = (listeners ?? []).map(({ address }: any) => Object.values(address.socket_address).join(":"));
    const mounted = (proxy?.volumeMounts ?? volumeMounts).find((mount: any) => ca === `${mount.mountPath}/tls.crt`);
    const { configMap } = spec.volumes.find(({ name }: any) => name === mounted?.name) ?? {};
    const copied = ofKind(resources, "ConfigMap").some(
      ({ props }) => props.metadata.name === configMap?.name && props.data["tls.crt"] === "the CA",
    );
    return [
      ...(copied ? [] : [`the CA at ${ca} is not Consul's`]),
      ...(proxy === undefined || verified.match_typed_subject_alt_names.length === 1 ? [] : ["any name is taken"]),
      ...Object.entries({
        ...(proxy === undefined ? {} : { "endpoint.address": "127.0.0.1:8500" }),
        exposedByDefault: "false",
        connectAware: "true",
        connectByDefault: "true",
        "endpoint.scheme": proxy === undefined ? "https" : "http",
        serviceName: spec.serviceAccountName,
        "endpoint.tls.insecureSkipVerify": "",
        "endpoint.token": "",
      }).flatMap(([flag, value]) => (String(said(flag)) === value ? [] : [`${flag} is ${said(flag)}`])),
      ...(proxy === undefined || String(loopback) === "127.0.0.1:8500" ? [] : [`the proxy listens at ${loopback}`]),
    ];
  }));

test("whatever asks Consul verifies it, and a token is in memory alone, for the login alone", () =>
  never(({ resources }) =>
    podsOf(resources).flatMap(({ resource: { name }, pod: { spec }, containers }) => {
      const tokens = (spec.volumes ?? [])
        .filter((volume: any) => volume.projected?.sources.some((source: any) => source.serviceAccountToken))
        .map((volume: any) => volume.name);
      return [
        ...containers.flatMap((container) => {
          const script = [...(container.command ?? []), ...(container.args ?? [])].join(" ").replace(/\\\n/g, " ");
          // The Job that asks Traefik's pods for its paths does so by their addresses, which no certificate has.
          const calls = (script.match(/\bcurl [^\n]*/g) ?? []).filter(() => !name.startsWith("served-routes"));
          return [
            ...(/\bcurl[^\n]* (-k|--insecure)\b|SSL_VERIFY=false/.test(script)
              ? [`${name}: ${container.name} skips`]
              : []),
            ...calls.filter((call) => !call.includes('--cacert "$CONSUL_CACERT"')),
            ...(container.env ?? []).flatMap(({ name: key, value = "" }: any) =>
              (key === "CONSUL_HTTP_ADDR" && !value.startsWith("https://")) ||
              (/SSL_VERIFY|TOKEN$/.test(key) && value !== "")
                ? [`${name}: ${key}=${value}`]
                : [],
            ),
          ];
        }),
        ...(spec.volumes ?? [])
          .filter((volume: any) => /token/.test(volume.name) && volume.emptyDir && volume.emptyDir.medium !== "Memory")
          .map((volume: any) => `${name}: ${volume.name} lies on a disk`),
        // Who logs in is the sidecar.
        ...spec.containers.flatMap((container: any) =>
          (container.volumeMounts ?? [])
            .filter((mount: any) => tokens.includes(mount.name))
            .map((mount: any) => `${name}: ${container.name} has ${mount.name}`),
        ),
        ...(spec.volumes ?? [])
          .flatMap((volume: any) => volume.projected?.sources ?? [])
          .filter(
            ({ serviceAccountToken: token }: any) =>
              token && !((token.expirationSeconds ?? 3600) <= 3600 && token.path),
          )
          .map(({ serviceAccountToken }: any) => `${name}: ${JSON.stringify(serviceAccountToken)}`),
      ];
    }),
  ));

test("every pod that serves has a sidecar or is the ingress, and none starts before deny-all is in force", () =>
  never(({ settings, resources }) =>
    podsOf(resources).flatMap(({ resource, pod, containers }) => {
      if (resource.name === "traefik-deployment") {
        return [];
      }
      if (kindOf(resource) === "Job") {
        return containers.some(({ ports }) => ports !== undefined) ? [`${resource.name} serves`] : [];
      }
      const waits = settings.denyAll === false || resource.dependsOn.includes("baseline-all.services");
      return [
        ...(pod.metadata.annotations["consul.hashicorp.com/connect-inject"] === "true"
          ? []
          : [`${resource.name} is not injected`]),
        ...(waits ? [] : [`${resource.name} does not wait for deny-all`]),
      ];
    }),
  ));

test("whatever a Service selects is a pod of the mesh", () =>
  never(({ resources }) => {
    const labels = podsOf(resources).map(({ pod }) => pod.metadata.labels);
    return ofKind(resources, "Service").flatMap(({ name, props: { spec } }) => {
      const selected = Object.entries(spec.selector ?? {});
      const one = labels.some((of) => selected.every(([key, value]) => of[key] === value));
      return selected.length > 0 && one ? [] : [`${name} selects ${JSON.stringify(spec.selector)}`];
    });
  }));

test("each peer of a NetworkPolicy is known by its namespace and its labels, and so are the pods that it is for", () =>
  never(({ settings, resources }) => {
    // Every pod of a namespace, where its owner says so.
    const whole = (settings.networkPolicyClients ?? [])
      .filter(({ podLabels }: any) => podLabels === undefined)
      .map(({ namespace }: any) => namespace);
    const labelled = (selector: any) => Object.values(selector?.matchLabels ?? {}).filter(Boolean).length > 0;
    return ofKind(resources, "NetworkPolicy").flatMap(({ name, props: { metadata, spec } }) => [
      ...(metadata.namespace ? [] : [`${name} has no namespace`]),
      ...(labelled(spec.podSelector) ? [] : [`${name} is for every pod`]),
      ...(String(spec.policyTypes) === "Ingress" ? [] : [`${name} is for ${spec.policyTypes}`]),
      ...spec.ingress.flatMap((rule: any) => [
        ...((rule.ports ?? []).length > 0 ? [] : [`${name} opens every port`]),
        ...(rule.from?.length === 0 ? [`${name} lets everybody in`] : []),
        ...(rule.from ?? []).flatMap((peer: any) => {
          const namespace = peer.namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"];
          const named = peer.namespaceSelector === undefined || Boolean(namespace);
          return named && peer.ipBlock === undefined && (labelled(peer.podSelector) || whole.includes(namespace))
            ? []
            : [`${name} lets in ${JSON.stringify(peer)}`];
        }),
      ]),
    ]);
  }));

test("a port that is for everybody is one that clients of the ingress reach, or the API server asks by TLS", () =>
  never(({ settings, resources }) =>
    ofKind(resources, "NetworkPolicy").flatMap(({ name, props: { spec } }) => {
      const open = spec.ingress.filter((rule: any) => rule.from === undefined).flatMap((rule: any) => rule.ports);
      const tcp = Object.values<any>(settings.traefikTcpEntryPoints ?? {}).map(({ port }) => port);
      const wanted: Record<string, number[]> = {
        "network-traefik": [80, 443, ...tcp],
        "network-consul-injector": [8080],
      };
      return open.filter(({ port }: any) => !wanted[name]?.includes(port)).map(({ port }: any) => `${name}: ${port}`);
    }),
  ));

test("what is secret is in Secrets alone", () => {
  let seen = 0;
  never(({ resources }) => {
    const secrets = resources
      .filter(({ type }) => type === "kubernetes:core/v1:Secret")
      .flatMap(({ props }) => Object.values({ ...props.data, ...props.stringData }).map(String));
    seen += secrets.length;
    const values = [...secrets, "cmFuZG9tIGJ5dGVz", "0123456789abcdef0123456789abcdef"];
    return resources
      .filter(({ type }) => type !== "kubernetes:core/v1:Secret")
      .flatMap(({ name, props }) => {
        const text = JSON.stringify(props);
        return values.filter((value) => text.includes(value)).map((value) => `${name} has ${value}`);
      });
  });
  expect(seen).toBeGreaterThan(0);
});

test("no pod is root, gains a right, keeps a capability or sees its node, and no token lies where none is needed", () =>
  never(({ settings, resources }) =>
    podsOf(resources).flatMap(({ resource, pod: { spec }, containers }) => {
      const { name } = resource;
      const isIngress = name === "traefik-deployment";
      const needsToken = isIngress && (settings.traefikKubernetesCrdNamespaces ?? []).length > 0;
      const isOurs = isIngress || kindOf(resource) === "Job";
      return [
        ...(spec.securityContext?.runAsNonRoot === true ? [] : [`${name} may be root`]),
        ...(spec.securityContext?.seccompProfile?.type === "RuntimeDefault" ? [] : [`${name} has no seccomp`]),
        ...(spec.hostNetwork || spec.hostPID || spec.hostIPC ? [`${name} is in its node's namespaces`] : []),
        ...((spec.volumes ?? []).some((volume: any) => volume.hostPath) ? [`${name} mounts its node`] : []),
        ...(isOurs && !needsToken && spec.automountServiceAccountToken !== false ? [`${name} has a token`] : []),
        ...containers
          .filter(
            ({ securityContext: its }) =>
              its?.allowPrivilegeEscalation !== false ||
              its.privileged === true ||
              String(its.capabilities?.drop) !== "ALL" ||
              // Envoy's file has one, which the level "restricted" lets it have.
              (isOurs && (its.capabilities.add ?? []).some((each: string) => each !== "NET_BIND_SERVICE")),
          )
          .map((container) => `${name}: ${container.name} is not hardened`),
      ];
    }),
  ));

test("Consul speaks TLS alone and verifies it, with ACLs and gossip encrypted where asked for, by a key of 32 bytes", () =>
  never(({ settings, resources }) => {
    const release = resources.find(({ type }) => type === "kubernetes:helm.sh/v3:Release");
    if (release === undefined) {
      return ["there is no release"];
    }
    const { global: all, connectInject, server, client } = release.props.values;
    const keys = resources.filter(({ type }) => type === "random:index/randomBytes:RandomBytes");
    return [
      ...(all.tls.enabled === true && all.tls.verify === true && all.tls.httpsOnly !== false ? [] : ["TLS"]),
      ...((settings.consulAcls ?? false) === (all.acls?.manageSystemACLs ?? false) ? [] : ["ACLs"]),
      ...(settings.consulGossipEncryption === true && all.gossipEncryption === undefined ? ["gossip"] : []),
      ...(connectInject.default === false ? [] : ["everything is injected"]),
      ...(server?.exposeService?.enabled ? ["the servers are exposed"] : []),
      ...(client?.enabled ? ["clients"] : []),
      ...keys
        .filter(({ name, props }) => props.length < (/gossip/.test(name) ? 32 : 16))
        .map(({ name }) => `${name} is short`),
    ];
  }));

test("every object has the stack's label and is refused where it is somebody else's; a patch has neither", () =>
  never(({ resources }) =>
    resources
      .filter(({ type }) => type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh"))
      .filter(({ type, props, beforeCreate }) => {
        const foreign = beforeCreate.filter((hook) => hook.endsWith("-foreign"));
        const marks = [props.metadata.labels?.["consul-traefik-mesh/stack"], foreign.length];
        return String(marks) !== String(type.endsWith("Patch") ? [undefined, 0] : ["consul-traefik-mesh.test", 1]);
      })
      .map(({ type, name }) => `${type} ${name}`),
  ));
