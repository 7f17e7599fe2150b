import * as pulumi from "@pulumi/pulumi";
import { ownWrites } from "../interrupted/changed";
import { ownObjects } from "../interrupted/hooks";
import { traefikOption } from "../shared/names";
import { printable } from "../shared/problems";

/** The claim with what certificate resolvers were given. */
export const ACME_CLAIM = "traefik-acme";

/**
 * The storage class that the claim is to have, refused where it is there and was made with another. Pulumi would replace it, and so delete
 * it first: with what is in it, and without an end, as Kubernetes keeps a claim for as long as a pod uses it.
 */
export function sameStorageClass(
  wanted: string | undefined,
  namespace: string,
  parent: pulumi.Resource | undefined,
): pulumi.Output<string | undefined> {
  const claims = ownObjects({ apiVersion: "v1", kind: "PersistentVolumeClaim", namespace }, parent);
  return pulumi.output(claims.then(classOfClaim)).apply((live) => {
    if (live === undefined || live.storageClass === wanted) {
      return wanted;
    }
    throw printable(
      new pulumi.RunError(
        `PersistentVolumeClaim ${namespace}/${ACME_CLAIM} was made with ${describe(live.storageClass)}, and is to have ${describe(wanted)}. ` +
          "Kubernetes lets nobody change that: the claim would be deleted, with all accounts and certificates in it, and that would not end " +
          `while Traefik uses it. Leave ${traefikOption("acmeStorageClass")} as it was. Or give up what is in the claim, have Traefik stop, and ` +
          `run pulumi up, which makes both anew: kubectl --namespace ${namespace} delete deployment/traefik persistentvolumeclaim/${ACME_CLAIM}`,
      ),
    );
  });
}

/** The storage class with which the claim was made, which may be none; `undefined` where there is no claim that stays, as far as is known. */
function classOfClaim(claims: Awaited<ReturnType<typeof ownObjects>>): { readonly storageClass?: string } | undefined {
  const live = claims === "unknown" ? undefined : claims?.get(ACME_CLAIM);
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) {
    return undefined;
  }
  // Kubernetes notes the cluster's own in each claim that names none.
  const named = ownWrites(live).some(({ fieldsV1 }) => "f:storageClassName" in (fieldsV1?.["f:spec"] ?? {}));
  return named ? { storageClass: live.spec!.storageClassName } : {};
}

function describe(storageClass: string | undefined): string {
  return storageClass === undefined ? "no storage class of its own" : `storage class "${storageClass}"`;
}
