import * as pulumi from "@pulumi/pulumi";
import { describeProblems, printable, Problem, warn } from "./problems";

/** Whether another resource makes a value, so that it may be known no sooner than by `up`. */
export function isLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/**
 * A value that is judged as soon as it is known: by a preview where what makes it is there already, else by `up`, before what the value
 * is for is made or changed. A plain one is judged with all other inputs. `values` are what others make of it, by the paths of their
 * inputs: one that turns out to be nothing is refused, as it would be left out else, and without a word. Errors: `RunError`, with the
 * words of a plain one's, but for those of a secret.
 */
export function judgedWhenKnown<V>(
  what: string,
  value: pulumi.Input<V>,
  problems: (known: V) => Problem[],
  values: Readonly<Record<string, unknown>>,
): pulumi.Input<V> {
  if (!isLater(value)) {
    return value;
  }
  const all = pulumi.output([value, ...Object.values(values)]) as pulumi.Output<unknown[]>;
  const madeByUp = Promise.all(Object.values(values).map((each) => isMadeByUp(pulumi.output(each))));
  // What fails is thrown here, and nowhere that has waited: V8 would look for who takes that through all outputs that follow, which are
  // one tree for each of the promises that an output has [v8 Isolate::PromiseHasUserDefinedRejectHandler].
  return pulumi.output({ all, secret: pulumi.isSecret(all), madeByUp }).apply((its) => {
    const [known, ...parts] = its.all;
    const nothing = Object.keys(values).flatMap((propertyPath, i) =>
      parts[i] === undefined || parts[i] === null
        ? [{ propertyPath, reason: its.madeByUp[i] ? UNKNOWN : NOTHING }]
        : [],
    );
    const found =
      nothing.length > 0
        ? nothing.filter(({ reason }) => reason === NOTHING)
        : problems(known as V).map((each) => (its.secret ? { ...each, reason: SECRET } : each));
    if (found.length > 0) {
      throw printable(new pulumi.RunError(describeProblems(what, found)));
    }
    warn(what, nothing);
    return nothing.length > 0 ? pulumi.unknown : known;
  }) as pulumi.Output<V>;
}

const NOTHING = "is an output without a value; if it is another stack's, that stack does not export it";
/** Pulumi hides a secret in all that it shows, but for the words of an error. */
const SECRET = "is not valid; why is not said, since that could show a secret";

/** Whether it is a resource's: of an object that is not there yet, a preview lacks the fields that the cluster fills in. */
async function isMadeByUp(value: pulumi.Output<unknown>): Promise<boolean> {
  const { allResources } = value as unknown as { allResources(): Promise<ReadonlySet<pulumi.Resource>> };
  return (
    pulumi.runtime.isDryRun() && [...(await allResources())].some((its) => !(its instanceof pulumi.StackReference))
  );
}

/** What is made of a value: at once of a plain one, else as soon as it is known. */
export function whenKnown<V, R>(value: pulumi.Input<V>, make: (known: V) => R): pulumi.Input<R> {
  return isLater(value)
    ? (pulumi.output(value).apply((known) => make(known as V)) as pulumi.Output<R>)
    : make(value as V);
}

/** Says which values, by the paths of their inputs, a preview could not judge. */
export async function warnOfUnknown(
  what: string,
  values: Readonly<Record<string, unknown>>,
  resource?: pulumi.Resource,
): Promise<void> {
  const later = Object.entries(values).filter(([, value]) => isLater(value));
  const known = await Promise.all(later.map(([, value]) => isKnown(pulumi.output(value))));
  const unknown = later.filter((_, i) => !known[i]).map(([propertyPath]) => ({ propertyPath, reason: UNKNOWN }));
  warn(what, unknown, resource);
}

const UNKNOWN =
  "could not be judged by this preview, since what makes it is not there yet; up judges it, before anything is made of it";

/** Pulumi knows it of each output, and has no word for it. One that has failed is told by who uses it. */
export async function isKnown(value: pulumi.Output<unknown>): Promise<boolean> {
  return (value as unknown as { isKnown: Promise<boolean> }).isKnown.catch(() => true);
}

/** The value of an output; `undefined` where it is not known, or where making it failed, which is told by who uses it. */
export async function valueIfKnown<V>(output: pulumi.Output<V>): Promise<V | undefined> {
  const promise = (output as unknown as { promise(): Promise<V> }).promise().catch(() => undefined);
  return (await isKnown(output)) ? promise : undefined;
}
