import * as pulumi from "@pulumi/pulumi";
import {
  ConsulMesh,
  IntentionSet,
  JwtProvider,
  knowStacks,
  MeshDescription,
  NetworkPolicies,
  PublishedServices,
  ServedRoutes,
  TRAEFIK_SERVICE_NAME,
  TraefikConsulIngress,
} from "../components";
import { MeshIntentions } from "../components/intentions/meshIntentions";
import { jwtProvidersOf, knowExternal, Settings } from "../settings";
import { meshMembers, servicesNamespace } from "./members";
import { outputsOf, StackOutputs, whenMade } from "./outputs";
import { published } from "./published";
import { labelled, ROOT } from "./within";

/**
 * The stack that makes the mesh, its ingress and deny-all; services of its own too. `judgePlatform` comes before, and tells what
 * `others` publish.
 */
export function platformStack(
  settings: Settings,
  others: Readonly<Record<string, PublishedServices>> = {},
  place = ROOT,
): StackOutputs {
  const within = labelled(place, settings);
  const { opts } = within;
  const mesh = new ConsulMesh("consul", settings.consul, opts);
  knowStacks(mesh.model, others);
  // As `judgePlatform` has judged routes and calls.
  knowExternal(mesh.model, settings);
  mesh.model.part(MeshIntentions).open = !settings.denyAll && !settings.consul.acls;

  const external = Object.keys(settings.externalServices);
  const members = [
    ...settings.services,
    ...settings.workloads,
    ...settings.jobs,
    ...settings.consul.externalDestinations!,
  ];

  // Deny-all is a set of its own, so that each service can wait for it and never serves an unchecked call.
  // What goes to every service is in the same entry of Consul.
  const baseline = new IntentionSet(
    "baseline",
    {
      mesh,
      denyAll: settings.denyAll,
      rules: settings.intentions.filter((rule) => rule.destination === "*"),
      externalServices: [TRAEFIK_SERVICE_NAME, ...members.map((member) => member.name), ...external],
    },
    opts,
  );

  const jwtProviders = settings.jwtProviders.map(({ name, ...its }) => new JwtProvider(name, { mesh, ...its }, opts));

  const ingress = new TraefikConsulIngress("traefik", { mesh, ...settings.traefik }, opts);

  const namespace = servicesNamespace(settings, within, mesh);
  const network = settings.networkPolicies
    ? [
        new NetworkPolicies(
          "network",
          {
            mesh,
            ingress,
            serviceNamespaces: [namespace.metadata.name, ...settings.otherNamespaces],
            teamNamespaces: settings.teams.map((team) => team.namespace),
            clients: settings.networkPolicyClients,
          },
          opts,
        ),
      ]
    : [];

  const joined = meshMembers(
    settings,
    { mesh, ingress, namespace: namespace.metadata.name, guardedBy: baseline },
    within,
  );

  const intentions = new IntentionSet(
    "intentions",
    {
      mesh,
      denyAll: false,
      rules: settings.intentions.filter((rule) => rule.destination !== "*"),
      services: [...joined.all, ...mesh.externalDestinations],
      ingress,
      externalServices: external,
      externalProtocols: settings.externalServices,
      jwtProviders: [...jwtProviders, ...settings.externalJwtProviders],
    },
    opts,
  );

  const shares = settings.teams.length > 0;
  const served = new ServedRoutes(
    "served-routes",
    { mesh, ingress, services: joined.routable, others: shares, after: [intentions] },
    opts,
  );
  // The last that is made is the first that goes.
  const all = [mesh, baseline, ...jwtProviders, ingress, namespace, ...network, ...joined.all, intentions, served];
  mesh.guardEntries("foreign-entries", { ...opts, dependsOn: all });

  const description: MeshDescription = {
    ...mesh.description,
    denyAll: settings.denyAll,
    jwtProviders: jwtProvidersOf(settings),
    ingress: ingress.description,
  };
  const outputs = outputsOf(settings, { ingress, edges: [...baseline.edges, ...intentions.edges], within });
  return {
    ...outputs,
    identities: [ingress.serviceName, ...outputs.identities],
    consulUi: mesh.uiPortForward ?? "off",
    traefikDashboard: ingress.dashboardPortForward ?? "off",
    shared: shares
      ? whenMade(all, { mesh: description, teams: settings.teams, services: published(settings) })
      : pulumi.output("off" as const),
  };
}
