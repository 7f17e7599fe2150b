import * as pulumi from "@pulumi/pulumi";
import { isKnown, isLater, judgedWhenKnown, warnOfUnknown, whenKnown } from "../../components/shared/later";

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
  const judge = (value: string) => (value === "right" ? [] : [{ propertyPath: "a.b", reason: `"${value}" is wrong` }]);

  test("with all others where it is plain", () => {
    expect(judgedWhenKnown("Shop", "wrong", judge)).toBe("wrong");
  });

  test("as soon as it is known else, and is what it was", async () => {
    expect(await promised(judgedWhenKnown("Shop", later("right"), judge))).toBe("right");
    expect(await promised(judgedWhenKnown("Shop", Promise.resolve("right"), judge))).toBe("right");
  });

  // What fails in an output ends the process, as it ends a program: so what judges is called here.
  test("and then refused like a plain one, in words alone", () => {
    const value = later("x");
    const apply = jest.spyOn(Object.getPrototypeOf(value) as pulumi.Output<string>, "apply").mockReturnValue(value);
    judgedWhenKnown("Shop", value, judge);
    const [judged] = apply.mock.calls.at(-1)!;
    apply.mockRestore();
    expect(() => judged("x")).toThrow(new pulumi.RunError('Shop: 1 problem\n  a.b: "x" is wrong'));
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
