import { ChartValues, ConsulImages, ConsulOptions, consulValues } from "./consulValues";
import { Problem } from "./problems";

/** The chart's value behind each image option. */
const IMAGE_VALUES: Record<keyof ConsulImages, string> = {
  consul: "global.image",
  controlPlane: "global.imageK8S",
  dataplane: "global.imageConsulDataplane",
};

/** The image of a part where it is named at all: by the chart's own value, which wins, or by the option. */
export function namedImage(
  options: ConsulOptions,
  values: ChartValues,
  part: keyof ConsulImages,
): { image?: string; input: string } {
  const value = valueAt(values, IMAGE_VALUES[part]);
  return typeof value === "string"
    ? { image: value, input: `values.${IMAGE_VALUES[part]}` }
    : { image: options.images?.[part], input: `images.${part}` };
}

/** Chart values that the component counts on, what they have to be, and what to do in place of changing them. */
function heldValues(options: ConsulOptions): Record<string, [held: unknown, remedy: string]> {
  const ours = consulValues(options);
  const fixed = (path: string, reason: string): [unknown, string] => [valueAt(ours, path), reason];
  const named = "the names of Consul's objects are made of it";
  const secure = "what the mesh gives its users is an address that speaks TLS only";
  const whole = "without its injector it is no mesh";
  return {
    nameOverride: [undefined, named],
    fullnameOverride: [undefined, named],
    "global.name": fixed("global.name", named),
    "global.enabled": [true, whole],
    "global.tls.enabled": fixed("global.tls.enabled", secure),
    "global.tls.httpsOnly": fixed("global.tls.httpsOnly", secure),
    "global.acls.manageSystemACLs": fixed("global.acls.manageSystemACLs", "use the option acls"),
    "connectInject.enabled": fixed("connectInject.enabled", whole),
  };
}

/** Values that would break what other parts of the stack take from the mesh. */
export function heldValueProblems(options: ConsulOptions, values: ChartValues, prefix: string): Problem[] {
  return Object.entries(heldValues(options)).flatMap(([path, [held, remedy]]) => {
    const value = valueAt(values, path);
    const wrong = value !== undefined && value !== null && value !== held;
    const reason = `cannot be ${JSON.stringify(value)} here: ${remedy}; leave it out`;
    return wrong ? [{ propertyPath: `${prefix}.${path}`, reason }] : [];
  });
}

function valueAt(values: ChartValues, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as ChartValues | undefined | null)?.[key], values);
}
