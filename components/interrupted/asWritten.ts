import { createHash } from "node:crypto";

type Texts = Readonly<Record<string, string>>;

/** Annotation that has another value where an entry has other labels or annotations. */
const METADATA = "consul-traefik-mesh/metadata";
const WAIT_FOR = "pulumi.com/waitFor";

/**
 * The annotations of an entry with which Pulumi's provider waits until it sees the entry as it was written, where it waits for it to be
 * `Synced`. Its watch tells what is older by the generation alone, which labels and annotations leave as it is. So the state would keep
 * those of before: the next run would write them again, and take a run that was interrupted for their cause [seen with 4.25].
 */
export function seenAsWritten(annotations: Texts, labels: Texts): Record<string, string> {
  const synced = annotations[WAIT_FOR];
  if (synced !== "condition=Synced") {
    return annotations;
  }
  const sorted = [annotations, labels].map((its) => Object.entries(its).sort());
  const value = createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 16);
  return {
    ...annotations,
    [METADATA]: value,
    [WAIT_FOR]: JSON.stringify([synced, `jsonpath={.metadata.annotations['${METADATA}']}=${value}`]),
  };
}
