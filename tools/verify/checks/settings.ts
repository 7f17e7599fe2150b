import { Category, check } from "../check";

export const SETTINGS: Category = {
  title: "the stack's settings on this cluster",
  when: "before",
  checks: [
    check({
      id: "settings-valid",
      name: "the settings are valid",
      needs: ["settings"],
      skip: ({ settings }) => settings.unknown,
      judge: ({ settings }) => settings.problems,
      hint: "each line names the setting and what would be right; docs/reference.md lists them all",
    }),
    check({
      id: "version-pair",
      name: "chart, Consul and Kubernetes are a known set of versions",
      needs: ["settings"],
      skip: ({ settings }) => ofMesh(settings.settings),
      judge: ({ settings }) => settings.versionProblems,
      hint: "choose the versions that the line names, in consulChartVersion and the images",
    }),
    check({
      id: "permissions",
      name: "you may make what the stack makes",
      needs: ["settings", "permissions"],
      skip: ({ settings: { settings } }) => ofMesh(settings),
      judge: ({ permissions }) =>
        permissions.refused.length === 0 ? [] : [`not allowed: ${permissions.refused.join(", ")}`],
      hint: "the first up makes CRDs, cluster roles and webhooks: have it run by a cluster administrator",
    }),
    check({
      id: "node-for-each-server",
      name: "there is a node for each of Consul's servers",
      needs: ["settings", "cluster"],
      skip: ({ settings: { settings } }) =>
        ofMesh(settings) ??
        (settings?.consul.externalServers ? "the servers are external" : undefined) ??
        (settings?.consul.serversShareNodes ? "servers may share a node" : undefined),
      judge: ({ settings: { settings }, cluster: { nodes } }) => {
        const usable = nodes.filter(({ ready, schedulable }) => ready && schedulable).length;
        const servers = settings?.consul.servers ?? 1;
        return usable >= servers ? [] : [`${servers} servers, and ${usable} nodes that take pods`];
      },
      hint: "add nodes, or set consulServersShareNodes, with which a lost node may take the quorum with it",
    }),
    check({
      id: "storage-class",
      name: "there is a storage class for Consul's volumes",
      needs: ["settings", "cluster"],
      skip: ({ settings: { settings } }) =>
        ofMesh(settings) ?? (settings?.consul.externalServers ? "the servers are external" : undefined),
      judge: ({ settings: { settings }, cluster: { storageClasses } }) => {
        const wanted = settings?.consul.storageClass;
        const names = storageClasses.map(({ name }) => name).join(", ") || "none";
        if (wanted === undefined) {
          return storageClasses.some((its) => its.default) ? [] : [`no class is the default one; there are: ${names}`];
        }
        return storageClasses.some(({ name }) => name === wanted)
          ? []
          : [`there is no "${wanted}"; there are: ${names}`];
      },
      hint: "name one in consulStorageClass, or mark one as the default",
    }),
    check({
      id: "node-ports-free",
      name: "Traefik's node ports are free",
      needs: ["settings", "ground"],
      skip: ({ settings: { settings } }) =>
        ofMesh(settings) ?? (settings?.traefik.nodePorts === undefined ? "Traefik has no node ports" : undefined),
      judge: ({ settings: { settings }, ground }) => {
        const its = `${settings?.traefik.namespace ?? "traefik-consul"}/traefik`;
        const { web, websecure, admin } = settings?.traefik.nodePorts ?? {};
        const wanted = [web, websecure, ...(settings?.traefik.dashboard ? [admin] : [])];
        return ground.nodePorts
          .filter(({ port, service }) => wanted.includes(port) && service !== its)
          .map(({ port, service }) => `${port} is taken by the Service ${service}`);
      },
      hint: "choose others in traefikNodePortWeb, traefikNodePortWebsecure and traefikNodePortAdmin",
    }),
    check({
      id: "given-namespaces",
      name: "namespaces that the stack does not make are there",
      needs: ["settings", "ground"],
      skip: ({ settings }) => unless(settings.settings),
      judge: ({ settings: { settings }, ground }) =>
        namespacesOf(settings!)
          .filter(({ made, name }) => !made && !ground.namespaces.some((its) => its.name === name))
          .map(({ name, setting }) => `${name} is not there, and ${setting} is false`),
      hint: "make it first: kubectl create namespace NAME",
    }),
  ],
};

/** What a check waits for that needs settings. */
function unless(settings: unknown): string | undefined {
  return settings === undefined ? "the settings are not valid, or not known" : undefined;
}

/** The same of a check of what the stack of the mesh alone makes. */
export function ofMesh(settings: { readonly meshStack?: string } | undefined): string | undefined {
  return unless(settings) ?? (settings?.meshStack && `the mesh is that of ${settings.meshStack}`);
}

/** The namespaces of a stack, and whether it makes them. */
export function namespacesOf(settings: {
  consul: { namespace?: string; createNamespace?: boolean };
  traefik: { namespace?: string; createNamespace?: boolean };
  servicesNamespace: string;
  servicesCreateNamespace: boolean;
}) {
  const { consul, traefik } = settings;
  return [
    {
      name: consul.namespace ?? "consul-system",
      made: consul.createNamespace ?? true,
      setting: "consulCreateNamespace",
    },
    {
      name: traefik.namespace ?? "traefik-consul",
      made: traefik.createNamespace ?? true,
      setting: "traefikCreateNamespace",
    },
    { name: settings.servicesNamespace, made: settings.servicesCreateNamespace, setting: "servicesCreateNamespace" },
  ];
}
