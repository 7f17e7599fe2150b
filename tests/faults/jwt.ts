import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { keyPair, token } from "../jwtCases";
import type { Workspace } from "../workspace";
import { apply, changesNothing, kubectl, poll, request, story } from "../e2e/cluster";

/** Who may see the keys of ServiceAccounts' tokens; by itself only who has such a token, which a sidecar does not show. */
const READERS = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name: "token-keys-for-everybody" },
  roleRef: {
    apiGroup: "rbac.authorization.k8s.io",
    kind: "ClusterRole",
    name: "system:service-account-issuer-discovery",
  },
  subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:unauthenticated" }],
};
const RS256 = { alg: "RS256" };
const audience = "whoami-clients";

/**
 * Steps on a stack that is up with `others` of intentions and a service whoami that the ingress may call: the API server's own
 * ServiceAccount tokens, as Kubernetes issues them, are what a call has to have.
 */
export function jwtSteps(
  step: ReturnType<typeof story>,
  stack: () => Workspace,
  deploy: (settings: Record<string, unknown>) => Promise<void>,
  others: () => readonly object[],
): void {
  const open = { source: "traefik-system-ingress", destination: "whoami" };
  const verifyClaims = [{ path: ["kubernetes.io", "serviceaccount", "name"], value: "echo" }];
  const jwt = { providers: [{ name: "cluster", verifyClaims }] };
  const closed = { ...open, permissions: [{ action: "allow", http: { pathPrefix: "/" }, jwt }] };
  const provider = async (keys: object) => {
    const { issuer } = JSON.parse(await kubectl("get", "--raw", "/.well-known/openid-configuration"));
    return { name: "cluster", issuer, audiences: [audience], keys };
  };
  const issued = (account: string, audiences = audience) =>
    kubectl("create", "token", account, "-n", "mesh-services", "--audience", audiences);
  const answered = (expected: Readonly<Record<string, readonly [status: number, token?: string]>>) =>
    poll(
      "answers by token",
      async () => {
        const all: Record<string, number | string> = {};
        for (const [what, [, its]] of Object.entries(expected)) {
          const headers: Record<string, string> = its === undefined ? {} : { authorization: `Bearer ${its.trim()}` };
          all[what] = await request({ host: "whoami.localhost", port: 30080 }, "GET", headers);
        }
        return all;
      },
      (all) => Object.entries(expected).every(([what, [status]]) => all[what] === status),
    );

  /** As the API server signs, which signs nothing of the past. */
  async function signed(key: crypto.KeyObject, claims: object = {}): Promise<string> {
    const [header, payload] = (await issued("echo"))
      .split(".")
      .map((part) => Buffer.from(part, "base64url").toString());
    return token(key, { ...JSON.parse(payload), ...claims }, JSON.parse(header));
  }

  step("a token of the cluster's own issuer opens a route, and none, or one that is another, does not", async () => {
    const local = await kubectl("get", "--raw", "/openid/v1/jwks");
    await deploy({ jwtProviders: [await provider({ local })], intentions: [closed, ...others()] });
    const own = crypto.createPrivateKey(
      fs.readFileSync(path.join(path.dirname(process.env.KUBECONFIG!), "pki/sa.key")),
    );
    const past = Math.floor(Date.now() / 1000) - 3600;
    await answered({
      "a token": [200, await issued("echo")],
      "the same, signed here": [200, await signed(own)],
      none: [403],
      "another audience": [403, await issued("echo", "somebody-else")],
      "another account's": [403, await issued("whoami")],
      expired: [403, await signed(own, { iat: past - 600, nbf: past - 600, exp: past })],
      forged: [403, await signed(crypto.generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey)],
      "of another algorithm": [403, token(keyPair().privateKey, {}, { alg: "ES256" })],
      "without a signature": [403, token(own, {}, { ...RS256, alg: "none" }).replace(/[^.]+$/, "")],
    });
    await changesNothing(stack().stack);
  });

  step("keys that sidecars fetch from the issuer do the same, as soon as it shows them", async () => {
    const caCertificate = await kubectl(
      ...["get", "configmap", "kube-root-ca.crt", "-n", "mesh-services", "-o", "jsonpath={.data.ca\\.crt}"],
    );
    const uri = "https://kubernetes.default.svc.cluster.local/openid/v1/jwks";
    const good = await issued("echo");
    await deploy({ jwtProviders: [await provider({ remote: { uri, caCertificate } })] });
    await answered({ "a token": [403, good], none: [403] });
    await apply([READERS]);
    try {
      const forged = await signed(crypto.generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
      await answered({ "a token": [200, good], none: [403], forged: [403, forged] });
    } finally {
      await kubectl("delete", "clusterrolebinding", READERS.metadata.name);
    }
  });

  step("taken away again, nobody is asked for a token, and nothing of the issuer is left", async () => {
    await deploy({ jwtProviders: [], intentions: [open, ...others()] });
    await answered({ none: [200], "another audience": [200, await issued("echo", "somebody-else")] });
    expect(await kubectl("get", "jwtproviders", "-A", "-o", "name")).toBe("");
    await changesNothing(stack().stack);
  });
}
