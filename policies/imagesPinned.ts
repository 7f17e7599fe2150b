import { at, list, textAt } from "./lib/json";
import { commandLine, containersOf } from "./lib/pods";
import { policy } from "./lib/policy";

/** Two numbers at least: `v3` and `stable` move, `3.7` and `1.20.6-ubi` say which line is meant. */
const VERSION = /^v?\d+(\.\d+)+([-+_.].*)?$/;
/** A commit, for those who tag by it. */
const COMMIT = /^(sha-)?[0-9a-f]{7,64}$/;
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
      const tag = reference.split("/").pop()!.split(":")[1] ?? "";
      return digest !== undefined || (!config.digestOnly && (VERSION.test(tag) || COMMIT.test(tag)));
    };
    for (const container of containersOf(object)) {
      const image = textAt(container, "image");
      // A patch names only what it changes.
      if (image !== undefined && !pinned(image)) {
        yield `image ${image} is not pinned`;
      }
      // Other people's arguments are not Consul's: only a chart's are looked into.
      for (const argument of object.rendered ? commandLine(container) : []) {
        for (const [, later] of argument.matchAll(IMAGE_ARGUMENT)) {
          if (!pinned(later)) {
            yield `image ${later}, in an argument, is not pinned`;
          }
        }
      }
    }
    for (const volume of list(at(object.body, "spec", "template", "spec", "volumes"))) {
      const image = textAt(volume, "image", "reference");
      if (image !== undefined && !pinned(image)) {
        yield `image ${image}, a volume, is not pinned`;
      }
    }
  },
});
