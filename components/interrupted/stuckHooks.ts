import { ClusterApi, pause } from "./clusterApi";
import { helmRecords, ReleaseName } from "./helmRecord";

/** Milliseconds for which such a job is looked for, from the last one on. */
const GRACE = 60_000;

/**
 * Lets Helm uninstall a release: it runs the chart's clean-up job first, and waits until its own deadline where the job's account does
 * not exist, since then it has no pod. It goes on when the job is gone. The account was never made where the release was never finished;
 * or it is deleted just now, by the provider of a destroy that was killed, which goes on uninstalling. Helm's record does not tell: it
 * says `deployed` until the chart's jobs are through, and then it goes.
 */
export async function removeStuckHooks(api: ClusterApi, release: ReleaseName): Promise<void> {
  const inNamespace = (prefix: string, plural: string) => `${prefix}/namespaces/${release.namespace}/${plural}`;
  const jobs = inNamespace("/apis/batch/v1", "jobs");
  for (let deadline = Date.now() + GRACE; Date.now() < deadline; await pause()) {
    const records = await helmRecords(api, release);
    const hooks = ((await api.get(jobs))?.items ?? []).filter(({ metadata: { annotations } }) =>
      annotations?.["helm.sh/hook"]?.includes("pre-delete"),
    );
    if (records.length === 0 && hooks.length === 0) {
      return;
    }
    for (const { metadata, spec } of hooks) {
      const account = spec?.template?.spec?.serviceAccountName;
      if (
        account !== undefined &&
        (await api.get(inNamespace("/api/v1", `serviceaccounts/${account}`))) === undefined
      ) {
        await api.delete(`${jobs}/${metadata.name}`);
        deadline = Date.now() + GRACE;
      }
    }
  }
}
