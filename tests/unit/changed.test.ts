import { changedByOthers, has, missedUpdate } from "../../components/interrupted/changed";

const NOON = "2026-11-29T12:00:00Z";
const LATER = "2026-11-29T12:00:05Z";
const fields = (...names: string[]) => ({ "f:spec": Object.fromEntries(names.map((name) => [`f:${name}`, {}])) });
const write = (manager: string, fieldsV1?: object, time: string | undefined = NOON) => ({ manager, fieldsV1, time });

test.each<[what: string, writes: object[] | undefined, changed: string | undefined]>([
  ["no record of who wrote what", undefined, undefined],
  ["nobody", [], undefined],
  ["Pulumi alone", [write("pulumi-kubernetes-1a2b", fields("sources"))], undefined],
  ["somebody, what is declared", [write("kubectl-edit", fields("jwt", "sources"))], NOON],
  ["somebody whose name has Pulumi's in it", [write("not-pulumi-", fields("sources"))], NOON],
  ["somebody, what is not declared", [write("kubectl-edit", fields("jwt"))], undefined],
  ["somebody, no part of the spec", [write("consul", { "f:status": {} }), write("other")], undefined],
  ["somebody, at a time that is not told", [{ manager: "kubectl-edit", fieldsV1: fields("sources") }], undefined],
  [
    "two, the later of them",
    [write("kubectl-edit", fields("sources")), write("k9s", fields("sources"), LATER), write("a", fields("b"))],
    LATER,
  ],
  [
    "one with a time and one without",
    [{ manager: "k9s", fieldsV1: fields("sources") }, write("kubectl-edit", fields("sources"))],
    NOON,
  ],
])("what is declared was changed by %s", (_, managedFields, changed) => {
  const declared = { sources: [], destination: {} };
  const object = { metadata: { name: "web", managedFields } } as Parameters<typeof changedByOthers>[0];
  expect(changedByOthers(object, declared)).toBe(changed === undefined ? 0 : Date.parse(changed));
});

describe("an object has what another says", () => {
  const rule = { name: "web", action: "deny" };
  test.each<[string, unknown, unknown, boolean]>([
    ["the same", { sources: [rule] }, { sources: [rule] }, true],
    ["and more besides", { sources: [{ ...rule, precedence: 9 }], jwt: {} }, { sources: [rule] }, true],
    ["nothing is said", { jwt: {} }, { jwt: undefined }, true],
    ["nothing is there", undefined, { jwt: undefined }, true],
    ["not where a value is another", { sources: [{ ...rule, action: "allow" }] }, { sources: [rule] }, false],
    ["not where there is an item more", { sources: [rule, rule] }, { sources: [rule] }, false],
    ["not where an item is missing", { sources: [] }, { sources: [rule] }, false],
    ["not where the whole is missing", undefined, { sources: [rule] }, false],
    ["not where null is an empty list", { sources: null }, { sources: [] }, false],
    ["null is null", { jwt: null }, { jwt: null }, true],
    ["null is no object", { jwt: {} }, { jwt: null }, false],
  ])("%s", (_, value, wanted, expected) => {
    expect(has(value, wanted)).toBe(expected);
  });
});

test.each<[string, object | undefined, object, boolean]>([
  ["the state has it and the cluster has not", { spec: 1 }, { spec: 2 }, true],
  ["both have it", { spec: 1 }, { spec: 1 }, false],
  ["neither has it, so Pulumi sees the change", { spec: 2 }, { spec: 2 }, false],
  ["the state does not know the object", undefined, { spec: 2 }, false],
])(
  "an update was missed where, and only where, the state has what the cluster has not: %s",
  async (_, noted, live, expected) => {
    expect(await missedUpdate({ spec: 1 }, live, async () => noted)).toBe(expected);
  },
);

test("the state, which takes long to read, is not read where the cluster has what is declared", async () => {
  const noted = jest.fn();
  await missedUpdate({ spec: 1 }, { spec: 1 }, noted);
  expect(noted).not.toHaveBeenCalled();
});
