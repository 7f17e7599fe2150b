import { Category, check } from "../check";

export const CLUSTER: Category = {
  title: "cluster",
  when: "always",
  checks: [
    check({
      id: "cluster-reachable",
      name: "the cluster answers",
      needs: ["cluster"],
      tellsError: true,
      judge: ({ cluster }) => (cluster.error === undefined ? [] : [cluster.error]),
      hint: "try kubectl version; --context and --kubeconfig choose another cluster",
    }),
    check({
      id: "nodes-ready",
      name: "every node is ready",
      needs: ["cluster"],
      judge: ({ cluster: { nodes } }) => nodes.filter(({ ready }) => !ready).map(({ name }) => `${name} is not ready`),
      hint: "kubectl describe node NAME says why, under Conditions",
    }),
    check({
      id: "cluster-dns",
      name: "the cluster's DNS runs",
      needs: ["cluster"],
      judge: ({ cluster }) =>
        cluster.dnsEndpoints > 0 ? [] : ["no pod behind the Service of kube-system's DNS is ready"],
      hint: "kubectl -n kube-system get pods -l k8s-app=kube-dns",
    }),
  ],
};
