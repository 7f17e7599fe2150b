import { ApiError, ApiObject, ClusterApi } from "./clusterApi";

/** A kind of object that the API server has. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  /** As paths name it, such as `services`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** An object of a kind that is told. */
interface Found extends ApiObject {
  readonly kind: string;
}

/** The kinds of a group's version, such as `apps/v1`; none where there is no such group. */
export async function kindsOf(api: ClusterApi, apiVersion: string): Promise<Kind[]> {
  const list = await api.get(groupPath(apiVersion));
  return (list?.resources ?? [])
    .filter(({ name, verbs }) => !name.includes("/") && verbs.includes("list") && verbs.includes("delete"))
    .map(({ name, kind, namespaced }) => ({ apiVersion, kind, plural: name, namespaced }));
}

/** Every kind that the API server has, in the version that it prefers; of `groups` alone where it is given. */
export async function allKinds(api: ClusterApi, groups?: RegExp): Promise<Kind[]> {
  const versions = ((await api.get("/apis"))?.groups ?? []).map(
    ({ preferredVersion }) => preferredVersion.groupVersion,
  );
  const wanted =
    groups === undefined ? ["v1", ...versions] : versions.filter((each) => groups.test(each.split("/")[0]));
  return (await Promise.all(wanted.map((version) => kindsOf(api, version).catch(unlistable)))).flat();
}

/** An object in words: its kind, where it is, and its name. */
export function describeObject({ kind, metadata }: Pick<Found, "kind" | "metadata">): string {
  return `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ""}${metadata.name}`;
}

/** Who an object belongs to, as far as it tells; `stackLabel` is the label by which a stack's own are known. */
export function ownerOf({ metadata }: Pick<ApiObject, "metadata">, stackLabel: string): string {
  const { labels = {}, annotations = {}, managedFields = [], ownerReferences = [] } = metadata;
  const by = (key: string) => annotations[`meta.helm.sh/release-${key}`];
  // Who wrote no more than metadata and status, such as a finalizer, looks after it.
  const owners = managedFields.filter(({ fieldsV1 = {} }) =>
    Object.keys(fieldsV1).some((field) => !["f:metadata", "f:status"].includes(field)),
  );
  const managers = new Set((owners.length > 0 ? owners : managedFields).map(({ manager }) => manager));
  return labels[stackLabel] !== undefined
    ? `Pulumi's stack ${labels[stackLabel]}`
    : by("name") !== undefined
      ? `Helm's release ${by("namespace")}/${by("name")}`
      : ownerReferences.length > 0
        ? ownerReferences.map(({ kind, name }) => `${kind} ${name}`).join(" and ")
        : managers.size > 0
          ? [...managers].join(" and ")
          : "nobody that it names";
}

/** The path of an object, or of all of a kind. */
export function pathOf({ apiVersion, plural, namespaced }: Kind, namespace?: string, name?: string): string {
  const within = namespaced && namespace !== undefined ? `/namespaces/${namespace}` : "";
  return `${groupPath(apiVersion)}${within}/${plural}${name === undefined ? "" : `/${name}`}`;
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** A kind that cannot be listed, or whose server is away, has nothing of ours. */
function unlistable(error: unknown): Kind[] {
  if (error instanceof ApiError && [403, 405, 503].includes(error.status)) {
    return [];
  }
  throw error;
}
