import { at, ifKnown, Json, list, record, textAt } from "./json";

/** A Kubernetes object that a change makes: a resource of the program, or one that a chart of the program renders. */
export interface ClusterObject {
  /** API group: its version is of no concern to a policy. */
  readonly group: string;
  readonly kind: string;
  /** The whole object. */
  readonly body: Json;
  /** The Pulumi resource that it is, or that renders it. */
  readonly urn: string;
  /** Whether it comes out of a chart, of a release or of a component, so that the program does not show it. */
  readonly rendered: boolean;
  /** To which cluster its provider leads; see `clusterOf`. */
  readonly cluster?: string;
  /** Property paths whose changes Pulumi is told to ignore. */
  readonly ignored?: readonly string[];
  /** Whether it is what a resource of a kind `…Patch` sets, and no whole object: what it leaves out says nothing. */
  readonly patch?: boolean;
  /** URNs of the patches that are in `body`. */
  readonly patchedBy?: readonly string[];
  /** The Secret that it is a part of: a message tells nothing of what it says. */
  readonly inSecret?: string;
}

/** A resource as the engine describes it, before the change and after. */
export interface PulumiResource {
  readonly type: string;
  readonly props: Json;
  readonly urn: string;
  readonly opts?: { readonly ignoreChanges: readonly string[] };
  readonly provider?: { readonly urn: string; readonly props: Json };
}

/** A URN has the types of the resource's parents. */
const OF_CHART = /[:$]kubernetes:helm\.sh\/v[234]:Chart\$/;
/** `kubernetes:apps/v1:Deployment`: any SDK, and YAML, names a resource so. */
const TYPE = /^kubernetes:(?<version>[^:]+):(?<kind>\w+?)(?<patch>Patch)?$/;

/**
 * The objects that a resource is: one, or the items of a list; none where it is no Kubernetes object. The provider sends
 * what the properties say it is, so where these say something else than the type, both are judged.
 */
export function objectsOf({ type, props, urn }: PulumiResource): ClusterObject[] {
  const { version, kind, patch } = TYPE.exec(type)?.groups ?? {};
  const rendered = OF_CHART.test(urn);
  const byType = kind === undefined ? [] : fromManifest(version, kind, props, urn, rendered);
  const said = { version: saidBy(props, "apiVersion") ?? version, kind: saidBy(props, "kind") ?? kind };
  const same = said.kind === kind && groupOf(said.version) === groupOf(version);
  const bySaying =
    said.version === undefined || said.kind === undefined || same
      ? []
      : fromManifest(said.version, said.kind, props, urn, rendered);
  const objects = [...byType, ...bySaying];
  return patch ? objects.map((object) => ({ ...object, patch: true })) : objects;
}

function saidBy(props: Json, key: string): string | undefined {
  return ifKnown(() => textAt(props, key), undefined);
}

/** The group of an `apiVersion`, or of the module in a type: the first group has no name in the one, and is core in the other. */
function groupOf(apiVersion: string | undefined): string {
  const [group, version] = String(apiVersion).split("/");
  return version === undefined ? "core" : group.toLowerCase();
}

/** The objects of a manifest. */
export function fromManifest(
  apiVersion: string,
  kind: string,
  body: Json,
  urn: string,
  rendered: boolean,
): ClusterObject[] {
  if (kind.endsWith("List") && "items" in body) {
    return list(body.items).flatMap((item) =>
      fromManifest(
        textAt(item, "apiVersion") ?? apiVersion,
        textAt(item, "kind") ?? kind.slice(0, -"List".length),
        record(item),
        urn,
        rendered,
      ),
    );
  }
  return [{ group: groupOf(apiVersion), kind, body, urn, rendered }];
}

/** What tells the cluster of a resource from others: what its provider says of the way there, and its name while that is not known. */
export function clusterOf({ provider }: PulumiResource): string | undefined {
  return ifKnown(() => {
    const { kubeconfig, context, cluster } = record(provider?.props);
    return JSON.stringify([kubeconfig, context, cluster]);
  }, provider?.urn);
}

/** The object's name, empty where it is not known yet. */
export function nameOf(object: ClusterObject): string {
  return ifKnown(() => textAt(object.body, "metadata", "name"), undefined) ?? "";
}

/** The object's namespace, `default` where it names none. */
export function namespaceOf(object: ClusterObject): string {
  return textAt(object.body, "metadata", "namespace") ?? "default";
}

/** Whether an object comes out of Consul's own chart, as its labels tell: what another chart makes is not Consul's. */
export function isOfConsulsChart({ rendered, body }: ClusterObject): boolean {
  return rendered && /consul/.test(String(at(body, "metadata", "labels", "chart")));
}

/** How a message names an object: by where to look for it. */
export function describe(object: ClusterObject): string {
  const patches = (object.patchedBy ?? []).map((urn) => urn.split("::").pop()).join(", ");
  return [
    ...(object.rendered ? ["rendered by the chart:"] : []),
    object.inSecret === undefined ? `${object.kind} ${nameOf(object)}`.trimEnd() : `Secret ${object.inSecret}`,
    ...(patches === "" ? [] : [`as ${patches} patches it`]),
  ].join(" ");
}

/** Whether an object is one of Consul's config entries of these kinds. */
export function isConfigEntry(object: ClusterObject, ...kinds: string[]): boolean {
  return object.group === "consul.hashicorp.com" && kinds.includes(object.kind);
}
