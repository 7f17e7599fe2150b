import { MadeObjects } from "../../components/shared/madeObjects";

test("an object is the first one's who takes it, whoever comes later", () => {
  const objects = new MadeObjects();
  const taken = { propertyPath: "b", reason: 'the Service "a" is that of One already; use another' };
  expect(objects.take("a", 'the Service "a"', "One", "use another")).toEqual([]);
  expect(objects.take("a", 'the Service "b"', "Two", "use another")).toEqual([]);
  expect(objects.take("b", 'the Service "a"', "Two", "use another")).toEqual([taken]);
  expect(objects.take("b", 'the Service "a"', "Three", "use another")).toEqual([taken]);
});
