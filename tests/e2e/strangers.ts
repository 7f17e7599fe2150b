import { answers, apply, kubectl, story } from "./cluster";

const NAMESPACE = "strangers";

/** What `networkPolicyClients` lets in. */
export const CLIENTS = [{ namespace: NAMESPACE, podLabels: { app: "prometheus" }, reaches: ["proxyMetrics"] }];

/** Pods that are no part of the mesh, one of them with every label that opens a door in a namespace of the mesh. */
export async function letStrangersIn(): Promise<void> {
  await apply([
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    stranger("stranger", {}),
    // What would open every door, were it not in a namespace that is none of the services'.
    stranger("impostor", {
      "consul.hashicorp.com/connect-inject-status": "injected",
      app: "consul",
      component: "server",
    }),
    stranger("monitoring", { app: "prometheus" }),
  ]);
}

export async function sendStrangersAway(): Promise<void> {
  await kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found");
}

/** Steps on a stack that is up with NetworkPolicies, ACLs and `CLIENTS`, in the namespaces that it has by default. */
export function strangerSteps(step: ReturnType<typeof story>): void {
  step("a pod that is no part of the mesh reaches nothing but Traefik's entry points", async () => {
    const [server, injector, traefik, whoami] = await Promise.all(
      ["app=consul,component=server", "app=consul,component=connect-injector", "app=traefik", "app=whoami"].map(
        addressOf,
      ),
    );
    const closed = [
      ...[8300, 8301, 8302, 8501, 8502, 8600].map((port) => `${server}:${port}`),
      `${traefik}:8080`,
      ...[80, 20000, 20200].map((port) => `${whoami}:${port}`),
    ];
    for (const from of ["stranger", "impostor"]) {
      expect(await reached(from, [...closed, `${traefik}:80`, `${injector}:8080`])).toEqual([
        `${traefik}:80`,
        `${injector}:8080`,
      ]);
    }
    // The same probe tells open from closed: from Traefik's pod and from the one that was let in, other doors are open.
    expect(await reached("monitoring", [`${server}:8501`, `${whoami}:20000`, `${whoami}:20200`])).toEqual([
      `${whoami}:20200`,
    ]);
    const traefikPod = await nameOf("app=traefik");
    expect(
      await reached(traefikPod, [`${server}:8501`, `${server}:8502`, `${whoami}:20000`], "traefik-consul"),
    ).toEqual([`${server}:8501`, `${whoami}:20000`]);
    await answers(200, "whoami.localhost");
  });

  step("no pod gets a leaf from a server without a token that may write the service", async () => {
    const servers = JSON.parse(
      await kubectl("get", "pods", "-n", "consul-system", "-l", "app=consul,component=server", "-o", "json"),
    ).items;
    const url = (address: string, service: string) => `https://${address}/v1/agent/connect/ca/leaf/${service}`;
    const asked = (pod: any, container: string, urls: string[]) => {
      const { name, namespace } = pod.metadata;
      const curl = urls.map((each) => `curl -sk -m 10 -w ' %{http_code} ' ${each}`).join("\n");
      return kubectl("exec", "-n", namespace, name, "-c", container, "--", "sh", "-c", `${curl}\ntrue`);
    };
    const identities = ["traefik-system-ingress", "whoami"];
    // One of the servers has it, and would hand it out: behind the gate, where only its own pod gets, it does.
    for (const identity of identities) {
      const behind = await Promise.all(
        servers.map((server: any) => asked(server, "consul", [url("127.0.0.1:8499", identity)])),
      );
      expect([identity, behind.join()]).toEqual([identity, expect.stringContaining("PRIVATE KEY")]);
    }
    const addresses = [
      ...servers.map((pod: any) => `${pod.status.podIP}:8501`),
      "consul-server.consul-system.svc:8501",
    ];
    const urls = addresses.flatMap((address) => identities.map((identity) => url(address, identity)));
    const probed: string[] = [];
    for (const namespace of ["consul-system", "traefik-consul", "mesh-services"]) {
      const { items } = JSON.parse(await kubectl("get", "pods", "-n", namespace, "-o", "json"));
      for (const pod of items.filter((each: any) => each.status.phase === "Running")) {
        const answer = await asked(pod, pod.spec.containers[0].name, urls);
        expect([pod.metadata.name, answer]).toEqual([pod.metadata.name, expect.not.stringContaining("PRIVATE KEY")]);
        expect([pod.metadata.name, answer.match(/\b403 /g)]).toEqual([pod.metadata.name, urls.map(() => "403 ")]);
        probed.push(pod.metadata.name.replace(/-[^-]*-[^-]*$/, ""));
      }
    }
    expect(probed).toEqual(expect.arrayContaining(["consul", "consul-connect-injector", "traefik", "whoami"]));
  });
}

function stranger(name: string, labels: Record<string, string>) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: NAMESPACE, labels },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        { name: "shell", image: "localhost/busybox:1.35.0", imagePullPolicy: "Never", command: ["sleep", "infinity"] },
      ],
    },
  };
}

/** Which of these addresses take a TCP connection from a pod, in their order. Closed are those that drop it. */
export async function reached(pod: string, addresses: string[], namespace = NAMESPACE): Promise<string[]> {
  const probes = addresses.map((address) => {
    const [host, port] = address.split(":");
    return `(nc -w 2 ${host} ${port} < /dev/null > /dev/null 2>&1 && echo ${address}) &`;
  });
  const open = await kubectl("exec", "-n", namespace, pod, "--", "sh", "-c", [...probes, "wait"].join("\n"));
  return addresses.filter((address) => open.split("\n").includes(address));
}

export async function addressOf(labels: string): Promise<string> {
  return kubectl("get", "pods", "-A", "-l", labels, "-o", "jsonpath={.items[0].status.podIP}");
}

async function nameOf(labels: string): Promise<string> {
  return kubectl("get", "pods", "-A", "-l", labels, "-o", "jsonpath={.items[0].metadata.name}");
}
