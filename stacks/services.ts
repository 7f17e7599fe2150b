import * as pulumi from "@pulumi/pulumi";
import { IntentionSet, meshOf, MeshReference, NetworkPolicies, ServedRoutes, withdrawnProblems } from "../components";
import { describeProblems } from "../components/shared/problems";
import { refuseTlsOptionChanges } from "../reports/routeReport";
import { joinedProblems, knowExternal, placed, podSecurityProblems, Settings } from "../settings";
import { meshMembers, servicesNamespace } from "./members";
import { outputsOf, Shared, StackOutputs, whenMade } from "./outputs";
import { misshapen, ownStack, published, publishedBy, sharedBefore, sharedBy, withdrawn } from "./published";
import { labelled, ROOT } from "./within";

/** A stack of services that join the mesh of another stack. */
export async function servicesStack(settings: Settings, meshStack: string): Promise<StackOutputs> {
  if (meshStack === ownStack()) {
    refuse("meshStack", "is this stack itself; name the one that makes the mesh, or leave it out where this one does");
  }
  const shared = await sharedBy(meshStack).catch((error: Error) =>
    refuse(
      "meshStack",
      `stack ${meshStack} cannot be read: ${error.message}; name one that is there, as organization/project/stack`,
    ),
  );
  return joinedServices(settings, meshStack, shared);
}

/** The same, where it is known what the stack of the mesh shares; `input` is what named it. */
export async function joinedServices(
  settings: Settings,
  meshStack: string,
  shared: Shared | undefined,
  place = ROOT,
  input = "meshStack",
): Promise<StackOutputs> {
  const within = labelled(place, settings);
  const { opts, prefix } = within;
  const own = ownStack();
  const wrong = misshapen(shared);
  if (wrong !== undefined) {
    refuse(input, `stack ${meshStack} cannot be judged: ${wrong}`);
  }
  if (shared?.mesh === undefined) {
    refuse(
      input,
      shared === undefined
        ? `stack ${meshStack} does not share a mesh; deploy it first, with this stack among its teams`
        : `stack ${meshStack} makes no mesh, its services join another one's; name the stack that makes it`,
    );
  }
  const { mesh: description, teams = [], services: neighbours } = shared;
  const team = teams.find(({ stack }) => stack === own);
  const { servicesNamespace: namespaceName } = settings;
  if (team === undefined) {
    const wanted = `{ stack: ${own}, namespace: ${namespaceName} }`;
    refuse(input, `the teams of ${meshStack} do not have ${wanted}; have it declared there, and deployed`);
  }
  if (team.namespace !== namespaceName) {
    const listed = `the one that the teams of ${meshStack} have for ${own}`;
    refuse("servicesNamespace", `"${namespaceName}" is not "${team.namespace}", ${listed}; use that`);
  }
  const others = { [meshStack]: neighbours, ...(await publishedBy(teams.filter(({ stack }) => stack !== own))) };
  const mesh = new MeshReference(description, others);
  knowExternal(mesh.model, settings);
  const theirs = Object.values(others).flatMap((other) => [...other.services, ...(other.destinations ?? [])]);
  const protocols = theirs.map(({ name, protocol = "http" }) => [name, protocol] as const);
  const jobs = Object.values(others).flatMap((other) => other.jobs ?? []);
  const problems = [
    ...podSecurityProblems(settings, description.cni),
    ...joinedProblems(settings, mesh, meshOf(description, others), [
      ...protocols,
      ...jobs.map((name) => [name, "tcp"] as const),
    ]),
    ...withdrawnProblems(withdrawn(await sharedBefore(), settings), others),
  ].map((each) => placed(each, settings.fromFiles));
  if (problems.length > 0) {
    throw new pulumi.RunError(describeProblems(`configuration of stack ${pulumi.getStack()}`, problems));
  }

  await refuseTlsOptionChanges(settings);

  const { ingress } = mesh;
  const namespace = servicesNamespace(settings, within);
  if (settings.networkPolicies) {
    new NetworkPolicies(
      `${prefix}network`,
      {
        mesh,
        ingress,
        servicesAlone: true,
        serviceNamespaces: [namespace.metadata.name],
        // As the mesh's stack lists them: whether a team has deployed anything yet, its services are to be let in when they come.
        teamNamespaces: [
          neighbours.namespace,
          ...(neighbours.otherNamespaces ?? []),
          ...teams.filter(({ stack }) => stack !== own).map((each) => each.namespace),
        ],
        clients: settings.networkPolicyClients,
      },
      opts,
    );
  }
  const joined = meshMembers(settings, { mesh, ingress, namespace: namespace.metadata.name }, within);

  const intentions = new IntentionSet(
    `${prefix}intentions`,
    {
      mesh,
      denyAll: false,
      rules: settings.intentions,
      services: joined.all,
      ingress,
      externalServices: [...Object.keys(settings.externalServices), ...theirs.map(({ name }) => name), ...jobs],
      externalProtocols: { ...Object.fromEntries(protocols), ...settings.externalServices },
      jwtProviders: [...new Set([...(mesh.jwtProviders ?? []), ...settings.externalJwtProviders])],
      warningsAreErrors: settings.intentionWarningsAreErrors,
    },
    opts,
  );
  const served = new ServedRoutes(
    `${prefix}served-routes`,
    {
      mesh,
      // It runs in the team's namespace, with the Secrets that are there.
      ingress: { ...ingress, imagePullSecrets: settings.traefik.imagePullSecrets ?? ingress.imagePullSecrets },
      services: joined.routable,
      namespace: namespace.metadata.name,
      after: [intentions],
    },
    opts,
  );
  return {
    ...outputsOf(settings, { ingress, edges: intentions.edges, within }),
    consulUi: "off",
    traefikDashboard: "off",
    shared: whenMade([...joined.all, intentions, served], { services: published(settings) }),
  };
}

function refuse(setting: string, reason: string): never {
  throw new pulumi.RunError(
    describeProblems(`configuration of stack ${pulumi.getStack()}`, [{ propertyPath: setting, reason }]),
  );
}
