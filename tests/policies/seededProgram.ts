import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { release, SAFE_VALUES } from "./resources";
import { SEEDS, SOUND, UNKNOWN_VALUES } from "./seeds";

/** Registers a resource by its type alone, as the language hosts of YAML and Python do: no class of the SDK's. */
class Raw extends pulumi.CustomResource {
  constructor(type: string, name: string, props: Record<string, unknown>) {
    super(type, name, props, { version: "4.0.0" });
  }
}

for (const { type, name, props } of [...SEEDS.map((seed) => seed.resource), ...SOUND]) {
  new Raw(type, name, props);
}

// A value that nobody knows before the deployment, deep in a release's values.
const { result } = new random.RandomUuid("random");
const { type, props } = release({ ...SAFE_VALUES, server: { extraConfig: result } });
new Raw(type, UNKNOWN_VALUES, props);
