import * as pulumi from "@pulumi/pulumi";
import { owned } from "../interrupted/hooks";
import { configEntry } from "../mesh/configEntry";
import { joinMesh } from "../mesh/membership";
import type { Mesh } from "../mesh/mesh";
import { judgedTogether } from "../shared/laterValues";
import { missingProblems, ofRightForm } from "../shared/forms";
import { refuse } from "../shared/problems";
import { JwtProviderNames } from "./meshIntentions";
import {
  JwtProviderInputs,
  JwtProviderOptions,
  jwtProviderProblems,
  jwtProviderSpec,
  LATER_IN_JWT_PROVIDER,
  withStandIns,
} from "./jwtProviders";

/**
 * What a program declares of a provider: `issuer`, `audiences` and what is in `keys` may be other resources' outputs; see
 * docs/services.md#values-of-other-resources.
 */
export interface JwtProviderArgs extends JwtProviderInputs {
  readonly mesh: Mesh;
}

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

  constructor(name: string, given: JwtProviderArgs, opts?: pulumi.ComponentResourceOptions) {
    const place = `JwtProvider "${name}"`;
    refuse(place, missingProblems(given, ["issuer", "keys"], LATER_IN_JWT_PROVIDER));
    const { mesh, ...options } = given;
    const problems = (known: JwtProviderOptions) => jwtProviderProblems(name, known, "");
    refuse(place, [
      ...ofRightForm(place, options, (its) => problems(withStandIns(its))),
      ...mesh.model.part(JwtProviderNames).take("name", { name, place }),
    ]);
    super("consul-traefik-mesh:index:JwtProvider", name, {}, owned(`JwtProvider-${name}`, opts));
    joinMesh(place, mesh, this);
    const judged = judgedTogether(place, options, (known) => problems(known as JwtProviderOptions), this);
    this.providerName = name;
    this.ready = configEntry(
      `${name}-jwt-provider`,
      mesh,
      { kind: "JWTProvider", name, spec: jwtProviderSpec(judged) },
      { parent: this },
    );
    this.registerOutputs({ providerName: name });
  }
}
