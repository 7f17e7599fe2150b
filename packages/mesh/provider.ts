import * as pulumi from "@pulumi/pulumi";
import { ComponentProvider } from "@pulumi/pulumi/provider/experimental";
import { handler } from "../../components/interrupted/inProvider";

/**
 * The provider of the components, with the schema that Pulumi derives of them; and of the resources by which a destroy does what the
 * mesh needs, which are no part of the schema: only the components make them.
 */
export class MeshProvider extends ComponentProvider {
  /** Makes a component. Pulumi's own would derive the schema first, to know the outputs: they are all that a component has. */
  async construct(name: string, type: string, inputs: pulumi.Inputs, options: pulumi.ComponentResourceOptions) {
    const Component = this.options.components.find((each) => each.name === type.split(":").at(-1));
    if (Component === undefined) {
      throw new Error(`there is no component ${type}`);
    }
    const made = new Component(name, inputs, options);
    const { urn, ...own } = made;
    const state = Object.fromEntries(Object.entries(own).filter(([, value]) => pulumi.Output.isInstance(value)));
    await known(Object.values(state));
    return { urn, state };
  }

  async create(_urn: string, props: pulumi.Inputs) {
    return { id: plain(props.task), outs: props };
  }

  async update(_id: string, _urn: string, _olds: pulumi.Inputs, props: pulumi.Inputs) {
    return { outs: props };
  }

  async delete(id: string, _urn: string, props: pulumi.Inputs) {
    const { access = {}, ...task } = plain(props);
    const { configure, delete: remove } = handler();
    await configure!({ config: { get: (key: string) => access[key] } as never });
    await remove!(id, task);
  }
}

/** What is in the place of a secret on its way to a provider. */
const SECRET = "4dabf18193072939515e22adb298388d";

/** Values as they are, secret ones too. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a resource has
function plain(value: any): any {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return SECRET in value
    ? plain(value.value)
    : Array.isArray(value)
      ? value.map(plain)
      : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** Waits for outputs, all at once: what fails one of them fails the others, and would be told of each. */
function known(outputs: readonly unknown[]): Promise<unknown> {
  return (pulumi.output(outputs) as unknown as { promise(): Promise<unknown> }).promise();
}
