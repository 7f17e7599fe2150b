import { sha256 } from "../../../components/shared/sha256";
import { ENTRY_POINT_PORTS, MESH_READY_PATH } from "../../../components/routing/traefikArguments";
import { each, KubernetesObject, plainGet } from "../../access/cluster";
import { secretPart } from "../../access/consulClient";
import { IngressFacts, Source } from "../reading";
import { answeringConsul } from "./consul";
import { meshOf, workload } from "./kubernetes";
import { need } from "./services";

const ROUTER_TAG = /^traefik\.(?:http|tcp|udp)\.routers\.([^.=]+)\./;
const SERVED_TAG = /^traefik\.http\.routers\.([^.=]+)-served-[0-9a-f]{8}\.rule=Path\(`([^`]+)`\)$/;

export async function readIngress(source: Source): Promise<IngressFacts> {
  const cluster = await source.cluster();
  const declared = await source.read("declared");
  const { namespace, serviceName, dashboard } = need(declared.ingress, "the stack has no ingress");
  const mesh = await meshOf(source);
  const its = need(await workload(cluster, "deployments", namespace, "traefik"), "Traefik's Deployment is not there");
  const objects = await cluster.list(`/api/v1/namespaces/${namespace}/pods`, `app=traefik,ingress=${serviceName}`);
  const tags = declared.services.flatMap((service) => service.workloads.flatMap((each) => each.tags));
  const servedPaths = new Map(
    tags.flatMap((tag) => {
      const match = SERVED_TAG.exec(tag);
      return match === null ? [] : [[match[2], match[1]] as const];
    }),
  );
  const pods = await each(
    its.pods.filter((pod) => pod.ready),
    async ({ name }) => {
      const annotations = objects.find(({ metadata }) => metadata.name === name)?.metadata.annotations ?? {};
      const nothing = { name, meshReady: 0, served: [], caSha256: annotations["consul-traefik-mesh/ca-sha256"] ?? "" };
      try {
        const forwarded = await cluster.forward(namespace, name, ENTRY_POINT_PORTS.admin);
        try {
          const status = async (page: string) => (await plainGet(forwarded.port, page)).status;
          return {
            ...nothing,
            meshReady: await status(MESH_READY_PATH),
            served: await each([...servedPaths], async ([page, service]) => ({ service, status: await status(page) })),
            routers: dashboard ? await routersOf(forwarded.port) : undefined,
          };
        } finally {
          forwarded.close();
        }
      } catch (error) {
        return { ...nothing, error: (error as Error).message };
      }
    },
  );
  const consul = await answeringConsul(source);
  const [catalog, instances, copy, service, ca] = await Promise.all([
    consul.get("catalog/services") as Promise<Record<string, string[]>>,
    consul.get(`catalog/service/${serviceName}`) as Promise<unknown[]>,
    cluster.find(`/api/v1/namespaces/${namespace}/configmaps/consul-ca-cert`),
    cluster.find(`/api/v1/namespaces/${namespace}/services/traefik`),
    secretPart(cluster, mesh.namespace, mesh.ca.secretName, mesh.ca.secretKey),
  ]);
  const ownTags = catalog[serviceName] ?? [];
  return {
    workload: its,
    pods,
    declaredRouters: [...new Set([...routersIn(tags), ...routersIn(ownTags)])].sort(),
    publishedRouters: Object.entries(catalog)
      .filter(([, its]) => its.includes("traefik.enable=true"))
      .flatMap(([service, its]) => routersIn(its).map((router) => ({ router, service })))
      // Instance and sidecar have the same tags.
      .filter(({ service }) => !service.endsWith("-sidecar-proxy")),
    instances: instances.length,
    ca: { source: ca, copy: copy?.data?.["tls.crt"], sourceSha256: sha256(ca) },
    service: {
      found: service !== undefined,
      type: service?.spec.type ?? "",
      addresses: (service?.status.loadBalancer?.ingress ?? []).map(
        (address: KubernetesObject) => address.ip ?? address.hostname,
      ),
    },
  };
}

function routersIn(tags: readonly string[]): string[] {
  return [...new Set(tags.flatMap((tag) => ROUTER_TAG.exec(tag)?.[1] ?? []))];
}

/** What Traefik's API lists of Consul's catalog, with what it says is wrong. */
async function routersOf(port: number): Promise<{ name: string; problems: string[] }[]> {
  type Router = { name: string; provider: string; status: string; error?: string[] };
  const lists = await Promise.all(
    ["http", "tcp", "udp"].map(
      async (kind) => JSON.parse((await plainGet(port, `/api/${kind}/routers?per_page=10000`)).text) as Router[],
    ),
  );
  return lists
    .flat()
    .filter(({ provider }) => provider === "consulcatalog")
    .map(({ name, status, error = [] }) => ({
      name: name.replace(/@.*/, ""),
      problems: status === "enabled" ? error : [...error, ...(error.length > 0 ? [] : [status])],
    }));
}
