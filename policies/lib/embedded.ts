import { agentOf, runsAgent } from "./consulAgent";
import { fromConsulProvider } from "./consulProvider";
import { filesOf } from "./consulFiles";
import { lowerCase } from "./consulServers";
import { LISTS } from "./hcl";
import { ifKnown, Json, list, record, textAt } from "./json";
import { ClusterObject, fromManifest, nameOf } from "./objects";
import { containersOf } from "./pods";
import { documents } from "./yaml";

/** Config entries that are not objects of their own, but in a ConfigMap or in what an agent of Consul's is told. */
export function embedded(object: ClusterObject): ClusterObject[] {
  return [...inManifests(object), ...bootstrapped(object)];
}

/**
 * Consul's config entries in a ConfigMap, as files that a Job or an operator may apply. Only a file that is manifests as a
 * whole is one: a handbook that shows an entry is not.
 */
function inManifests(object: ClusterObject): ClusterObject[] {
  const part = (key: string) => (object.kind === "ConfigMap" ? record(ifKnown(() => object.body[key], {})) : {});
  const texts = (files: Json, encoding: BufferEncoding) =>
    Object.keys(files).map((file) => Buffer.from(String(ifKnown(() => files[file], undefined)), encoding).toString());
  return [...texts(part("data"), "utf8"), ...texts(part("binaryData"), "base64")].flatMap((text) =>
    list(text.includes("consul.hashicorp.com/") && documents(text)).flatMap((body) => {
      const [apiVersion, kind] = [textAt(body, "apiVersion"), textAt(body, "kind")];
      return kind !== undefined && apiVersion?.startsWith("consul.hashicorp.com/")
        ? fromManifest(apiVersion, kind, record(body), object.urn, object.rendered)
        : [];
    }),
  );
}

/** The entries that Consul's servers make by themselves when they start: what is not known yet, `consul-tls` refuses. */
function bootstrapped(object: ClusterObject): ClusterObject[] {
  const configs = ifKnown(
    () =>
      ["ConfigMap", "Secret"].includes(object.kind)
        ? filesOf(object).map(({ config }) => config)
        : containersOf(object)
            .filter(runsAgent)
            .flatMap((container) => agentOf(container).texts),
    [],
  );
  return configs
    .flatMap((config) => lowerCase(config).config_entries)
    .flatMap((entries) => list(lowerCase(entries).bootstrap))
    .flatMap((entry) => asObject(entry, object));
}

/** As an entry of the Consul provider, which Consul reads alike. */
function asObject(entry: unknown, within: ClusterObject): ClusterObject[] {
  const { urn, rendered } = within;
  const inSecret = within.kind === "Secret" ? nameOf(within) : undefined;
  const { kind, name } = lowerCase(entry);
  const configJson = JSON.stringify(entry, (key, value) => (LISTS.test(key) ? [value].flat() : value));
  const type = "consul:index/configEntry:ConfigEntry";
  return fromConsulProvider({ type, props: { kind, name, configJson }, urn }).map((made) => ({
    ...made,
    rendered,
    inSecret,
  }));
}
