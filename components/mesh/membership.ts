import * as pulumi from "@pulumi/pulumi";
import { folderOf } from "../interrupted/way";
import { apiServerOf } from "./apiServer";
import type { Mesh } from "./mesh";
import { perRun } from "../shared/perRun";
import { Problem, refuse, warn } from "../shared/problems";

/** A component, and the mesh that it is of. */
interface Joined {
  readonly what: string;
  readonly model: Mesh["model"];
}

/** By provider, the first that came with a mesh. */
const firsts = perRun(() => new Map<pulumi.ProviderResource | undefined, Joined>());

/** Refuses a mesh by a provider that writes objects to a folder: only what Helm says would come of it, in the midst of an `up`. */
export function refuseFolder(what: string, mesh: pulumi.Resource): pulumi.Output<void> {
  const reason =
    "writes objects to a folder (renderYamlToDirectory), where Helm installs nothing; use one of a cluster";
  return folderOf(mesh).apply((folder) => refuse(what, folder ? [{ propertyPath: "provider", reason }] : []));
}

const meshes = perRun((): { readonly what: string; readonly mesh: pulumi.Resource }[] => []);

/**
 * Refuses a second mesh of one provider, and so of one cluster: the chart's definitions, roles and webhooks have no namespace. Two
 * providers may lead to two clusters; where both lead to one address, there is a warning. That is no reason to refuse: behind the address
 * of a proxy there may be several.
 */
export function refuseSecondMesh(what: string, mesh: pulumi.Resource & Pick<Mesh, "model">): void {
  const other = otherThere({ what, model: mesh.model }, mesh);
  const reason =
    `leads to the cluster of ${other}, and a cluster has one mesh: Consul's definitions, roles and webhooks have no namespace; ` +
    "use that mesh, or a provider of another cluster";
  refuse(what, other === undefined ? [] : [{ propertyPath: "provider", reason }]);
  for (const each of meshes()) {
    pulumi.all([each.mesh, mesh].map(providerOf).map(apiServerOf)).apply(([there, own]) => {
      const alike = `leads to ${own}, as that of ${each.what} does; if this is one cluster, use one mesh: a cluster cannot have two`;
      warn(what, own !== undefined && own === there ? [{ propertyPath: "provider", reason: alike }] : [], mesh);
    });
  }
  meshes().push({ what, mesh });
}

/** Who is of another mesh by the provider of a resource. */
function otherThere(its: Joined, resource: pulumi.Resource): string | undefined {
  const provider = providerOf(resource);
  const first = firsts().get(provider) ?? its;
  firsts().set(provider, first);
  return first.model === its.model ? undefined : first.what;
}

const joined = new WeakMap<object, Joined>();

/**
 * Notes which mesh a component is of. Refused is another than others have by the same provider, such as a second reference to it: what
 * joins one would not be judged beside what joins the other. Where its objects seem to go to another cluster, there is a warning. That
 * is no reason to refuse: a cluster may have two addresses.
 */
export function joinMesh(what: string, mesh: Pick<Mesh, "model">, member: pulumi.Resource): void {
  const its = { what, model: mesh.model };
  joined.set(member, its);
  const other = otherThere(its, member);
  const another =
    `is not that of ${other}, though both have one provider: a cluster has one mesh, and neither would be judged beside what joins ` +
    "the other; give both the same, or a provider of another cluster";
  refuse(what, other === undefined ? [] : [{ propertyPath: "mesh", reason: another }]);
  // A reference is no resource, and does not tell which provider leads there.
  const providers = [pulumi.Resource.isInstance(mesh) ? mesh : member, member].map(providerOf);
  if (providers[0] !== providers[1]) {
    pulumi.all(providers.map(apiServerOf)).apply(([there, own]) => {
      const reason = `leads to ${own}, and the mesh's to ${there}; if these are two clusters, it cannot join: use the mesh's provider`;
      const differ = there !== undefined && own !== undefined && there !== own;
      warn(what, differ ? [{ propertyPath: "provider", reason }] : [], member);
    });
  }
}

/** Problems of what a component is given that is of another mesh than the component, by the input that has it. */
export function otherMeshProblems(mesh: Pick<Mesh, "model">, given: Readonly<Record<string, unknown>>): Problem[] {
  return Object.entries(given).flatMap(([input, value]) =>
    Array.isArray(value)
      ? value.flatMap((each, i) => otherMeshProblems(mesh, { [`${input}[${i}]`]: each }))
      : strangerProblems(mesh, input, value),
  );
}

function strangerProblems({ model }: Pick<Mesh, "model">, propertyPath: string, value: unknown): Problem[] {
  const { what, model: its = model } = joined.get(value as object) ?? {};
  const reason = `is ${what}, which has another mesh than this; give both the same, or leave it out`;
  return its === model ? [] : [{ propertyPath, reason }];
}

function providerOf(resource: pulumi.Resource): pulumi.ProviderResource | undefined {
  return resource.getProvider("kubernetes:core/v1:Namespace");
}
