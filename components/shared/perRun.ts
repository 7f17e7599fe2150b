import * as pulumi from "@pulumi/pulumi";

/** A component package's process, which has no stack, serves one run. */
const OUTSIDE = {};

/** What is kept for each run of a program: an automation program has one run after the other. */
export function perRun<T>(make: () => T): () => T {
  const kept = new WeakMap<object, T>();
  return () => {
    const run = pulumi.runtime.getStackResource() ?? OUTSIDE;
    const its = kept.get(run) ?? make();
    kept.set(run, its);
    return its;
  };
}
