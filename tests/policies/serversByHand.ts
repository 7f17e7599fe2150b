import { kube, workload } from "./resources";

/** Consul's configuration as every policy wants it. */
export const SOUND = {
  acl: { enabled: true, default_policy: "deny" },
  encrypt: "x",
  ports: { http: -1, grpc: -1 },
  tls: { defaults: { verify_outgoing: true }, internal_rpc: { verify_incoming: true, verify_server_hostname: true } },
};
export const HCL = `
# one setting a line, or several
acl { enabled = true default_policy = "deny" }
encrypt = "x"
ports { http = -1, grpc = -1 }
tls { defaults { verify_outgoing = true verify_incoming = true verify_server_hostname = true } }
`;
/** Three servers made by hand, whose files are in the ConfigMap \`config\`. */
export const servers = (
  container: Record<string, unknown>,
  kind = "StatefulSet",
  pod: Record<string, unknown> = {},
) => {
  const made = workload("consul", {
    kind,
    labels: { app: "consul", component: "server" },
    container: { image: "hashicorp/consul:1.22.7", volumeMounts: [{ name: "c", mountPath: "/c" }], ...container },
    pod: { volumes: [{ name: "c", configMap: { name: "config" } }], ...pod },
  });
  return { ...made, props: { ...made.props, spec: { replicas: 3, ...made.props.spec } } };
};
export const file = (text: string, name = "a.json") => kube("v1", "ConfigMap", "config", { data: { [name]: text } });
export const good = file(JSON.stringify(SOUND));
export const RUN = ["consul", "agent", "-server", "-config-dir=/c"];
