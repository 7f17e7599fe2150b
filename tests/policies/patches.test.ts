import { Resource, UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import {
  anyPath,
  configEntry,
  denyAll,
  http,
  intentions,
  kube,
  meshed,
  NAMED_PEERS,
  networkPolicy,
  paths,
  release,
  SAFE_VALUES,
  traefik,
  workload,
} from "./resources";

useAnalyzer();

const safe = release(SAFE_VALUES);
const inChart = { namespace: "consul-system" };

/** A patch; at the end of a preview of a stack that is deployed, the engine shows the whole object that it is a part of. */
function patch(of: Resource, set: Record<string, any>, name = "patch"): Resource {
  const { metadata, ...rest } = of.props;
  const props = { ...set, metadata: { name: metadata.name, namespace: metadata.namespace, ...set.metadata } };
  return { type: `${of.type}Patch`, name, props, outputs: { ...rest, ...props } };
}
/** A patch of something that the chart of Consul renders. */
const rendered = (apiVersion: string, kind: string, name: string, set: Record<string, any>, more = {}) =>
  patch(kube(apiVersion, kind, name, { metadata: inChart, ...more }), set);
const SERVERS = {
  spec: {
    replicas: 3,
    template: { spec: { containers: [{ name: "consul", command: ["exec consul agent -config-dir=/consul/config"] }] } },
  },
};
const servers = (set: Record<string, any>) => rendered("apps/v1", "StatefulSet", "consul-server", set, SERVERS);
const annotated = servers({ metadata: { annotations: { "helm-revision": "1" } } });
const serverConfig = (config: object) =>
  rendered("v1", "ConfigMap", "consul-server-config", { data: { "z.json": JSON.stringify(config) } });

for (const policy of ["consul-tls", "consul-acls", "consul-gossip-key", "consul-availability", "images-pinned"]) {
  cases(policy, [
    passes("an annotation on servers that a chart of the same program renders", [safe, annotated]),
    passes("an annotation on somebody else's servers", [annotated]),
    passes("an annotation on what is not known yet", [
      safe,
      servers({ metadata: { name: UNKNOWN, namespace: UNKNOWN } }),
    ]),
  ]);
}

cases("consul-tls", [
  passes("another file for the servers", [safe, serverConfig({ ui_config: { enabled: true } })]),
  blocks(
    "verification undone",
    [safe, serverConfig({ tls: { defaults: { verify_outgoing: false } } })],
    ["StatefulSet consul-server: Consul's tls.defaults.verify_outgoing is false"],
  ),
  blocks(
    "a port opened before the chart is shown",
    [serverConfig({ ports: { http: 8500 } }), safe],
    // Of itself, before it is made, and in what the servers read in the end.
    ["sets Consul's ports.http to 8500", "ports.http is 8500"],
  ),
  blocks(
    "the configuration taken away",
    [safe, rendered("v1", "ConfigMap", "consul-server-config", { data: { "tls-config.json": null } })],
    ["verify_outgoing is not set", "verify_incoming", "verify_server_hostname", "ports.http is not set"],
  ),
  blocks(
    "a client that verifies no more",
    [
      workload("a", { container: { env: [{ name: "CONSUL_HTTP_SSL_VERIFY", value: "true" }] } }),
      patch(workload("a"), {
        spec: {
          template: {
            spec: { containers: [{ name: "a", env: [{ name: "CONSUL_HTTP_SSL_VERIFY", value: "false" }] }] },
          },
        },
      }),
    ],
    "Deployment a as patch patches it: container a does not verify",
  ),
]);

cases("consul-acls", [
  blocks(
    "allowed by default",
    [safe, serverConfig({ acl: { default_policy: "allow" } })],
    "default_policy is not deny",
  ),
]);

cases("consul-availability", [
  passes("five servers", [safe, servers({ spec: { replicas: 5 } })]),
  blocks(
    "two servers",
    [safe, servers({ spec: { replicas: 2 } })],
    ["rendered by the chart: StatefulSet consul-server as patch patches it: has 2 servers", "lets 1 of 2 servers go"],
  ),
  blocks(
    "a budget that lets all go",
    [safe, rendered("policy/v1", "PodDisruptionBudget", "consul-server", { spec: { maxUnavailable: 3 } })],
    "lets 3 of 3 servers go",
  ),
]);

cases("consul-api-isolated", [
  passes("a label on the policy", [
    safe,
    networkPolicy(NAMED_PEERS),
    patch(networkPolicy(NAMED_PEERS), { metadata: { labels: { team: "mesh" } } }),
  ]),
  blocks(
    "a rule that lets all in",
    [safe, networkPolicy(NAMED_PEERS), patch(networkPolicy(NAMED_PEERS), { spec: { ingress: [{}] } })],
    "opens Consul's API to everybody",
  ),
  blocks(
    "a policy for egress alone",
    [safe, networkPolicy(NAMED_PEERS), patch(networkPolicy(NAMED_PEERS), { spec: { policyTypes: ["Egress"] } })],
    "no NetworkPolicy isolates",
  ),
  blocks(
    "a rule that lets all in, in a policy of another stack",
    [
      safe,
      networkPolicy(NAMED_PEERS),
      patch(kube("networking.k8s.io/v1", "NetworkPolicy", "other", { metadata: inChart }), { spec: { ingress: [{}] } }),
    ],
    "opens Consul's API to everybody",
  ),
]);

cases("deny-all-exists", [
  passes("a description on deny-all", [denyAll, patch(denyAll, { metadata: { annotations: { owner: "mesh" } } })]),
  ...[[], null, [{ name: "*", action: "allow" }], [{ name: "web", action: "deny" }]].map((sources) =>
    blocks(
      `its sources as ${JSON.stringify(sources)}`,
      [denyAll, patch(denyAll, { spec: { sources } })],
      "no intention denies",
    ),
  ),
]);

cases("no-wildcard-allow", [
  blocks(
    "an intention widened",
    [
      intentions("a", { name: "web", action: "allow" }),
      patch(intentions("a"), { spec: { sources: [{ name: "*", action: "allow" }] } }),
    ],
    "* → a is allowed",
  ),
  blocks(
    "somebody else's widened",
    [patch(intentions("a"), { spec: { sources: [{ name: "*", action: "allow" }] } })],
    "is allowed",
  ),
]);

cases("intentions-accepted", [
  passes("the sources of somebody else's intention", [
    configEntry("ServiceIntentionsPatch", "a", { sources: [{ name: "web", action: "allow" }] }),
    configEntry("ServiceIntentionsPatch", "b", {}),
  ]),
  blocks("no sources", [configEntry("ServiceIntentionsPatch", "a", { sources: [] })], "spec.sources is empty"),
  blocks(
    "sources taken away",
    [configEntry("ServiceIntentionsPatch", "a", { sources: null })],
    "spec.sources is empty",
  ),
  blocks(
    "a source without an action",
    [
      intentions("a", { name: "web", action: "allow" }),
      patch(intentions("a"), { spec: { sources: [{ name: "web" }] } }),
    ],
    "neither action nor permissions",
  ),
  blocks(
    "all of one, with no destination",
    [configEntry("ServiceIntentions", "a", { sources: [{ name: "web", action: "allow" }] })],
    "spec.destination.name is missing",
  ),
]);

cases("intentions-consistent", [
  passes("patches of several intentions, and of a protocol's neighbour", [
    http("a"),
    intentions("a", paths("web", anyPath)),
    configEntry("ServiceIntentionsPatch", "b", { sources: [{ name: "web", action: "allow" }] }),
    configEntry("ServiceIntentionsPatch", "c", { sources: [{ name: "web", action: "allow" }] }),
    patch(http("a"), { spec: { mutualTLSMode: "strict" } }),
  ]),
  passes(
    "a patch of the defaults of another stack's service, which says nothing of the protocol",
    [intentions("a", paths("web", anyPath)), configEntry("ServiceDefaultsPatch", "a", { mutualTLSMode: "strict" })],
    { config: { protocols: { a: "http" } } },
  ),
  blocks(
    "a protocol changed",
    [http("a"), intentions("a", paths("web", anyPath)), patch(http("a"), { spec: { protocol: "tcp" } })],
    "a speaks tcp",
  ),
]);

const account = (serviceAccountName: unknown) => ({ spec: { template: { spec: { serviceAccountName } } } });
const injected = { metadata: { annotations: { "consul.hashicorp.com/connect-inject": "true" } } };
cases("own-service-account", [
  passes("a pod that keeps its account", [meshed("a"), patch(meshed("a"), { spec: { replicas: 2 } })]),
  passes("somebody else's pods brought into the mesh", [
    patch(workload("a"), { spec: { template: injected } }),
    patch(workload("b"), { spec: { template: injected } }),
  ]),
  blocks(
    "the default account",
    [meshed("a"), patch(meshed("a"), account("default"))],
    "Deployment a as patch patches it: runs under",
  ),
  blocks("no account", [meshed("a"), patch(meshed("a"), account(null))], "runs under the ServiceAccount that all"),
  blocks(
    "somebody else's pods, under the default account",
    [patch(workload("a"), { spec: { template: { ...injected, ...account("default").spec.template } } })],
    "runs under the ServiceAccount that all",
  ),
  blocks(
    "pods that have none, brought into the mesh",
    [patch(workload("a"), { spec: { template: injected } }), workload("a", { pod: { serviceAccountName: undefined } })],
    "runs under the ServiceAccount that all",
  ),
  blocks("another's account", [meshed("a"), meshed("b"), patch(meshed("b"), account("a"))], ["of b", "of a"]),
  blocks(
    "a Deployment that the patch makes",
    [
      patch(meshed("a"), {
        spec: {
          selector: { matchLabels: { app: "a" } },
          template: { ...injected, spec: { containers: [{ name: "a", image: "a:1.0" }] } },
        },
      }),
    ],
    "runs under the ServiceAccount that all",
  ),
]);

const unnamed = (of: Resource, name: unknown): Resource => ({
  ...of,
  props: { ...of.props, metadata: { ...of.props.metadata, name } },
});
cases("images-pinned", [
  passes("another image, pinned", [
    workload("a"),
    patch(workload("a"), { spec: { template: { spec: { containers: [{ name: "a", image: "a:1.2" }] } } } }),
  ]),
  blocks(
    "one of a chart's",
    [
      safe,
      rendered("apps/v1", "Deployment", "consul-connect-injector", {
        spec: { template: { spec: { containers: [{ name: "sidecar-injector", image: "x:latest" }] } } },
      }),
    ],
    "image x:latest is not pinned",
  ),
  blocks(
    "what has no name yet, beside a patch of nobody knows what",
    [
      unnamed(
        patch(workload("a"), { spec: { template: { spec: { containers: [{ name: "a", image: "a:1.2" }] } } } }),
        UNKNOWN,
      ),
      unnamed(workload("a", { container: { image: "a" } }), undefined),
    ],
    "image a is not pinned",
  ),
  passes(
    "only what the patch makes wrong is its own",
    [
      { ...workload("a", { container: { image: "a" } }), name: "exempt" },
      patch(workload("a"), { spec: { replicas: 2 } }),
    ],
    { config: { exempt: ["exempt"] } },
  ),
]);

const ARGS = ["--providers.consulcatalog.endpoint.tls.insecureskipverify=true"];
const withArgs = (args: string[]) => ({ spec: { template: { spec: { containers: [{ name: "traefik", args }] } } } });
cases("traefik-verifies-tls", [
  passes("an argument", [traefik({}), patch(traefik({}), withArgs(["--log.level=DEBUG"]))]),
  blocks("verification given up", [traefik({}), patch(traefik({}), withArgs(ARGS))], "sets insecureSkipVerify"),
  blocks("somebody else's Traefik", [patch(traefik({}), withArgs(ARGS))], "sets insecureSkipVerify"),
]);
cases("traefik-dashboard-login", [
  blocks(
    "the dashboard opened",
    [traefik({}), patch(traefik({}), withArgs(["--api.insecure=true"]))],
    "sets api.insecure",
  ),
]);

cases("no-inbound-port-excluded", [
  blocks(
    "the proxy off",
    [
      meshed("a"),
      patch(meshed("a"), {
        spec: { template: { metadata: { annotations: { "consul.hashicorp.com/transparent-proxy": "false" } } } },
      }),
    ],
    "the transparent proxy is off",
  ),
]);

cases("no-key-copied", [
  blocks(
    "a key put beside the certificate",
    [
      kube("v1", "Secret", "consul-ca", { stringData: { "tls.crt": "x" } }),
      patch(kube("v1", "Secret", "consul-ca", {}), { stringData: { "tls.key": "y" } }),
    ],
    "stringData.tls.key is the name of a private key",
  ),
]);

/** A patch of servers, as an object that is called so, of this kind and in this place, would be patched. */
const twoServers = (apiVersion: string, kind: string, metadata: Record<string, unknown>) =>
  patch(kube(apiVersion, kind, "consul-server", { metadata: { ...inChart, ...metadata } }), { spec: { replicas: 2 } });
const TWO = ["StatefulSet consul-server as patch patches it: has 2 servers", "lets 1 of 2 servers go"];
cases("consul-availability", [
  passes("patches of what has only something in common with the servers", [
    safe,
    twoServers("apps/v1", "DaemonSet", {}),
    { ...twoServers("example.com/v1", "StatefulSet", {}), name: "b" },
    { ...twoServers("apps/v1", "StatefulSet", { name: "consul-servers" }), name: "c" },
    { ...twoServers("apps/v1", "StatefulSet", { namespace: "other" }), name: "d" },
  ]),
  blocks("a patch without a namespace", [safe, twoServers("apps/v1", "StatefulSet", { namespace: undefined })], TWO),
  blocks(
    "a patch in a namespace that is not known yet",
    [safe, twoServers("apps/v1", "StatefulSet", { namespace: UNKNOWN })],
    ["StatefulSet consul-server as patch patches it: has 2 servers", "can't be known"],
  ),
  blocks(
    "two patches of one, which are named both",
    [safe, annotated, { ...twoServers("apps/v1", "StatefulSet", {}), name: "second" }],
    ["StatefulSet consul-server as patch, second patches it: has 2 servers", "lets 1 of 2 servers go"],
  ),
]);

/** Traefik, with what opens its dashboard in another object, among the pod's containers of a kind. */
const OPEN = { name: "OPEN", valueFrom: { configMapKeyRef: { name: "env", key: "open" } } };
const opened = (list: string, apiVersion = "apps/v1", kind = "Deployment") =>
  kube(apiVersion, kind, "edge", {
    spec: {
      template: {
        metadata: { labels: { app: "edge" } },
        spec: {
          containers: [{ name: "app", image: "app:1.2.3" }],
          [list]: [
            { name: "first", image: "first:1.2.3" },
            {
              name: "traefik",
              image: "traefik:v3.7.9",
              args: ["--api.insecure=$(OPEN)"],
              env: [{ name: "A", value: "a" }, OPEN],
              volumeMounts: [
                { name: "a", mountPath: "/a" },
                { name: "static", mountPath: "/etc/traefik" },
              ],
              ports: [
                { name: "a", containerPort: 9000 },
                { name: "own", containerPort: 8080 },
              ],
            },
          ],
          volumes: [
            { name: "a", emptyDir: {} },
            { name: "static", configMap: { name: "static" } },
          ],
        },
      },
    },
  });
const ofPod = (set: Record<string, unknown>) => ({ spec: { template: { spec: set } } });
const ENV = kube("v1", "ConfigMap", "env", { data: { open: "true" } });
const REST = kube("v1", "ConfigMap", "static", { data: { a: "providers: {rest: {insecure: true}}\nx: {}" } });
const DOOR = kube("v1", "Service", "door", {
  spec: { type: "LoadBalancer", selector: { app: "edge" }, ports: [{ port: 80, targetPort: "own" }] },
});
const [INSECURE, BY_REST, BY_PORT] = ["sets api.insecure", "sets rest.insecure", "entry point at port 8080"];
cases("traefik-dashboard-login", [
  ...["containers", "initContainers", "ephemeralContainers"].flatMap((list) => {
    const base = opened(list);
    const set = (of: Record<string, unknown>) => patch(base, ofPod({ [list]: [{ name: "traefik", ...of }] }));
    return [
      blocks(
        `what another among ${list} leaves as it is`,
        [
          base,
          ENV,
          REST,
          DOOR,
          patch(
            base,
            ofPod({
              [list]: [{ name: "helper", image: "helper:1.2.3", args: [] }],
              volumes: [{ name: "b", emptyDir: {} }],
            }),
          ),
        ],
        [INSECURE, BY_REST, BY_PORT],
      ),
      blocks(
        `what one of ${list} leaves as it is beside what it is given`,
        [
          base,
          ENV,
          REST,
          DOOR,
          set({
            env: [{ name: "B", value: "b" }],
            volumeMounts: [{ name: "b", mountPath: "/b" }],
            ports: [
              { name: "b", containerPort: 9001 },
              { name: "c", containerPort: 8080, protocol: "UDP" },
            ],
          }),
        ],
        [INSECURE, BY_REST, BY_PORT],
      ),
      passes(`what one of ${list} is given in the place of it`, [
        base,
        ENV,
        REST,
        set({
          env: [{ name: "OPEN", valueFrom: null, value: "false" }],
          volumeMounts: [{ name: "a", mountPath: "/etc/traefik" }],
        }),
      ]),
    ];
  }),
  blocks(
    "the name of a port, to which none leads any more",
    [
      opened("containers"),
      kube("v1", "ConfigMap", "env", { data: { open: "false" } }),
      kube("v1", "Service", "door", {
        spec: { type: "LoadBalancer", selector: { app: "edge" }, ports: [{ port: 80, targetPort: "new" }] },
      }),
      patch(
        opened("containers"),
        ofPod({ containers: [{ name: "traefik", ports: [{ name: "new", containerPort: 8080, protocol: "TCP" }] }] }),
      ),
      { ...DOOR, name: "old", props: { ...DOOR.props, metadata: { name: "old", namespace: "other" } } },
    ],
    "Service door: a Service of type LoadBalancer opens",
  ),
  blocks(
    "a port of a Service, beside one that a patch adds",
    [
      opened("containers"),
      kube("v1", "ConfigMap", "env", { data: { open: "false" } }),
      DOOR,
      patch(DOOR, { spec: { ports: [{ port: 443, targetPort: 8443 }] } }),
    ],
    BY_PORT,
  ),
  passes("a volume in the place of another", [
    opened("containers"),
    kube("v1", "ConfigMap", "env", { data: { open: "false" } }),
    REST,
    patch(opened("containers"), ofPod({ volumes: [{ name: "static", configMap: null, emptyDir: {} }] })),
  ]),
  passes("all containers of somebody else's kind, whose lists a patch replaces", [
    opened("containers", "argoproj.io/v1alpha1", "Rollout"),
    ENV,
    REST,
    DOOR,
    patch(
      opened("containers", "argoproj.io/v1alpha1", "Rollout"),
      ofPod({ containers: [{ name: "app", image: "app:1.2.3" }] }),
    ),
  ]),
  blocks(
    "a container that a patch adds, told of once",
    [
      workload("a"),
      patch(workload("a"), ofPod({ containers: [{ name: "b", image: "traefik:v3.7.9", args: ["--api.insecure"] }] })),
    ],
    ["Deployment a as patch patches it: container b sets api.insecure"],
  ),
]);

const POD = {
  metadata: { annotations: injected.metadata.annotations },
  spec: { containers: [{ name: "a", image: "a:1.2.3" }] },
};
const ACCOUNT = "runs under the ServiceAccount that all";
cases("own-service-account", [
  ...(
    [
      ["v1", "Pod", POD],
      ["v1", "PodTemplate", { template: POD }],
      ["batch/v1", "Job", { spec: { template: POD } }],
      ["batch/v1", "CronJob", { spec: { jobTemplate: { spec: { template: POD } } } }],
      ["apps/v1", "DaemonSet", { spec: { selector: {}, template: POD } }],
    ] as const
  ).map(([apiVersion, kind, body]) =>
    blocks(`a ${kind} that the patch makes`, [kube(apiVersion, `${kind}Patch`, "a", body)], ACCOUNT),
  ),
  blocks(
    "a pod that the patch makes, of an image that is not known yet",
    [kube("v1", "PodPatch", "a", { ...POD, spec: { containers: [{ name: "a", image: UNKNOWN }] } })],
    ACCOUNT,
  ),
  passes("a patch that leaves a container's image to what is there", [
    kube("v1", "PodPatch", "a", {
      ...POD,
      spec: {
        containers: [
          { name: "a", image: "a:1.2.3" },
          { name: "b", args: ["x"] },
        ],
      },
    }),
    kube("apps/v1", "DeploymentPatch", "b", { spec: { selector: {}, template: injected } }),
    kube("apps/v1", "DeploymentPatch", "c", { spec: { template: POD } }),
  ]),
  blocks(
    "an account instead of one that is not known yet",
    [meshed("a", {}, { serviceAccountName: UNKNOWN }), patch(meshed("a"), account("default"))],
    ["can't be known", ACCOUNT],
  ),
  blocks(
    "an account that is not known yet",
    [meshed("a"), patch(meshed("a"), account(UNKNOWN))],
    ["can't be known", "can't be known"],
  ),
]);

cases("intentions-accepted", [
  passes("a patch of somebody else's sources, or destination, alone", [
    configEntry("ServiceIntentionsPatch", "a", { sources: [{ name: "web", action: "allow" }] }),
    configEntry("ServiceIntentionsPatch", "b", { destination: { name: "b" } }),
  ]),
  blocks(
    "a patch that makes one, for nobody",
    [configEntry("ServiceIntentionsPatch", "b", { destination: {}, sources: [{ name: "web", action: "allow" }] })],
    "spec.destination.name is missing",
  ),
]);

const BY_VARIABLE = kube(
  "apps/v1",
  "Deployment",
  "edge",
  ofPod({
    containers: [
      {
        name: "traefik",
        image: "docker.io/library/traefik:v3.7.9",
        env: [{ name: "TRAEFIK_API_INSECURE", value: "true" }],
      },
    ],
  }),
);
cases("traefik-dashboard-login", [
  blocks(
    "by a variable, beside one that a patch sets",
    [
      BY_VARIABLE,
      patch(BY_VARIABLE, ofPod({ containers: [{ name: "traefik", env: [{ name: "TZ", value: "UTC" }] }] })),
    ],
    INSECURE,
  ),
]);

cases("no-decision-ignored", [
  ...[
    [["spec"], undefined],
    [undefined, ["spec"]],
  ].map(([ofWhole, ofPatch]) =>
    blocks(
      `what is ignored of ${ofWhole ? "the whole" : "a patch"}`,
      [
        { ...denyAll, ignoreChanges: ofWhole },
        { ...patch(denyAll, { metadata: { annotations: { owner: "mesh" } } }), ignoreChanges: ofPatch },
      ],
      "ignoreChanges has spec",
    ),
  ),
]);
