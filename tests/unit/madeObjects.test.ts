import { INGRESS_SERVICES, MadeObjects, serviceIn } from "../../components/shared/madeObjects";

test("an object is the first one's who takes it, whoever comes later", () => {
  const objects = new MadeObjects();
  const taken = { propertyPath: "b", reason: 'the Service "a" is that of One already; use another' };
  expect(objects.take("a", 'the Service "a"', "One", "use another")).toEqual([]);
  expect(objects.take("a", 'the Service "b"', "Two", "use another")).toEqual([]);
  expect(objects.take("b", 'the Service "a"', "Two", "use another")).toEqual([taken]);
  expect(objects.take("b", 'the Service "a"', "Three", "use another")).toEqual([taken]);
});

test("a Service is taken in its namespace, by its name; an ingress has two", () => {
  expect(INGRESS_SERVICES.map((name) => serviceIn("edge", name))).toEqual([
    'the Service "traefik" in edge',
    'the Service "traefik-pods" in edge',
  ]);
});
