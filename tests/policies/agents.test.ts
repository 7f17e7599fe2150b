import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube, networkPolicy, workload } from "./resources";
import { file, good, RUN, servers, SOUND } from "./serversByHand";

useAnalyzer();
const NOT_KNOWN = "can't be known during preview";
const OFF = "acl.enabled is not true";
const ALLOWS = "acl.default_policy is not deny";
const ALLOWING = 'acl { default_policy = "allow" }';
const alone = (container: Record<string, unknown>, kind = "Deployment") =>
  servers({ volumeMounts: [], ...container }, kind, { volumes: [] });
const script = (text: string) => servers({ command: ["sh", "-ec", text] });

cases("consul-acls", [
  ...["consul", "consul:1.15.4", "hashicorp/consul", "r.example/consul-enterprise:1.22-ent", "consul@sha256:0"].map(
    (image) => blocks(`the image ${image}`, [alone({ image, args: ["agent", "-server"] })], OFF),
  ),
  ...[
    ["-server"],
    ["-server=T"],
    ["--server=1"],
    ["-dev=true"],
    ["-bootstrap", "-config-dir=/c"],
    ["-bootstrap-expect=3"],
    ["-bootstrap-expect", "3"],
    ["-log-json", "-server"],
  ].map((args) => blocks(`a server by ${args.join(" ")}`, [alone({ args: ["agent", ...args] })], OFF)),
  ...[
    ["docker-entrypoint.sh", "agent", "-server"],
    ["/usr/bin/dumb-init", "/usr/local/bin/docker-entrypoint.sh", "agent", "-server"],
    ["sh", "-c", "exec docker-entrypoint.sh agent -server"],
    ["sh", "-c", "consul   agent -server"],
    ["/bin/consul", "agent", "-server"],
  ].map((command) => blocks(`a server by ${command.join(" ")}`, [alone({ image: "own:1.2.3", command })], OFF)),
  ...[
    ["agent", "-retry-join", "consul"],
    ["agent", "-server=f"],
    ["agent", "-server=0", "-dev=false"],
    ["agent", "-data-dir", "/var/consul-server"],
    ["agent", "-node", "server", "-node-meta=role:-server"],
  ].map((args) => passes(`a client by ${args.join(" ")}`, [alone({ args })])),
  ...[
    { args: ["members"] },
    { args: ["kv", "get", "agent"] },
    { command: ["consul", "snapshot", "agent"] },
    { command: ["consul", "monitor"] },
    { command: ["consul-esm", "agent"] },
    { command: ["my-docker-entrypoint.sh", "agent"] },
    { image: "r.example/my-consul:1.2.3", args: ["agent"] },
    { image: "r.example/consul-k8s:1.2.3", args: ["agent"] },
    { command: ["sh", "-c", "echo a consul and an agent"] },
  ].map((container) => passes(`no agent: ${JSON.stringify(container)}`, [alone(container, "StatefulSet")])),
  ...[
    ["-ui", "-hcl", ALLOWING],
    ["-rejoin", "-hcl", ALLOWING],
    ["-log-json", `-hcl=${ALLOWING}`],
    ["-bootstrap", `-hcl=${ALLOWING}`],
    ["-hcl=acl {", `-hcl=${ALLOWING}`],
  ].map((flags) => blocks(`the words ${flags.join(" ")}`, [servers({ command: [...RUN, ...flags] }), good], ALLOWS)),
  ...[
    `-hcl='${ALLOWING}'`,
    `-hcl '${ALLOWING}'`,
    '-hcl="acl { default_policy = allow }"',
    '-hcl="{\\"acl\\": {\\"default_policy\\": \\"allow\\"}}"',
    `-log-json -h'cl=${ALLOWING}'`,
  ].map((text) =>
    blocks(`a script with ${text}`, [script(`consul agent -server -config-dir=/c ${text}`), good], ALLOWS),
  ),
  passes("another variable that looks like a configuration", [
    servers({ command: RUN, env: [{ name: "OTHER", value: '{"acl": {"default_policy": "allow"}}' }] }),
    good,
  ]),
]);

/** What nobody can tell yet may be a server that allows everything. */
cases("consul-acls", [
  ...[
    { args: UNKNOWN },
    { command: UNKNOWN },
    { args: ["agent", UNKNOWN] },
    { command: ["sh", "-c", UNKNOWN] },
    { args: ["agent", "-server"], env: [{ name: "CONSUL_LOCAL_CONFIG", value: UNKNOWN }] },
    { image: UNKNOWN, args: ["agent", "-server", UNKNOWN] },
    { image: UNKNOWN, command: ["consul", "agent", UNKNOWN] },
    { image: "own:1.2.3", command: ["consul", "agent", UNKNOWN] },
  ].flatMap((container) =>
    ["StatefulSet", "Deployment"].map((kind) =>
      blocks(`a ${kind} with ${JSON.stringify(container)}`, [alone(container, kind)], NOT_KNOWN),
    ),
  ),
  ...[
    { image: UNKNOWN, args: ["agent", "-server"] },
    { image: UNKNOWN, command: ["consul", "agent", "-server"] },
  ].map((container) => blocks(`a server of ${JSON.stringify(container)}`, [alone(container)], OFF)),
  blocks(
    "servers beside a container that is not known yet",
    [
      servers({ command: RUN }, undefined, {
        containers: [
          { image: "consul:1.22.7", command: ["consul", "agent", "-server"] },
          { image: "a:1", args: UNKNOWN },
        ],
      }),
    ],
    OFF,
  ),
  blocks(
    "files that are not known yet",
    [servers({ command: RUN }), kube("v1", "ConfigMap", "config", { data: UNKNOWN })],
    NOT_KNOWN,
  ),
  ...[
    { image: UNKNOWN },
    { image: UNKNOWN, args: ["-server"] },
    { image: UNKNOWN, args: UNKNOWN },
    { image: "own:1.2.3", args: UNKNOWN },
    { image: "own:1.2.3", args: ["agent", UNKNOWN] },
  ].map((container) => passes(`no Consul: ${JSON.stringify(container)}`, [alone(container, "StatefulSet")])),
  passes("a Job, which ends", [alone({ args: UNKNOWN }, "Job")]),
]);
cases("consul-availability", [
  blocks("servers whose command is not known yet", [alone({ args: UNKNOWN })], "has no disruption budget"),
]);

const secretly = { name: "CONSUL_LOCAL_CONFIG", valueFrom: { secretKeyRef: { name: "a", key: "b" } } };
cases("consul-tls", [
  passes("ports by flags, as they should be", [
    servers({ command: [...RUN, "-http-port=-1", "-grpc-port", "-1"] }),
    file(JSON.stringify({ ...SOUND, ports: {} })),
  ]),
  blocks("gRPC by a flag", [servers({ command: [...RUN, "-grpc-port=8502"] }), good], "ports.grpc is 8502, not -1"),
  ...["-config-file=/c/a.json", "-config-dir=/c"].map((flag) =>
    blocks(
      `${flag} of another's ConfigMap`,
      [servers({ command: ["consul", "agent", "-server", flag, `-hcl=${JSON.stringify(SOUND)}`] })],
      "the ConfigMap config configures Consul and cannot be read",
    ),
  ),
  ...[{ name: "CONSUL_LOCAL_CONFIG", value: "acl {" }, secretly].map((variable) =>
    blocks(
      `a configuration that cannot be read: ${JSON.stringify(variable)}`,
      [servers({ command: RUN, env: [variable] }), good],
      "CONSUL_LOCAL_CONFIG configures Consul and cannot be read",
    ),
  ),
  blocks(
    "-hcl without a word of its own",
    [servers({ command: [...RUN, "-hcl"] }), good],
    "-hcl configures Consul and cannot be read",
  ),
]);

const plain = file(JSON.stringify({ ...SOUND, encrypt: undefined }));
cases("consul-gossip-key", [
  passes("a key by a flag", [servers({ command: [...RUN, "-encrypt=aGVsbG8="] }), plain]),
  passes("a key in the word behind the flag", [servers({ command: [...RUN, "-encrypt", "aGVsbG8="] }), plain]),
  blocks("no key", [servers({ command: RUN }), plain], "gossip is not encrypted"),
]);

cases("consul-api-isolated", [
  ...["http", "https", "grpc", "grpc-tls"].map((name) =>
    blocks(
      `the port of -${name}-port`,
      [
        servers({ command: [...RUN, `-${name}-port=9500`] }),
        good,
        kube("networking.k8s.io/v1", "NetworkPolicy", "api", {
          spec: { ...networkPolicy([{ ports: [{ port: 9500 }] }]).props.spec },
        }),
      ],
      "opens Consul's API to everybody",
    ),
  ),
]);

/** By a patch only its arguments are known. */
const patch = (args: string[]) => workload("consul-server", { kind: "StatefulSetPatch", container: { args } });
cases("consul-tls", [
  blocks("a patch of flags alone", [patch(["-server", "-http-port=8500"])], "sets Consul's ports.http to 8500"),
  passes("a patch of other flags", [patch(["-ui", "-node", "a"])]),
]);
