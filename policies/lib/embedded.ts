import { ifKnown, list, record, textAt } from "./json";
import { ClusterObject, fromManifest } from "./objects";
import { documents } from "./yaml";

/**
 * Consul's config entries in a ConfigMap, as files that a Job or an operator may apply. Only a file that is manifests as a
 * whole is one: a handbook that shows an entry is not.
 */
export function embedded(object: ClusterObject): ClusterObject[] {
  const files = object.kind === "ConfigMap" ? record(ifKnown(() => object.body.data, {})) : {};
  return Object.keys(files).flatMap((file) => {
    const text = String(ifKnown(() => files[file], undefined));
    return list(text.includes("consul.hashicorp.com/") && documents(text)).flatMap((body) => {
      const [apiVersion, kind] = [textAt(body, "apiVersion"), textAt(body, "kind")];
      return kind !== undefined && apiVersion?.startsWith("consul.hashicorp.com/")
        ? fromManifest(apiVersion, kind, record(body), object.urn, object.rendered)
        : [];
    });
  });
}
