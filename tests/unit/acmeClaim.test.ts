import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh, TraefikConsulIngress, TraefikOptions } from "../../components";
import { ApiServer, useApiServer } from "../apiServer";
import { ends } from "../ends";
import { record } from "../recorder";

const OURS = { "consul-traefik-mesh/stack": "consul-traefik-mesh.test" };
const NOT_NAMED = "no storage class of its own";
let server: ApiServer;
useApiServer((its, kubeconfig) => {
  server = its;
  pulumi.runtime.setAllConfig({ "kubernetes:kubeconfig": kubeconfig });
});

/** The storage class of the claim that an ingress makes, or what it is refused with. */
async function claimed(acmeStorageClass?: string, more: TraefikOptions = {}): Promise<string | undefined> {
  const certificateResolvers = { le: { email: "ops@example.com", tlsChallenge: {} } };
  let storageClass: Promise<string> | undefined;
  // What waits for a claim that is refused would wait without an end here.
  const claim: pulumi.ResourceTransformation = ({ name, props, opts }) => {
    if (name !== "traefik-acme") {
      return undefined;
    }
    storageClass = ends(props.spec.storageClassName);
    return { props: { ...props, spec: {} }, opts };
  };
  await record(() => {
    const args = { mesh: new ConsulMesh("consul", {}), certificateResolvers, acmeStorageClass, ...more };
    new TraefikConsulIngress("traefik", args, { transformations: [claim] });
  });
  return storageClass;
}

/** A claim of the stack's in the cluster, and whether Pulumi named its storage class. */
function live(storageClassName: string, named: boolean, more: object = {}, namespace = "traefik-consul"): void {
  const spec = { "f:accessModes": {}, ...(named ? { "f:storageClassName": {} } : {}) };
  const managedFields = [
    { manager: "pulumi-kubernetes-1" },
    { manager: "pulumi-kubernetes-1", fieldsV1: { "f:metadata": {} } },
    { manager: "pulumi-kubernetes-1", fieldsV1: { "f:spec": spec } },
    { manager: "kube-controller-manager", fieldsV1: { "f:spec": { "f:storageClassName": {} } } },
  ];
  const metadata = { name: "traefik-acme", namespace, labels: OURS, managedFields, ...more };
  server.add("v1", "PersistentVolumeClaim", { metadata, spec: { storageClassName } });
}

const refused = (before: string, after: string, namespace = "traefik-consul") =>
  `PersistentVolumeClaim ${namespace}/traefik-acme was made with ${before}, and is to have ${after}. Kubernetes lets nobody change that: the ` +
  "claim would be deleted, with all accounts and certificates in it, and that would not end while Traefik uses it. Leave " +
  "traefikAcmeStorageClass (of a TraefikConsulIngress: acmeStorageClass) as it was. Or give up what is in the claim, have Traefik stop, and " +
  `run pulumi up, which makes both anew: kubectl --namespace ${namespace} delete deployment/traefik persistentvolumeclaim/traefik-acme`;

test.each<[what: string, before: [string, named: boolean], after: string | undefined, message: string]>([
  ["another", ["a", true], "b", refused('storage class "a"', 'storage class "b"')],
  ["none any more", ["a", true], undefined, refused('storage class "a"', NOT_NAMED)],
  ["one where it had the cluster's own", ["a", false], "b", refused(NOT_NAMED, 'storage class "b"')],
  // Pulumi would replace the claim nevertheless.
  ["the one that the cluster gave it", ["a", false], "a", refused(NOT_NAMED, 'storage class "a"')],
])("a claim that is there does not get %s: with it would go all certificates", async (_, before, after, message) => {
  live(...before);
  expect(await claimed(after)).toBe(message);
});

test("it is looked for in the ingress' own namespace", async () => {
  live("a", true, {}, "edge");
  expect(await claimed("b")).toBe("b");
  const message = refused('storage class "a"', 'storage class "b"', "edge");
  expect(await claimed("b", { namespace: "edge" })).toBe(message);
});

test.each<[what: string, given: () => void, after: string | undefined]>([
  ["as it was named", () => live("a", true), "a"],
  ["not named, as before", () => live("a", false), undefined],
  ["as it is to be, where there is none", () => undefined, "b"],
  [
    "as it is to be, where it is being deleted",
    () => live("a", true, { deletionTimestamp: "2026-11-01T00:00:00Z" }),
    "b",
  ],
  ["as it is to be, beside another owner's, which is refused itself", () => live("a", true, { labels: {} }), "b"],
  ["as it is to be, where nobody may ask", () => (live("a", true), void (server.refusal = 403)), "b"],
  ["as it is to be, where the cluster has no such kind", () => void delete server.groups.v1, "b"],
])("the claim's class is %s", async (_, given, after) => {
  given();
  expect(await claimed(after)).toBe(after);
});
