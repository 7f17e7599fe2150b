import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { hookName } from "../shared/hookName";
import type { Mesh } from "./mesh";

/** A Consul config entry as the custom resource that consul-k8s writes to Consul. */
export interface ConfigEntry {
  readonly kind:
    | "JWTProvider"
    | "Mesh"
    | "ProxyDefaults"
    | "Registration"
    | "ServiceDefaults"
    | "ServiceIntentions"
    | "ServiceResolver"
    | "ServiceRouter"
    | "ServiceSplitter"
    | "TerminatingGateway";
  /** Name of the custom resource; for ServiceDefaults this is the service's name in Consul, for ProxyDefaults `global`. */
  readonly name: string;
  readonly spec: Record<string, unknown>;
}

/** Options of an entry. */
export interface ConfigEntryOptions {
  readonly parent: pulumi.Resource;
  readonly dependsOn?: pulumi.Input<pulumi.Resource[]>;
  /**
   * Entries that Consul keeps for as long as this one is there, such as the ServiceDefaults of an intention by path. Where Pulumi's
   * state does not know this entry, because what made it was killed, Kubernetes deletes it together with them.
   */
  readonly owners?: readonly k8s.apiextensions.CustomResource[];
}

/**
 * Writes a config entry and waits until Consul has taken it: the webhook accepts entries that Consul refuses, and only
 * the condition `Synced` tells. Goes before the mesh does, while the injector still removes its finalizer. Its name is
 * fixed, and a second entry for the same destination is refused: where it must be replaced, the old one goes first.
 */
export function configEntry(
  name: string,
  mesh: Pick<Mesh, "namespace" | "ready">,
  entry: ConfigEntry,
  opts: ConfigEntryOptions,
): k8s.apiextensions.CustomResource {
  const { owners = [] } = opts;
  return new k8s.apiextensions.CustomResource(
    name,
    {
      apiVersion: "consul.hashicorp.com/v1alpha1",
      kind: entry.kind,
      metadata: {
        name: entry.name,
        namespace: mesh.namespace,
        annotations: { "pulumi.com/waitFor": "condition=Synced" },
        ownerReferences: owners.length === 0 ? undefined : owners.map(ownerReference),
      },
      spec: entry.spec,
    },
    {
      parent: opts.parent,
      dependsOn: pulumi
        .output(opts.dependsOn ?? [])
        .apply((its) => [...(mesh.ready === undefined ? [] : [mesh.ready]), ...its]) as pulumi.Output<
        pulumi.Resource[]
      >,
      // What owns it takes it along where it is replaced, and is another by its uid then. Not `replaceWith`: `pulumi state move` and
      // `pulumi stack rename` of 3.246 do not rewrite the URNs in it, and fail.
      replaceOnChanges: owners.map((_, i) => `metadata.ownerReferences[${i}].uid`),
      deleteBeforeReplace: true,
      hooks: { onError: [new pulumi.ErrorHook(hookName(`${name}-webhook-unreachable`), webhookUnreachable)] },
      customTimeouts: { create: "2m", update: "2m", delete: "2m" },
    },
  );
}

/** By `blockOwnerDeletion`, Kubernetes deletes it as soon as the owner is to go, as Pulumi deletes it: in the foreground. */
function ownerReference(owner: k8s.apiextensions.CustomResource): k8s.types.input.meta.v1.OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, blockOwnerDeletion: true };
}

/**
 * Tries again, four times a second for a minute, while nobody answers at the webhook's address: kube-proxy learns of an injector
 * that is ready some time after the injector's status says so, at the first `up` and at each roll-out.
 */
export async function webhookUnreachable({ errors }: Pick<pulumi.ErrorHookArgs, "errors">): Promise<boolean> {
  const unreachable = /failed calling webhook .*(connection refused|no endpoints available)/s.test(errors[0]);
  if (!unreachable || errors.length > 240) {
    return false;
  }
  await new Promise((resolve) => setTimeout(resolve, 250));
  return true;
}
