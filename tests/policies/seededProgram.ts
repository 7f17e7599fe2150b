import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { intentions, release, SAFE_VALUES } from "./resources";
import { SEEDS, SOUND, UNKNOWN_ACTION, UNKNOWN_VALUES } from "./seeds";

/** Registers a resource by its type alone, as the language hosts of YAML and Python do: no class of the SDK's. */
class Raw extends pulumi.CustomResource {
  constructor(type: string, name: string, props: Record<string, unknown>) {
    super(type, name, props, { version: "4.0.0" });
  }
}

for (const { type, name, props } of [...SEEDS.map((seed) => seed.resource), ...SOUND]) {
  new Raw(type, name, props);
}

// Values that nobody knows before the deployment: one that decides, and one deep in a release's values.
const { result } = new random.RandomUuid("random");
const undecided = intentions("unknown", { name: "*", action: result });
new Raw(undecided.type, UNKNOWN_ACTION, undecided.props);
const hidden = release({ ...SAFE_VALUES, server: { extraConfig: result } });
new Raw(hidden.type, UNKNOWN_VALUES, hidden.props);
