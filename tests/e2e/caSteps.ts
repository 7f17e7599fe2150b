import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { apply, kubectl, poll, secretOf } from "./cluster";
import { certificatesIn, ownCa } from "./ownCa";

const NAMESPACE = "rotate-ca";
const POD = "consul-server-0";

/** The steps of tools/rotate-ca on a CA of their own, with no mesh: what each refuses, and the way back. */
export async function caStepsRefuseAndGoBack(): Promise<void> {
  const { certificate, key } = ownCa();
  const secret = (name: string, stringData: object) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: NAMESPACE },
    stringData,
  });
  await apply([
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    secret("consul-ca-cert", { "tls.crt": certificate }),
    secret("consul-ca-key", { "tls.key": key }),
  ]);
  try {
    await step("back", /no new CA waits to sign/);
    await step("sign", /begin with trust/);
    await step("drop", /there is none to drop/);

    await step("trust");
    expect(await trusted()).toHaveLength(2);
    await step("trust", /a rotation has begun/);
    await step("drop", /does not sign yet/);
    await step("back", /not found/, "--key", "elsewhere/tls.key");
    expect(await trusted()).toHaveLength(2);
    await step("back");
    expect(await trusted()).toEqual([certificate.trim()]);
    await step("back", /no new CA waits to sign/);

    const started = await startServer();
    await poll(
      "the next second",
      async () => Date.now(),
      (now) => now >= started + 1000,
    );
    await step("trust");
    await step("sign", new RegExp(`have not been restarted since the last step[^]*${NAMESPACE}/${POD}`));
    await kubectl("delete", "pod", POD, "-n", NAMESPACE, "--now");
    const waiting = await secretOf("consul-ca-next", "tls.key", NAMESPACE);
    expect(await secretOf("consul-ca-key", "tls.key", NAMESPACE)).toBe(key);
    // As far as a sign comes that is killed after its first change.
    await apply([secret("consul-ca-key", { "tls.key": waiting })]);
    await step("back", /has begun to sign; run sign again/);
    await step("sign");
    expect(await secretOf("consul-ca-key", "tls.key", NAMESPACE)).toBe(waiting);
    const [signs, old] = await trusted();
    expect(old).toBe(certificate.trim());
    await step("sign", /signs already/);
    await step("back", /go on with drop/);
    await step("drop");
    expect(await trusted()).toEqual([signs]);
  } finally {
    await kubectl("delete", "namespace", NAMESPACE, "--wait=false");
  }
}

/** Takes a step; one that is to be refused says why. */
async function step(name: string, refusal?: RegExp, ...further: string[]): Promise<void> {
  const tool = path.join(__dirname, "../../tools/rotate-ca");
  const error = await promisify(execFile)(tool, [name, "--namespace", NAMESPACE, ...further]).then(
    () => undefined,
    ({ stderr }: { stderr: string }) => stderr,
  );
  if (refusal === undefined) {
    expect(error).toBeUndefined();
  } else {
    expect(error).toMatch(refusal);
  }
}

/** What a pod with the labels of Consul's servers is, that has started before a step; when it was made. */
async function startServer(): Promise<number> {
  const labels = "app=consul,component=server";
  await kubectl("run", POD, "-n", NAMESPACE, "--labels", labels, "--image", "localhost/app:1.0.0");
  const at = ["-o", "jsonpath={.metadata.creationTimestamp}"];
  return Date.parse(await kubectl("get", "pod", POD, "-n", NAMESPACE, ...at));
}

async function trusted(): Promise<string[]> {
  return certificatesIn(await secretOf("consul-ca-cert", "tls.crt", NAMESPACE));
}
