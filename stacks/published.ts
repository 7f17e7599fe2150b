import * as pulumi from "@pulumi/pulumi";
import {
  callRules,
  neighbourProblems,
  withdrawnProblems,
  PublishedService,
  PublishedServices,
  SEEN_BY_OTHERS,
  TRAEFIK_SERVICE_NAME,
} from "../components";
import { describeProblems } from "../components/shared/problems";
import { refuseTlsOptionChanges } from "../reports/routeReport";
import { Settings, Team } from "../settings";
import type { Shared } from "./outputs";

/** What the services of this stack publish for those of others. */
export function published(settings: Settings): PublishedServices {
  const { servicesNamespace, otherNamespaces, services, workloads, jobs, intentions } = settings;
  const members: readonly (Settings["workloads"] | Settings["services"])[number][] = [...services, ...workloads];
  const own = new Set(members.map(({ name }) => name));
  const calls = [...members, ...jobs].flatMap((each) => callRules(each.name, each.calls ?? [], `${each.name}.`));
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
    intentions: [...intentions, ...calls.filter(({ destination }) => own.has(destination))],
  };
}

/** What another stack shares; `undefined` where it has not been deployed yet, or shares nothing. */
export async function sharedBy(stack: string): Promise<Shared | undefined> {
  // The engine reads the state and leaves no trace in ours, which a StackReference would.
  const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: stack });
  const shared = (outputs as { shared?: Shared | "off" } | undefined)?.shared;
  return shared === "off" ? undefined : shared;
}

/** What each of these stacks publishes, by the stack's name; one that cannot be read is warned of, and not judged. */
export async function publishedBy(teams: readonly Pick<Team, "stack">[]): Promise<Record<string, PublishedServices>> {
  const found = await Promise.all(
    teams.map(async ({ stack }) => {
      try {
        const shared = await sharedBy(stack);
        return shared === undefined ? [] : ([[stack, shared.services]] as const);
      } catch (error) {
        await pulumi.log.warn(
          `stack ${stack} cannot be read, so what it has is not judged: ${(error as Error).message}`,
        );
        return [];
      }
    }),
  );
  return Object.fromEntries(found.flat());
}

/** The name of this stack, as others refer to it. */
export function ownStack(): string {
  return `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
}

/** Services that this stack has published and declares no longer; one that was never deployed has published none. */
export async function withdrawn(settings: Settings): Promise<string[]> {
  const before = Object.values(await publishedBy([{ stack: ownStack() }])).flatMap(({ services }) => services);
  const now = new Set(published(settings).services.map(({ name }) => name));
  return before.map(({ name }) => name).filter((name) => !now.has(name));
}

/** Fails the mesh's own stack, before anything is declared, with what its change would break. */
export async function judgePlatform(settings: Settings): Promise<void> {
  if (settings.teams.length > 0) {
    await judgeTeams(settings);
  }
  await refuseTlsOptionChanges(settings);
}

/** Of the other stacks' services. */
async function judgeTeams(settings: Settings): Promise<void> {
  const others = await publishedBy(settings.teams);
  const ingress = { serviceName: TRAEFIK_SERVICE_NAME, options: settings.traefik };
  const problems = [
    ...neighbourProblems(ingress, [pulumi.getStack(), published(settings)], others),
    ...withdrawnProblems(await withdrawn(settings), others),
  ];
  if (problems.length > 0) {
    throw new pulumi.RunError(describeProblems("stacks of the mesh", problems));
  }
}
