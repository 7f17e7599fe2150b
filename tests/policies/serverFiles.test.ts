import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube } from "./resources";
import { file, good, servers, SOUND } from "./serversByHand";

useAnalyzer();
const READS = ["consul", "agent", "-server", `-hcl=${JSON.stringify(SOUND)}`];
const mount = (mountPath: string, name = "c") => ({ name, mountPath });
const UNREAD = "the ConfigMap config configures Consul and cannot be read";

/** Which files an agent reads, and which of them cannot be read: sound settings stand in a flag. */
cases("consul-tls", [
  ...[
    ["-config-dir=/etc/consul", "/etc/consul"],
    ["-config-dir=/etc/consul/", "/etc/consul"],
    ["-config-dir=/etc/consul", "/etc/consul/"],
    ["-config-dir=/etc/consul", "/etc/consul/extra"],
    ["-config-dir=/etc/consul/", "/etc/consul/extra"],
    ["-config-dir=/etc/consul/more", "/etc/consul"],
    ["-config-file=/etc/consul/a.json", "/etc/consul"],
    ["-config-file=/a/b/c.json", "/a/b/"],
  ].map(([flag, path]) =>
    blocks(
      `somebody else's ConfigMap at ${path}, read by ${flag}`,
      [servers({ command: [...READS, flag], volumeMounts: [mount(path)] })],
      UNREAD,
    ),
  ),
  blocks(
    "one of two folders",
    [servers({ command: [...READS, "-config-dir=/a", "-config-dir=/c"], volumeMounts: [mount("/x"), mount("/c")] })],
    UNREAD,
  ),
  ...["/etc", "/c2", "/x/c", "/d/c"].map((path) =>
    passes(`somebody else's ConfigMap at ${path}, which no flag names`, [
      servers({ command: [...READS, "-config-dir=/c"], volumeMounts: [mount(path)] }),
    ]),
  ),
  passes("somebody else's ConfigMap in another volume", [
    servers(
      { command: [...READS, "-config-dir=/c"], volumeMounts: [mount("/c", "empty"), mount("/scripts")] },
      undefined,
      {
        volumes: [
          { name: "empty", emptyDir: {} },
          { name: "c", configMap: { name: "scripts" } },
        ],
      },
    ),
  ]),
  blocks(
    "a ConfigMap of another namespace, one of another name, a Secret of the same",
    [
      servers({ command: [...READS, "-config-dir=/c"] }),
      kube("v1", "ConfigMap", "config", { metadata: { namespace: "other" }, data: {} }),
      kube("v1", "ConfigMap", "other", { data: {} }),
      kube("v1", "Secret", "config", { data: {} }),
    ],
    UNREAD,
  ),
  blocks(
    "a file that is no HCL",
    [servers({ command: [...READS, "-config-dir=/c"] }), file("acl {", "a.hcl")],
    ["the file a.hcl configures Consul and cannot be read"],
  ),
  passes("files that no agent reads", [
    servers({ command: [...READS, "-config-dir=/c"] }),
    kube("v1", "ConfigMap", "config", { data: { "README.md": "acl {", "a.json.bak": "acl {", json: "acl {" } }),
  ]),
  passes("a file in a projected volume", [
    servers({ command: ["consul", "agent", "-server", "-config-dir=/c"] }, undefined, {
      volumes: [{ name: "c", projected: { sources: [{ configMap: { name: "config" } }] } }],
    }),
    good,
  ]),
  passes("keys in capitals, within others too", [
    servers({ command: ["consul", "agent", "-server", "-config-dir=/c"] }),
    file(JSON.stringify(SOUND).replace(/"\w+":/g, (key) => key.toUpperCase())),
  ]),
  passes("what is not known yet of others", [
    servers({ image: "registry.example/a:1.2.3", args: [UNKNOWN] }),
    kube("v1", "SecretPatch", "consul-x", { data: UNKNOWN }),
    kube("v1", "ConfigMap", "consul-x", { data: UNKNOWN }),
  ]),
]);

cases("consul-acls", [
  blocks(
    "a StatefulSet whose files are not known",
    [servers({ command: ["consul", "agent"] })],
    "acl.enabled is not true",
  ),
  blocks(
    "a second word in capitals, for a list",
    [
      servers({ command: ["consul", "agent", "-server"] }),
      file(JSON.stringify({ ...SOUND, ACL: [{ default_policy: "allow" }] })),
    ],
    "acl.enabled is not true",
  ),
  passes("what is null, which says nothing", [
    servers({ command: ["consul", "agent", "-server"] }),
    file(JSON.stringify({ ...SOUND, ACL: null })),
  ]),
]);
