import * as pulumi from "@pulumi/pulumi";
import {
  judgedTogether,
  laterProblems,
  laterValues,
  replaceLater,
  whenAllKnown,
} from "../../components/shared/laterValues";
import { record } from "../recorder";

/** Inputs of which other resources make a part. */
const later = <T>(value: T) => pulumi.output(Promise.resolve(value));
const promised = (value: unknown) => (value as { promise(): Promise<unknown> }).promise();
/** Such as a mesh among the inputs: it is no part of them. */
class Other {
  public readonly its = later("its");
}

test("each value that another resource makes is found by its path, and what is none is passed by", () => {
  const [a, b, c] = [later("a"), later("b"), Promise.resolve("c")];
  const plain = { none: null, nothing: undefined, text: "a", number: 1, list: [null, "a"], mesh: new Other() };
  expect(laterValues({ ...plain, a, list: ["a", { b }], within: { ...plain, c } })).toEqual({
    a,
    "list[1].b": b,
    "within.c": c,
  });
  expect(laterValues(plain)).toEqual({});
});

test("those that have to be plain are told by their paths", () => {
  const inputs = { plain: "a", flag: later(false), one: { name: later("a"), host: later("b") } };
  const reason = "is an output of a resource, or a secret; give a plain value, which a preview can judge";
  expect(laterProblems(inputs, /host$/)).toEqual([
    { propertyPath: "flag", reason },
    { propertyPath: "one.name", reason },
  ]);
});

test("only these values are replaced; objects of other classes stay the ones they are", () => {
  const mesh = new Other();
  const inputs = { a: later("a"), mesh, none: null, list: [later("b"), "c", null] };
  const replaced = replaceLater(inputs, (_, path) => `<${path}>`) as typeof inputs;
  expect(replaced).toEqual({ a: "<a>", mesh, none: null, list: ["<list[0]>", "c", null] });
  expect(replaced.mesh).toBe(mesh);
});

test("plain inputs are not judged once more, as all plain ones are judged before", () => {
  const inputs = { a: "x", b: [null] };
  const judge = () => {
    throw new Error("judged once more");
  };
  expect(judgedTogether("C", inputs, judge, {} as pulumi.Resource)).toBe(inputs);
});

test("values of others are judged all at once, as they are, before one of them is used", async () => {
  const judged: unknown[] = [];
  let used: unknown;
  await record(async () => {
    const inputs = { a: [later("x"), "y"], b: { c: later("z") } };
    const resource = new pulumi.ComponentResource("a:b:C", "c");
    const its = judgedTogether("C", inputs, (known) => (judged.push(known), []), resource);
    used = await new Promise((resolve) => its.b.c.apply((value) => resolve([value, judged.length])));
  });
  expect(judged).toEqual([{ a: ["x", "y"], b: { c: "z" } }]);
  expect(used).toEqual(["z", 1]);
});

test("something is made of plain inputs at once, and of others when all of them are known", async () => {
  const make = ({ a, b }: { a: string; b: string[] }) => [a, ...b].join();
  expect(whenAllKnown({ a: "x", b: ["y"] }, make)).toBe("x,y");
  expect(await promised(whenAllKnown({ a: "x", b: [later("y")] } as never, make))).toBe("x,y");
});
