import * as pulumi from "@pulumi/pulumi";
import { quantityOf } from "../shared/grammars";
import { find } from "./asked";
import type { ApiObject } from "./clusterApi";
import type { ReleaseName } from "./helmRecord";
import type { Way } from "./kubeconfig";

/** What the servers' claims are made from, as the chart has it and as Kubernetes does. */
interface Claim {
  readonly storage?: unknown;
  readonly storageClass?: unknown;
}

/** Of a StatefulSet. */
interface ServersSpec {
  readonly volumeClaimTemplates?: readonly [
    {
      readonly spec: {
        readonly storageClassName?: string;
        readonly resources: { readonly requests: { readonly storage: string } };
      };
    },
  ];
}

/**
 * Refuses to upgrade a release whose servers would have claims of another size or class: Kubernetes lets nobody change what a
 * StatefulSet makes its claims from, so Helm's upgrade would fail. Where the StatefulSet is not there, or makes such claims by now,
 * nothing stands in the way.
 */
export async function refuseOtherClaims(
  { oldInputs, newInputs }: Pick<pulumi.ResourceHookArgs, "oldInputs" | "newInputs">,
  { namespace, name }: ReleaseName,
  access: Way,
): Promise<void> {
  const [before, after] = await Promise.all([oldInputs, newInputs].map(claimOf));
  if (!differ(before, after)) {
    return;
  }
  const server = `${name}-server`;
  const live = await find({ apiVersion: "apps/v1", kind: "StatefulSet", name: server, namespace }, access);
  const there = live === "unknown" ? before : templateOf(live);
  if (!differ(there, after)) {
    return;
  }
  const patch = JSON.stringify({ spec: { resources: { requests: { storage: String(after.storage) } } } });
  throw new Error(
    `StatefulSet ${namespace}/${server} makes claims of ${describe(there)}, and is to make claims of ${describe(after)}. Kubernetes lets ` +
      "nobody change that, so Helm's upgrade would fail. Delete it without its pods, which go on serving, and run pulumi up, which makes it " +
      `anew: kubectl --namespace ${namespace} delete statefulset ${server} --cascade=orphan. Claims that exist stay as they are; let each ` +
      `grow, where its storage class allows that: kubectl --namespace ${namespace} patch pvc data-${namespace}-${server}-0 --patch '${patch}'. ` +
      "See docs/operations.md#volumes-of-the-servers. Nothing has been changed",
  );
}

/**
 * Values of the chart in a release's inputs, by their paths. Of values in which one is secret, Pulumi makes a secret as a whole; of what is
 * not known yet it has no word.
 */
export function chartValues(inputs: object = {}, ...paths: string[]): Promise<unknown[]> {
  type Values = pulumi.Output<Record<string, unknown>>;
  const { values } = pulumi.output(inputs) as unknown as { readonly values: Values };
  const found = paths.map((path) => path.split(".").reduce((value, key) => value[key] as Values, values));
  const its = pulumi.output(found as unknown[]);
  return (its as unknown as { promise(withUnknowns: true): Promise<unknown[]> }).promise(true);
}

/** What the claims of a release with these inputs are made from; no version of the chart has other defaults. */
async function claimOf(inputs: object | undefined): Promise<Claim> {
  const [storage = "10Gi", storageClass = ""] = await chartValues(inputs, "server.storage", "server.storageClass");
  return { storage, storageClass };
}

function templateOf(live: ApiObject | undefined): Claim {
  const { volumeClaimTemplates: templates } = (live?.spec ?? {}) as ServersSpec;
  const { storageClassName = "", resources } = templates?.[0].spec ?? {};
  return { storage: resources?.requests.storage, storageClass: storageClassName };
}

/** Whether claims differ; of what is not known yet, nobody says so. */
function differ(one: Claim, other: Claim): boolean {
  const all = [...Object.values(one), ...Object.values(other)];
  const size = ({ storage }: Claim) => quantityOf(String(storage));
  return (
    all.every((each) => ["string", "number"].includes(typeof each)) &&
    (size(one) !== size(other) || one.storageClass !== other.storageClass)
  );
}

function describe({ storage, storageClass }: Claim): string {
  return storageClass === "" ? String(storage) : `${String(storage)} of class ${String(storageClass)}`;
}
