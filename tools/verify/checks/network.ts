import { Category, check } from "../check";
import { Reading } from "../reading";

const untried = ({ probe }: Pick<Reading, "probe">) => probe.untried;

export const NETWORK: Category = {
  title: "network, tried with two pods",
  when: "always",
  checks: [
    check({
      id: "pods-reach",
      name: "pods reach each other by a Service's name",
      needs: ["probe"],
      tellsError: true,
      skip: untried,
      judge: ({ probe }) => (probe.error === undefined ? [] : [probe.error]),
      hint: "look at the cluster's DNS and its network plugin; where the pod does not start, at its image",
    }),
    check({
      id: "injector-reach",
      name: "the API server reaches pods, as it must reach the injector",
      needs: ["probe"],
      skip: untried,
      judge: ({ probe }) => (probe.apiServerReaches ? [] : ["the API server does not reach port 8080 of a pod"]),
      hint: "in a private cluster, open the way from the control plane to the nodes for TCP 8080",
    }),
    check({
      id: "policies-enforced",
      name: "NetworkPolicies are enforced",
      needs: ["probe"],
      skip: untried,
      judge: ({ probe }) => (probe.enforced ? [] : ["a policy that lets nobody in let a pod in for 20 s"]),
      hint: "the network plugin has to enforce them, as Calico and Cilium do; without it networkPolicies: true protects nothing",
    }),
  ],
};
