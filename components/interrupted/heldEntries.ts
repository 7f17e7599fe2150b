import { ApiError, ApiObject, ClusterApi, pause } from "./clusterApi";
import { isOfRelease, ReleaseName } from "./helmRecord";
import { kindsOf, pathOf } from "./objects";

const CONSUL = "consul.hashicorp.com/v1alpha1";
const ADMISSION = "admissionregistration.k8s.io/v1";

/** An entry that is written to be deleted again. */
const TRIED = { kind: "ServiceDefaults", name: "consul-traefik-mesh-destroy", spec: { protocol: "tcp" } };

/** Milliseconds that the injector gets to write an entry to Consul, and to take it out again. */
const ACTING = 30_000;

/**
 * Lets a destroy go on where the injector cannot: each entry waits for it to take its finalizer off, for ever where it crashes, where its
 * webhooks refuse that, or where no server of Consul's answers it. Whether it does is tried with an entry that is nobody's. If not, the
 * release's webhooks go, which would refuse the change, and then the stack's own entries.
 */
export async function freeHeldEntries(
  api: ClusterApi,
  { release, label: [key, value] }: { readonly release: ReleaseName; readonly label: readonly [string, string] },
): Promise<void> {
  const kinds = await kindsOf(api, CONSUL);
  const owned = async () => {
    const selector = `?labelSelector=${encodeURIComponent(`${key}=${value}`)}`;
    const lists = await Promise.all(
      kinds.map(async (kind) =>
        ((await api.get(pathOf(kind) + selector))?.items ?? []).map(({ metadata: { namespace, name } }) =>
          pathOf(kind, namespace, name),
        ),
      ),
    );
    return lists.flat();
  };
  const tried = kinds.find(({ kind }) => kind === TRIED.kind);
  if (tried === undefined || (await owned()).length === 0) {
    return;
  }
  const metadata = { name: TRIED.name, namespace: release.namespace, labels: { [key]: value } };
  const entry = { apiVersion: CONSUL, kind: TRIED.kind, metadata, spec: TRIED.spec };
  if (await writesAndDeletes(api, pathOf(tried, release.namespace), entry)) {
    return;
  }
  for (const kind of (await kindsOf(api, ADMISSION)).filter((each) => /WebhookConfiguration$/.test(each.kind))) {
    const its = ((await api.get(pathOf(kind)))?.items ?? []).filter((each) => isOfRelease(each, release));
    await Promise.all(its.map((each) => api.delete(pathOf(kind, undefined, each.metadata.name))));
  }
  await Promise.all(
    (await owned()).map(async (path) => {
      // Deleted first: to another, an injector that runs without servers gives its finalizer back.
      await api.delete(path);
      await api.merge(path, { metadata: { finalizers: null } });
    }),
  );
}

/** Whether an entry is written to Consul, and taken out again. */
async function writesAndDeletes(
  api: ClusterApi,
  folder: string,
  entry: { readonly metadata: { readonly name: string } },
): Promise<boolean> {
  const path = `${folder}/${entry.metadata.name}`;
  try {
    await api.create(folder, entry);
  } catch (error) {
    if (error instanceof ApiError && /failed calling webhook|is being terminated/.test(error.message)) {
      return false;
    }
    // A destroy that was killed has left it.
    if (!(error instanceof ApiError && error.status === 409)) {
      throw error;
    }
  }
  const written = await becomes(api, path, (its) => its?.status?.conditions?.some(isSynced) === true);
  await api.delete(path);
  return written && (await becomes(api, path, (its) => its === undefined));
}

function isSynced({ type, status }: { readonly type: string; readonly status: string }): boolean {
  return type === "Synced" && status === "True";
}

async function becomes(
  api: ClusterApi,
  path: string,
  so: (object: ApiObject | undefined) => boolean,
): Promise<boolean> {
  for (const deadline = Date.now() + ACTING; ; await pause(100)) {
    if (so(await api.get(path))) {
      return true;
    }
    if (Date.now() > deadline) {
      return false;
    }
  }
}
