import { seenAsWritten } from "../../components/interrupted/asWritten";

const SYNCED = { "pulumi.com/waitFor": "condition=Synced" };
const value = (annotations: Record<string, string>, labels: Record<string, string> = {}) =>
  seenAsWritten({ ...SYNCED, ...annotations }, labels)["consul-traefik-mesh/metadata"];

test("an entry is awaited until it is Synced and has the annotation that it was written with", () => {
  const { "consul-traefik-mesh/metadata": its, ...annotations } = seenAsWritten({ ...SYNCED, a: "b" }, {});
  expect(its).toMatch(/^[0-9a-f]{16}$/);
  expect(annotations).toEqual({
    a: "b",
    "pulumi.com/waitFor": `["condition=Synced","jsonpath={.metadata.annotations['consul-traefik-mesh/metadata']}=${its}"]`,
  });
});

test("that annotation is another where, and only where, a label or an annotation is another", () => {
  expect(value({ a: "1", b: "2" }, { c: "3", d: "4" })).toBe(value({ b: "2", a: "1" }, { d: "4", c: "3" }));
  const all = [value({}), value({ a: "1" }), value({ a: "2" }), value({}, { a: "1" }), value({}, { a: "1", b: "1" })];
  expect(new Set(all).size).toBe(all.length);
});

test.each([[{}], [{ a: "b" }], [{ "pulumi.com/waitFor": "condition=Ready" }]])(
  "what is not awaited until it is Synced stays as it is: %j",
  (annotations) => {
    expect(seenAsWritten(annotations, { a: "b" })).toEqual(annotations);
  },
);
