import { isDeepStrictEqual } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { type ApiObject, ApiError, type ClusterApi, pause } from "./clusterApi";

/** A Helm release, by its name and its namespace. */
export interface ReleaseName {
  readonly name: string;
  readonly namespace: string;
}

/** Whether an object carries the marks that Helm gives to each of a release. */
export function isOfRelease({ metadata: { annotations = {} } }: ApiObject, { name, namespace }: ReleaseName): boolean {
  return (
    annotations["meta.helm.sh/release-name"] === name && annotations["meta.helm.sh/release-namespace"] === namespace
  );
}

/** What Helm keeps of a revision, in a Secret of the release's namespace. */
export interface HelmRecord {
  /** Path of the Secret. */
  readonly path: string;
  readonly revision: number;
  /** Such as `deployed`, `failed`, `uninstalling`, `pending-install`; the one that Helm decided on last. */
  readonly status: string;
  /** The release as Helm writes it. */
  readonly release: HelmRelease;
}

/** What is read of a release; the rest goes back as it came. */
interface HelmRelease {
  readonly info?: {
    readonly last_deployed?: string;
    readonly deleted?: string;
    readonly description?: string;
    readonly status?: string;
  };
  readonly chart?: { readonly metadata?: { readonly name: string; readonly version: string } };
  /** The values that were given. */
  readonly config?: object;
}

/** Every revision that Helm knows, the latest last. */
export async function helmRecords(api: ClusterApi, release: ReleaseName): Promise<HelmRecord[]> {
  const secrets = recordsOf(release);
  const list = await api.get(`${secrets}?labelSelector=owner%3Dhelm%2Cname%3D${encodeURIComponent(release.name)}`);
  const records: HelmRecord[] = (list?.items ?? []).map(({ metadata, data }) => ({
    path: `${secrets}/${metadata.name}`,
    revision: Number(metadata.labels?.version),
    status: metadata.labels?.status ?? "unknown",
    release: decode(data?.release ?? ""),
  }));
  return records.filter(({ revision }) => revision !== SPARE).sort((a, b) => a.revision - b.revision);
}

/** A revision that Helm never counts itself: it begins with 1. */
const SPARE = 0;
const HELD = "consul-traefik-mesh/destroy";
const NAMESPACES = "/api/v1/namespaces";
/** Milliseconds that a namespace that is being deleted gets to be gone. */
const GOING = 60_000;

/**
 * Lets Helm uninstall a release again whose record it has deleted already: where a destroy was killed meanwhile, Pulumi's state still
 * has the release, and Helm would say for ever that it is not found. With a record that stays, of one that is uninstalled, it says
 * that all is well.
 */
export async function holdRecord(api: ClusterApi, release: ReleaseName): Promise<void> {
  const record = helmRecord(release, SPARE, "uninstalled");
  const held = { ...record, metadata: { ...record.metadata, finalizers: [HELD] } };
  await api.create(recordsOf(release), held).catch((error) => {
    // Another guard has made it already, or it has no namespace any more.
    if (!(error instanceof ApiError && [404, 409].includes(error.status))) {
      throw error;
    }
  });
}

/**
 * The same where the record may have gone with its namespace, deleted by hand: that is made again, as the stack's own, for as long as
 * the release takes to go.
 */
export async function holdLostRecord(
  api: ClusterApi,
  release: ReleaseName,
  [label, value]: readonly [string, string],
): Promise<void> {
  const { namespace: name } = release;
  for (const deadline = Date.now() + GOING; Date.now() < deadline; await pause()) {
    const namespace = await api.get(`${NAMESPACES}/${name}`);
    if (namespace === undefined) {
      const metadata = { name, labels: { [label]: value }, annotations: { [HELD]: "" } };
      await api.create(NAMESPACES, { apiVersion: "v1", kind: "Namespace", metadata });
      break;
    }
    if (namespace.metadata.deletionTimestamp === undefined) {
      break;
    }
  }
  await holdRecord(api, release);
}

/** Takes away the namespace that `holdLostRecord` made. */
export async function letNamespaceGo(api: ClusterApi, { namespace }: ReleaseName): Promise<void> {
  const path = `${NAMESPACES}/${namespace}`;
  if ((await api.get(path))?.metadata.annotations?.[HELD] !== undefined) {
    await api.delete(path);
  }
}

/** Takes away what `holdRecord` made. */
export async function letRecordGo(api: ClusterApi, release: ReleaseName): Promise<void> {
  const path = spareOf(release);
  await api.delete(path);
  await api.merge(path, { metadata: { finalizers: null } });
}

/** Milliseconds that an operation of Helm's gets: a provider whose engine was killed goes on with it to its end. */
const UNDER_WAY = 45_000;
/** The same of an uninstallation, in which the chart's own jobs run. */
const UNINSTALLING = 90_000;

/** The revisions when nobody works on the latest any more, or has for a while. */
export async function settledRecords(api: ClusterApi, release: ReleaseName): Promise<HelmRecord[]> {
  for (;;) {
    const records = await helmRecords(api, release);
    const latest = records.at(-1);
    const { last_deployed = "", deleted = "" } = latest?.release.info ?? {};
    const since = (time: string) => Date.now() - Date.parse(time);
    const works =
      (latest?.status.startsWith("pending") && since(last_deployed) < UNDER_WAY) ||
      (latest?.status === "uninstalling" && since(deleted) < UNINSTALLING);
    if (!works) {
      return records;
    }
    await pause(1000);
  }
}

/** Makes Helm forget a release. What it installed stays, and a new installation of that name takes it over. */
export async function forgetRelease(api: ClusterApi, release: ReleaseName): Promise<void> {
  for (const record of await settledRecords(api, release)) {
    await api.delete(record.path);
  }
  await letRecordGo(api, release);
}

/** From what Helm upgrades. */
const ENDED = ["deployed", "failed"];

/**
 * Lets Helm upgrade a release to what is `wanted`: it refuses to after a revision that never ended, and where it knows of none. Either is
 * told as a revision that failed, from which it goes on; of none, as one that made nothing.
 *
 * Helm takes away what the last revision that is deployed had, and the new one has not. So where a revision that did not end had something
 * else than is wanted, it is told as deployed: what it has added would stay for ever.
 */
export async function allowUpgrade(api: ClusterApi, release: ReleaseName, wanted: WantedRelease = {}): Promise<void> {
  const records = await settledRecords(api, release);
  const latest = records.at(-1);
  if (latest === undefined) {
    await api.create(recordsOf(release), helmRecord(release, 1, "failed"));
    return;
  }
  // Helm goes by the status in the release, not by the label. An operation that is cancelled while a hook of the chart begins writes both
  // at once with that hook's record: the label tells that it failed, the release that it is under way.
  const status = latest.release.info?.status ?? latest.status;
  const statuses = [status, latest.status];
  const before = records.filter((each) => each !== latest && each.status === "deployed");
  if (before.length > 0 && statuses.some((each) => each !== "deployed") && !isOf(latest, wanted)) {
    await Promise.all(before.map((each) => tell(api, each, "superseded")));
    await tell(api, latest, "deployed", `interrupted while ${status}`);
  } else if (!statuses.every((each) => ENDED.includes(each))) {
    await tell(api, latest, "failed", `interrupted while ${status}`);
  }
}

async function tell(
  api: ClusterApi,
  { path, release }: HelmRecord,
  status: string,
  description?: string,
): Promise<void> {
  const info = { ...release.info, status, description: description ?? release.info?.description };
  await api.merge(path, { metadata: { labels: { status } }, data: { release: encode({ ...release, info }) } });
}

/** What a release is to be; what is not said, it may be. */
export interface WantedRelease {
  readonly values?: object;
  /** Of the chart. */
  readonly version?: string;
}

/** Whether a revision is of that chart, with these values; none of them are as `null`, which Pulumi's provider leaves out. */
export function isOf({ release }: HelmRecord, { values, version }: WantedRelease): boolean {
  const given = JSON.parse(JSON.stringify(values ?? {}, (_, value) => value ?? undefined));
  return (
    isDeepStrictEqual(given, release.config ?? {}) && [undefined, release.chart?.metadata?.version].includes(version)
  );
}

/** A release in words, for who has to find its owner. */
export function describeRelease({ release, revision, status }: HelmRecord): string {
  const { metadata } = release.chart ?? {};
  const chart = metadata ? `chart ${metadata.name} ${metadata.version}, ` : "";
  return `${chart}revision ${revision}, ${status} since ${release.info?.last_deployed ?? "an unknown time"}`;
}

/** A record of a revision that made nothing. */
function helmRecord(release: ReleaseName, revision: number, status: string) {
  const { name, namespace } = release;
  const now = new Date().toISOString();
  const info = { first_deployed: now, last_deployed: now, deleted: "", description: "lost", status };
  const chart = { metadata: { name, version: "0.0.0", apiVersion: "v2" }, templates: [], values: {} };
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: "helm.sh/release.v1",
    metadata: {
      name: recordName(release, revision),
      labels: { owner: "helm", name, status, version: String(revision) },
    },
    data: { release: encode({ name, namespace, version: revision, info, chart, config: {}, manifest: "", hooks: [] }) },
  };
}

function recordsOf({ namespace }: ReleaseName): string {
  return `/api/v1/namespaces/${namespace}/secrets`;
}

function spareOf(release: ReleaseName): string {
  return `${recordsOf(release)}/${recordName(release, SPARE)}`;
}

function recordName({ name }: ReleaseName, revision: number): string {
  return `sh.helm.release.v1.${name}.v${revision}`;
}

/** Helm's form: JSON, compressed, in base64, and that in the base64 of a Secret. */
function decode(data: string): HelmRelease {
  const inner = Buffer.from(Buffer.from(data, "base64").toString(), "base64");
  return JSON.parse((inner[0] === 0x1f ? gunzipSync(inner) : inner).toString());
}

function encode(release: unknown): string {
  return Buffer.from(gzipSync(JSON.stringify(release)).toString("base64")).toString("base64");
}
