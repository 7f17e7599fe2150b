import { ApiObject, ClusterApi, pause } from "./clusterApi";
import { helmRecords, isOfRelease, letNamespaceGo, letRecordGo, ReleaseName } from "./helmRecord";
import { allKinds, describeObject, Kind, pathOf } from "./objects";

/** An object of a release, with its kind. */
interface Remnant extends ApiObject {
  readonly of: Kind;
}

/** Milliseconds that everything gets to be gone. */
const GOING = 120_000;

/**
 * Removes what a Helm release made and Helm no longer knows of: its record went with the namespace, while Pulumi did not know yet
 * that there is a release. What Helm knows of is in use, or Helm's own to uninstall, and stays.
 */
export async function removeRemains(api: ClusterApi, release: ReleaseName): Promise<void> {
  await letRecordGo(api, release);
  if ((await helmRecords(api, release)).length > 0) {
    return;
  }
  await letNamespaceGo(api, release);
  const deadline = Date.now() + GOING;
  for (;;) {
    const left = await remains(api, release);
    if (left.length === 0) {
      return;
    }
    if (Date.now() > deadline) {
      const names = left.map(({ of, metadata }) => describeObject({ kind: of.kind, metadata }));
      throw new Error(`of Helm's release ${release.namespace}/${release.name} are still there: ${names.join(", ")}`);
    }
    // Whose pods are gone, a webhook refuses everything; so it is first.
    for (const webhooks of [true, false]) {
      const going = left.filter(({ of }) => /WebhookConfiguration$/.test(of.kind) === webhooks);
      await Promise.all(going.map(({ of, metadata }) => api.delete(pathOf(of, metadata.namespace, metadata.name))));
    }
    await Promise.all(left.map((each) => letGo(api, each)));
    await pause();
  }
}

/** Waits for what of a release is being deleted, and lets go of entries whose definitions are: over these Helm cannot install anew. */
export async function removeGoing(api: ClusterApi, release: ReleaseName): Promise<void> {
  for (const deadline = Date.now() + GOING; Date.now() < deadline; await pause()) {
    const going = (await remains(api, release)).filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    if (going.length === 0) {
      return;
    }
    await Promise.all(going.map((each) => letGo(api, each)));
  }
}

/** What carries the marks that Helm gives to each object of a release; but for what its chart wants to be kept. */
async function remains(api: ClusterApi, release: ReleaseName): Promise<Remnant[]> {
  const kinds = await allKinds(api);
  const lists = await Promise.all(
    kinds.map(async (of) => {
      // The chart's job makes the class, so it has the chart's labels only.
      const selector =
        of.kind === "GatewayClass" ? `release=${release.name},heritage=Helm` : "app.kubernetes.io/managed-by=Helm";
      const list = await api.get(`${pathOf(of)}?labelSelector=${encodeURIComponent(selector)}`);
      return (list?.items ?? []).map(({ metadata }) => ({ of, metadata }));
    }),
  );
  return lists
    .flat()
    .filter(
      (each) =>
        (isOfRelease(each, release) || each.of.kind === "GatewayClass") &&
        each.metadata.annotations?.["helm.sh/resource-policy"] !== "keep",
    );
}

/** Lets go of the entries of a definition that goes: who is to take off their finalizers is gone. */
async function letGo(api: ClusterApi, { of, metadata: { name } }: Remnant): Promise<void> {
  if (of.kind !== "CustomResourceDefinition") {
    return;
  }
  const { group, versions = [] } = (await api.get(pathOf(of, undefined, name)))?.spec ?? {};
  const version = versions.find(({ served }) => served);
  if (group === undefined || version === undefined) {
    return; // it is gone
  }
  const kind = {
    apiVersion: `${group}/${version.name}`,
    kind: "",
    plural: name.slice(0, -group.length - 1),
    namespaced: true,
  };
  const { items = [] } = (await api.get(pathOf(kind))) ?? {};
  await Promise.all(
    items
      .filter(({ metadata }) => metadata.finalizers?.length)
      .map(({ metadata }) =>
        api.merge(pathOf(kind, metadata.namespace, metadata.name), { metadata: { finalizers: null } }),
      ),
  );
}
