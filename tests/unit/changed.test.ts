import { changedByOthers, has, missedUpdate, wroteUnnoticed } from "../../components/interrupted/changed";

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
    ["what is empty may be left out", {}, { hostNetwork: false, replicas: 0, value: "", jwt: null, volumes: [] }, true],
    ["not where it is there, and something else", { hostNetwork: true }, { hostNetwork: false }, false],
    ["not where a number is another", { replicas: 3 }, { replicas: 0 }, false],
    ["an amount, in another form", { limits: { cpu: "500m" }, x: 1 }, { limits: { cpu: "0.5" }, x: 1 }, true],
    ["an amount that is a number", { requests: { cpu: "1" } }, { requests: { cpu: 1 } }, true],
    ["a size, in another form", { sizeLimit: "1Gi" }, { sizeLimit: "1024Mi" }, true],
    ["not another amount", { limits: { cpu: "1" } }, { limits: { cpu: "0.5" } }, false],
    ["not where an amount is missing", { limits: {} }, { limits: { cpu: "0.5" } }, false],
    ["not where neither is an amount", { limits: { cpu: "a" } }, { limits: { cpu: "b" } }, false],
    ["not what only looks like an amount", { env: [{ value: "1" }] }, { env: [{ value: "1.0" }] }, false],
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

describe("a run that was interrupted has written an object", () => {
  const own = (fieldsV1: object, time = LATER) => ({ manager: "pulumi-kubernetes-1a2b", fieldsV1, time });
  const container = (...names: string[]) => ({
    "f:spec": {
      "f:containers": {
        'k:{"name":"web"}': {
          ".": {},
          "f:name": {},
          ...Object.fromEntries(names.map((name) => [`f:${name}`, {}])),
          "f:ports": { 'k:{"containerPort":80,"protocol":"TCP"}': { ".": {}, "f:containerPort": {} } },
          "f:args": {},
        },
      },
      "f:finalizers": { 'v:"a"': {} },
    },
  });
  const declared = {
    metadata: { labels: { app: "web" } },
    spec: {
      containers: [
        { name: "log", ports: [{ containerPort: 1 }] },
        { name: "web", image: "web:1", ports: [{ containerPort: 80 }], args: ["-v"] },
      ],
      finalizers: ["a"],
    },
  };
  const AS_DECLARED = container("image");
  type Written = Parameters<typeof wroteUnnoticed>[1];
  const object = (managedFields: object[] | undefined, spec: object = declared.spec) =>
    ({ metadata: { name: "web", labels: { app: "web" }, managedFields }, spec }) as unknown as Written;
  const OTHER = { ...declared.spec, containers: [{ name: "log" }, { name: "web", image: "web:2" }] };
  const earlier = object([own(AS_DECLARED, NOON)]);
  const NO_TIME = object([{ ...own({}), time: undefined }], OTHER);

  test.each<[what: string, live: Written, noted: Written | undefined, unnoticed: boolean]>([
    ["another value, later than the state", object([own(AS_DECLARED)], OTHER), earlier, true],
    ["another value, which the state knows of", object([own(AS_DECLARED, NOON)], OTHER), earlier, false],
    ["as declared, later than the state", object([own(AS_DECLARED)]), earlier, false],
    ["a field more", object([own(container("image", "command"))]), earlier, true],
    ["a label more", object([own({ ...AS_DECLARED, "f:metadata": { "f:labels": { "f:x": {} } } })]), earlier, true],
    ["an item more", object([own({ "f:spec": { "f:containers": { 'k:{"name":"x"}': {} } } })]), earlier, true],
    [
      "an item where a whole list was",
      object([own({ "f:spec": { "f:jobs": { 'k:{"name":"x"}': {} } } })]),
      earlier,
      true,
    ],
    ["a field more, by somebody else", object([write("kubectl", container("command"), LATER)]), earlier, false],
    [
      "another value, by somebody else",
      object([own(AS_DECLARED, NOON), write("k9s", AS_DECLARED, LATER)], OTHER),
      earlier,
      false,
    ],
    ["the state does not know the object", object([own(AS_DECLARED)], OTHER), undefined, false],
    ["the state does not know when it was written", object([own(AS_DECLARED)], OTHER), object(undefined), false],
    ["nobody knows who wrote it", object(undefined, OTHER), earlier, false],
    ["by two of Pulumi's, the later counts", object([own(AS_DECLARED, NOON), own({})], OTHER), earlier, true],
    ["without a word of its fields", object([{ manager: "pulumi-a", time: LATER }]), earlier, false],
    ["the state knows of nothing that Pulumi wrote", object([own(AS_DECLARED)], OTHER), object([]), false],
    ["another value, in the second of the state", object([own(AS_DECLARED)], OTHER), object([own(AS_DECLARED)]), false],
    [
      "another value, by a patch that is none of this resource's",
      object([own(AS_DECLARED, NOON), { ...own(AS_DECLARED), manager: "pulumi-kubernetes-9f8e" }], OTHER),
      earlier,
      false,
    ],
    [
      "another value, by who has written at two times, of which the state knows the later",
      object([own(AS_DECLARED)], OTHER),
      object([own(AS_DECLARED, NOON), own({})]),
      false,
    ],
    ["another value, at a time that the state does not tell", object([own({})], OTHER), NO_TIME, true],
    ["another value, at a time that is not told", NO_TIME, earlier, false],
  ])("%s", async (_, live, noted, unnoticed) => {
    expect(await wroteUnnoticed(declared, live, async () => noted)).toBe(unnoticed);
  });

  const SECRET = { stringData: { key: "value" } };
  const keptAs = (fieldsV1: object, data: object = { key: "dmFsdWU=" }) =>
    ({ ...object([own(fieldsV1)]), data }) as Written;
  const SCALED = { ...declared.spec, replicas: 2 };
  const scaled = object([own({ "f:spec": { "f:replicas": {} } })], { ...declared.spec, replicas: 5 });

  test.each<[string, object, Written, leftAlone: string[] | undefined, times: number]>([
    ["all is as declared", declared, object([own(AS_DECLARED)]), undefined, 0],
    ["a Secret has its text in base64", SECRET, keptAs({ "f:data": { "f:key": {} } }), [], 0],
    ["a Secret is said to have its text", SECRET, keptAs({ "f:stringData": { "f:key": {} } }), [], 0],
    [
      "a Secret has both",
      { ...SECRET, data: { other: "YQ==" } },
      keptAs({}, { key: "dmFsdWU=", other: "YQ==" }),
      [],
      0,
    ],
    ["a Secret has another text", SECRET, keptAs({}, { key: "YW5vdGhlcg==" }), [], 1],
    ["a Secret has another value beside its text", { ...SECRET, data: { other: "YQ==" } }, keptAs({}), [], 1],
    ["somebody scales it", { ...declared, spec: SCALED }, scaled, ["spec.replicas"], 0],
    ["somebody else than who may scales it", { ...declared, spec: SCALED }, scaled, ["metadata"], 1],
    ["nobody has said who may scale it", { ...declared, spec: SCALED }, scaled, undefined, 1],
    [
      "it has another value beside its scale",
      { ...declared, spec: { ...SCALED, paused: true } },
      scaled,
      ["spec.replicas"],
      1,
    ],
    ["what may be scaled has no spec", { metadata: {} }, keptAs({}), ["spec.replicas"], 0],
  ])("the state is read no more than is needed where %s", async (_, what, live, leftAlone, times) => {
    const noted = jest.fn();
    await wroteUnnoticed(what, live, noted, leftAlone);
    expect(noted).toHaveBeenCalledTimes(times);
  });
});
