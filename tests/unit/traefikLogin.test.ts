import { traefikLogin } from "../../components/ingress/traefikLogin";
import { CA_MOUNT_PATH } from "../../components/routing/traefikArguments";

const login = traefikLogin({
  authMethod: "consul-k8s-auth-method",
  apiAddress: "consul-server.consul-system.svc:8501",
  image: "hashicorp/consul:1.22.6",
  imagePullPolicy: "Always",
});
const { sidecar, command, env, mounts, volumes } = login;
const folder = mounts[0].mountPath as string;

test("the token is handed over in memory, and is gone with the pod", () => {
  expect(volumes).toContainEqual({ name: mounts[0].name, emptyDir: { medium: "Memory", sizeLimit: "1Mi" } });
  expect(mounts).toHaveLength(1);
  expect(sidecar.volumeMounts).toContainEqual(mounts[0]);
  expect(env).toEqual([{ name: "CONSUL_HTTP_TOKEN_FILE", value: `${folder}/token` }]);
});

test("the ServiceAccount's token is the login's alone, to read", () => {
  const projected = { sources: [{ serviceAccountToken: { path: "token" } }] };
  expect(volumes).toContainEqual({ name: "consul-login", projected });
  expect(mounts.map(({ name }) => name)).not.toContain("consul-login");
  const [account] = (sidecar.volumeMounts as any[]).filter(({ name }) => name === "consul-login");
  expect(account.readOnly).toBe(true);
  expect((sidecar.command as string[])[2]).toContain(account.mountPath);
});

test("it logs in to Consul by TLS that it verifies, as the pod that it is in", () => {
  expect(sidecar.env).toEqual([
    { name: "AUTH_METHOD", value: "consul-k8s-auth-method" },
    { name: "CONSUL_HTTP_ADDR", value: "https://consul-server.consul-system.svc:8501" },
    { name: "CONSUL_CACERT", value: `${CA_MOUNT_PATH}/tls.crt` },
    { name: "NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
    { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
  ]);
  expect(sidecar.volumeMounts).toContainEqual({ name: "consul-ca", mountPath: CA_MOUNT_PATH, readOnly: true });
});

test("it runs as long as Traefik does, by the given image, with its share of the node", () => {
  expect(sidecar).toMatchObject({
    name: "consul-login",
    image: "hashicorp/consul:1.22.6",
    imagePullPolicy: "Always",
    restartPolicy: "Always",
    resources: {
      requests: { cpu: expect.stringMatching(/^\d+m$/), memory: expect.stringMatching(/^\d+Mi$/) },
      limits: { memory: expect.stringMatching(/^\d+Mi$/) },
    },
  });
});

test("both scripts run by the shell, know the folder, and Traefik's has its name before its arguments", () => {
  for (const [shell, flag, text] of [sidecar.command as string[], command]) {
    expect([shell, flag]).toEqual(["/bin/sh", "-c"]);
    expect(text).toContain(folder);
  }
  expect(folder).toMatch(/^\/./);
  expect(command.slice(3)).toEqual(["traefik"]);
});
