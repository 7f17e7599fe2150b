import {
  callRules,
  drainProblems,
  IntentionRule,
  isRouted,
  meshJobProblems,
  meshPartWithoutContains,
  MeshReference,
  TRAEFIK_SERVICE_NAME,
} from "../components";
import { intentionProblems, KnownServices } from "../components/intentions/intentionProblems";
import { intentionWarnings } from "../components/intentions/intentionWarnings";
import { JwtProviderNames, MeshIntentions } from "../components/intentions/meshIntentions";
import { externalServiceProblems } from "../components/mesh/externalServices";
import { oldVariableNameProblems } from "../components/pods/containerProblems";
import { RoutingModel } from "../components/routing/routingModel";
import { routingProblems } from "../components/routing/routingProblems";
import { afterProblems } from "../components/services/afterJobs";
import type { MemberOptions } from "../components/services/member";
import { MeshTraffic } from "../components/services/meshTraffic";
import { MeshModel } from "../components/shared/meshModel";
import type { Problem } from "../components/shared/problems";
import { MeshNames } from "../components/shared/serviceNames";
import type { Settings } from "./read";

/** What is a service of the mesh, and where it stands. */
type Member = MemberOptions & { readonly name: string; readonly path: string };
/** What a job is to others. */
const NO_PORT = { port: 0, protocol: "tcp" } as const;

/**
 * What only the whole mesh shows: what the settings declare joins a model, as the components of a program join that of their mesh.
 * `parts` is what is wrong with each by itself.
 */
export function meshProblems(settings: Settings, parts: Problem[]): Problem[] {
  const model = new MeshModel();
  const { meshStack, teams, consul, traefik, jwtProviders, externalJwtProviders } = settings;
  const destinations = consul.externalDestinations!.map((each, i) => ({ ...each, path: `externalDestinations[${i}]` }));
  const { callable, members } = membersOf(settings);
  return [
    // The destinations first, as a mesh is declared before its services.
    ...[...destinations, ...members].flatMap((each) =>
      model.part(MeshNames).take(`${each.path}.name`, { ...each, place: each.path }),
    ),
    ...[
      ...jwtProviders.map(({ name }, i) => ({ name, place: `jwtProviders[${i}]`, input: ".name" })),
      ...externalJwtProviders.map((name, i) => ({ name, place: `externalJwtProviders[${i}]`, input: "" })),
    ].flatMap((each) => model.part(JwtProviderNames).take(each.place + each.input, each)),
    ...externalServiceProblems(
      settings.externalServices,
      [...members, ...destinations].map((each) => each.name),
      "externalServices",
    ),
    ...afterProblems(
      settings.services.map(({ name, after }, i) => ({ name, after, path: `services[${i}].after` })),
      settings.jobs,
      [...settings.intentions, ...callsOf(members)],
    ),
    ...together(parts, () => {
      const traffic = model.part(MeshTraffic);
      callable.forEach((each) => traffic.join({ name: each.name, options: each, path: `${each.path}.traffic` }));
      knowExternal(model, settings);
      return [
        // What goes beyond the stack is known when the mesh is: see joinedProblems.
        ...(meshStack === undefined ? routingProblems(model, callable, traefik, TRAEFIK_SERVICE_NAME) : []),
        // Routes may ask a team's services: see platformProblems.
        ...(teams.length > 0 ? traffic : model).unresolved(),
      ];
    }),
    ...(meshStack === undefined
      ? together(parts, () =>
          stackIntentionProblems(settings, [...settings.intentions, ...callsOf(members)], members, {
            denyAll: settings.denyAll,
            ingress: TRAEFIK_SERVICE_NAME,
            acls: consul.acls,
            partWithoutContains: meshPartWithoutContains(consul),
            others: destinations.map((each) => [each.name, each.protocol ?? "http"]),
          }),
        )
      : []),
  ];
}

/**
 * The same of a stack whose services join the mesh of another. `model` is that mesh with the services of all other stacks, as
 * `others`, of which the protocol is known.
 */
export function joinedProblems(
  settings: Settings,
  mesh: MeshReference,
  model: MeshModel,
  others: readonly (readonly [name: string, protocol: string])[],
): Problem[] {
  const { services, jobs, servicesNamespace } = settings;
  const { callable, members } = membersOf(settings);
  const intentions = model.part(MeshIntentions);
  knowExternal(model, settings);
  const calls = callsOf(members);
  const isOurs = ({ destination }: IntentionRule) => intentions.ownerOf(destination) === undefined;
  const rules = [...settings.intentions, ...calls.filter(isOurs)];
  return [
    ...mesh.reachProblems({ name: servicesNamespace, made: false }, "pods"),
    ...services.flatMap((each, i) => drainProblems(each, mesh.partWithoutSleep, `services[${i}].`)),
    ...services.flatMap((each, i) => oldVariableNameProblems(each, mesh.kubernetesVersion, `services[${i}].`)),
    ...jobs.flatMap((each, i) => [
      ...meshJobProblems(each.name, each, mesh.partWithoutNativeSidecar, `jobs[${i}].`),
      ...oldVariableNameProblems(each, mesh.kubernetesVersion, `jobs[${i}].`),
    ]),
    ...members.flatMap((each) => model.part(MeshNames).take(`${each.path}.name`, { ...each, place: each.path })),
    ...callable.flatMap(({ path, ...each }) =>
      model.part(RoutingModel).service(each.name, each, { own: `${path}.`, named: `${path}.` }),
    ),
    ...model.unresolved(),
    ...stackIntentionProblems(settings, rules, members, {
      denyAll: false,
      ingress: mesh.ingress.serviceName,
      acls: mesh.authMethod !== undefined,
      partWithoutContains: mesh.partWithoutContains,
      others,
      elsewhere: intentions.rules,
      providers: mesh.jwtProviders,
      calls: calls.filter((call) => !isOurs(call)),
    }),
    ...intentions.secondSetProblems(rules),
    ...calls.flatMap((call) => intentions.callProblems(call)),
  ];
}

/**
 * The same of the stack that makes the mesh, beside the services of the stacks that join it, which `model` has; but for what is wrong
 * between two services, which `neighbourProblems` tells.
 */
export function platformProblems(settings: Settings, model: MeshModel): Problem[] {
  const { callable, members } = membersOf(settings);
  const routing = model.part(RoutingModel);
  const intentions = model.part(MeshIntentions);
  const calls = callsOf(members);
  knowExternal(model, settings);
  callable.forEach(({ path, ...each }) => routing.service(each.name, each, { own: `${path}.`, named: `${path}.` }));
  const rules = [
    ...settings.intentions,
    ...calls.filter(({ destination }) => intentions.ownerOf(destination) === undefined),
  ];
  const inTwoSets = intentions.secondSetProblems(rules);
  intentions.open = !settings.denyAll && !settings.consul.acls;
  intentions.join({ set: "this stack", rules: settings.intentions, entries: new Map() });
  return [...routing.unresolved(), ...inTwoSets, ...calls.flatMap((call) => intentions.callProblems(call))];
}

/** Has routes ask what a stack's settings name of others, in the mesh that these are judged by or that is declared. */
export function knowExternal(model: MeshModel, { externalServices }: Settings): void {
  model.part(RoutingModel).knowOf(Object.keys(externalServices), "externalServices");
}

/** What of a stack is in the mesh, and where it stands. */
function membersOf(settings: Settings) {
  const { servicesNamespace: namespace } = settings;
  // What others call: nobody calls a job.
  const callable = [
    ...settings.services.map((each, i) => ({ ...each, namespace, path: `services[${i}]` })),
    ...settings.workloads.map((each, i) => ({ namespace, ...each, path: `workloads[${i}]` })),
  ];
  const jobs = settings.jobs.map(({ name, calls }, i) => ({ ...NO_PORT, name, calls, namespace, path: `jobs[${i}]` }));
  const members: readonly Member[] = [...callable, ...jobs];
  return { callable, members };
}

function callsOf(members: readonly Member[]): IntentionRule[] {
  return members.flatMap(({ name, calls = [], path }) => callRules(name, calls, `${path}.`));
}

/** The JWT providers that a stack declares, or knows of. */
export function jwtProvidersOf({ jwtProviders, externalJwtProviders }: Settings): string[] {
  return [...jwtProviders.map(({ name }) => name), ...externalJwtProviders];
}

/** Problems of all rules of the stack, and the warnings where they are to be errors: else its intention sets warn. */
function stackIntentionProblems(
  settings: Settings,
  rules: readonly IntentionRule[],
  members: readonly Member[],
  {
    ingress,
    others,
    elsewhere,
    providers,
    calls = [],
    ...mesh
  }: Pick<KnownServices, "denyAll" | "acls" | "partWithoutContains"> & {
    readonly ingress: string;
    readonly others: readonly (readonly [name: string, protocol: string])[];
    /** Rules of other stacks. */
    readonly elsewhere?: readonly IntentionRule[];
    /** The JWT providers of the mesh, where another stack makes it and tells of them. */
    readonly providers?: readonly string[];
    /** Calls to services of other stacks, which make no rules of this one. */
    readonly calls?: readonly IntentionRule[];
  },
): Problem[] {
  const known = {
    ...mesh,
    services: new Map([
      ...others,
      ...Object.entries(settings.externalServices),
      ...members.map((each) => [each.name, each.protocol ?? "http"] as const),
    ]),
    jobs: new Set(settings.jobs.map(({ name }) => name)),
    external: new Set([ingress, ...others.map(([name]) => name), ...Object.keys(settings.externalServices)]),
    jwtProviders: new Set([...(providers ?? []), ...jwtProvidersOf(settings)]),
    jwtProvidersElsewhere: providers !== undefined,
    ingress: { name: ingress, routed: new Set(members.filter(isRouted).map((each) => each.name)) },
  };
  return [
    ...intentionProblems([...rules, ...calls], known, "intentions"),
    ...(settings.intentionWarningsAreErrors ? intentionWarnings(rules, known, "intentions", elsewhere) : []),
  ];
}

/** What only the whole shows. A part that is wrong may be beyond judging with others; then it is told by itself alone. */
export function together(parts: Problem[], judge: () => Problem[]): Problem[] {
  try {
    return judge().filter(({ propertyPath }) => !parts.some((part) => part.propertyPath === propertyPath));
  } catch (error) {
    if (parts.length > 0) {
      return [];
    }
    throw error;
  }
}
