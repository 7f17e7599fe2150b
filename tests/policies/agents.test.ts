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
    ...[
      'until nc -z consul 8501; do echo "waiting for the consul agent"; done',
      "echo 'waiting for the consul agent'",
      " printf 'waiting for the consul agent'",
      "if a; then echo no consul agent; else  echo a consul agent; fi",
      "test -e /a || { echo 'no consul agent'; exit 1; }",
      "(echo no consul agent)",
      "echo >&2 'no consul agent'",
      "if a; then >&2 echo no consul agent; fi",
      "# needs a consul agent\nsleep 1",
      "sleep 1\n \t# needs a consul agent",
    ].map((text) => ({ image: "own:1.2.3", command: ["sh", "-c", text] })),
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
  ...[
    `consul agent -server -config-dir=/c -hcl \\\n  '${ALLOWING}'`,
    `consul \\\n agent -server -config-dir=/c -hcl='${ALLOWING}' \\\n`,
    `consul agent -server -config-dir=/c -hcl='${ALLOWING}'; sleep 1`,
    `sleep 1; consul agent -server -config-dir=/c -hcl='${ALLOWING}'& wait`,
    `(consul agent -server -hcl='${ALLOWING}' -config-dir=/c)`,
    `consul agent -server -hcl='${ALLOWING}' -config-dir=/c>/dev/stdout`,
    `su consul -c "exec consul agent -server -config-dir=/c -hcl='${ALLOWING}'"`,
    `test -e /c || consul agent -dev -config-dir=/c -hcl='${ALLOWING}'`,
    `consul agent -server -config-dir=/c\nconsul agent -server -hcl='${ALLOWING}'`,
    `sleep 1& consul agent -server -config-dir=/c 2>&1 -hcl='${ALLOWING}'`,
    `# it doesn't wait\nconsul agent -server -config-dir=/c -hcl='${ALLOWING}'`,
    `# or else \\\nconsul agent -server -config-dir=/c -hcl='${ALLOWING}'`,
    `a echo b; redo echo; consul agent -server -config-dir=/c -hcl='${ALLOWING}' echo`,
    `echoes consul agent -server -config-dir=/c -hcl='${ALLOWING}'`,
  ].map((text) => blocks(`the script ${text}`, [script(text), good], ALLOWS)),
  ...[
    `consul agent -server -config-dir=/c; echo -hcl='${ALLOWING}'`,
    `echo -hcl='${ALLOWING}' | consul agent -server -config-dir=/c`,
    `consul agent -server -config-dir=/c\ncurl -hcl='${ALLOWING}'`,
    "consul agent -server -config-dir=/c;",
    "(consul agent -server -config-dir=/c)",
    "consul agent -server -config-dir=/c>/dev/stdout",
    "consul agent -server -config-dir \\\n /c",
    'consul agent -server -config-dir="/c" "$@"',
    `# consul agent -hcl='${ALLOWING}'\nconsul agent -server -config-dir=/c`,
    `echo consul agent -hcl='${ALLOWING}'; consul agent -server -config-dir=/c`,
  ].map((text) => passes(`the script ${text}`, [script(text), good])),
  passes("words of a flag that look like a script", [
    servers({ command: [...RUN, "-node-meta=what:consul agent -hcl=acl{"] }),
    good,
  ]),
  ...[
    [["-config-dir=$(DIR)"], [{ name: "DIR", value: "/c" }]],
    [["-config-dir", "$(DIR)"], [{ name: "DIR", value: "/c" }]],
    [
      ["-config-dir=$(MY.DIR)/"],
      [
        { name: "MY.DIR", value: "/d" },
        { name: "MY.DIR", value: "/c" },
      ],
    ],
    [["-config-dir=/c", "-node", "$(NODE)"], [{ name: "NODE", valueFrom: { fieldRef: {} } }]],
    [["-config-dir=/c", "-node=$(NODE)"], [{ name: "NODE", value: UNKNOWN }]],
  ].map(([flags, env]) =>
    passes(`variables in ${JSON.stringify([flags, env])}`, [
      servers({ command: ["consul", "agent", "-server", ...(flags as string[])], env }),
      good,
    ]),
  ),
  ...["$DIR", "${DIR}", '"$DIR"', '"${DIR}"', "$(DIR)"].map((word) =>
    passes(`variables of a script: ${word}`, [
      servers({
        command: ["sh", "-c", `consul agent -server -config-dir=${word}`],
        env: [{ name: "DIR", value: "/c" }],
      }),
      good,
    ]),
  ),
  ...["$MORE", '"${MORE}"'].map((word) =>
    blocks(
      `more flags in a variable of a script: ${word}`,
      [
        servers({
          command: ["sh", "-c", `consul agent ${word} -config-dir=/c`],
          env: [{ name: "MORE", value: "-server -hcl=default_intention_policy=allow" }],
        }),
        good,
      ],
      "Consul's default_intention_policy is allow",
    ),
  ),
  blocks(
    "a flag in a variable, with blanks",
    [servers({ command: [...RUN, "$(MORE)"], env: [{ name: "MORE", value: `-hcl=${ALLOWING}` }] }), good],
    ALLOWS,
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
  ...["$(MORE)", "$MORE", "${MORE}"].flatMap((word) => [
    blocks(
      `flags from elsewhere: ${word}`,
      [servers({ command: [...RUN, word] }), good],
      `StatefulSet consul: the argument ${word} configures Consul and cannot be read, so it cannot be judged. Set`,
    ),
    ...[
      ...[
        "auto-reload-config",
        "bootstrap",
        "disable-host-node-id",
        "disable-keyring-file",
        "log-json",
        "rejoin",
        "ui",
      ],
      ...[
        "dev",
        "enable-local-script-checks",
        "enable-script-checks",
        "non-voting-server",
        "read-replica",
        "server",
        "syslog",
      ],
    ].map((flag) =>
      blocks(
        `flags from elsewhere behind a switch: -${flag} ${word}`,
        [servers({ command: [...RUN, `-${flag}`, word] }), good],
        `StatefulSet consul: the argument ${word} configures Consul and cannot be read, so it cannot be judged. Set`,
      ),
    ),
    passes(`a flag's value from elsewhere, and what stands before the agent: ${word}`, [
      servers({ command: ["env", word, ...RUN, "-node", word, "--advertise", word, `-bind=${word}`] }),
      good,
    ]),
  ]),
  passes("what follows a script's agent", [
    script('consul agent -server -config-dir=/c "$@" & PID=$!; wait $PID'),
    good,
  ]),
  ...[
    { configMapRef: { name: "more" } },
    { configMapRef: { name: "more" }, prefix: "" },
    { secretRef: { name: "more" } },
  ].map((from) =>
    blocks(
      `a configuration by all of another object's variables: ${JSON.stringify(from)}`,
      [
        servers({ command: RUN, envFrom: [from] }),
        good,
        kube("v1", "ConfigMap", "more", { data: { CONSUL_LOCAL_CONFIG: '{"ports": {"http": 8500}}' } }),
        kube("v1", "Secret", "more", { stringData: { CONSUL_LOCAL_CONFIG: '{"ports": {"http": 8500}}' } }),
      ],
      "Consul's ports.http is 8500, not -1",
    ),
  ),
  blocks(
    "one with a prefix",
    [
      servers({ command: RUN, envFrom: [{ configMapRef: { name: "more" }, prefix: "CONSUL_" }] }),
      good,
      kube("v1", "ConfigMap", "more", { data: { LOCAL_CONFIG: '{"ports": {"http": 8500}}' } }),
    ],
    "Consul's ports.http is 8500, not -1",
  ),
  passes("variables of other objects", [
    servers({
      command: [...RUN, "-http-port=$(PORT)"],
      env: [{ name: "PORT", value: "-1" }],
      envFrom: [{ configMapRef: { name: "more" } }, { secretRef: { name: "keys" } }, { secretRef: { name: "theirs" } }],
    }),
    file(JSON.stringify({ ...SOUND, ports: { grpc: -1 } })),
    kube("v1", "ConfigMap", "more", { data: { PORT: "8500", LOCAL_CONFIG: "{" } }),
    kube("v1", "Secret", "keys", { data: UNKNOWN }),
  ]),
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
