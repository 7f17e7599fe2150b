import { ifKnown, record } from "./json";
import { ClusterObject } from "./objects";

/** The texts of a ConfigMap or a Secret by their keys. Throws where the keys are not known yet, and each text where it is not itself. */
export function textsOf({ kind, body }: ClusterObject): Record<string, () => string> {
  const decoded = (text: string) => Buffer.from(text, "base64").toString("utf8");
  const asIs = (text: string) => text;
  const parts = [
    [record(body.data), kind === "Secret" ? decoded : asIs],
    [record(body.binaryData), decoded],
    [record(body.stringData), asIs],
  ] as const;
  return Object.fromEntries(
    parts.flatMap(([part, read]) => Object.keys(part).map((key) => [key, () => read(String(part[key]))])),
  );
}

/** The same as they are; `undefined` where they are not known. */
export function dataOf(object: ClusterObject | undefined): Record<string, string> | undefined {
  return (
    object &&
    ifKnown(() => Object.fromEntries(Object.entries(textsOf(object)).map(([key, text]) => [key, text()])), undefined)
  );
}
