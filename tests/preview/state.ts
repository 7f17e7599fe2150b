import { Stack } from "@pulumi/pulumi/automation";

/** A resource of Kubernetes as an `up` would have left it in the state. */
export interface Deployed {
  /** Pulumi's type, such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly name: string;
  /** `namespace/name`. */
  readonly id: string;
  readonly props: object;
}

/** Writes the state that an `up` would have left, of a stack that the real CLI then previews. */
export async function importState(stack: Stack, resources: readonly Deployed[]): Promise<void> {
  const urn = (type: string, name: string) => `urn:pulumi:test::consul-traefik-mesh::${type}::${name}`;
  const parent = urn("pulumi:pulumi:Stack", "consul-traefik-mesh-test");
  const provider = urn("pulumi:providers:kubernetes", "default_4_25_0");
  const { version, deployment } = await stack.exportStack();
  deployment.resources = [
    { urn: parent, custom: false, type: "pulumi:pulumi:Stack" },
    {
      urn: provider,
      custom: true,
      id: "provider",
      type: "pulumi:providers:kubernetes",
      inputs: { version: "4.25.0" },
      outputs: { version: "4.25.0" },
    },
    ...resources.map(({ type, name, id, props }) => ({
      urn: urn(type, name),
      custom: true,
      id,
      type,
      parent,
      inputs: { ...props },
      outputs: { ...props },
      provider: `${provider}::provider`,
    })),
  ];
  deployment.manifest = { time: new Date(0).toISOString(), magic: "", version: "" };
  await stack.importStack({ version, deployment });
}
