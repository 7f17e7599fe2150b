import { shown } from "./grammars";
import { Problem, refuse } from "./problems";

/** Refuses inputs as `refuse` does, and what of them is of a wrong type as `ofRightForm` does. */
export function refuseInputs<A>(what: string, inputs: A, problems: (inputs: A) => Problem[]): void {
  refuse(what, ofRightForm(what, inputs, problems));
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
      wrong === undefined ? [] : [{ propertyPath: wrong.path, reason: `${shown(wrong.value)} is not of ${form}` }],
    );
    throw error;
  }
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

/** The innermost value of a list or an object without which `fails` does not hold of the whole. */
function misformed(whole: unknown, path: string, fails: (whole: unknown) => boolean): At | undefined {
  const isList = Array.isArray(whole);
  if (!isList && !isPlainObject(whole)) {
    return undefined;
  }
  const entries = Object.entries(whole);
  const failsWith = (key: string, instead: readonly unknown[]) => {
    const its = entries.flatMap(([each, value]) =>
      (each === key ? instead : [value]).map((one) => [each, one] as const),
    );
    return fails(isList ? its.map(([, value]) => value) : Object.fromEntries(its));
  };
  const [found] = INSTEAD.flatMap((instead) => entries.filter(([key]) => !failsWith(key, instead)));
  if (found === undefined) {
    return undefined;
  }
  const [key, value] = found;
  const at = isList ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
  return misformed(value, at, (inner) => failsWith(key, [inner])) ?? { path: at, value };
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
