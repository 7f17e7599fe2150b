import { sha256 } from "../../../components/shared/sha256";
import { ENTRY_POINT_PORTS, MESH_READY_PATH } from "../../../components/routing/traefikArguments";
import { each, KubernetesObject, plainGet } from "../../access/cluster";
import { secretPart } from "../../access/consulClient";
import { Declared } from "../../access/declared";
import { IngressFacts, Source } from "../reading";
import { answeringConsul } from "./consul";
import { meshOf, workload } from "./kubernetes";
import { need } from "./services";

const ROUTER_TAG = /^traefik\.(?:http|tcp|udp)\.routers\.([^.=]+)\./;
const SERVED_TAG = /^traefik\.http\.routers\.([^.=]+)-served-[0-9a-f]{8}\.rule=Path\(`([^`]+)`\)$/;

export async function readIngress(source: Source): Promise<IngressFacts> {
  const cluster = await source.cluster();
  const declared = await source.read("declared");
  const { namespace, serviceName, dashboard, replicas } = need(declared.ingress, "the stack has no ingress");
  const mesh = await meshOf(source);
  const its = need(await workload(cluster, "deployments", namespace, "traefik"), "Traefik's Deployment is not there");
  const objects = await cluster.list(`/api/v1/namespaces/${namespace}/pods`, `app=traefik,ingress=${serviceName}`);
  // What somebody else scales may have no pods just now.
  const tags = (await source.read("services")).flatMap(({ workloads }) =>
    workloads.flatMap((its) => (its.wanted === 0 ? [] : its.tags)),
  );
  const byOthers = declared.neighbours.flatMap(tagsOf);
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
        return await cluster.through(namespace, name, ENTRY_POINT_PORTS.admin, async (port) => {
          const status = async (page: string) => (await plainGet(port, page)).status;
          return {
            ...nothing,
            meshReady: await status(MESH_READY_PATH),
            served: await each([...servedPaths], async ([page, service]) => ({ service, status: await status(page) })),
            routers: dashboard ? await routersOf(port) : undefined,
          };
        });
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
    workload: { ...its, wanted: replicas ?? its.wanted },
    pods,
    declaredRouters: [...new Set([...routersIn(tags), ...routersIn(byOthers), ...routersIn(ownTags)])].sort(),
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

/** Of what has pods, as far as is declared: where there are to be none, Traefik has no route either. */
function tagsOf({ services }: Pick<Declared, "services">): string[] {
  return services.flatMap(({ workloads }) => workloads.flatMap((its) => (its.replicas === 0 ? [] : its.tags)));
}

function routersIn(tags: readonly string[]): string[] {
  return [...new Set(tags.flatMap((tag) => ROUTER_TAG.exec(tag)?.[1] ?? []))];
}

/** What Traefik's API lists of Consul's catalog, with what it says is wrong; nothing where its own route is gone. */
async function routersOf(port: number): Promise<{ name: string; problems: string[] }[] | undefined> {
  type Router = { name: string; provider: string; status: string; error?: string[] };
  const answers = await Promise.all(
    ["http", "tcp", "udp"].map((kind) => plainGet(port, `/api/${kind}/routers?per_page=10000`)),
  );
  if (answers.some(({ status }) => status !== 200)) {
    return undefined;
  }
  return answers
    .flatMap(({ text }) => JSON.parse(text) as Router[])
    .filter(({ provider }) => provider === "consulcatalog")
    .map(({ name, status, error = [] }) => ({
      name: name.replace(/@.*/, ""),
      problems: status === "enabled" ? error : [...error, ...(error.length > 0 ? [] : [status])],
    }));
}
