import type * as pulumi from "@pulumi/pulumi";
import { labelling } from "../components/interrupted/labelling";
import type { Settings } from "../settings";

/** Where in a program the resources of a stack are: at its root, or in a component of a package. */
export interface Within {
  readonly opts: Pick<pulumi.ComponentResourceOptions, "parent" | "transformations">;
  /** Before the names of resources that another component of the program has too. */
  readonly prefix: string;
  /** The type of that component. */
  readonly type?: string;
}

export const ROOT: Within = { opts: {}, prefix: "" };

/** The same, where each object has the labels that the settings give to all. */
export function labelled(within: Within, { labels }: Settings): Within {
  return Object.keys(labels).length === 0
    ? within
    : { ...within, opts: { ...within.opts, transformations: [labelling(labels)] } };
}

/** Whether a resource of the stack's state is one of these. */
export function isWithin({ prefix, type }: Within, urn: string): boolean {
  const [, , types, name] = urn.split("::");
  return type === undefined || (types.includes(`${type}$`) && name.startsWith(prefix));
}
