import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { allLabelled, ObjectKind, STACK_LABEL } from "./asked";
import { valueIfKnown, whenKnown } from "../shared/later";
import { Hook } from "../shared/hookName";
import { seenAsWritten } from "./asWritten";
import { ApiObject, ClusterApi, withCluster } from "./clusterApi";
import { refuseForeign } from "./foreign";
import { annotationsOfGone, descriptionOfGone, ENTRIES, type ObjectProps } from "./gone";
import {
  allowUpgrade,
  describeRelease,
  forgetRelease,
  helmRecords,
  letRecordGo,
  ReleaseName,
  WantedRelease,
} from "./helmRecord";
import { noteDeclared } from "./leftovers";
import { GeneratedKey, refuseLostKey } from "./lostKey";
import { removeGoing } from "./remains";
import { refuseOtherServers, warnOfPodsWithoutLogin } from "./runningServers";
import { refuseOtherClaims } from "./serverClaims";
import { wayTo } from "./way";
import type { Way } from "./kubeconfig";

/** The labels of what this stack makes. */
export function stackLabels(): Record<string, string> {
  const whole = `${pulumi.getProject()}.${pulumi.getStack()}`.replace(/[^A-Za-z0-9._-]/g, "_");
  return { [STACK_LABEL]: whole.slice(0, 63).replace(/[^A-Za-z0-9]+$/, "") };
}

/**
 * The stack's own objects of a kind, as they were before this run, by name: in a namespace, or in all, of the cluster of a resource's
 * children. `undefined` where the cluster has no such kind, `"unknown"` where it cannot be asked.
 */
export async function ownObjects(
  of: ObjectKind,
  parent?: pulumi.Resource,
): Promise<ReadonlyMap<string, ApiObject> | undefined | "unknown"> {
  const [label] = Object.entries(stackLabels());
  const way = wayTo(parent);
  return allLabelled(of, way, label);
}

/** Stops a resource from being made where an object of that name is somebody else's. */
class RefuseForeign extends Hook {
  constructor(name: string, way: Way, aliased: ReadonlySet<string>) {
    const [label] = Object.entries(stackLabels());
    const refuse = (args: pulumi.ResourceHookArgs) => refuseForeign(args, way, label, aliased.has(args.name));
    super(`${name}-foreign`, refuse, { onDryRun: true });
  }
}

/** Whether a resource has another name in the state, of its own or of what it is part of, as far as the SDK keeps it. */
function hasAliases(resource: object | undefined): boolean {
  const { __aliases = [], __parentResource } = (resource ?? {}) as { __aliases?: unknown[]; __parentResource?: object };
  return __aliases.length > 0 || (__parentResource !== undefined && hasAliases(__parentResource));
}

/** What has no object of its own to be found: somebody else's, a release, a file of objects. */
export const WITHOUT_OBJECT = /^kubernetes:(helm\.sh|yaml|kustomize)\b|(Patch|List)$/;

/**
 * Options of an object that the stack is to own, or of a component with all of its objects: each is labelled as the stack's, and
 * refused where it is there already and is somebody else's.
 */
export function owned<Options extends pulumi.ResourceOptions>(name: string, opts: Options | undefined): Options {
  const labels = stackLabels();
  const aliased = new Set<string>();
  const refusals = new Map<pulumi.ProviderResource | undefined, RefuseForeign>();
  const own: pulumi.ResourceTransformation = ({ type, name: resource, props, opts: its }) => {
    const { id, provider, hooks = {} } = its as pulumi.CustomResourceOptions;
    const { beforeCreate = [] } = hooks;
    if (!type.startsWith("kubernetes:") || WITHOUT_OBJECT.test(type) || id !== undefined) {
      return undefined;
    }
    noteDeclared(props as ObjectProps);
    // A transformation of the program's own may have made outputs of them.
    const labelled = whenKnown(props.metadata, (its: pulumi.Inputs) => ({
      ...its,
      labels: whenKnown(its.labels, (own: object) => ({ ...own, ...labels })),
    })) as ObjectProps["metadata"];
    const withAll = (annotations: pulumi.Output<object>) => ({
      ...props,
      metadata: whenKnown(labelled, (its: object) => ({ ...its, annotations })),
    });
    const judged = beforeCreate.some((each) => each instanceof RefuseForeign);
    if (judged) {
      const annotations = pulumi
        .output(labelled)
        .apply((its) => seenAsWritten(its.annotations ?? {}, its.labels ?? {}));
      return {
        props: props.apiVersion === ENTRIES ? withAll(annotations) : { ...props, metadata: labelled },
        opts: its,
      };
    }
    const way = wayTo(its.parent, provider);
    if (hasAliases({ __aliases: its.aliases, __parentResource: its.parent })) {
      aliased.add(resource);
    }
    const hook = refusals.get(provider) ?? new RefuseForeign(name, way, aliased);
    refusals.set(provider, hook);
    const { replaceOnChanges = [] } = its as pulumi.CustomResourceOptions;
    const opts = {
      ...(its as pulumi.CustomResourceOptions),
      hooks: { ...hooks, beforeCreate: [...beforeCreate, hook] },
      replaceOnChanges: [...replaceOnChanges],
      // As the provider has it of what has a fixed name.
      deleteBeforeReplace: true,
    };
    const [label] = Object.entries(labels);
    const object = { ...props, metadata: labelled } as ObjectProps;
    const annotations = annotationsOfGone({ type, name: resource }, object, opts, way, label);
    return { props: withAll(annotations), opts: opts as pulumi.ResourceOptions };
  };
  return { ...opts, transformations: [...(opts?.transformations ?? []), own] } as Options;
}

/**
 * Lets Helm go on where a run of Pulumi was interrupted. A release that the state does not know, in a namespace of the stack's own,
 * is an interrupted run's: Helm forgets it, and installs it anew over what is there, which it takes over. Another is refused. One
 * that the state does know can be upgraded after any end of the operation before, but not to what Kubernetes or its servers refuse.
 */
export function interruptedReleaseHooks(
  name: string,
  release: ReleaseName,
  parent: pulumi.Resource,
): pulumi.ResourceHookBinding {
  const way = wayTo(parent);
  const asked = (what: (api: ClusterApi) => Promise<unknown>) => () => withCluster(way, what);
  const create = asked(async (api) => {
    const latest = (await helmRecords(api, release)).at(-1);
    const [[label, value]] = Object.entries(stackLabels());
    const ours = async (path: string) => (await api.get(path))?.metadata.labels?.[label] === value;
    if (latest !== undefined && !(await ours(`/api/v1/namespaces/${release.namespace}`))) {
      throw new Error(
        `Helm's release ${release.namespace}/${release.name} already exists, and not in a namespace that this stack made: ` +
          `${describeRelease(latest)}. Uninstall it or choose another namespace; or hand it over to this stack, which will ` +
          `delete it one day: kubectl label namespace ${release.namespace} ${label}=${value}`,
      );
    }
    await forgetRelease(api, release);
    await removeGoing(api, release);
  });
  const update = async ({ newInputs }: pulumi.ResourceHookArgs) => {
    const wanted = await known(newInputs as k8s.helm.v3.ReleaseArgs);
    await withCluster(way, (api) => allowUpgrade(api, release, wanted));
  };
  const servers = async (args: pulumi.ResourceHookArgs) => {
    await refuseOtherClaims(args, release, way);
    await refuseOtherServers(args, release, way);
    await warnOfPodsWithoutLogin(args);
  };
  return {
    beforeCreate: [new Hook(`${name}-reinstall`, create)],
    beforeUpdate: [new Hook(`${name}-upgrade`, update), new Hook(`${name}-claims`, servers, { onDryRun: true })],
  };
}

/** Stops a key from being generated where that would overwrite one that Consul uses. */
export function generatedKeyHooks(
  name: string,
  key: GeneratedKey,
  parent: pulumi.Resource,
): pulumi.ResourceHookBinding {
  const way = wayTo(parent);
  const [label] = Object.entries(stackLabels());
  return {
    beforeCreate: [new Hook(name, () => refuseLostKey(key, way, label), { onDryRun: true })],
  };
}

/** What a release is to be, as soon as it is known; what of it is secret is compared, and not told. */
function known(release: Pick<k8s.helm.v3.ReleaseArgs, "values" | "version">): Promise<WantedRelease | undefined> {
  const { values, version } = release;
  return valueIfKnown(pulumi.unsecret(pulumi.output({ values, version })));
}

/** What has an `up` install a release anew that is gone, or was about to be, while Pulumi's state has it. */
export function installedAnew(release: ReleaseName, parent: pulumi.Resource): pulumi.ResourceTransformation[] {
  const way = wayTo(parent);
  const anew: pulumi.ResourceTransformation = ({ name, props, opts }) => {
    const replaceOnChanges: string[] = [];
    const wanted = () => known(props as k8s.helm.v3.ReleaseArgs);
    const description = descriptionOfGone(name, release, wanted, replaceOnChanges, way);
    // By its name alone the provider would replace it in that order too.
    const its: pulumi.CustomResourceOptions = { ...opts, replaceOnChanges, deleteBeforeReplace: true };
    return { props: { ...props, description }, opts: its as pulumi.ResourceOptions };
  };
  return [anew];
}

/** Of a guard that is made anew after a destroy that was interrupted: what that destroy has Helm find has nothing to stand for. */
export function recordHooks(name: string, release: ReleaseName, way: Way): pulumi.ResourceHookBinding {
  const letGo = () => withCluster(way, (api) => letRecordGo(api, release));
  return { beforeCreate: [new Hook(`${name}-record`, letGo)] };
}
