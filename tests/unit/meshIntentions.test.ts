import * as pulumi from "@pulumi/pulumi";
import type { IntentionRule } from "../../components";
import { DENY_ALL } from "../../components/intentions/intentions";
import { MeshIntentions } from "../../components/intentions/meshIntentions";

/** What the intentions of a mesh's stacks are to each other: `pay` belongs to another stack, `web` and `shop` to this one. */
const rule = (source: string, destination: string, more: object = {}) =>
  ({ source, destination, ...more }) as IntentionRule;
const entry = (name: string) => name as unknown as pulumi.Resource;
function mesh(...others: IntentionRule[]): MeshIntentions {
  const its = new MeshIntentions();
  its.join({ set: "stack own", rules: [rule("web", "shop")], entries: new Map([["shop", entry("own")]]) });
  its.join({
    set: "stack pay",
    rules: others,
    entries: new Map([["pay", entry("pay")]]),
    services: new Set(["pay", "bank"]),
  });
  return its;
}

test.each<[string, IntentionRule[], boolean]>([
  ["lets it in", [rule("web", "pay")], true],
  ["lets everybody in", [rule("*", "pay")], true],
  ["lets it in to some of it", [rule("web", "pay", { permissions: [{ action: "deny" }, { action: "allow" }] })], true],
  ["denies it some, and allows nothing", [rule("web", "pay", { permissions: [{ action: "deny" }] })], false],
  ["lets everybody in but it", [rule("*", "pay"), rule("web", "pay", { action: "deny" })], false],
  ["lets it alone in", [rule("*", "pay", { action: "deny" }), rule("web", "pay")], true],
  ["says nothing where it may call all", [rule("web", "*")], true],
  ["says nothing where all may call all", [rule("*", "*")], true],
  ["says nothing where all others may call all", [rule("web", "*", { action: "deny" }), rule("*", "*")], false],
  ["refuses it where it may call all others", [rule("web", "*"), rule("*", "pay", { action: "deny" })], false],
  ["lets everybody in where it may call nothing else", [rule("*", "pay"), rule("web", "*", { action: "deny" })], true],
  ["has no rule", [], false],
  ["denies it", [rule("web", "pay", { action: "deny" })], false],
  ["lets another in", [rule("shop", "pay")], false],
  ["lets it in elsewhere", [rule("web", "bank")], false],
])("a call to a service whose stack %s", (_, others, called) => {
  const problems = mesh(...others).callProblems(rule("web", "pay", { declaredAt: "calls[0]" }));
  expect(problems).toEqual(
    called
      ? []
      : [
          {
            propertyPath: expect.stringMatching(/^calls\[0\]\.destination$/),
            reason: expect.stringMatching(/^"pay" is a service of stack pay, whose intentions do not let "web" in/),
          },
        ],
  );
});

test("a call that no rule decides is let in where a mesh is open, and one that a rule decides is not", () => {
  const called = (open: boolean, ...others: IntentionRule[]) => {
    const its = mesh(...others);
    its.open = open;
    return its.callProblems(rule("web", "pay")).length === 0;
  };
  expect(called(true)).toBe(true);
  expect(called(false)).toBe(false);
  expect(called(true, rule("web", "pay", { action: "deny" }))).toBe(false);
  expect(called(true, rule("*", "*", { action: "deny" }))).toBe(false);
  expect(called(true, rule("shop", "pay"))).toBe(true);
});

test("a job of another stack is called by nobody, whatever lets calls in", () => {
  const its = mesh();
  its.open = true;
  const jobs = ["nightly"];
  its.join({ set: "stack log", rules: [], entries: new Map(), services: new Set(["nightly", "log"]), jobs });
  expect(its.callProblems(rule("web", "nightly"))).toEqual([
    {
      propertyPath: "calls[0].destination",
      reason: '"nightly" is a job of stack log, which nobody can call: it listens nowhere; name a service',
    },
  ]);
  expect(its.callProblems(rule("web", "log"))).toEqual([]);
});

test("a call that does not say where it stands is the first of those of its service", () => {
  expect(mesh().callProblems(rule("web", "pay"))[0].propertyPath).toBe("calls[0].destination");
});

test("what comes after all rules comes after the entries of each set", () => {
  const its = mesh();
  its.join({ set: "waits", rules: [rule("web", "late")], entries: new Map([["late", entry("late")]]), waits: true });
  expect([...its.opening.values()]).toEqual(["own", "pay"]);
});

test("pods come after the entries of who calls their service and whom it calls, and after nothing that may wait for them", () => {
  const its = new MeshIntentions();
  const of = (...rules: IntentionRule[]) => ({
    set: "stack own",
    rules,
    entries: new Map(rules.map(({ destination }) => [destination, entry(destination)])),
  });
  its.join(of(rule("web", "shop"), rule("shop", "pay"), rule("*", "log"), rule("web", "*")));
  its.join({ ...of(rule("web", "late")), waits: true });
  expect(its.entriesOf("web")).toEqual(["shop", "log"]);
  expect(its.entriesOf("shop")).toEqual(["shop", "pay", "log"]);
  expect(its.entriesOf("late")).toEqual(["log"]);
  expect([...its.held]).toEqual([]);
  its.hold("pay");
  expect([...its.held]).toEqual(["pay", "log"]);
  its.join(of(rule("web", "mail")));
  expect(its.entriesOf("web")).toEqual(["shop", "mail", "log"]);
});

test("a call to a service of nobody else is nobody else's to let in", () => {
  expect(mesh().callProblems(rule("web", "shop"))).toEqual([]);
});

test("a destination has its intentions in one set, and those of another stack's service are there", () => {
  const its = mesh(rule("web", "pay"));
  const told = its.secondSetProblems([
    rule("a", "new"),
    rule("a", "shop"),
    rule("a", "pay"),
    rule("a", "bank", { declaredAt: "intentions[7]" }),
  ]);
  expect(told.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`)).toEqual([
    'rules[1]: "shop" has its intentions in stack own already; declare them all there',
    'rules[2]: "pay" has its intentions in stack pay already; declare them all there',
    'intentions[7]: "bank" is of stack pay, which alone opens it; declare the rule there',
  ]);
});

test("that everything else is denied is said once", () => {
  expect(
    mesh(DENY_ALL)
      .secondSetProblems([DENY_ALL])
      .map((each) => each.propertyPath),
  ).toEqual(["denyAll"]);
  expect(mesh().secondSetProblems([DENY_ALL])).toEqual([]);
});

test("all rules of a mesh are known, and what has to be there before a service can call", async () => {
  const its = mesh(rule("web", "pay"), rule("shop", "pay"));
  expect(its.rules).toEqual([rule("web", "shop"), rule("web", "pay"), rule("shop", "pay")]);
  expect(await its.entriesFrom("web")).toEqual(["own", "pay"]);
  expect(await its.entriesFrom("shop")).toEqual(["pay"]);
  expect(await its.entriesFrom("bank")).toEqual([]);
});

describe("a set that is not registered when nothing else goes on", () => {
  const never = new Promise(() => undefined);
  const join = (its: MeshIntentions, name: string, more: object) =>
    its.join({ set: `set ${name}`, rules: [rule("web", name)], entries: new Map([[name, entry(name)]]), ...more });
  const end = async () => {
    await new Promise(setImmediate);
    process.emit("beforeExit", 0);
    await new Promise(setImmediate);
  };
  const all = (its: MeshIntentions) => its.registered([...its.opening.values()]);
  const sets = async (registered: Promise<unknown> | undefined) => {
    const its = mesh();
    join(its, "late", { registered });
    const known = all(its);
    join(its, "later", { registered: never });
    const of = its.registered(its.entriesOf("late"));
    await end();
    const rules = its.rules.map(({ destination }) => destination);
    return { all: await known, of: await of, opening: [...its.opening.keys()], rules };
  };
  const rules = ["shop", "late", "later"];

  test("has entries for which nobody waits, and one that joins later still does", async () => {
    const opening = ["shop", "pay", "later"];
    expect(await sets(never)).toEqual({ all: ["own", "pay"], of: [], opening, rules });
  });

  test.each([Promise.resolve(), undefined])("is none that is: %p", async (registered) => {
    const opening = ["shop", "pay", "late", "later"];
    expect(await sets(registered)).toEqual({
      all: ["own", "pay", "late"],
      of: ["late"],
      opening,
      rules,
    });
  });

  test("is waited for until then, and only by who waits for its entries", async () => {
    const its = mesh();
    join(its, "late", { registered: never });
    expect(await its.registered(its.entriesOf("shop"))).toEqual(["own"]);
    let known = false;
    const entries = its.registered(its.entriesOf("late")).finally(() => (known = true));
    await new Promise(setImmediate);
    expect(known).toBe(false);
    await end();
    expect(await entries).toEqual([]);
    // And nobody waits for it again.
    expect(await all(its)).toEqual(["own", "pay"]);
    expect(await its.registered([entry("late")])).toEqual([]);
  });

  test("fails a program where it lets a job call, unless pods that go on are all that it waited for", async () => {
    const stack = jest.spyOn(pulumi.runtime, "getStackResource").mockReturnValue({} as never);
    const its = mesh();
    let register!: (value: unknown) => void;
    join(its, "late", { registered: new Promise((resolve) => (register = resolve)), waits: true });
    const entries = its.entriesFrom("web");
    const other = its.entriesFrom("other");
    await end();
    register(undefined);
    await end();
    expect([await entries, await other]).toEqual([["own", "late"], []]);
    join(its, "never", { registered: never });
    void its.entriesFrom("web");
    await end();
    await expect(end()).rejects.toEqual(
      new pulumi.RunError(
        'set never lets the job "web" call, and so the job waits for it; but the set, or a component that it is in, waits for the job. ' +
          "Leave the job out of that dependsOn, or declare the set apart from what waits for the job",
      ),
    );
    stack.mockRestore();
  });
});
