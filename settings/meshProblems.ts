import { callRules, isRouted, meshPartWithoutContains, TRAEFIK_SERVICE_NAME } from "../components";
import { intentionProblems } from "../components/intentions/intentionProblems";
import { intentionWarnings } from "../components/intentions/intentionWarnings";
import { JwtProviderNames } from "../components/intentions/meshIntentions";
import { externalServiceProblems } from "../components/mesh/externalServices";
import { routingProblems } from "../components/routing/routingProblems";
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
  const { meshStack, consul, traefik, jwtProviders, externalJwtProviders, servicesNamespace: namespace } = settings;
  const destinations = consul.externalDestinations!.map((each, i) => ({ ...each, path: `externalDestinations[${i}]` }));
  // What of the mesh others call: nobody calls a job.
  const callable = [
    ...settings.services.map((each, i) => ({ ...each, namespace, path: `services[${i}]` })),
    ...settings.workloads.map((each, i) => ({ namespace, ...each, path: `workloads[${i}]` })),
  ];
  const jobs = settings.jobs.map(({ name, calls }, i) => ({ ...NO_PORT, name, calls, namespace, path: `jobs[${i}]` }));
  const members: readonly Member[] = [...callable, ...jobs];
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
    ...together(parts, () => {
      const traffic = model.part(MeshTraffic);
      callable.forEach((each) => traffic.join({ name: each.name, options: each, path: `${each.path}.traffic` }));
      return [
        // What goes beyond the stack is known when the mesh is; see stacks/services.ts.
        ...(meshStack === undefined ? routingProblems(model, callable, traefik, TRAEFIK_SERVICE_NAME) : []),
        ...model.unresolved(),
      ];
    }),
    ...(meshStack === undefined ? together(parts, () => stackIntentionProblems(settings, members)) : []),
  ];
}

/** Problems of all rules of the stack, and the warnings where they are to be errors: else its intention sets warn. */
function stackIntentionProblems(settings: Settings, members: readonly Member[]): Problem[] {
  const rules = [
    ...settings.intentions,
    ...members.flatMap(({ name, calls = [], path }) => callRules(name, calls, `${path}.`)),
  ];
  const known = {
    denyAll: settings.denyAll,
    services: new Map([
      ...Object.entries(settings.externalServices),
      ...[...members, ...settings.consul.externalDestinations!].map(
        (each) => [each.name, each.protocol ?? "http"] as const,
      ),
    ]),
    external: new Set([TRAEFIK_SERVICE_NAME, ...Object.keys(settings.externalServices)]),
    jwtProviders: new Set([...settings.jwtProviders.map(({ name }) => name), ...settings.externalJwtProviders]),
    acls: settings.consul.acls,
    partWithoutContains: meshPartWithoutContains(settings.consul),
    ingress: {
      name: TRAEFIK_SERVICE_NAME,
      routed: new Set(members.filter(isRouted).map((each) => each.name)),
    },
  };
  return [
    ...intentionProblems(rules, known, "intentions"),
    ...(settings.intentionWarningsAreErrors ? intentionWarnings(rules, known, "intentions") : []),
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
