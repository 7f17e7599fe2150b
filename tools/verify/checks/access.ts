import { Category, check } from "../check";
import { Reading } from "../reading";

const noAcls = ({ access }: Pick<Reading, "access">) => (access.acls ? undefined : "the stack declares no ACLs");

export const ACCESS: Category = {
  title: "tokens",
  when: "after",
  checks: [
    check({
      id: "no-token-no-answer",
      name: "whoever has no token gets nothing from Consul",
      needs: ["access"],
      skip: noAcls,
      judge: ({ access }) =>
        access.anonymous
          .filter(({ status }) => status !== 403)
          .map(({ what, status }) => `${what}: answered with ${status}, not with 403`),
      hint: "a policy on the anonymous token, or no gate before the servers' leaves: docs/isolation.md",
    }),
    check({
      id: "auth-method",
      name: "pods can log in",
      needs: ["access"],
      skip: noAcls,
      judge: ({ access }) =>
        access.authMethods.includes("consul-k8s-auth-method") ? [] : ["there is no auth method consul-k8s-auth-method"],
      hint: "the chart's Job consul-server-acl-init makes it: pulumi up, and its log",
    }),
    check({
      id: "traefik-token",
      name: "each pod of Traefik has a token of its own",
      needs: ["access"],
      skip: noAcls,
      judge: ({ access }) =>
        access.ingressPods
          .filter(({ name, ready }) => ready && !access.ingressTokens.some((token) => token.pod === name))
          .map(({ name }) => `${name} has none`),
      hint: "its sidecar consul-login gets one: kubectl -n traefik-consul logs POD -c consul-login",
    }),
    check({
      id: "stale-tokens",
      name: "no token of a Traefik that is gone is left",
      needs: ["access"],
      skip: noAcls,
      judge: ({ access }) =>
        access.ingressTokens
          .filter((token) => !access.ingressPods.some((pod) => pod.name === token.pod))
          .map((token) => `${token.accessor}, of ${token.pod || "no pod that it names"}`),
      hint: "a pod that ended without its logout left it: consul acl token delete -accessor-id ID",
      warning: true,
    }),
  ],
};
