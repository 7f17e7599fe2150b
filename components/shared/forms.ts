import * as pulumi from "@pulumi/pulumi";
import { shown } from "./grammars";
import { laterProblems } from "./laterValues";
import { Problem, refuse } from "./problems";

/** Outputs of components that others are given; one in place of the mesh is told as what it is not. */
const OF_COMPONENTS = /^mesh\b|^ingress\.namespace$|^services\[\d+\]\.servedPaths\[/;

/**
 * Problems of what joins a mesh, of inputs that only a program without types gives so: the mesh, others by their names that are left out,
 * and outputs elsewhere than at the paths of `judgedLater`.
 */
export function missingProblems<A extends { readonly mesh: unknown }>(
  args: A,
  needed: readonly (keyof A & string)[] = [],
  judgedLater: readonly RegExp[] = [],
): Problem[] {
  const { model } = (args.mesh ?? {}) as { readonly model?: Readonly<Record<string, unknown>> };
  return [
    ...(typeof model?.part === "function"
      ? []
      : [{ propertyPath: "mesh", reason: "is not a mesh; give a ConsulMesh or a MeshReference" }]),
    ...needed
      .filter((input) => args[input] === undefined)
      .map((propertyPath) => ({ propertyPath, reason: "is missing; docs/reference.md says what it takes" })),
    ...laterProblems(args, OF_COMPONENTS, ...judgedLater),
  ];
}

/**
 * What is made of inputs. Only a program without types gives one of a wrong type, such as an object for a text, at which code fails that
 * counts on the right one: told is the innermost value without which, or with an empty one for it, that code does not fail. Errors:
 * `InputPropertiesError` with that value; what fails otherwise, as it is.
 */
export function ofRightForm<A, R>(what: string, inputs: A, make: (inputs: A) => R): R {
  try {
    return make(inputs);
  } catch (error) {
    const wrong =
      error instanceof TypeError ? misformed(inputs, "", (its) => isMisformed(() => make(its as A))) : undefined;
    const form = `the form that it has to have; see docs/reference.md (${(error as Error).message})`;
    refuse(
      what,
      wrong === undefined ? [] : [{ propertyPath: wrong.path, reason: `${called(wrong.value)} is not of ${form}` }],
    );
    throw error;
  }
}

/** A value in words: of a resource nothing can be shown. */
function called(value: unknown): string {
  return pulumi.Resource.isInstance(value) ? "a resource" : shown(value);
}

function isMisformed(make: () => unknown): boolean {
  try {
    make();
    return false;
  } catch (error) {
    return error instanceof TypeError;
  }
}

interface At {
  readonly path: string;
  readonly value: unknown;
}

/** What is put in the place of a value: nothing at all, an empty text, an empty list. */
const INSTEAD: readonly (readonly unknown[])[] = [[], [""], [[]]];

type Fails = (whole: unknown) => boolean;

/** The innermost value of a list or an object at which code fails. */
function misformed(whole: unknown, path: string, fails: Fails): At | undefined {
  return Array.isArray(whole)
    ? inList(whole, path, fails)
    : isPlainObject(whole)
      ? inObject(whole, path, fails)
      : undefined;
}

/** That of an object is the value without which code does not fail. */
function inObject(whole: object, path: string, fails: Fails): At | undefined {
  const entries = Object.entries(whole);
  const failsWith = (key: string, instead: readonly unknown[]) =>
    fails(
      Object.fromEntries(
        entries.flatMap(([each, value]) => (each === key ? instead : [value]).map((one) => [each, one] as const)),
      ),
    );
  for (const instead of INSTEAD) {
    const found = entries.find(([key]) => !failsWith(key, instead));
    if (found !== undefined) {
      const [key, value] = found;
      const at = path === "" ? key : `${path}.${key}`;
      return misformed(value, at, (inner) => failsWith(key, [inner])) ?? { path: at, value };
    }
  }
  return undefined;
}

/** That of a list is the first which code fails at: of hundreds, each is not tried by itself. */
function inList(list: readonly unknown[], path: string, fails: Fails): At | undefined {
  let [well, length] = [0, list.length];
  if (fails([])) {
    return undefined;
  }
  while (length - well > 1) {
    const half = (well + length) >> 1;
    [well, length] = fails(list.slice(0, half)) ? [well, half] : [half, length];
  }
  const [at, value] = [`${path}[${well}]`, list[well]];
  return misformed(value, at, (inner) => fails([...list.slice(0, well), inner])) ?? { path: at, value };
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
