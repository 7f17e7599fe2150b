import { ApiObject, ClusterApi } from "./clusterApi";
import { isOfRelease, ReleaseName } from "./helmRecord";
import { allKinds, describeObject, ownerOf, pathOf } from "./objects";

/** Whose entries may go with a mesh. */
export interface EntriesAtDestroy {
  /** Helm's release of the mesh, whose own entries are nobody else's. */
  readonly release: ReleaseName;
  /** The label of what the stack made, and its value. */
  readonly label: readonly [string, string];
  /** Whether entries of others may go too. */
  readonly foreignEntries: boolean;
}

/** Names of each owner's entries that are told. */
const TOLD = 3;

/** Fails where entries of others are in the cluster: they go with their definitions, which are the chart's. */
export async function refuseForeignEntries(api: ClusterApi, about: EntriesAtDestroy): Promise<void> {
  if (about.foreignEntries) {
    return;
  }
  const kinds = await allKinds(api, /(^|\.)consul\.hashicorp\.com$/);
  const entries = await Promise.all(
    kinds.map(async (kind) =>
      ((await api.get(pathOf(kind)))?.items ?? [])
        .filter((entry) => !isOwn(entry, about))
        .map(({ metadata }) => ({ kind: kind.kind, metadata })),
    ),
  );
  const [key] = about.label;
  const foreign = entries.flat().map((entry) => ({ ...entry, owner: ownerOf(entry, key) }));
  const byOwner = new Map(foreign.map(({ owner }) => [owner, foreign.filter((entry) => entry.owner === owner)]));
  if (byOwner.size > 0) {
    const told = [...byOwner].map(([owner, its]) => {
      const more = its.length > TOLD ? ` and ${its.length - TOLD} more` : "";
      return `  ${its.length} of ${owner}: ${its.slice(0, TOLD).map(describeObject).join(", ")}${more}`;
    });
    throw new Error(
      `entries of others in Consul would go with its custom resource definitions, so nothing was removed:\n${told.join("\n")}\n` +
        "Have their owners remove them; or set consulDestroyForeignEntries (of a ConsulMesh: destroyForeignEntries) to true and run " +
        "pulumi up before pulumi destroy, and they go too.",
    );
  }
}

function isOwn(entry: ApiObject, { release, label: [key, value] }: EntriesAtDestroy): boolean {
  const { labels = {} } = entry.metadata;
  return (
    labels[key] === value ||
    // The chart's job makes some, without Helm's annotations.
    (labels.heritage === "Helm" && labels.release === release.name) ||
    isOfRelease(entry, release)
  );
}
