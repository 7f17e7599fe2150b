import { ownThingsProblems } from "./bringYourOwn";
import { chartValueProblems } from "../chart/chartValueProblems";
import { versionProblems, versionWarnings } from "../chart/consulVersions";
import { heldValueProblems, laterValueProblems, namedImage } from "../chart/heldValues";
import { datacenterProblems, mergedValueProblems } from "../chart/mergedValues";
import { durationProblems, imageProblems, sizeProblems } from "../shared/grammars";
import { dnsLabelProblems, isHostName, namespaceProblems, objectNameProblems } from "../shared/names";
import { Problem } from "../shared/problems";
import { ConsulMeshArgs, DEFAULT_CONSUL_NAMESPACE } from "./consulMeshArgs";
import { chartOrigin, consulMeshVersions, meshReachProblems } from "./consulMeshKnown";
import { checkpointProblems } from "./consulSecrets";
import { egressProblems } from "./egress";
import { selectorWarnings } from "./meshReach";
import { rotationProblems } from "./rotation";
import { tracingProblems } from "./tracing";

/** What is wrong with the arguments of a `ConsulMesh`; `prefix` is put before each path. Reads a local chart's version. */
export function consulMeshProblems(args: ConsulMeshArgs, prefix = ""): Problem[] {
  const problems: Problem[] = [];
  const at = (input: string) => prefix + input;
  const problem = (input: string, reason: string) => problems.push({ propertyPath: at(input), reason });

  problems.push(...ownThingsProblems(args, prefix), ...rotationProblems(args, prefix), ...egressProblems(args, prefix));
  problems.push(...checkpointProblems(args));
  problems.push(...tracingProblems(args.tracing, at("tracing")));
  problems.push(
    ...namespaceProblems(at("namespace"), args.namespace ?? DEFAULT_CONSUL_NAMESPACE, { create: args.createNamespace }),
    ...datacenterProblems(at("datacenter"), args.datacenter ?? "dc1"),
    ...sizeProblems(at("storage"), args.storage ?? "10Gi", "10Gi"),
    ...objectNameProblems(at("storageClass"), args.storageClass, "a storage class"),
    ...durationProblems(at("catalogSyncInterval"), args.catalogSyncInterval ?? "5s", 0.1, 3600),
    ...Object.entries(args.images ?? {}).flatMap(([part, image]) =>
      image === undefined ? [] : imageProblems(at(`images.${part}`), image),
    ),
    ...(args.imagePullSecrets ?? []).flatMap((name, i) => objectNameProblems(at(`imagePullSecrets[${i}]`), name)),
    ...(args.namespacesWithoutInjection ?? []).flatMap((name, i) =>
      dnsLabelProblems(at(`namespacesWithoutInjection[${i}]`), name),
    ),
  );
  if (![1, 3, 5, 7].includes(args.servers ?? 1)) {
    problem("servers", `${args.servers} servers have no useful quorum; use 1, 3, 5 or 7`);
  }
  (args.serverAdditionalDnsSans ?? []).forEach((san, i) => {
    if (!isHostName(san.replace(/^\*\./, ""))) {
      problem(`serverAdditionalDnsSans[${i}]`, `"${san}" is not a DNS name; use one such as consul.example.com`);
    }
  });

  const chart = args.chart ?? {};
  if (chart.path !== undefined && (chart.version !== undefined || chart.repository !== undefined)) {
    problem("chart", "a local path has its own version; give either path, or repository and version");
  }
  const { version } = chartOrigin(args);
  if (version === undefined) {
    problem("chart.path", `"${chart.path}" is not a folder with a Chart.yaml; give a chart's folder or leave it out`);
  } else {
    const values = args.values ?? {};
    const input = (part: "consul" | "controlPlane" | "dataplane") => at(namedImage(args, values, part).input);
    problems.push(
      ...versionProblems(
        consulMeshVersions(args),
        {
          chart: at(chart.path === undefined ? "chart.version" : "chart.path"),
          consul: input("consul"),
          controlPlane: input("controlPlane"),
          dataplane: input("dataplane"),
          kubernetes: at("kubernetesVersion"),
        },
        args.acls,
      ),
      ...chartValueProblems(values, { path: chart.path, version }, at("values")).problems,
      ...heldValueProblems(args, values, at("values")),
      ...laterValueProblems(args, values, at("values")),
      ...mergedValueProblems(args, values, at("values")).problems,
      ...(args.externalDestinations?.length
        ? meshReachProblems(args, { name: args.namespace ?? DEFAULT_CONSUL_NAMESPACE, made: false }, "gateway", prefix)
        : []),
    );
  }
  return problems;
}

/** What is not known of a mesh's arguments, and no reason to refuse them. */
export function consulMeshWarnings(args: ConsulMeshArgs): Problem[] {
  const { values = {}, namespacesWithoutInjection = ["traefik-consul"] } = args;
  const { doubts } = chartValueProblems(values, chartOrigin(args), "values");
  return [
    ...versionWarnings(consulMeshVersions(args), "kubernetesVersion"),
    ...doubts,
    ...selectorWarnings(values, ["kube-system", ...namespacesWithoutInjection], "values"),
    // What the chart may not even know is said once.
    ...mergedValueProblems(args, values, "values").doubts.filter(
      (doubt) => !doubts.some((other) => doubt.propertyPath.startsWith(other.propertyPath)),
    ),
  ];
}
