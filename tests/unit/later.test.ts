import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { isKnown, isLater, judgedWhenKnown, warnOfUnknown, whenKnown } from "../../components/shared/later";
import { ends } from "../ends";
import { record } from "../recorder";

const later = <T>(value: T) => pulumi.output(Promise.resolve(value));
const promised = (value: unknown) => (value as unknown as { promise(): Promise<unknown> }).promise();
/** What nobody knows before `up`: as Pulumi makes one of a resource that is not there yet. */
const unknown = () =>
  Object.assign(later("x"), { isKnown: Promise.resolve(false) }) as unknown as pulumi.Output<string>;

test("what another resource makes may be known later", () => {
  const plain = ["a", 0, undefined, null, { then: "a" }, ["b"]];
  const made = [later("a"), Promise.resolve("a"), pulumi.secret("a")];
  expect([...plain, ...made].filter(isLater)).toEqual(made);
});

describe("a value is judged", () => {
  const judge = (value: unknown) => (value === "right" ? [] : [{ propertyPath: "a.b", reason: `"${value}" is wrong` }]);
  const judged = (value: unknown, values: object = { "a.b": value }) =>
    judgedWhenKnown("Shop", value, judge, values as Record<string, unknown>);
  const refused = (...lines: string[]) => lines.join("\n  ");

  test("with all others where it is plain", () => {
    expect(judged("wrong")).toBe("wrong");
  });

  test("as soon as it is known else, and is what it was", async () => {
    expect(await promised(judged(later("right")))).toBe("right");
    expect(await promised(judged(Promise.resolve("right")))).toBe("right");
  });

  test("and then refused like a plain one, in words alone", async () => {
    expect(await ends(judged(later("x")))).toEqual(refused("Shop: 1 problem", 'a.b: "x" is wrong'));
    expect(await ends(judged(Promise.resolve("x")))).toEqual(refused("Shop: 1 problem", 'a.b: "x" is wrong'));
  });

  // Pulumi tells of this kind without a stack, which says nothing to a user.
  test("of an error's kind that is told in its words", async () => {
    expect(await ends(judged(later("x")), (error) => error)).toBeInstanceOf(pulumi.RunError);
    expect(await ends(judged(later(null)), (error) => error)).toBeInstanceOf(pulumi.RunError);
  });

  test("a secret without its words", async () => {
    const its = refused("Shop: 1 problem", "a.b: is not valid; why is not said, since that could show a secret");
    expect(await ends(judged(pulumi.secret("x")))).toEqual(its);
    // Judged together with it, what is no secret may be told of beside it.
    expect(await ends(judged(later("x"), { "a.b": later("x"), c: pulumi.secret("y") }))).toEqual(its);
    expect(await promised(judged(pulumi.secret("right")))).toBe("right");
  });

  test("what turns out to be nothing is refused by each path, since it would be left out without a word", async () => {
    const reason = "is an output without a value; if it is another stack's, that stack does not export it";
    for (const nothing of [undefined, null]) {
      expect(await ends(judged(later(nothing)))).toEqual(refused("Shop: 1 problem", `a.b: ${reason}`));
    }
    const values = { "a.b": later("right"), "c[0]": Promise.resolve(null), d: pulumi.secret(undefined) };
    expect(await ends(judged(later("right"), values))).toEqual(
      refused("Shop: 2 problems", `c[0]: ${reason}`, `d: ${reason}`),
    );
    // Nothing is what it lacks: text without letters is for others to judge.
    expect(await ends(judged(later("")))).toEqual(refused("Shop: 1 problem", 'a.b: "" is wrong'));
  });

  test("but a preview may lack what only the cluster fills in, and says that it does", async () => {
    const warned: string[] = [];
    const warn = jest.spyOn(pulumi.log, "warn").mockImplementation(async (message) => void warned.push(message));
    const outcomes: unknown[] = [];
    const run = (preview: boolean) =>
      record(
        async () => {
          const stack = new pulumi.StackReference("organization/other/dev");
          const address = new k8s.core.v1.Service("made", { spec: {} }).spec.clusterIP;
          const exported = stack.getOutput("address");
          const ofBoth = pulumi.all([exported, address]).apply(([, its]) => its);
          for (const value of [exported, address, ofBoth]) {
            const its = judged(value) as pulumi.Output<unknown>;
            outcomes.push([await ends(its), await isKnown(its)]);
          }
          outcomes.push(await ends(judged(address, { address, exported })));
        },
        {},
        {},
        [],
        { "pulumi:pulumi:StackReference": (inputs) => ({ ...inputs, outputs: {} }) },
        preview,
      );
    await run(true);
    const reason = "is an output without a value; if it is another stack's, that stack does not export it";
    const no = refused("Shop: 1 problem", `a.b: ${reason}`);
    expect(outcomes).toEqual([
      [no, true],
      [undefined, false],
      [undefined, false],
      refused("Shop: 1 problem", `exported: ${reason}`),
    ]);
    const warning =
      "Shop: 1 warning\n  a.b: could not be judged by this preview, since what makes it is not there yet; up judges it, before anything is made of it";
    expect(warned).toEqual([warning, warning]);
    outcomes.length = 0;
    await run(false);
    expect(outcomes.slice(0, 3)).toEqual([
      [no, true],
      [no, true],
      [no, true],
    ]);
    warn.mockRestore();
  });
});

test("something is made of a value at once, or as soon as it is known", async () => {
  const make = (value: string) => `${value}!`;
  expect(whenKnown("a", make)).toBe("a!");
  expect(await promised(whenKnown(later("a"), make))).toBe("a!");
});

test("whether a value is known is seen; one that has failed is told elsewhere", async () => {
  expect(await isKnown(later("a"))).toBe(true);
  expect(await isKnown(unknown())).toBe(false);
  const failed = { isKnown: Promise.reject(new Error("failed")) } as unknown as pulumi.Output<string>;
  expect(await isKnown(failed)).toBe(true);
});

describe("of what a preview cannot judge", () => {
  let warn: jest.SpyInstance;
  beforeEach(() => {
    warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  });
  afterEach(() => warn.mockRestore());

  test("each value is named", async () => {
    const resource = {} as pulumi.Resource;
    const values = { plain: "a", "routes[0].host": unknown(), image: later("a"), namespace: unknown() };
    await warnOfUnknown("Shop", values, resource);
    expect(warn).toHaveBeenCalledTimes(1);
    const [message, of] = warn.mock.calls[0];
    expect(of).toBe(resource);
    expect(message.split("\n").map((line: string) => line.split(/: could/)[0])).toEqual([
      "Shop: 2 warnings",
      "  routes[0].host",
      "  namespace",
    ]);
  });

  test("nothing is said where all is known", async () => {
    await warnOfUnknown("Shop", { plain: "a", image: later("a") });
    expect(warn).not.toHaveBeenCalled();
  });
});
