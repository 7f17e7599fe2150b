import { Category, check } from "../check";
import { Reading } from "../reading";
import { namespacesOf, ofMesh } from "./settings";

/** What is there belongs to the stack once it has a mesh. */
const deployed = ({ declared }: Pick<Reading, "declared">) =>
  declared.mesh === undefined ? undefined : "the stack is deployed: these are its own";

export const LEFTOVERS: Category = {
  title: "what an earlier installation left",
  when: "before",
  checks: [
    check({
      id: "leftover-crds",
      name: "no kinds of Consul's are left",
      needs: ["declared", "ground"],
      skip: deployed,
      judge: ({ ground }) =>
        ground.crds
          .filter(({ deleting }) => !deleting)
          .map(({ name, release }) => `${name}${release === undefined ? "" : `, of the Helm release ${release}`}`),
      hint: "if no Consul runs here any more: kubectl delete crd NAME; it takes the entries of the kind with it",
    }),
    check({
      id: "stuck-kinds",
      name: "no entry and no kind of Consul's waits for its end",
      needs: ["ground"],
      judge: ({ ground }) => [
        ...ground.stuck,
        ...ground.crds.filter(({ deleting }) => deleting).map(({ name }) => `${name} is being deleted`),
      ],
      hint: 'its finalizer waits for an injector that is gone: kubectl patch KIND NAME --type=merge -p \'{"metadata":{"finalizers":null}}\'',
    }),
    check({
      id: "leftover-webhooks",
      name: "no webhook of Consul's is left",
      needs: ["declared", "ground"],
      skip: deployed,
      judge: ({ ground }) => ground.webhooks,
      hint: "one without its injector stops every pod from starting: kubectl delete mutatingwebhookconfiguration NAME",
    }),
    check({
      id: "leftover-roles",
      name: "no cluster role of Consul's is left",
      needs: ["declared", "ground"],
      skip: deployed,
      judge: ({ ground }) => ground.clusterRoles,
      hint: "kubectl delete clusterrole,clusterrolebinding NAME",
    }),
    check({
      id: "leftover-release",
      name: "no Helm release of Consul is left",
      needs: ["declared", "ground"],
      skip: deployed,
      judge: ({ ground }) => ground.releases,
      hint: "helm -n NAMESPACE status consul says what it is; helm -n NAMESPACE uninstall consul ends it. What a destroy left does not need helm",
    }),
    check({
      id: "leftover-volumes",
      name: "no volume of earlier servers is left",
      needs: ["declared", "ground"],
      skip: deployed,
      judge: ({ ground }) => ground.volumes,
      hint: "servers on old data keep the old CA and the old ACLs: delete claim and volume, or keep them to restore from",
      warning: true,
    }),
    check({
      id: "namespaces-free",
      name: "the stack's namespaces do not exist yet, and none is being deleted",
      needs: ["declared", "settings", "ground"],
      judge: ({ declared, settings: { settings }, ground }) => {
        const made = settings === undefined ? [] : namespacesOf(settings).filter((its) => its.made);
        return ground.namespaces.flatMap(({ name, phase }) =>
          phase === "Terminating"
            ? [`${name} is being deleted, and waits for what is in it`]
            : declared.mesh === undefined && made.some((its) => its.name === name)
              ? [`${name} is there, and the stack would make it`]
              : [],
        );
      },
      hint: "kubectl get namespace NAME -o yaml says what it waits for; for one that is to stay set its …CreateNamespace to false",
    }),
    check({
      id: "gateway-api-crds",
      name: "no kinds of the Gateway API belong to somebody else",
      needs: ["settings", "ground"],
      skip: ({ settings: { settings } }) =>
        ofMesh(settings) ?? (managesGatewayCrds(settings?.consul.values) ? undefined : "the chart leaves them alone"),
      judge: ({ settings: { settings }, ground }) => {
        const ours = `${settings?.consul.namespace ?? "consul-system"}/consul`;
        return ground.gatewayCrds.filter(({ owner }) => owner !== ours).map(({ name, owner }) => `${name}: ${owner}`);
      },
      hint: "set consulValues: { connectInject: { apiGateway: { manageExternalCRDs: false } } }, and let their owner keep them",
    }),
  ],
};

/** The chart's own default is to bring them. */
function managesGatewayCrds(values: Record<string, unknown> | undefined): boolean {
  const { connectInject } = (values ?? {}) as { connectInject?: { apiGateway?: { manageExternalCRDs?: boolean } } };
  return connectInject?.apiGateway?.manageExternalCRDs !== false;
}
