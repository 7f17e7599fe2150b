import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { TLSSocket } from "node:tls";
import { kubectl, poll, story } from "./cluster";
import { ownCa, signedBy } from "./ownCa";

const NAME = "payments.example.com";
const ca = ownCa();
let server: https.Server;
let host: string;

/** Longer than Envoy's own limit of 15 s. */
const LATE = { path: "/late", seconds: 17 };

/** A server outside the mesh, on the node itself; it answers with the name that it was asked for, at one path late. */
export async function serveOutside(): Promise<void> {
  host = await kubectl("get", "nodes", "-o", "jsonpath={.items[0].status.addresses[0].address}");
  const { certificate: cert, key } = signedBy(ca, [NAME]);
  server = https.createServer({ cert, key }, ({ socket, url }, response) =>
    setTimeout(
      () => response.end(String((socket as TLSSocket).servername)),
      url === LATE.path ? LATE.seconds * 1000 : 0,
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
}

export function stopServing(): void {
  server?.closeAllConnections();
  server?.close();
}

const port = () => (server.address() as AddressInfo).port;

/** Two destinations that are what they say, one with more time, and two that have another name, or another CA. */
export const destinations = () => [
  { name: "payments", host, port: port(), tls: { sni: NAME, caCertificate: ca.certificate } },
  {
    name: "reports",
    host,
    port: port(),
    requestTimeoutSeconds: 0,
    tls: { sni: NAME, caCertificate: ca.certificate },
  },
  { name: "misnamed", host, port: port(), tls: { sni: "other.example.com", caCertificate: ca.certificate } },
  { name: "unknown", host, port: port(), tls: { sni: NAME } },
];

/** The one service that may call them. */
export const callsOf = (source: string) => destinations().map(({ name: destination }) => ({ source, destination }));

/** What `payments` and `reports` answer late. */
let late: Promise<string[]>;

const from = async (service: string, url: string, seconds = 10) => {
  const curl = `curl -sk -m ${seconds} -w ' %{http_code}' ${url} || true`;
  return kubectl("exec", "-n", "mesh-services", `deploy/${service}`, "-c", service, "--", "sh", "-c", curl);
};

/** Steps on a stack that is up with `destinations`, `callsOf("whoami")` and closed egress, and has `echo` beside it. */
export function egressSteps(step: ReturnType<typeof story>): void {
  step("what is declared outside is reached by TLS, from the service that may call it and no other", async () => {
    await poll(
      "the answer from outside",
      () => from("whoami", "http://payments.virtual.consul/"),
      (answer) => answer === `${NAME} 200`,
    );
    expect(await from("echo", "http://payments.virtual.consul/")).toBe(" 000");
    const ask = (name: string) => from("whoami", `http://${name}.virtual.consul${LATE.path}`, 60);
    late = Promise.all(["payments", "reports"].map(ask));
    late.catch(() => undefined); // told by who waits for it
  });

  step("a server with another name in its certificate, or of another CA, is not believed", async () => {
    for (const name of ["misnamed", "unknown"]) {
      const answer = await from("whoami", `http://${name}.virtual.consul/`);
      expect([name, answer]).toEqual([name, expect.stringMatching(/CERTIFICATE_VERIFY_FAILED.* 503$/)]);
    }
  });

  step("the same address is not reached where it is not declared", async () => {
    const url = `https://${host}:${port()}/`;
    const outside = ["exec", "-n", "consul-system", "consul-server-0", "-c", "consul", "--", "curl", "-sk", url];
    expect(await kubectl(...outside)).toBe("false"); // it is there, and asked without a name
    for (const service of ["whoami", "echo"]) {
      expect([service, await from(service, url)]).toEqual([service, " 000"]);
    }
  });
}

/** The last of them, after others that need their time anyway. */
export function lateAnswerStep(step: ReturnType<typeof story>): void {
  step("an answer takes as long as its destination says, else Envoy's 15 s", async () => {
    expect(await late).toEqual(["upstream request timeout 504", `${NAME} 200`]);
  });
}
