import { at, list, textAt } from "./lib/json";
import { commandLine, containersOf, podOf } from "./lib/pods";
import { policy } from "./lib/policy";

/** Two numbers at least: `v3` and `stable` move, `3.7` and `1.20.6-ubi` say which line is meant. */
const VERSION = /^v?\d+\.\d+([-+_.]|$)/;
/** A commit, for those who tag by it: hexadecimal digits that are neither a word nor a number, behind a `g` as git has them. */
const COMMIT = /^g?(?=.*\d)(?=.*[a-f])[0-9a-f]{7,64}$/;
/** A day, with or without the time. */
const DAY = /(^|[^\d])(19|20)\d\d-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])([^\d]|$)/;
/** The number of a build, behind a word that says so, or behind the branch that it is of. */
const BUILD = /(^|[-_.])(b|build|ci|job|run|rev|revision|pipeline|main|master|develop|trunk)[-_.]?\d+([-_.]|$)/i;
/** What moves on behind a version; with a number behind it, it does not. */
const MOVING =
  /[-_.+](latest|stable|edge|nightly|snapshot|dev|develop|main|master|trunk|head|canary|rolling|current|next|unstable|testing|x)(?![-_.]\d)([-_.+]|$)/i;
const DIGEST = /^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;
/** An image that a program is told to run later, as Consul's injector is of the sidecar's. */
const IMAGE_ARGUMENT = /-image=["']?([^\s"'\\]+)/g;

/** What a tag means tomorrow is up to whoever can push it; and a node that pulls later runs something else. */
export const imagesPinned = policy<{ digestOnly: boolean }>({
  name: "images-pinned",
  description: "Every image is named by a version or a digest.",
  severity: "high",
  remedy: "Name a version such as :1.20.6, or a digest",
  config: {
    digestOnly: { type: "boolean", default: false, description: "Whether only a digest will do" },
  },
  *object(object, { config }) {
    const pinned = (image: string) => {
      const [reference, digest] = image.split("@");
      return digest === undefined ? !config.digestOnly && isPinnedTag(reference) : DIGEST.test(digest);
    };
    for (const container of containersOf(object)) {
      const image = textAt(container, "image");
      // A patch names only what it changes.
      if (image !== undefined && !pinned(image)) {
        yield `image ${image} is not pinned`;
      }
      // Other people's arguments are not Consul's: only a chart's and its own program's are looked into.
      if (object.rendered || /(^|\/)consul-k8s/.test(image ?? "")) {
        for (const [, later] of commandLine(container).join(" ").matchAll(IMAGE_ARGUMENT)) {
          if (!pinned(later)) {
            yield `image ${later}, in an argument, is not pinned`;
          }
        }
      }
    }
    for (const volume of list(podOf(object)?.spec.volumes)) {
      const image = at(volume, "image", "reference");
      if (image !== undefined && !pinned(String(image))) {
        yield `image ${image}, a volume, is not pinned`;
      }
    }
  },
});

function isPinnedTag(reference: string): boolean {
  const [, tag] = reference.split("/").pop()!.split(":");
  // A day alone, or a year, is a line of builds as a version of one number is.
  const isDay = DAY.test(tag) && /[^\d]/.test(tag);
  return (
    tag !== undefined &&
    (tag.split(/[-_.+]/).some((part) => COMMIT.test(part)) ||
      BUILD.test(tag) ||
      isDay ||
      (VERSION.test(tag) && !MOVING.test(tag)))
  );
}
