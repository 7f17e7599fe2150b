import { Category, check } from "../check";
import { workloadProblems } from "./servers";

export const INJECTOR: Category = {
  title: "injector and webhooks",
  when: "after",
  checks: [
    check({
      id: "injector-ready",
      name: "the injector runs",
      needs: ["consul"],
      judge: ({ consul }) => workloadProblems(consul.injector, "Deployment consul-connect-injector"),
      hint: "kubectl -n consul-system logs deployment/consul-connect-injector; while it is away no pod of a service starts",
    }),
    check({
      id: "webhooks-registered",
      name: "the API server knows Consul's webhooks",
      needs: ["webhooks"],
      judge: ({ webhooks }) => (webhooks.webhooks.length > 0 ? [] : ["no webhook leads to Consul's namespace"]),
      hint: "pulumi refresh, then pulumi up, has Helm make them again",
    }),
    check({
      id: "webhooks-answer",
      name: "there is somebody behind each webhook",
      needs: ["webhooks"],
      judge: ({ webhooks }) =>
        webhooks.webhooks
          .filter(({ endpoints }) => endpoints === 0)
          .map(({ name, failurePolicy }) => `${name}: no pod is ready behind it (failurePolicy ${failurePolicy})`),
      hint: "the Service of the injector selects nothing, or its pods are not ready",
    }),
    check({
      id: "webhooks-trusted",
      name: "the API server trusts the webhooks' certificate",
      needs: ["webhooks"],
      judge: ({ webhooks }) =>
        webhooks.webhooks
          .filter(({ trusted }) => !trusted)
          .map(({ name }) => `the caBundle of ${name} does not fit the injector's certificate`),
      hint: "kubectl -n consul-system rollout restart deployment/consul-webhook-cert-manager writes it anew",
    }),
    check({
      id: "injection-works",
      name: "a pod of a service gets its sidecar (dry run)",
      needs: ["admission"],
      skip: ({ admission: { injection } }) =>
        injection === undefined ? "the stack has no service with pods" : injection.untried,
      judge: ({ admission: { injection } }) =>
        injection!.sidecar ? [] : [injection!.error ?? "it was made without a sidecar: the webhook was not asked"],
      hint: "the webhook's namespaceSelector or objectSelector leaves it out, or the API server does not reach the injector",
    }),
    check({
      id: "entries-guarded",
      name: "a wrong config entry is refused (dry run)",
      needs: ["admission"],
      skip: ({ admission: { refusal } }) => refusal.untried,
      judge: ({ admission: { refusal } }) => (refusal.refused ? [] : [refusal.answer]),
      hint: "the webhook for config entries is not asked: see webhooks-registered and webhooks-answer",
    }),
  ],
};
