import * as pulumi from "@pulumi/pulumi";
import { mocked, perRun } from "../shared/perRun";
import { ApiError, ApiObject, cannotAsk, ClusterApi, Unreachable } from "./clusterApi";
import { Kind, kindsOf, pathOf } from "./objects";
import type { ClusterAccess, Way } from "./kubeconfig";

/** The way to the cluster in a run of a program, and what it answered; at a preview a cluster that does not answer is passed over. */
interface Asked {
  readonly api: ClusterApi;
  /** The kinds of a group's version. */
  readonly kinds: Map<string, Kind[]>;
  /** Objects of a kind, by what they were asked for by. */
  readonly lists: Map<string, Promise<ReadonlyMap<string, ApiObject> | undefined>>;
}

/** Label of what a stack made, by which it is known also where the state has lost it. */
export const STACK_LABEL = "consul-traefik-mesh/stack";

/** An object by what it is known by. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: unknown;
  readonly name: string;
  readonly namespace?: string;
}

/** Objects of a kind; those of all namespaces where none is named. */
export type ObjectKind = Omit<ObjectName, "name">;

/** Objects with a label, as they were asked for. */
export interface AskedList {
  readonly of: ObjectKind;
  readonly objects: readonly ApiObject[];
}

/** The clusters that were asked so far. */
const askedClusters = perRun(() => new Map<string, Asked | "away">());

/** The object in the cluster; `undefined` where there is none, `"unknown"` where the cluster cannot be asked. */
export async function find(wanted: ObjectName, access: Way): Promise<ApiObject | undefined | "unknown"> {
  return asking(access, async (asked, dryRun) => {
    const kind = await kindOf(wanted, asked, dryRun);
    return kind && asked.api.get(pathOf(kind, wanted.namespace ?? "default", wanted.name));
  });
}

/** The same, of objects with a label; see `allLabelled`. */
export async function findLabelled(
  wanted: ObjectName,
  access: Way,
  label: readonly [string, string],
): Promise<ApiObject | undefined | "unknown"> {
  const all = await allLabelled(wanted, access, label);
  return all === "unknown" ? all : all?.get(wanted.name);
}

/**
 * The objects of a kind that have a label, by name; `undefined` where the cluster has no such kind. They are asked for once in a run, so
 * that each costs nothing. Not the place for what another run makes meanwhile.
 */
export async function allLabelled(
  of: ObjectKind,
  access: Way,
  [label, value]: readonly [string, string],
): Promise<ReadonlyMap<string, ApiObject> | undefined | "unknown"> {
  const { apiVersion, kind, namespace } = of;
  return asking(access, (asked, dryRun) => {
    const key = JSON.stringify([apiVersion, kind, namespace]);
    const list = async () => {
      const found = await kindOf(of, asked, dryRun);
      if (found === undefined) {
        return undefined;
      }
      const path = `${pathOf(found, namespace)}?labelSelector=${encodeURIComponent(`${label}=${value}`)}`;
      return new Map((await asked.api.get(path))?.items?.map((each) => [each.metadata.name, each]));
    };
    const its = asked.lists.get(key) ?? list();
    asked.lists.set(key, its);
    return its;
  });
}

/** Tells the lists of labelled objects that this run has asked for, also where it is over. */
export function askedLists(): () => Promise<AskedList[]> {
  const clusters = askedClusters();
  return () => {
    const lists = [...clusters.values()].flatMap((asked) => (asked === "away" ? [] : [...asked.lists]));
    return Promise.all(
      lists.map(async ([key, list]) => {
        const [apiVersion, kind, namespace] = JSON.parse(key) as [string, string, string | null];
        const found = await list.catch(() => undefined);
        return { of: { apiVersion, kind, namespace: namespace ?? undefined }, objects: [...(found?.values() ?? [])] };
      }),
    );
  };
}

async function kindOf({ apiVersion, kind }: ObjectKind, asked: Asked, dryRun: boolean): Promise<Kind | undefined> {
  const kinds = asked.kinds.get(apiVersion) ?? (await kindsOf(asked.api, apiVersion));
  const found = kinds.find((one) => one.kind === kind);
  // In an up the definition of a custom resource can be to come.
  if (found !== undefined || dryRun) {
    asked.kinds.set(apiVersion, kinds);
  }
  return found;
}

/** Of an API whose own server is away. */
function isUnserved(error: unknown): boolean {
  return error instanceof ApiError && [405, 503].includes(error.status);
}

/** Asks the cluster something, with what this run has asked already; `"unknown"` where it cannot be asked. */
export async function asking<T>(
  access: Way,
  ask: (asked: Asked, dryRun: boolean) => Promise<T>,
): Promise<T | "unknown"> {
  const dryRun = pulumi.runtime.isDryRun();
  const clusters = askedClusters();
  const known = await access;
  if (known === undefined) {
    return "unknown";
  }
  const key = JSON.stringify([known, dryRun]);
  const asked = clusters.get(key) ?? connected(known, dryRun);
  clusters.set(key, asked);
  if (asked === "away") {
    return "unknown";
  }
  try {
    return await ask(asked, dryRun);
  } catch (error) {
    if (error instanceof Unreachable) {
      clusters.set(key, "away"); // not asked for each object
    }
    if (dryRun || cannotAsk(error) || error instanceof Unreachable || isUnserved(error)) {
      return "unknown";
    }
    throw error;
  }
}

/**
 * The way to a cluster; none where no kubeconfig tells it, which Pulumi's provider says. A unit test makes nothing, and is to say the same
 * wherever it runs: it asks no cluster that is only the user's current one, and that may take half a minute to be found away.
 */
function connected(access: ClusterAccess, dryRun: boolean): Asked | "away" {
  // The SDK of Kubernetes gives that of the shell to a provider that is given none.
  const test = mocked() !== undefined;
  if (test && [undefined, process.env.KUBECONFIG].includes(access.kubeconfig)) {
    return "away";
  }
  try {
    return { api: ClusterApi.connect(access, dryRun || test ? 0 : 1), kinds: new Map(), lists: new Map() };
  } catch {
    return "away";
  }
}
