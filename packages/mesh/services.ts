import * as pulumi from "@pulumi/pulumi";
import type { Shared } from "../../stacks/outputs";
import { joinedServices } from "../../stacks/services";
import type { ServicesArgs } from "./args";
import { settingsOf } from "./settings";

/** What the stack of the platform is called where its name is not known. */
const PLATFORM = "of/the/platform";
const TYPE = "consul-traefik-mesh:index:Services";

/** Services in a stack of their own that join the mesh of a `Platform`, which names stack and namespace among its `teams`. */
export class Services extends pulumi.ComponentResource {
  /** Where each route is served. */
  public readonly urls: pulumi.Output<string[]>;
  /** The identities that intentions name. */
  public readonly identities: pulumi.Output<string[]>;
  /** Who may call whom. */
  public readonly edges: pulumi.Output<string[]>;
  /** What other stacks of the mesh have to know of these services: an output of this stack named `shared`. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- all that Pulumi's analyzer takes for a value of any form
  public readonly shared: pulumi.Output<any>;

  constructor(name: string, args: ServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    const { platform, ...inputs } = args;
    const settings = settingsOf(`Services "${name}"`, { ...inputs, meshStack: PLATFORM });
    const meshStack = pulumi.output(platform).apply((its) => its?.stack ?? PLATFORM);
    // `verify` reads them in the state.
    super(TYPE, name, { ...inputs, meshStack }, opts);
    const within = { opts: { parent: this }, prefix: `${name}-`, type: TYPE };
    const made = pulumi.output(platform).apply((shared: (Shared & { readonly stack?: string }) | "off" | null) => {
      const its = shared === "off" ? undefined : (shared ?? undefined);
      return joinedServices(settings, its?.stack ?? PLATFORM, its, within, "platform");
    });
    this.urls = made.urls;
    this.identities = made.identities;
    this.edges = made.apply(({ edges }) => [...edges]);
    this.shared = made.shared;
    this.registerOutputs();
  }
}
