import * as pulumi from "@pulumi/pulumi";
import { apiServerOf } from "./apiServer";
import type { Mesh } from "./mesh";
import { perRun } from "../shared/perRun";
import { Problem, refuse, warn } from "../shared/problems";

const meshes = perRun(() => new Map<pulumi.ProviderResource | undefined, string>());

/**
 * Refuses a second mesh of one provider, and so of one cluster: the chart's definitions, roles and webhooks have no namespace. Two
 * providers may lead to two clusters.
 */
export function refuseSecondMesh(what: string, mesh: pulumi.Resource): void {
  const provider = providerOf(mesh);
  const other = meshes().get(provider);
  const reason =
    `leads to the cluster of ${other}, and a cluster has one mesh: Consul's definitions, roles and webhooks have no namespace; ` +
    "use that mesh, or a provider of another cluster";
  refuse(what, other === undefined ? [] : [{ propertyPath: "provider", reason }]);
  meshes().set(provider, what);
}

const joined = new WeakMap<object, { readonly what: string; readonly model: Mesh["model"] }>();

/**
 * Notes which mesh a component is of, and warns where its objects seem to go to another cluster. That is no reason to refuse: a cluster
 * may have two addresses.
 */
export function joinMesh(what: string, mesh: Pick<Mesh, "model">, member: pulumi.Resource): void {
  joined.set(member, { what, model: mesh.model });
  // A reference is no resource, and does not tell which provider leads there.
  const providers = [pulumi.Resource.isInstance(mesh) ? mesh : member, member].map(providerOf);
  if (providers[0] !== providers[1]) {
    pulumi.all(providers.map(apiServerOf)).apply(([its, own]) => {
      const reason = `leads to ${own}, and the mesh's to ${its}; if these are two clusters, it cannot join: use the mesh's provider`;
      const differ = its !== undefined && own !== undefined && its !== own;
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
