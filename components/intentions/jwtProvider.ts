import * as pulumi from "@pulumi/pulumi";
import { owned } from "../interrupted/hooks";
import { configEntry } from "../mesh/configEntry";
import type { Mesh } from "../mesh/mesh";
import { refuse } from "../shared/problems";
import { JwtProviderOptions, jwtProviderProblems, jwtProviderSpec } from "./jwtProviders";

export interface JwtProviderArgs extends JwtProviderOptions {
  readonly mesh: Mesh;
}

/** Names of each mesh's providers so far: one is one object in the cluster. */
const declared = new WeakMap<object, Set<string>>();

/**
 * An issuer of JSON Web Tokens, as permissions of intentions may ask for them. Its name is that of the component: permissions name it so,
 * in `jwt.providers`, where the `IntentionSet` has it in `jwtProviders`.
 *
 * Errors: `InputPropertiesError` at construction, with each problem of `jwtProviderProblems`.
 */
export class JwtProvider extends pulumi.ComponentResource {
  /** Its name in Consul. */
  public readonly providerName: string;
  /** There as soon as Consul has it: an intention that names it is refused before. */
  public readonly ready: pulumi.Resource;

  constructor(name: string, { mesh, ...options }: JwtProviderArgs, opts?: pulumi.ComponentResourceOptions) {
    const names = declared.get(mesh) ?? new Set();
    refuse(`JwtProvider "${name}"`, [
      ...jwtProviderProblems(name, options, ""),
      ...(names.has(name)
        ? [{ propertyPath: "name", reason: `"${name}" is another JwtProvider of the mesh already; use another name` }]
        : []),
    ]);
    super("consul-traefik-mesh:index:JwtProvider", name, {}, owned(`JwtProvider-${name}`, opts));
    declared.set(mesh, names.add(name));
    this.providerName = name;
    this.ready = configEntry(
      `${name}-jwt-provider`,
      mesh,
      { kind: "JWTProvider", name, spec: jwtProviderSpec(options) },
      { parent: this },
    );
    this.registerOutputs({ providerName: name });
  }
}
