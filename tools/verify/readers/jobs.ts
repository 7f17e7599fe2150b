import { SERVICE_LABEL } from "../../../components/services/sidecarAnnotations";
import { each, KubernetesObject } from "../../access/cluster";
import { JobFacts, Source } from "../reading";
import { livingPods } from "./kubernetes";
import { isInjected } from "./services";

export async function readJobs(source: Source): Promise<JobFacts[]> {
  const cluster = await source.cluster();
  const { jobs } = await source.read("declared");
  return each(jobs, async ({ kind, name, namespace }) => {
    const batch = `/apis/batch/v1/namespaces/${namespace}`;
    const [cronJob, runs, pods] = await Promise.all([
      kind === "CronJob" ? cluster.find(`${batch}/cronjobs/${name}`) : undefined,
      cluster.list(`${batch}/jobs`),
      cluster.list(`/api/v1/namespaces/${namespace}/pods`, `${SERVICE_LABEL}=${name}`),
    ]);
    const isIts = ({ metadata }: KubernetesObject) =>
      kind === "Job"
        ? metadata.name === name
        : metadata.ownerReferences?.some((owner: KubernetesObject) => owner.uid === cronJob?.metadata.uid);
    const [last] = runs
      .filter((run) => isIts(run) && endOf(run) !== undefined)
      .sort((a, b) => Date.parse(b.metadata.creationTimestamp) - Date.parse(a.metadata.creationTimestamp));
    const end = last && endOf(last);
    return {
      name,
      // A Job that has run may be cleared away.
      found: kind === "Job" || cronJob !== undefined,
      failed: end?.type === "Failed" ? `${last.metadata.name}: ${end.message ?? end.reason}` : undefined,
      outside: livingPods(pods)
        .filter((pod) => !isInjected(pod))
        .map(({ metadata }) => metadata.name),
    };
  });
}

/** The condition that says how a run ended. */
function endOf({ status }: KubernetesObject): KubernetesObject | undefined {
  return (status?.conditions ?? []).find(
    (its: KubernetesObject) => ["Complete", "Failed"].includes(its.type) && its.status === "True",
  );
}
