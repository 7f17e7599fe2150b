import { ClusterApi, pause } from "./clusterApi";
import { helmRecords, ReleaseName } from "./helmRecord";

/** Milliseconds for which such a job is looked for, from the last one on. */
const GRACE = 60_000;

/**
 * Lets Helm uninstall a release that it never finished to install: it runs the chart's clean-up job first, and waits for ever where
 * the job's account was never made, since then it has no pod. It goes on when the job is gone.
 */
export async function removeStuckHooks(api: ClusterApi, release: ReleaseName): Promise<void> {
  const inNamespace = (prefix: string, plural: string) => `${prefix}/namespaces/${release.namespace}/${plural}`;
  const jobs = inNamespace("/apis/batch/v1", "jobs");
  for (let deadline = Date.now() + GRACE; Date.now() < deadline; await pause()) {
    const records = await helmRecords(api, release);
    if (records.length === 0 || records.some(({ status }) => ["deployed", "superseded"].includes(status))) {
      return;
    }
    for (const { metadata, spec } of (await api.get(jobs))?.items ?? []) {
      const account = spec?.template?.spec?.serviceAccountName;
      if (
        metadata.annotations?.["helm.sh/hook"]?.includes("pre-delete") &&
        account !== undefined &&
        (await api.get(inNamespace("/api/v1", `serviceaccounts/${account}`))) === undefined
      ) {
        await api.delete(`${jobs}/${metadata.name}`);
        deadline = Date.now() + GRACE;
      }
    }
  }
}
