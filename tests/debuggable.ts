/**
 * In place of Pulumi's file of that name, which notes a stack trace of each promise, about a hundred a resource, to name those that
 * never end. stacks/promiseStacks.ts does the same for the program.
 */
export const debuggablePromise = <T>(promise: Promise<T>): Promise<T> => promise.then((value) => value);

export const leakedPromises = (): [Set<Promise<unknown>>, string] => [new Set(), ""];
