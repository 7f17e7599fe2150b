import { Category, check } from "../check";
import { Reading, Workload } from "../reading";

const external = ({ declared }: Pick<Reading, "declared">) =>
  declared.mesh === undefined
    ? "the stack has no mesh"
    : declared.mesh.external
      ? "the servers are external"
      : undefined;

/** Each pod that is not ready, and that there are too few of them. */
export function workloadProblems(workload: Workload | undefined, what: string): string[] {
  if (workload === undefined) {
    return [`${what} is not there`];
  }
  if (workload.wanted === 0) {
    return [`${what} is scaled to zero`];
  }
  const unready = workload.pods.filter(({ ready }) => !ready).map(({ name, reason }) => `${name}: ${reason}`);
  return workload.ready >= workload.wanted
    ? unready
    : [`${workload.ready} of ${workload.wanted} pods of ${what} are ready`, ...unready];
}

export const SERVERS: Category = {
  title: "Consul's servers",
  when: "after",
  checks: [
    check({
      id: "servers-ready",
      name: "each server's pod is ready",
      needs: ["declared", "consul"],
      skip: external,
      judge: ({ consul, declared }) => [
        ...workloadProblems(consul.servers, "StatefulSet consul-server"),
        ...(consul.servers === undefined || consul.servers.wanted === declared.mesh?.servers
          ? []
          : [`${consul.servers.wanted} are asked for, and ${declared.mesh?.servers} declared`]),
      ],
      hint: "kubectl -n consul-system describe pod NAME: Pending means that a volume or a node is missing; a restart is in logs --previous",
    }),
    check({
      id: "consul-api",
      name: "Consul's API answers, by TLS that is verified",
      needs: ["api"],
      tellsError: true,
      judge: ({ api }) => (api.error === undefined ? [] : [api.error]),
      hint: "kubectl -n consul-system logs consul-server-0 -c consul",
    }),
    check({
      id: "consul-leader",
      name: "the servers have a leader",
      needs: ["api"],
      judge: ({ api }) => (api.leader === "" ? ["they have elected none"] : []),
      hint: "more than half of the servers have to run and to reach each other on 8300 and 8301",
    }),
    check({
      id: "consul-quorum",
      name: "each server votes and is healthy",
      needs: ["declared", "quorum"],
      skip: external,
      judge: ({ declared, quorum }) => [
        ...(quorum.voters.length === declared.mesh?.servers
          ? []
          : [`${quorum.voters.length} servers vote, and ${declared.mesh?.servers} are declared`]),
        ...quorum.voters.filter(({ healthy }) => !healthy).map(({ name }) => `${name} is not healthy`),
      ],
      hint: "consul operator raft list-peers in a server's pod; one that is gone for good is taken out by autopilot",
    }),
    check({
      id: "consul-one-version",
      name: "all servers run one version",
      needs: ["quorum"],
      judge: ({ quorum }) => {
        const versions = [...new Set(quorum.voters.map(({ version }) => version))];
        return versions.length <= 1
          ? []
          : [`${quorum.voters.map(({ name, version }) => `${name}: ${version}`).join(", ")}`];
      },
      hint: "a roll-out has not ended: kubectl -n consul-system rollout status statefulset/consul-server",
    }),
    check({
      id: "gossip-encrypted",
      name: "gossip is encrypted as declared",
      needs: ["declared", "quorum"],
      skip: (reading) =>
        external(reading) ?? (reading.declared.mesh?.gossipEncryption ? undefined : "the stack declares no encryption"),
      judge: ({ quorum }) => (quorum.gossipEncrypted ? [] : ["the servers gossip in the clear"]),
      hint: "a server has not started anew since; docs/operations.md says when a mesh can begin to encrypt",
    }),
    check({
      id: "catalog-sync",
      name: "the catalog sync runs",
      needs: ["consul"],
      skip: ({ consul }) => (consul.catalogSync === undefined ? "the chart's values turn it off" : undefined),
      judge: ({ consul }) => workloadProblems(consul.catalogSync, "Deployment consul-sync-catalog"),
      hint: "kubectl -n consul-system logs deployment/consul-sync-catalog; without it a new Traefik is never ready",
    }),
  ],
};
