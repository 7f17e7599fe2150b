import { changedByOthers } from "../../components/interrupted/changed";

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
