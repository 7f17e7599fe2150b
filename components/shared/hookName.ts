import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { mocked, perRun } from "./perRun";

const given = perRun(() => {
  haveMocksTakeHooks();
  return new Map<string, number>();
});

/**
 * A hook's name that no other has in this run. Pulumi tells hooks apart by their names alone, but resources by their parents' types
 * as well: two components of a program may have the same name.
 */
export function hookName(name: string): string {
  const times = (given().get(name) ?? 0) + 1;
  given().set(name, times);
  return times === 1 ? name : `${name}-${times}`;
}

/**
 * A hook of such a name, called in the run in which it was made. Pulumi's SDK tells runs apart by what is asynchronous, and the engine's
 * call is no part of that: in a component package, and in an inline program, the project, the stack and whether it is a preview were
 * unknown there.
 */
export class Hook extends pulumi.ResourceHook {
  constructor(name: string, callback: pulumi.ResourceHookFunction, opts?: pulumi.ResourceHookOptions) {
    super(hookName(name), AsyncResource.bind(callback), opts);
  }
}

/** Pulumi's mocks say that they take hooks, and fail at the first: so in a unit test they take them, and none is called. */
function haveMocksTakeHooks(): void {
  const take = (_: unknown, callback: (error: null) => void) => callback(null);
  Object.assign(mocked() ?? {}, { registerResourceHook: take, registerErrorHook: take });
}
