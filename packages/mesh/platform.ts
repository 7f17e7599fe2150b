import * as pulumi from "@pulumi/pulumi";
import { platformStack } from "../../stacks/platform";
import { judgePlatform, ownStack } from "../../stacks/published";
import type { PlatformArgs } from "./args";
import { settingsOf } from "./settings";

const TYPE = "consul-traefik-mesh:index:Platform";

/** A Consul mesh, Traefik as its native ingress, and deny-all; services of its own too. One of it is in a stack. */
export class Platform extends pulumi.ComponentResource {
  /** Where each route is served. */
  public readonly urls: pulumi.Output<string[]>;
  /** How to look at Consul's UI: run this, then open https://localhost:8501/ui. `off` where there is none here. */
  public readonly consulUi: pulumi.Output<string>;
  /** How to look at Traefik's dashboard: run this, then open http://localhost:8080/dashboard/. `off` where there is none. */
  public readonly traefikDashboard: pulumi.Output<string>;
  /** The identities that intentions name. */
  public readonly identities: pulumi.Output<string[]>;
  /** Who may call whom. */
  public readonly edges: pulumi.Output<string[]>;
  /** What the stacks of `teams` have to know of the mesh: an output of this stack named `shared`. `off` where there are none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- all that Pulumi's analyzer takes for a value of any form
  public readonly shared: pulumi.Output<any>;

  constructor(name: string, args: PlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    const settings = settingsOf(`Platform "${name}"`, args);
    // `verify` reads them in the state.
    super(TYPE, name, { ...args }, opts);
    const within = { opts: { parent: this }, prefix: "", type: TYPE };
    const made = pulumi.output(judgePlatform(settings).then((others) => platformStack(settings, others, within)));
    this.urls = made.urls;
    this.consulUi = made.consulUi;
    this.traefikDashboard = made.traefikDashboard;
    this.identities = made.identities;
    this.edges = made.apply(({ edges }) => [...edges]);
    this.shared = made.shared.apply((shared) => (shared === "off" ? shared : { ...shared, stack: ownStack() }));
    this.registerOutputs();
  }
}
