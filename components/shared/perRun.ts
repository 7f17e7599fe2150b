import * as pulumi from "@pulumi/pulumi";

/** A component package's process, which has no stack, serves one run. */
const OUTSIDE = {};

/** What is kept for each run of a program: an automation program has one run after the other, and unit tests one at each `setMocks`. */
export function perRun<T>(make: () => T): () => T {
  const kept = new WeakMap<object, T>();
  return () => {
    const run = pulumi.runtime.getStackResource() ?? mocked() ?? OUTSIDE;
    const its = kept.get(run) ?? make();
    kept.set(run, its);
    return its;
  };
}

/** The mocks of a unit test, which has no stack. By their name: they may be another copy's of the SDK. */
export function mocked(): object | undefined {
  const monitor: object | undefined = pulumi.runtime.getMonitor();
  return monitor?.constructor.name === "MockMonitor" ? monitor : undefined;
}
