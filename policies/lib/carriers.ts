import * as fs from "node:fs";
import * as path from "node:path";
import { programDirectory } from "./charts";
import { fromConsulProvider } from "./consulProvider";
import { ifKnown, Json, list, record } from "./json";
import { ClusterObject, clusterOf, fromManifest, objectsOf, PulumiResource } from "./objects";
import { documents } from "./yaml";

/** Components of the Kubernetes provider that make objects of text, files or a chart. */
const COMPONENT =
  /^kubernetes:(yaml|yaml\/v2|kustomize|kustomize\/v2|helm\.sh\/v[234]):(ConfigGroup|ConfigFile|Directory|Chart)$/;
/** Objects as text, by the kubectl provider. */
const MANIFEST = /^kubectl:index(\/\w+)?:Manifest$/;

/** A resource that may be the parent of others. */
export interface Parented extends PulumiResource {
  readonly parent?: { readonly urn: string };
}

/** The objects that a resource of any provider makes, as far as it shows them. */
export function declaredBy(resource: PulumiResource): ClusterObject[] {
  const makers = isCarrier(resource)
    ? [() => carried(resource).objects]
    : [() => objectsOf(resource), () => fromConsulProvider(resource), () => ofOthers(resource)];
  const ignored = resource.opts?.ignoreChanges;
  const cluster = clusterOf(resource);
  return makers.flatMap((make) => ifKnown(make, [])).map((object) => ({ ...object, ignored, cluster }));
}

/** The objects of a whole stack: what a component carries stands beside it, once it has made it. */
export function declaredIn(resources: readonly Parented[]): ClusterObject[] {
  const parents = parentsOf(resources);
  return joined(resources.flatMap((each) => (isCarrier(each) && parents.has(each.urn) ? [] : declaredBy(each))));
}

/** The carriers of a stack whose objects cannot be seen: neither beside them, nor in what they are given. */
export function unseen(resources: readonly Parented[]): { urn: string; problem: string }[] {
  const parents = parentsOf(resources);
  return resources
    .filter((each) => !(isCarrier(each) && parents.has(each.urn)))
    .flatMap((each) =>
      ifKnown(() => {
        const { unread } = isCarrier(each) ? carried(each) : { unread: [] };
        return fromConsulProvider(each) && unread;
      }, ["what it makes is not known yet"]).map((problem) => ({ urn: each.urn, problem })),
    );
}

function parentsOf(resources: readonly Parented[]): Set<string | undefined> {
  return new Set(resources.map(({ parent }) => parent?.urn));
}

function isCarrier({ type }: PulumiResource): boolean {
  return COMPONENT.test(type) || MANIFEST.test(type);
}

function carried({ type, props, urn }: PulumiResource): { objects: ClusterObject[]; unread: string[] } {
  const several = (value: unknown) => (value === undefined ? [] : [value].flat());
  const files = [...several(props.files), ...several(props.file)].map(String);
  const read = files.map((file) => ({ where: `the file ${file}`, text: contents(file) }));
  const texts = [...several(props.yaml), ...several(props.yamlBody)].map((text) => ({
    where: "its text",
    text: String(text) as string | undefined,
  }));
  const parts = [...texts, ...read].map(({ where, text }) => ({
    where,
    objects: text === undefined ? undefined : documents(text),
  }));
  const bodies = [...parts.flatMap(({ objects }) => objects ?? []), ...several(props.objs)].map(record);
  const kind = type.split(":").pop();
  return {
    objects: bodies.flatMap((body) => fromBody(body, urn)),
    unread: [
      ...parts.flatMap(({ where, objects }) => (objects === undefined ? [`${where} cannot be read`] : [])),
      ...(kind === "Directory" || kind === "Chart" ? [`the ${kind} shows none of the objects that it makes`] : []),
    ],
  };
}

function fromBody(body: Json, urn: string): ClusterObject[] {
  return body.kind === undefined ? [] : fromManifest(String(body.apiVersion), String(body.kind), body, urn, false);
}

/** A local file; `undefined` for an address, a pattern, or what is not there. */
function contents(file: string): string | undefined {
  try {
    return fs.readFileSync(path.resolve(programDirectory(), file), "utf8");
  } catch {
    return undefined;
  }
}

/** Several intentions of the Consul provider for one destination are one entry of Consul's. */
function joined(objects: ClusterObject[]): ClusterObject[] {
  const isIntention = ({ kind, urn }: ClusterObject) => kind === "ServiceIntentions" && urn.includes(":Intention::");
  const destination = ({ body }: ClusterObject) => record(record(body.spec).destination).name;
  return objects.flatMap((object) => {
    if (!isIntention(object)) {
      return [object];
    }
    const alike = objects.filter((other) => isIntention(other) && destination(other) === destination(object));
    const sources = alike.flatMap(({ body }) => list(record(body.spec).sources));
    return alike[0] === object
      ? [{ ...object, body: { ...object.body, spec: { ...record(object.body.spec), sources } } }]
      : [];
  });
}

/** Packages whose resources are no Kubernetes objects, but may reach into the cluster; Terraform's provider has the name of Pulumi's. */
const OTHERS =
  /^(command|pulumi-nodejs|pulumi-python|helm|kustomization|argocd|flux|kubernetes(?=:index\b)|pulumi:providers):/;

function ofOthers({ type, props, urn }: PulumiResource): ClusterObject[] {
  const [, group] = OTHERS.exec(type) ?? [];
  const kind = type.split(":").pop()!;
  return group === undefined ? [] : [{ group, kind, body: props, urn, rendered: false }];
}
