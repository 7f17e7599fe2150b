import assert from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import {
  callRules,
  meshOf,
  MeshReference,
  neighbourProblems,
  withdrawnProblems,
  withdrawnProviderProblems,
  PublishedService,
  PublishedServices,
  SEEN_BY_OTHERS,
  TRAEFIK_SERVICE_NAME,
} from "../components";
import { describeProblems, Problem } from "../components/shared/problems";
import { refuseTlsOptionChanges } from "../reports/routeReport";
import { jwtProvidersOf, placed, platformProblems, Settings, Team } from "../settings";
import type { Shared } from "./outputs";

/** What the services of this stack publish for those of others. */
export function published(settings: Settings): PublishedServices {
  const { servicesNamespace, otherNamespaces, services, workloads, jobs, intentions } = settings;
  const members: readonly (Settings["workloads"] | Settings["services"])[number][] = [...services, ...workloads];
  const destinations = settings.consul.externalDestinations!.map(({ name, protocol }) => ({ name, protocol }));
  const own = new Set([...members, ...destinations].map(({ name }) => name));
  const calls = [...members, ...jobs].flatMap((each) => callRules(each.name, each.calls ?? [], `${each.name}.`));
  const others = calls.filter(({ destination }) => !own.has(destination));
  return {
    namespace: servicesNamespace,
    ...(otherNamespaces.length > 0 ? { otherNamespaces } : {}),
    services: members.map((each) => ({
      name: each.name,
      ...(Object.fromEntries(
        SEEN_BY_OTHERS.map((option) => [option, (each as Partial<Settings["services"][number]>)[option]]),
      ) as Omit<PublishedService, "name">),
      ...("canary" in each && each.canary !== undefined
        ? { canary: each.canary.routes === undefined ? true : { routes: each.canary.routes } }
        : {}),
    })),
    jobs: jobs.map(({ name }) => name),
    ...(destinations.length > 0 ? { destinations } : {}),
    ...(others.length > 0 ? { calls: others.map(({ source, destination }) => ({ source, destination })) } : {}),
    intentions: [...intentions, ...calls.filter(({ destination }) => own.has(destination))],
  };
}

/** What another stack shares, as its state has it; `undefined` where it has not been deployed yet, or shares nothing. */
export async function sharedBy(stack: string): Promise<Shared | undefined> {
  // The engine reads the state and leaves no trace in ours, which a StackReference would.
  const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: stack });
  const shared = (outputs as { shared?: Shared | "off" } | undefined)?.shared;
  return shared === "off" ? undefined : shared;
}

/** What is wrong with the form of what a stack shares, which may be another program's. */
export function misshapen(shared: Shared | undefined): string | undefined {
  try {
    if (shared !== undefined) {
      const { mesh, teams = [], services: its } = shared;
      const texts = [
        its.namespace,
        ...[...its.services, ...(its.destinations ?? [])].map(({ name }) => name),
        ...[...its.intentions, ...(its.calls ?? [])].flatMap(({ source, destination }) => [source, destination]),
        ...teams.flatMap(({ stack, namespace }) => [stack, namespace]),
        ...(mesh?.jwtProviders ?? []),
      ];
      assert(texts.every((text) => typeof text === "string"));
      meshOf(mesh ?? { ingress: { serviceName: TRAEFIK_SERVICE_NAME, options: {} } }, { itself: its });
      if (mesh !== undefined) {
        new MeshReference(mesh).reachProblems({ name: its.namespace, made: false }, "pods");
      }
    }
    return undefined;
  } catch {
    return "its output shared is not one of this program's; have it deployed with this version";
  }
}

/** What the engine says of a stack that is not there; a backend may say it too of one that it does not show [pulumi backend.GetStackOutputs]. */
const NOT_THERE = /unknown stack "/;

/** Says that a stack is left out: on the first day of a mesh, those of its teams are no fault. */
function tellUnread(stack: string, { message }: Error): Promise<void> {
  return NOT_THERE.test(message)
    ? pulumi.log.info(
        `stack ${stack} is not there yet: names, routes and calls are judged beside its own once it is deployed; if it is, check its name here, and that you may read it`,
      )
    : pulumi.log.warn(`stack ${stack} cannot be read, so what it has is not judged: ${message}`);
}

/** The same of these stacks, by their names; one that cannot be read, or judged, is told of and left out. */
async function readShared(stacks: readonly string[]): Promise<Record<string, Shared>> {
  const found = await Promise.all(
    stacks.map(async (stack) => {
      try {
        const shared = await sharedBy(stack);
        const wrong = misshapen(shared);
        if (wrong !== undefined) {
          throw new Error(wrong);
        }
        return shared === undefined ? [] : ([[stack, shared]] as const);
      } catch (error) {
        await tellUnread(stack, error as Error);
        return [];
      }
    }),
  );
  return Object.fromEntries(found.flat());
}

/** What each of these stacks publishes, by the stack's name. */
export async function publishedBy(teams: readonly Pick<Team, "stack">[]): Promise<Record<string, PublishedServices>> {
  const shared = await readShared(teams.map(({ stack }) => stack));
  return Object.fromEntries(Object.entries(shared).map(([stack, { services }]) => [stack, services]));
}

/** The name of this stack, as others refer to it. */
export function ownStack(): string {
  return `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
}

/** What others may call of a stack's last `up`, and it neither has nor knows of now; one that was never deployed has published nothing. */
export function withdrawn(before: Shared | undefined, settings: Settings): string[] {
  const callable = ({ services, destinations = [] }: PublishedServices) =>
    [...services, ...destinations].map(({ name }) => name);
  const now = new Set([...callable(published(settings)), ...Object.keys(settings.externalServices)]);
  return before === undefined ? [] : callable(before.services).filter((name) => !now.has(name));
}

/** JWT providers that a stack has told of and has no longer; one that was deployed before it told of them had none. */
function withdrawnProviders(before: Shared | undefined, settings: Settings): string[] {
  const now = jwtProvidersOf(settings);
  return (before?.mesh?.jwtProviders ?? []).filter((name) => !now.includes(name));
}

/** What this stack has shared by its last `up`. */
export async function sharedBefore(): Promise<Shared | undefined> {
  return (await readShared([ownStack()]))[ownStack()];
}

/** Fails the mesh's own stack, before anything is declared, with what its change would break; else what its teams publish. */
export async function judgePlatform(settings: Settings): Promise<Record<string, PublishedServices>> {
  const before = await sharedBefore();
  const { teams } = settings;
  const others = await publishedBy(teams);
  const left = await publishedBy(
    (before?.teams ?? []).filter(({ stack }) => !teams.some((its) => its.stack === stack)),
  );
  const ingress = { serviceName: TRAEFIK_SERVICE_NAME, options: settings.traefik };
  const problems = [
    ...teamProblems(teams, others, left),
    ...neighbourProblems(ingress, [pulumi.getStack(), published(settings)], others),
    ...withdrawnProblems(withdrawn(before, settings), others),
    ...withdrawnProviderProblems(withdrawnProviders(before, settings), others),
    ...platformProblems(settings, meshOf({ ingress }, others)),
  ].map((each) => placed(each, settings.fromFiles));
  if (problems.length > 0) {
    throw new pulumi.RunError(describeProblems("stacks of the mesh", problems));
  }
  await refuseTlsOptionChanges(settings);
  return others;
}

/** Problems of teams whose services would be shut out while they run: `left` are stacks that are listed no longer. */
function teamProblems(
  teams: readonly Team[],
  others: Readonly<Record<string, PublishedServices>>,
  left: Readonly<Record<string, PublishedServices>>,
): Problem[] {
  const run = (its: PublishedServices) => its.services.length + (its.jobs ?? []).length > 0;
  return [
    ...Object.entries(left).flatMap(([stack, its]) =>
      run(its)
        ? [
            {
              propertyPath: "teams",
              reason: `${stack} is listed no longer, and its services run in "${its.namespace}"; list it, or destroy that stack first`,
            },
          ]
        : [],
    ),
    ...teams.flatMap(({ stack, namespace }, i) => {
      const its = Object.hasOwn(others, stack) ? others[stack] : undefined;
      return its === undefined || !run(its) || its.namespace === namespace
        ? []
        : [
            {
              propertyPath: `teams[${i}].namespace`,
              reason: `"${namespace}" is not where the services of ${stack} run; use "${its.namespace}", or destroy that stack first`,
            },
          ];
    }),
  ];
}
