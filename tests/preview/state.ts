import * as fs from "node:fs";
import { Stack } from "@pulumi/pulumi/automation";

/** A resource of Kubernetes as an `up` would have left it in the state. */
export interface Deployed {
  /** Pulumi's type, such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly name: string;
  /** `namespace/name`. */
  readonly id: string;
  readonly props: object;
  /** The component that it is a part of. Default: none that matters, the stack. */
  readonly component?: { readonly type: string; readonly name: string };
  readonly protect?: boolean;
}

/**
 * Writes the state that an `up` would have left, of a stack that the real CLI then previews. `sdk` is the version of the
 * Kubernetes SDK that the program names: by default the one that is installed.
 */
export async function importState(
  stack: Stack,
  resources: readonly Deployed[],
  sdk = JSON.parse(fs.readFileSync(require.resolve("@pulumi/kubernetes/package.json"), "utf8")).version as string,
): Promise<void> {
  const project = (await stack.workspace.projectSettings()).name;
  const urn = (type: string, name: string) => `urn:pulumi:${stack.name}::${project}::${type}::${name}`;
  const root = urn("pulumi:pulumi:Stack", `${project}-${stack.name}`);
  const provider = urn("pulumi:providers:kubernetes", `default_${sdk.replace(/\W/g, "_")}`);
  const { version, deployment } = await stack.exportStack();
  deployment.resources = [
    { urn: root, custom: false, type: "pulumi:pulumi:Stack" },
    {
      urn: provider,
      custom: true,
      id: "provider",
      type: "pulumi:providers:kubernetes",
      inputs: { version: sdk },
      outputs: { version: sdk },
    },
    ...resources.flatMap(({ type, name, id, props, component, protect }) => {
      const parent = component ? urn(component.type, component.name) : root;
      return [
        ...(component ? [{ urn: parent, custom: false, type: component.type, parent: root }] : []),
        {
          urn: urn(component ? `${component.type}$${type}` : type, name),
          custom: true,
          id,
          type,
          parent,
          inputs: { ...props },
          outputs: { ...props },
          provider: `${provider}::provider`,
          protect,
        },
      ];
    }),
  ];
  deployment.manifest = { time: new Date(0).toISOString(), magic: "", version: "" };
  await stack.importStack({ version, deployment });
}
