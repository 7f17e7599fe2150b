import * as http from "node:http";
import { MeshServiceOptions } from "../../components";
import { apply, kubectl, poll, story } from "./cluster";

const NAMESPACE = "mesh-services";
const PASSWORD = "from-the-secret";

/**
 * Services as people run them: `ledger` keeps what it writes and has a password, `brief` has no time, and each is called by
 * `client` too, from within the mesh.
 */
export function workloads(image: string): (MeshServiceOptions & { name: string })[] {
  return [
    {
      name: "ledger",
      image,
      port: 80,
      servicePort: 8000,
      kind: "StatefulSet",
      volumeClaims: [{ mountPath: "/data", storage: "10Mi" }],
      env: { WHOAMI_NAME: { secretKeyRef: { name: "ledger", key: "password" } } },
      envFrom: [{ configMapRef: { name: "flags" }, prefix: "FLAG_" }],
      volumes: [{ mountPath: "/etc/ledger", secret: { secretName: "ledger" } }],
      resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
      startupProbe: { httpGet: { path: "/health" }, periodSeconds: 1, failureThreshold: 60 },
      readinessProbe: { exec: { command: ["test", "-s", "/data/born"] }, periodSeconds: 1 },
      livenessProbe: { httpGet: { path: "/health" } },
      spreadOver: ["kubernetes.io/hostname"],
      disruptionBudget: { maxUnavailable: 1 },
      podLabels: { team: "books" },
      podSpec: {
        initContainers: [
          {
            name: "born",
            image: "localhost/busybox:1.35.0",
            command: ["sh", "-c", "test -f /data/born || date +%s%N > /data/born"],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
            volumeMounts: [{ name: "claim-0", mountPath: "/data" }],
          },
        ],
      },
      routes: [{ host: "ledger.localhost" }],
    },
    {
      name: "brief",
      image,
      port: 80,
      requestTimeoutSeconds: 2,
      idleTimeoutSeconds: 60,
      resources: { requests: { cpu: "10m" } },
      autoscaling: { minReplicas: 2, maxReplicas: 3, cpuUtilization: 80 },
      routes: [{ host: "brief.localhost" }],
    },
    { name: "client", image, port: 80, calls: [{ destination: "ledger" }, { destination: "brief" }] },
  ];
}

/** What the services name and do not make; to be called while `up` waits for it. */
export async function giveWorkloads(): Promise<void> {
  const metadata = (name: string) => ({ name, namespace: NAMESPACE });
  const objects = [
    { apiVersion: "v1", kind: "Secret", metadata: metadata("ledger"), stringData: { password: PASSWORD } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: metadata("flags"), data: { COLOR: "green" } },
  ];
  await poll(
    "the services' namespace",
    () =>
      apply(objects).then(
        () => true,
        () => false,
      ),
    (made) => made,
    300,
  );
}

const inLedger = (...command: string[]) =>
  kubectl("exec", "-n", NAMESPACE, "ledger-0", "-c", "ledger", "--", ...command);

/** A GET from the pod of `client`, through its sidecar: the status, and the seconds that it took. */
async function fromClient(url: string): Promise<{ status: number; seconds: number }> {
  const write = ["-s", "-o", "/dev/null", "-m", "30", "-w", "%{http_code} %{time_total}", url];
  const answer = await kubectl("exec", "-n", NAMESPACE, "deploy/client", "-c", "client", "--", "curl", ...write);
  const [status, seconds] = answer.split(" ").map(Number);
  return { status, seconds };
}

/** A GET through Traefik that may take its time. */
function slowly(host: string, requestPath: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: "127.0.0.1", port: 30080, path: requestPath, headers: { host }, agent: false }, (response) =>
        response.resume().on("end", () => resolve(response.statusCode!)),
      )
      .on("error", reject);
  });
}

/** What `ledger` answers late. */
let long: Promise<number>;

/** Steps on a stack that is up with `workloads`. */
export function workloadSteps(step: ReturnType<typeof story>): void {
  step(
    "a StatefulSet has its password out of a Secret, its claim outlives its pod, and its init container ran",
    async () => {
      const env = await inLedger("env");
      expect(env).toContain(`WHOAMI_NAME=${PASSWORD}`);
      expect(env).toContain("FLAG_COLOR=green");
      expect(await inLedger("cat", "/etc/ledger/password")).toBe(PASSWORD);
      const born = await inLedger("cat", "/data/born");
      await inLedger("sh", "-c", "echo kept >> /data/written");
      await kubectl("delete", "pod", "-n", NAMESPACE, "ledger-0", "--wait=true");
      await poll(
        "ledger's next pod",
        () => inLedger("cat", "/data/written"),
        (text) => text === "kept\n",
        90,
      );
      expect(await inLedger("cat", "/data/born")).toBe(born);
    },
  );

  step("a caller in the mesh reaches the Service's own port, and nobody who was not allowed does", async () => {
    const ledger = `http://ledger.${NAMESPACE}:8000/`;
    await poll(
      "ledger, called by client",
      () => fromClient(ledger),
      ({ status }) => status === 200,
    );
    // A sidecar knows nobody whom it may not call: it leads the call on as it is, and the other sidecar ends it.
    const denied = ["-s", "-o", "/dev/null", "-m", "10", "-w", "'%{http_code}'", ledger, "||", "true"].join(" ");
    const asked = ["exec", "-n", NAMESPACE, "deploy/brief", "-c", "brief", "--", "sh", "-c", `curl ${denied}`];
    expect(await kubectl(...asked)).toBe("000");
  });

  step("an answer takes no longer than its service says, whoever calls", async () => {
    // The pod of `ledger` is a new one, which Traefik hears of after the callers in the mesh.
    for (const host of ["ledger.localhost", "brief.localhost"]) {
      await poll(
        host,
        () => slowly(host, "/?wait=1s"),
        (status) => status === 200,
      );
    }
    long = slowly("ledger.localhost", "/?wait=17s");
    long.catch(() => undefined); // told by who waits for it
    expect(await slowly("brief.localhost", "/?wait=5s")).toBe(504);
    const called = await fromClient(`http://brief.${NAMESPACE}/?wait=5s`);
    expect(called.status).toBe(504);
    expect(called.seconds).toBeLessThan(5);
  });

  step("a scaler sees to the fewest pods, and the next up leaves their number to it", async () => {
    const replicas = () =>
      kubectl("get", "deployment", "brief", "-n", NAMESPACE, "-o", "jsonpath={.status.readyReplicas}");
    await poll("brief's two pods", replicas, (ready) => ready === "2", 120);
  });
}

/** The last of them, after others that need their time anyway. */
export function longAnswerStep(step: ReturnType<typeof story>): void {
  step("an answer may take longer than Envoy's 15 s", async () => expect(await long).toBe(200));
}
