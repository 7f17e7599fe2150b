import {
  consulMeshProblems,
  drainProblems,
  meshJobProblems,
  meshPartWithoutNativeSidecar,
  meshPartWithoutSleep,
  meshReachProblems,
  meshServiceProblems,
  meshWorkloadProblems,
  networkClientProblems,
  syncsCatalog,
  traefikProblems,
  usesCni,
} from "../components";
import { consulApiProxyProblems } from "../components/ingress/consulApiProxy";
import { catalogSyncProblems } from "../components/ingress/traefikProblems";
import { oldVariableNameProblems } from "../components/pods/containerProblems";
import { metadataKeyProblems, otherMeshProblems } from "../components/pods/metadataProblems";
import { podSpecLevelProblems, rightsLevelProblems } from "../components/pods/podSpecLevel";
import { jwtProviderProblems } from "../components/intentions/jwtProviders";
import { labelValueProblems } from "../components/shared/grammars";
import { namespaceProblems } from "../components/shared/names";
import type { Problem } from "../components/shared/problems";
import { duplicateProblems } from "../components/routing/routingProblems";
import { meshProblems, together } from "./meshProblems";
import type { Settings } from "./read";
import { SETTINGS_SCHEMA } from "./settingsSchema";

/** What is wrong with settings of the right shape: each component's own problems, and what only the whole shows. */
export function settingsProblems(settings: Settings): Problem[] {
  const { services, workloads, jobs } = settings;
  const named = (problems: Problem[]) =>
    problems.map((p) => ({ ...p, propertyPath: p.propertyPath.replace(/\.serviceName$/, ".name") }));
  // What goes beyond the stack is known when the mesh is; see stacks/services.ts.
  const alone = (judge: () => Problem[]) => (settings.meshStack === undefined ? judge() : []);
  const withoutNativeSidecar =
    settings.meshStack === undefined ? meshPartWithoutNativeSidecar(settings.consul) : undefined;
  const all = [
    ...consulMeshProblems(settings.consul, "consul.").map(atSetting),
    ...traefikProblems(settings.traefik, "traefik.").map(atSetting),
    ...services.flatMap((each, i) => named(meshServiceProblems(each.name, each, `services[${i}].`))),
    ...workloads.flatMap((each, i) => named(meshWorkloadProblems(each.name, each, `workloads[${i}].`))),
    ...jobs.flatMap((each, i) => named(meshJobProblems(each.name, each, withoutNativeSidecar, `jobs[${i}].`))),
    ...Object.entries(settings.labels).flatMap(([key, value]) => [
      ...metadataKeyProblems(`labels["${key}"]`, key),
      ...labelValueProblems(`labels["${key}"]`, value),
    ]),
    ...otherMeshProblems(settings.labels, "labels"),
    ...networkClientProblems(settings.networkPolicyClients, "networkPolicyClients"),
    ...settings.jwtProviders.flatMap((each, i) => jwtProviderProblems(each.name, each, `jwtProviders[${i}].`)),
  ];
  const parts = all.filter((each) => !isCopied(each, all));
  return [
    ...parts,
    ...teamProblems(settings),
    ...together(parts, () => stackNamespaceProblems(settings)),
    ...runningProblems(settings),
    ...[...services, ...jobs].flatMap((each, i) =>
      oldVariableNameProblems(
        each,
        settings.consul.kubernetesVersion,
        i < services.length ? `services[${i}].` : `jobs[${i - services.length}].`,
      ),
    ),
    ...meshProblems(settings, parts),
    ...alone(() => together(parts, () => podSecurityProblems(settings, usesCni(settings.consul.values)))),
    ...alone(() =>
      services.flatMap((each, i) => drainProblems(each, meshPartWithoutSleep(settings.consul), `services[${i}].`)),
    ),
    ...(settings.networkPolicyClients.length > 0 && !settings.networkPolicies
      ? [
          {
            propertyPath: "networkPolicyClients",
            reason: "opens nothing while networkPolicies is false; set that to true or leave this out",
          },
        ]
      : []),
  ];
}

/** Whether a name that each pod has of the stack is told of at the stack already. */
function isCopied({ propertyPath, reason }: Problem, all: readonly Problem[]): boolean {
  return (
    /\.imagePullSecrets\[/.test(propertyPath) &&
    all.some((each) => each.propertyPath.startsWith("imagePullSecrets[") && each.reason === reason)
  );
}

/** A stack's name as a reference to it has to be written. */
const STACK_NAME = /^[\w.-]+\/[\w.-]+\/[\w.-]+$/;

/** Problems of how stacks share a mesh. */
function teamProblems(settings: Settings): Problem[] {
  const { meshStack, teams, servicesNamespace, workloads, intentions, consul, jwtProviders } = settings;
  const name = (path: string, stack: string) =>
    STACK_NAME.test(stack)
      ? []
      : [{ propertyPath: path, reason: `"${stack}" is not the full name of a stack; use organization/project/stack` }];
  const ofMesh = (propertyPath: string) => ({
    propertyPath,
    reason: `belongs to the stack that makes the mesh, ${meshStack}; declare it there`,
  });
  return [
    ...(meshStack === undefined ? [] : name("meshStack", meshStack)),
    ...teams.flatMap(({ stack }, i) => name(`teams[${i}].stack`, stack)),
    ...duplicateProblems("namespace", [
      ...ownNamespaces(settings),
      ...teams.map(({ namespace }, i) => [namespace, `teams[${i}].namespace`] as [string, string]),
    ]).filter(({ propertyPath }) => propertyPath.startsWith("teams")),
    ...duplicateProblems(
      "stack",
      teams.map(({ stack }, i) => [stack, `teams[${i}].stack`]),
    ),
    ...(meshStack === undefined
      ? []
      : [
          ...(teams.length > 0 ? [ofMesh("teams")] : []),
          ...(consul.tracing === undefined ? [] : [ofMesh("tracing")]),
          ...(consul.externalDestinations!.length > 0 ? [ofMesh("externalDestinations")] : []),
          ...(jwtProviders.length > 0 ? [ofMesh("jwtProviders")] : []),
          ...intentions.flatMap((rule, i) =>
            rule.destination === "*" ? [ofMesh(`intentions[${i}].destination`)] : [],
          ),
        ]),
    ...workloads.flatMap(({ namespace = servicesNamespace }, i) => {
      const team = teams.find((each) => each.namespace === namespace);
      const whose =
        team !== undefined
          ? `is the namespace of ${team.stack}; have that stack declare the workload`
          : meshStack !== undefined && namespace !== servicesNamespace
            ? `is not this stack's own namespace, "${servicesNamespace}", the only one of it that the mesh lets in; leave it out, and run the workload there`
            : undefined;
      return whose === undefined
        ? []
        : [{ propertyPath: `workloads[${i}].namespace`, reason: `"${namespace}" ${whose}` }];
    }),
  ];
}

/** Of the pods of the services' namespace, the injected init container is the one that needs more than `restricted`. */
export function podSecurityProblems({ servicesPodSecurity: level, services, jobs }: Settings, cni: boolean): Problem[] {
  return [
    ...(level !== "privileged" && !cni
      ? [
          {
            propertyPath: "servicesPodSecurity",
            reason: `"${level}" refuses the sidecar's init container, which redirects traffic as root with NET_ADMIN; use privileged, or turn connectInject.cni.enabled on in consulValues`,
          },
        ]
      : []),
    ...[
      ...services.map((each, i) => ({ ...each, path: `services[${i}]` })),
      ...jobs.map((each, i) => ({ ...each, path: `jobs[${i}]` })),
    ].flatMap(({ runAsUser, addCapabilities = [], podSpec, path }) => [
      ...rightsLevelProblems(level, runAsUser, addCapabilities, path, "addCapabilities"),
      ...podSpecLevelProblems(level, podSpec, `${path}.podSpec`),
    ]),
  ];
}

/** Pods that are given two names: what runs them is one service's, or two workloads'. */
function runningProblems({ services, workloads, servicesNamespace: own }: Settings): Problem[] {
  const running = [
    ...services.map(({ name, kind = "Deployment" }, i) => ({
      name,
      what: `${kind} ${own}/${name}`,
      path: `services[${i}]`,
    })),
    ...workloads.map(({ name, namespace = own, workload = {} }, i) => ({
      name,
      what: `${workload.kind ?? "Deployment"} ${namespace}/${workload.name ?? name}`,
      path: `workloads[${i}]`,
    })),
  ];
  return running.flatMap(({ name, what, path: propertyPath }, i) => {
    const other = running.slice(0, i).find((each) => each.what === what && each.name !== name);
    const reason = `is the ${what}, as ${other?.path} is, and pods have one identity; leave one of the two out`;
    return other === undefined ? [] : [{ propertyPath, reason }];
  });
}

/** The namespaces that a stack has for itself, and where each is set. */
function ownNamespaces({ consul, traefik, servicesNamespace }: Settings): [string, string][] {
  return [
    [consul.namespace!, "consulNamespace"],
    [traefik.namespace!, "traefikNamespace"],
    [servicesNamespace, "servicesNamespace"],
  ];
}

function stackNamespaceProblems(settings: Settings): Problem[] {
  const namespaces = ownNamespaces(settings);
  // Traefik's own namespace, the last, is in nobody's list: whatever else has it is told of as such.
  const consul = {
    ...settings.consul,
    namespacesWithoutInjection: settings.consul.namespacesWithoutInjection!.slice(0, -1),
  };
  const mesh: Parameters<typeof catalogSyncProblems>[1] = {
    catalogSync: syncsCatalog(consul),
    reachProblems: (namespace, reached) => meshReachProblems(consul, namespace, reached, "consul."),
  };
  const ofPods = (path: string, name: string, create: boolean, made = create) => {
    const problems = namespaceProblems(path, name, { create, inMesh: true });
    return problems.length > 0 ? problems : mesh.reachProblems({ name, made }, "pods").map(atSetting);
  };
  return [
    ...ofPods("servicesNamespace", settings.servicesNamespace, settings.servicesCreateNamespace),
    ...duplicateProblems("namespace", namespaces),
    // Whoever makes it, with whatever labels.
    ...settings.teams.flatMap(({ namespace }, i) => ofPods(`teams[${i}].namespace`, namespace, true, false)),
    ...settings.workloads.flatMap(({ namespace }, i) =>
      namespace === undefined || namespace === settings.servicesNamespace
        ? []
        : [
            ...ofPods(`workloads[${i}].namespace`, namespace, false),
            ...duplicateProblems("namespace", [...namespaces, [namespace, `workloads[${i}].namespace`]]),
          ],
    ),
    ...catalogSyncProblems(settings.traefik, mesh, "traefik.").map(atSetting),
    ...consulApiProxyProblems(settings.traefik, settings.consul.kubernetesVersion, "traefik.").map(atSetting),
  ];
}

/** The settings that are inputs of components, by the input. */
const SETTING_OF = new Map(
  Object.entries(SETTINGS_SCHEMA.properties).flatMap(([setting, { input }]) =>
    input === undefined ? [] : [[input, setting] as const],
  ),
);

/** A problem of a component's input, at the setting that this is. */
function atSetting(problem: Problem): Problem {
  const [, input, rest] = /^([^[]*)(.*)$/.exec(problem.propertyPath)!;
  const path = input.split(".");
  // The longest beginning of the path that is a setting, or has settings within; what follows is within its value.
  const lengths = path.map((_, i) => path.length - i).slice(0, -1);
  const [found] = lengths.flatMap((length) => {
    const its = path.slice(0, length).join(".");
    const setting = SETTING_OF.get(its);
    const within = [...SETTING_OF].find(([other]) => other.startsWith(`${its}.`))?.[1] ?? [];
    return setting === undefined ? within : [setting, ...path.slice(length)].join(".");
  });
  return { ...problem, propertyPath: (found ?? input) + rest };
}
