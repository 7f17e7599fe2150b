import type { Inputs } from "@pulumi/pulumi";
import { ComponentProvider } from "@pulumi/pulumi/provider/experimental";
import { handler } from "../../components/interrupted/inProvider";

/**
 * The provider of the components, with the schema that Pulumi derives of them; and of the resources by which a destroy does what the
 * mesh needs, which are no part of the schema: only the components make them.
 */
export class MeshProvider extends ComponentProvider {
  async create(_urn: string, props: Inputs) {
    return { id: plain(props.task), outs: props };
  }

  async update(_id: string, _urn: string, _olds: Inputs, props: Inputs) {
    return { outs: props };
  }

  async delete(id: string, _urn: string, props: Inputs) {
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
