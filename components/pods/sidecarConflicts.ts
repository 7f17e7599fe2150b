import * as pulumi from "@pulumi/pulumi";
import { sidecarPortProblems } from "./containerProblems";
import { SIDECAR_USERS } from "../shared/podSecurity";
import { probePathProblems } from "./probes";
import { Problem } from "../shared/problems";

/** Names that the injector gives to what it adds [consul-k8s connect-inject/webhook, to 2.0]. */
const INJECTED = /^(consul-dataplane|envoy-sidecar|consul-connect-inject-init|copy-consul-bin|consul-sidecar)(-.*)?$/;
const INJECTED_VOLUMES = ["consul-connect-inject-data", "envoy-access-logs"];

/** Capabilities with which a container undoes the redirection to the sidecar, or reads its keys. */
const BEYOND_THE_SIDECAR = /^(CAP_)?(ALL|NET_ADMIN|NET_RAW|SYS_ADMIN|SYS_PTRACE|SYS_MODULE|BPF)$/i;

/** Annotations of Consul's that change what the sidecar uses or tells, and nothing of whom it lets in. */
export const HARMLESS_ANNOTATIONS =
  /^consul\.hashicorp\.com\/(sidecar-proxy-(cpu|memory)-(request|limit)|consul-dns|consul-envoy-proxy-concurrency|enable-metrics(-merging)?|merged-metrics-port|service-metrics-(port|path)|service-meta-.+)$/;

/** With the sidecar's DNS, the injector sets another policy without a word [consul-k8s configureDNS]. */
export const NODES_DNS =
  "Default is the node's DNS servers, which know neither the services nor Consul, whom the sidecar asks; leave it out, or use None with dnsConfig";

/** Why a key of the PodSpec cannot be set, for those that no value is right for but Kubernetes' default. */
export const REFUSED: Readonly<Record<string, string>> = {
  hostNetwork: "the node's network has no sidecar in its way, so intentions do not hold; leave it out",
  hostPID: "other processes of the node could be entered, the sidecar's among them; leave it out",
  hostIPC: "the pod would share memory with the node; leave it out",
  shareProcessNamespace: "the service could read the sidecar's memory, and its key with it; leave it out",
  serviceAccountName: "the ServiceAccount is the identity, which the component sets; leave it out",
  serviceAccount: "the ServiceAccount is the identity, which the component sets; leave it out",
  automountServiceAccountToken: "the sidecar logs in with the ServiceAccount's token; leave it out",
  ephemeralContainers: "are not declared but added to a running pod; leave them out",
  restartPolicy: "pods of a service are always restarted, and those of a job never; leave it out",
};

export const KUBERNETES_DEFAULTS: Readonly<Record<string, unknown>> = {
  automountServiceAccountToken: true,
  restartPolicy: "Always",
};

/** What of the pods of somebody else's workload keeps them out of the mesh, or breaks in it. */
export function foreignSpecProblems(spec: PlainObject, path: string): Problem[] {
  const { securityContext, containers = [], initContainers = [], volumes = [] } = spec;
  const opened = [containers].flat().flatMap((each) => (isPlainObject(each) ? [each.ports ?? []].flat() : []));
  const names = opened.flatMap((each) => (isPlainObject(each) ? String(each.name) : []));
  const judge = (at: string, list: unknown, init: boolean) =>
    listProblems(at, list, (container, each) => [
      ...injectedNameProblems(each, String(container.name)),
      ...securityProblems(each, container.securityContext as Security | undefined),
      ...probeProblems(each, container, init, names),
      ...listProblems(`${each}.ports`, container.ports ?? [], (port, its) => portProblems(its, port)),
    ]);
  return [
    ...(["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "restartPolicy"] as const).flatMap((key) =>
      spec[key] === undefined || spec[key] === (KUBERNETES_DEFAULTS[key] ?? false)
        ? []
        : [{ propertyPath: `${path}.${key}`, reason: REFUSED[key] }],
    ),
    ...plainProblems(`${path}.securityContext`, securityContext),
    ...userProblems(`${path}.securityContext`, securityContext as Security | undefined),
    ...judge(`${path}.containers`, containers, false),
    ...judge(`${path}.initContainers`, initContainers, true),
    ...volumeProblems(`${path}.volumes`, volumes),
  ];
}

export function injectedNameProblems(path: string, name: string): Problem[] {
  return INJECTED.test(name)
    ? [
        {
          propertyPath: `${path}.name`,
          reason: `"${name}" is what the injector calls the sidecar's own; use another name`,
        },
      ]
    : [];
}

export function volumeProblems(path: string, volumes: unknown): Problem[] {
  return listProblems(path, volumes, (volume, each) =>
    INJECTED_VOLUMES.includes(String(volume.name))
      ? [{ propertyPath: `${each}.name`, reason: `"${String(volume.name)}" is the sidecar's volume; use another name` }]
      : [],
  );
}

export function portProblems(path: string, port: PlainObject): Problem[] {
  return [
    ...sidecarPortProblems(`${path}.containerPort`, Number(port.containerPort)),
    ...(port.hostPort !== undefined
      ? [{ propertyPath: `${path}.hostPort`, reason: "opens the port on the node, past the sidecar; leave it out" }]
      : []),
  ];
}

export const PROBES = ["readinessProbe", "livenessProbe", "startupProbe"] as const;
export const ANSWERED_BY_SIDECAR = "is answered by the sidecar, whatever the service does; use httpGet or exec";

/**
 * What the kubelet asks of a container and does not get past the sidecar: the injector leads there the HTTP probes of
 * containers, and nothing else [consul-k8s overwriteProbes]. `names` are those of ports, where all of them are known.
 */
export function probeProblems(
  path: string,
  container: PlainObject,
  init: boolean,
  names?: readonly string[],
): Problem[] {
  const asked = PROBES.flatMap((key) => {
    const probe = container[key];
    return isPlainObject(probe) ? [{ at: `${path}.${key}`, probe }] : [];
  });
  const hooks = isPlainObject(container.lifecycle) ? container.lifecycle : {};
  return [
    ...asked.flatMap(({ at, probe: { httpGet, grpc, tcpSocket } }): Problem[] => {
      const problem = (key: string, reason: string) => [{ propertyPath: `${at}.${key}`, reason }];
      if (isPlainObject(grpc)) {
        return problem("grpc", "the kubelet has no certificate for the sidecar, which answers in its place; use exec");
      }
      if (init && (httpGet !== undefined || tcpSocket !== undefined)) {
        return problem(
          httpGet === undefined ? "tcpSocket" : "httpGet",
          "the injector sends the probes of init containers to nobody; use exec",
        );
      }
      if (!isPlainObject(httpGet)) {
        return [];
      }
      const { scheme = "HTTP", path: asks = "/", port } = httpGet;
      return [
        ...(scheme === "HTTP" ? [] : problem("httpGet.scheme", "the sidecar is asked by plain HTTP; use HTTP or exec")),
        ...(typeof asks === "string" ? probePathProblems(`${at}.httpGet.path`, asks || "/") : []),
        ...(names !== undefined && typeof port === "string" && !/^\d+$/.test(port) && !names.includes(port)
          ? problem(
              "httpGet.port",
              `"${port}" is not the name of a port, so that Consul never hears of the pod; use one`,
            )
          : []),
      ];
    }),
    ...["postStart", "preStop"].flatMap((key) =>
      ["httpGet", "tcpSocket"].flatMap((way) =>
        isPlainObject(hooks[key]) && hooks[key][way] !== undefined
          ? [
              {
                propertyPath: `${path}.lifecycle.${key}.${way}`,
                reason: "the kubelet does not get past the sidecar; use exec",
              },
            ]
          : [],
      ),
    ),
  ];
}

export function securityProblems(path: string, security: Security | undefined): Problem[] {
  const capabilities = Array.isArray(security?.capabilities?.add) ? security.capabilities.add : [];
  return [
    ...plainProblems(`${path}.securityContext`, security),
    ...userProblems(`${path}.securityContext`, security),
    ...(security?.privileged === true
      ? [
          {
            propertyPath: `${path}.securityContext.privileged`,
            reason: "lets the container undo the redirection to the sidecar; leave it out",
          },
        ]
      : []),
    ...capabilities.flatMap((capability, i) =>
      BEYOND_THE_SIDECAR.test(String(capability))
        ? [
            {
              propertyPath: `${path}.securityContext.capabilities.add[${i}]`,
              reason: `${String(capability)} lets the container past the sidecar; leave it out`,
            },
          ]
        : [],
    ),
  ];
}

/** What of a security context is judged, of a pod or a container. */
export interface Security {
  readonly runAsUser?: number;
  readonly runAsNonRoot?: boolean;
  readonly privileged?: boolean;
  readonly capabilities?: { readonly add?: readonly unknown[] };
}

export function userProblems(path: string, security: Security | undefined): Problem[] {
  return security?.runAsUser !== undefined && SIDECAR_USERS.includes(security.runAsUser)
    ? [
        {
          propertyPath: `${path}.runAsUser`,
          reason: `${security.runAsUser} is the sidecar's, whose traffic does not go through the mesh; use another`,
        },
      ]
    : [];
}

export function plainProblems(path: string, value: unknown): Problem[] {
  return containsOutput(value)
    ? [{ propertyPath: path, reason: "decides whether the pod is in the mesh, and is an output; use a plain value" }]
    : [];
}

export function listProblems(
  path: string,
  list: unknown,
  problemsOf: (item: PlainObject, path: string) => Problem[],
): Problem[] {
  if (!Array.isArray(list)) {
    return [
      {
        propertyPath: path,
        reason: pulumi.Output.isInstance(list) ? "is an output; use a plain list" : "is not a list; use one",
      },
    ];
  }
  return list.flatMap((item, i) =>
    isPlainObject(item)
      ? problemsOf(item, `${path}[${i}]`)
      : [{ propertyPath: `${path}[${i}]`, reason: "is not an object of plain keys; use one" }],
  );
}

function containsOutput(value: unknown): boolean {
  return (
    pulumi.Output.isInstance(value) ||
    value instanceof Promise ||
    (typeof value === "object" && value !== null && Object.values(value).some(containsOutput))
  );
}

export type PlainObject = Readonly<Record<string, unknown>>;

export function isPlainObject(value: unknown): value is PlainObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !pulumi.Output.isInstance(value) &&
    !(value instanceof Promise)
  );
}
