import * as pulumi from "@pulumi/pulumi";
import { isKnown, valueIfKnown } from "../shared/later";
import { perRun } from "../shared/perRun";
import { DeployedResource, deployedResources } from "../shared/stackState";
import { asking, find, findLabelled, ObjectName } from "./asked";
import { seenAsWritten } from "./asWritten";
import { changedByOthers, missedUpdate, wroteUnnoticed } from "./changed";
import type { ApiObject } from "./clusterApi";
import { helmRecords, holdRecord, isOf, ReleaseName, settledRecords, WantedRelease } from "./helmRecord";
import type { Way } from "./kubeconfig";

/** Annotation of an object that an `up` made or wrote anew, because it was gone or changed; and when that was. */
const MADE_ANEW = "consul-traefik-mesh/made-anew";

/** Over what somebody has changed by hand: else the API server would refuse the next change of the same field. */
const DECLARED_WINS = { "pulumi.com/patchForce": "true" };

/** Consul's own kinds: what the API server has of them is what was written. */
export const ENTRIES = "consul.hashicorp.com/v1alpha1";
/**
 * Pulumi has Kubernetes delete what an object owns before the object itself. The garbage collector is asked for that even where nothing is
 * owned, and takes ten objects a second [two of the 20 requests that kube-controller-manager has by default, each].
 */
const DELETED_AT_ONCE = { "pulumi.com/deletionPropagationPolicy": "background" };
/** Whose objects go after what they own: after pods, which drain, and entries of Consul's. */
const OWNS = ["apps/v1", "batch/v1", ENTRIES];

/** What comes and goes by itself. */
const PASSING = ["Job"];
/** The Job that asks whether routes are served: it asks again where something is made anew. */
const ASKS_AGAIN = /^traefik-served-routes-/;
/** Whether each object is gone that was declared so far. */
const declared = perRun((): Promise<boolean>[] => []);

/** A resource, as the program has it. */
interface OfProgram {
  readonly type: string;
  readonly name: string;
}

/** What is read of a resource that is to be an object. */
export interface ObjectProps {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: pulumi.Input<object>;
  readonly metadata: {
    readonly name?: unknown;
    readonly namespace?: unknown;
    readonly annotations?: pulumi.Input<Readonly<Record<string, string>>>;
    readonly labels?: pulumi.Input<Readonly<Record<string, string>>>;
  };
}

/**
 * Has an `up` make an object anew that is gone from the cluster while Pulumi's state has it: a `destroy` that was killed leaves such, and
 * whoever deletes by hand. Pulumi itself takes it to be there until a refresh. Returns the annotations that the object is to have.
 *
 * Pulumi replaces a resource where a property changes that `replaceOnChanges` names, and reads that list when it knows the properties. So
 * it is filled then, and only where the object is gone for sure: never does a change replace what is there. A config entry that somebody
 * has changed by hand, which may open what the stack closes, is written again; so is what the state has, and the cluster has not.
 */
export function annotationsOfGone(
  resource: OfProgram,
  { apiVersion, kind, ...content }: ObjectProps,
  { replaceOnChanges, ignoreChanges }: { readonly replaceOnChanges: string[]; readonly ignoreChanges?: string[] },
  access: Way,
  label: readonly [string, string],
): pulumi.Output<Record<string, string>> {
  const { metadata, spec } = content;
  const all = declared();
  const before = all.length;
  let tell: (gone: boolean) => void = () => undefined;
  all.push(new Promise((resolve) => (tell = resolve)));
  // An owner's uid is not known yet where the owner is to be made anew too.
  const own = pulumi.output({
    name: metadata.name,
    namespace: metadata.namespace,
    annotations: metadata.annotations,
    labels: metadata.labels,
    entry: apiVersion === ENTRIES ? spec : undefined,
  });
  const asked = own.apply(async ({ name, namespace, annotations, labels, entry }) => {
    const wanted = { apiVersion, kind, name: String(name), namespace: namespace as string | undefined };
    const again = kind === "Job" && ASKS_AGAIN.test(wanted.name);
    let gone = false;
    let live: Pick<ApiObject, "metadata"> | undefined = NOT_YET;
    try {
      if (typeof name === "string" && (again || !PASSING.includes(kind))) {
        live = await ifNotGone(resource, wanted, access, label);
        gone = again
          ? live !== NOT_YET && (await Promise.all(all.slice(0, before))).includes(true)
          : live === undefined;
      }
    } finally {
      tell(gone);
    }
    if (gone) {
      replaceOnChanges.push("metadata");
    }
    const written = live?.metadata.annotations?.[MADE_ANEW];
    const lasting: Record<string, string> = {
      ...annotations,
      ...DECLARED_WINS,
      ...(OWNS.includes(apiVersion) ? {} : DELETED_AT_ONCE),
      ...(written === undefined ? {} : { [MADE_ANEW]: written }),
    };
    const its = seenAsWritten(lasting, labels ?? {});
    const [key, value] = label;
    const declaredOf = { spec: entry, metadata: { labels: { [key]: value } } };
    const noted = async () => (await inState(resource, wanted))?.outputs;
    const whole = async () => {
      // What of it is secret is compared, and not told.
      const all = await valueIfKnown(pulumi.unsecret(pulumi.output(content as object)));
      return all && { ...all, metadata: { ...(all as ObjectProps).metadata, annotations: its } };
    };
    let why: string | undefined;
    if (changedByOthers(live ?? NOT_YET, entry ?? {}) > Date.parse(written ?? "1970")) {
      why = "somebody has changed it since it was written";
    } else if (live !== undefined && live !== NOT_YET) {
      const then = await whole();
      if (await missedUpdate(declaredOf, live, noted)) {
        why = "the cluster does not have what was written last";
      } else if (then !== undefined && (await wroteUnnoticed(then, live, noted, ignoreChanges))) {
        why = "a run that was interrupted has changed it";
      }
    }
    if (why !== undefined) {
      pulumi.log.warn(`${kind} ${wanted.name}: ${why}; up writes it again`);
    }
    return gone || why !== undefined
      ? seenAsWritten({ ...lasting, [MADE_ANEW]: new Date().toISOString() }, labels ?? {})
      : its;
  }) as pulumi.Output<Record<string, string>>;
  // What is not known in this preview is in nothing that exists.
  void isKnown(asked).then((known) => known || tell(false));
  return asked;
}

/** Stands for an object that is not there yet, or that cannot be asked for. */
const NOT_YET: Pick<ApiObject, "metadata"> = { metadata: { name: "" } };

/** The live object, or `NOT_YET`; `undefined` where it is gone. */
async function ifNotGone(
  resource: OfProgram,
  wanted: ObjectName,
  access: Way,
  label: readonly [string, string],
): Promise<Pick<ApiObject, "metadata"> | undefined> {
  const labelled = await findLabelled(wanted, access, label);
  if (labelled === "unknown") {
    return NOT_YET;
  }
  if (isThere(labelled)) {
    return labelled;
  }
  if ((await inState(resource, wanted)) === undefined) {
    return NOT_YET;
  }
  // Of before there were labels.
  const live = await find(wanted, access);
  return live === "unknown" ? NOT_YET : isThere(live) ? live : undefined;
}

function isThere(live: ApiObject | undefined): boolean {
  return live !== undefined && live.metadata.deletionTimestamp === undefined;
}

/** Helm's description of a revision begins so where an `up` installed the release anew, or upgraded it over an interrupted run's. */
const INSTALLED_ANEW = "installed anew at ";
const UPGRADED_ANEW = "upgraded anew at ";

/**
 * The same of a Helm release: gone is one that Helm has no record of, or that it was uninstalling when it was killed. One that has a
 * later revision than the state knows of, of another chart, with other values or not finished, is upgraded again. `wanted` is what it is
 * to be, `undefined` while that is not known. Returns the description that the release is to have.
 */
export async function descriptionOfGone(
  resource: string,
  release: ReleaseName,
  wanted: () => Promise<WantedRelease | undefined>,
  replaceOnChanges: string[],
  access: Way,
): Promise<string | undefined> {
  const dryRun = pulumi.runtime.isDryRun();
  const latest = await asking(access, async ({ api }) => {
    // The provider of a CLI that was killed may uninstall still.
    const records = dryRun ? await helmRecords(api, release) : await settledRecords(api, release);
    return records.at(-1);
  });
  if (latest === "unknown") {
    return undefined;
  }
  // Not asked where all is well: it reads the whole state.
  const noted = async () => (await ofState(resource, (its) => isRelease(its, release)))?.outputs;
  const deployed = async () => (await noted()) !== undefined;
  const namespace = await asking(access, ({ api }) => api.get(`/api/v1/namespaces/${release.namespace}`));
  if (namespace !== "unknown" && !isThere(namespace) && (await deployed())) {
    throw new pulumi.RunError(
      `namespace ${release.namespace} was deleted by hand, and with it Helm's record of Consul's release and the servers' data. ` +
        "Run pulumi destroy, which removes what is left, and then pulumi up",
    );
  }
  if (latest !== undefined && latest.status !== "uninstalling") {
    const { description = "" } = latest.release.info ?? {};
    const known = async () => (await noted())?.status?.revision ?? Infinity;
    const its = await wanted();
    const asWanted = latest.status === "deployed" && (its === undefined || isOf(latest, its));
    if (!asWanted && latest.revision > (await known())) {
      pulumi.log.warn(
        `Helm's release ${release.name}: a run that was interrupted has upgraded it; up upgrades it again`,
      );
      return UPGRADED_ANEW + new Date().toISOString();
    }
    return [INSTALLED_ANEW, UPGRADED_ANEW].some((prefix) => description.startsWith(prefix)) ? description : undefined;
  }
  if (!(await deployed())) {
    return undefined;
  }
  if (!dryRun) {
    // Pulumi replaces it, and so uninstalls what is left of it first.
    await asking(access, ({ api }) => holdRecord(api, release));
  }
  replaceOnChanges.push("description");
  return INSTALLED_ANEW + new Date().toISOString();
}

function isRelease({ type, outputs }: DeployedResource, { name, namespace }: ReleaseName): boolean {
  return type === "kubernetes:helm.sh/v3:Release" && outputs.name === name && outputs.namespace === namespace;
}

/** The resource of an object in Pulumi's state. */
function inState(resource: OfProgram, { name, namespace }: ObjectName): Promise<DeployedResource | undefined> {
  return ofState(
    resource.name,
    ({ type: its, outputs: { metadata } }) =>
      its === resource.type && metadata?.name === name && (namespace === undefined || metadata.namespace === namespace),
  );
}

/** Such a resource of Pulumi's state, as it was before this run; by its name too, since another cluster may have an object like it. */
async function ofState(
  name: string,
  such: (resource: DeployedResource) => boolean,
): Promise<DeployedResource | undefined> {
  // Who cannot read it brings nothing back.
  const all = await deployedResources().catch((): DeployedResource[] => []);
  return all.find((each) => each.urn.endsWith(`::${name}`) && such(each));
}
