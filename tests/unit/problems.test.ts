import * as pulumi from "@pulumi/pulumi";
import { describeProblems, exactlyOne, refuse, warn } from "../../components/shared/problems";

/** How what is wrong is told: all of it, each with its place. */
const PROBLEMS = [
  { propertyPath: "a.b", reason: "is wrong; use another" },
  { propertyPath: "c", reason: "is missing" },
];

test("all that is wrong is told in one error, and by itself", () => {
  let caught: unknown;
  try {
    refuse('MeshService "a"', PROBLEMS);
  } catch (error) {
    caught = error;
  }
  const { message, errors } = caught as pulumi.InputPropertiesError;
  expect(pulumi.InputPropertiesError.isInstance(caught)).toBe(true);
  expect(message).toBe('MeshService "a": 2 problems\n  a.b: is wrong; use another\n  c: is missing');
  expect(errors).toEqual(PROBLEMS);
  expect(() => refuse("a", [])).not.toThrow();
});

test("one is one", () => {
  expect(describeProblems("a", PROBLEMS.slice(1))).toBe("a: 1 problem\n  c: is missing");
  expect(describeProblems("a", PROBLEMS.slice(1), "warning")).toBe("a: 1 warning\n  c: is missing");
});

test("what is warned of is told in one message, and nothing where there is nothing", () => {
  const told: string[] = [];
  const log = jest.spyOn(console, "warn").mockImplementation((line) => void told.push(String(line)));
  try {
    warn("a", []);
    warn("a", PROBLEMS);
  } finally {
    log.mockRestore();
  }
  expect(told).toEqual([expect.stringMatching(/a: 2 warnings\n {2}a\.b: .*\n {2}c: /)]);
});

test("of inputs that exclude each other one is given", () => {
  const of = (its: { a?: number; b?: number; c?: number }) =>
    exactlyOne("x", its, ["a", "b"]).map((each) => each.reason);
  expect([of({ a: 1 }), of({ b: 0 }), of({ a: 1, c: 1 })]).toEqual([[], [], []]);
  expect(of({ c: 1 })).toEqual(["has none of a, b; give exactly one"]);
  expect(of({ a: 1, b: 2 })).toEqual(["has more than one of a, b; give exactly one"]);
  expect(exactlyOne<{ a?: number }>("x", {}, ["a"])[0].propertyPath).toBe("x");
});
