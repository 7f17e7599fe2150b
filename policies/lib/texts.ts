import { ifKnown, plain, record } from "./json";
import { ClusterObject } from "./objects";

/** The texts of a ConfigMap or a Secret by their keys. Throws where one of them is not known yet. */
export function textsOf({ kind, body }: ClusterObject): Record<string, string> {
  const { data, stringData, binaryData } = plain({
    data: body.data,
    stringData: body.stringData,
    binaryData: body.binaryData,
  });
  const decode = ([key, text]: [string, unknown]) => [key, Buffer.from(String(text), "base64").toString("utf8")];
  const asText = ([key, text]: [string, unknown]) => [key, String(text)];
  return Object.fromEntries([
    ...Object.entries(record(data)).map(kind === "Secret" ? decode : asText),
    ...Object.entries(record(binaryData)).map(decode),
    ...Object.entries(record(stringData)).map(asText),
  ]) as Record<string, string>;
}

/** The same; `undefined` where they are not known. */
export function dataOf(object: ClusterObject | undefined): Record<string, string> | undefined {
  return object && ifKnown(() => textsOf(object), undefined);
}
