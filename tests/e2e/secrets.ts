import * as fs from "node:fs";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import { kubectl } from "./cluster";

/** A text that may hold a secret, and where it is. */
export interface Place {
  readonly where: string;
  readonly text: string;
}

/** Every file below a folder. */
export function files(folder: string): Place[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ where: path.relative(folder, file), text: fs.readFileSync(file, "latin1") }));
}

/** Every object of the API server, with what its texts decode to: Secrets, and the releases that Helm packs into them. */
export async function objects(): Promise<Place[]> {
  const kinds = (await kubectl("api-resources", "--verbs=list", "-o", "name")).split("\n").filter(Boolean);
  const { items } = JSON.parse(await kubectl("get", kinds.join(","), "-A", "-o", "json"));
  return items.map(({ kind, metadata, ...rest }: any) => ({
    where: `${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
    text: [...texts({ metadata, ...rest })].flatMap(decoded).join("\n"),
  }));
}

/** What every container of every pod has logged, and the one before it where it was restarted. */
export async function logs(): Promise<Place[]> {
  const { items } = JSON.parse(await kubectl("get", "pods", "-A", "-o", "json"));
  const places: Place[] = [];
  for (const { metadata, status } of items) {
    for (const each of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
      for (const previous of each.restartCount > 0 ? [false, true] : [false]) {
        const where = `log of ${metadata.namespace}/${metadata.name}/${each.name}${previous ? " before" : ""}`;
        const args = ["-n", metadata.namespace, metadata.name, "-c", each.name, `--previous=${previous}`];
        // A container that never started has no log; of any other, one that cannot be read is not clean.
        if (previous || each.state.waiting === undefined || each.restartCount > 0) {
          places.push({ where, text: await kubectl("logs", ...args).catch(unlessGone) });
        }
      }
    }
  }
  return places;
}

/** The kubelet removes the remains of an ended container when it likes: what is gone tells nothing. */
function unlessGone(error: Error): string {
  if (/previous terminated container .* not found/.test(error.message)) {
    return "";
  }
  throw error;
}

/** The forms in which a secret may stand somewhere: as it is, its bytes in base64 and in hexadecimal. */
export function forms(secret: string): string[] {
  const plain = Buffer.from(secret);
  const bytes = /^[-0-9a-f]{36}$/.test(secret)
    ? Buffer.from(secret.replaceAll("-", ""), "hex")
    : /^[A-Za-z0-9+/]{43}=$/.test(secret)
      ? Buffer.from(secret, "base64")
      : plain;
  return [secret, ...[plain, bytes].flatMap((b) => [b.toString("base64"), b.toString("hex")])].map((form) =>
    form.replace(/=+$/, ""),
  );
}

/** Every text within a value. */
function* texts(value: unknown): Iterable<string> {
  if (typeof value === "string") {
    yield value;
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      yield key;
      yield* texts(inner);
    }
  }
}

/** A text, and what it says where it is base64, once or twice, packed or not. */
function decoded(text: string): string[] {
  if (text.length < 16 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    return [text];
  }
  const bytes = Buffer.from(text, "base64");
  const inner = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes).toString() : bytes.toString("latin1");
  return [text, ...decoded(inner)];
}
