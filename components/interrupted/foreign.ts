import * as pulumi from "@pulumi/pulumi";
import { cannotAsk, ClusterAccess, ClusterApi, pause, Unreachable } from "./clusterApi";
import { describeObject, Kind, kindsOf, ownerOf, pathOf } from "./objects";

/** Milliseconds that an object which is being deleted gets to be gone. */
const GOING = 300_000;

/** An object that is to be made. */
interface Wanted {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown };
}

/**
 * Refuses to make an object that is there already, unless it has the stack's label: then a run that was interrupted made it, and
 * it is taken over. Server-side apply would take over anybody's, without a word, and one day delete it with all that is in it.
 *
 * One that is being deleted is waited for. A cluster that does not answer is passed over: Pulumi's provider says so, or finds it.
 */
export async function refuseForeign(
  { newInputs }: Pick<pulumi.ResourceHookArgs, "newInputs">,
  access: ClusterAccess,
  [label, value]: readonly [string, string],
): Promise<void> {
  const { apiVersion, kind, metadata = {} } = (newInputs ?? {}) as Wanted;
  const { name, namespace } = metadata;
  // What is not known in this preview is in nothing that exists.
  if (
    typeof apiVersion !== "string" ||
    typeof name !== "string" ||
    !["string", "undefined"].includes(typeof namespace)
  ) {
    return;
  }
  const dryRun = pulumi.runtime.isDryRun();
  const deadline = Date.now() + GOING;
  for (;;) {
    const live = await find({ apiVersion, kind, name, namespace: namespace as string | undefined }, access, dryRun);
    const going = live?.metadata.deletionTimestamp !== undefined;
    if (live === undefined || (!going && live.metadata.labels?.[label] === value) || (going && dryRun)) {
      return;
    }
    if (!going) {
      const within = namespace === undefined ? "" : `--namespace ${namespace} `;
      const remedy =
        kind === "Namespace"
          ? 'Choose another name, or leave it to its owner with the setting or input that ends in "createNamespace": false;'
          : "Choose another name, or delete it;";
      throw new Error(
        `${describeObject(live)} is there already and is not of this stack, but of ${ownerOf(live, label)}, ` +
          `since ${live.metadata.creationTimestamp}. It was left as it is. ` +
          `${remedy} or hand it over to this stack, which will delete it one day: ` +
          `kubectl ${within}label ${String(kind).toLowerCase()} ${name} ${label}=${value} --overwrite`,
      );
    }
    if (Date.now() > deadline) {
      return; // let Kubernetes say what holds it
    }
    await pause();
  }
}

/** Clusters that did not answer: they are not asked for each object. */
const away = new Set<string>();
/** What objects are asked for by, one connection for all of them; and the kinds that the cluster has. */
const apis = new Map<string, ClusterApi>();
const known = new Map<string, Kind[]>();

async function find(
  { apiVersion, kind, name, namespace }: { apiVersion: string; kind: unknown; name: string; namespace?: string },
  access: ClusterAccess,
  dryRun: boolean,
) {
  const key = JSON.stringify([access, dryRun]);
  if (away.has(key)) {
    return undefined;
  }
  try {
    const api = apis.get(key) ?? ClusterApi.connect(access, dryRun ? 0 : 1);
    apis.set(key, api);
    const ofVersion = `${key} ${apiVersion}`;
    const kinds = known.get(ofVersion) ?? (await kindsOf(api, apiVersion));
    const found = kinds.find((one) => one.kind === kind);
    // In an up the definition of a custom resource can be to come.
    if (found !== undefined || dryRun) {
      known.set(ofVersion, kinds);
    }
    if (found === undefined) {
      return undefined;
    }
    const live = await api.get(pathOf(found, namespace ?? "default", name));
    return live && { kind: found.kind, metadata: live.metadata };
  } catch (error) {
    if (dryRun || cannotAsk(error) || error instanceof Unreachable) {
      if (error instanceof Unreachable) {
        away.add(key);
      }
      return undefined;
    }
    throw error;
  }
}
