import * as pulumi from "@pulumi/pulumi";
import { afterProblems, JobsBefore, refuseCircle, Waiting } from "../../components/services/afterJobs";
import type { IntentionRule } from "../../components/intentions/intentions";

const web: Waiting = { name: "web", after: ["migrate"], path: "services[0].after" };
const jobs = [{ name: "migrate" }, { name: "seed" }, { name: "nightly", schedule: "@daily" }];
/** Rules as `a>b` has them. */
const rules = (...calls: string[]): IntentionRule[] =>
  calls.map((each) => ({ source: each.split(">")[0], destination: each.split(">")[1] }));

test("a service names jobs of its stack that have no schedule", () => {
  expect(afterProblems([{ ...web, after: ["seed", "nobody", "nightly"] }], jobs, [])).toEqual([
    { propertyPath: "services[0].after[1]", reason: '"nobody" is not a job of this stack; name one of jobs' },
    {
      propertyPath: "services[0].after[2]",
      reason: '"nightly" has a schedule, and nothing waits for its runs; name a job without one',
    },
  ]);
});

test.each<[what: string, calls: IntentionRule[], way: string, others: Waiting[]]>([
  ["calls it", rules("migrate>web"), "migrate → web", []],
  ["calls others too", rules("migrate>db", "migrate>web", "migrate>cache"), "migrate → web", []],
  ["calls it through another service", rules("db>web", "migrate>db"), "migrate → db → web", []],
  [
    "calls it after others that call each other",
    rules("migrate>a", "a>b", "b>a", "b>web"),
    "migrate → a → b → web",
    [],
  ],
  [
    "calls a service that waits for another job which calls it",
    rules("migrate>db", "seed>web"),
    "migrate → db → seed → web",
    [{ name: "db", after: ["seed"], path: "services[1].after" }],
  ],
])("a job that %s cannot end before it", (_, calls, way, others) => {
  const [told, ...more] = afterProblems([web, ...others], jobs, calls);
  expect(told).toEqual({
    propertyPath: "services[0].after[0]",
    reason: `"migrate" cannot end before this service runs, which it needs: ${way}; leave one of these out`,
  });
  // Of a circle of two, each is told.
  expect(more.map(({ propertyPath }) => propertyPath)).toEqual(others.map(({ path }) => `${path}[0]`));
});

test.each<[what: string, calls: IntentionRule[], given: Waiting]>([
  ["calls nobody", [], web],
  ["is not waited for", rules("migrate>web"), { name: "web", path: "services[0].after" }],
  ["calls services that call each other", rules("migrate>a", "a>b", "b>a", "web>a"), web],
  ["is refused by it", [{ source: "migrate", destination: "web", action: "deny" }], web],
  ["may call whomever it likes, as all may", rules("migrate>*", "*>web"), web],
])("a job that %s can", (_, calls, given) => {
  expect(afterProblems([given], jobs, calls)).toEqual([]);
});

test("what services of a program wait for is judged when all have joined, beside the rules that there are then", () => {
  const its = new JobsBefore();
  expect(its.unresolved()).toEqual([]);
  const intentions = { rules: rules("db>web") };
  its.join({ name: "web", jobs: [{ serviceName: "migrate" }], path: "web.after", intentions });
  its.join({ name: "db", jobs: [{ serviceName: "nightly", schedule: "@daily" }], path: "db.after", intentions });
  intentions.rules.push(...rules("migrate>db"));
  expect(its.unresolved()).toEqual([
    { propertyPath: "web.after[0]", reason: expect.stringContaining("migrate → db → web; leave") as string },
    { propertyPath: "db.after[0]", reason: expect.stringContaining('"nightly" has a schedule') as string },
  ]);
});

describe("a job that waits for itself", () => {
  const end = async () => {
    process.emit("beforeExit", 0);
    await new Promise(setImmediate);
  };
  const never = new Promise<never>(() => undefined);
  const job = (urn: Promise<string>) => ({ urn: pulumi.output(urn) }) as unknown as pulumi.Resource;
  const stack = jest.spyOn(pulumi.runtime, "getStackResource");
  beforeEach(() => void stack.mockReturnValue({} as never));
  afterAll(() => stack.mockRestore());

  test("fails the program, which says what to write", async () => {
    refuseCircle('MeshJob "schema"', job(never), Promise.resolve());
    await end();
    await expect(end()).rejects.toThrow(
      'MeshJob "schema" waits for its guardedBy, and so for all intentions; but one of these, or the service that it is about, waits for ' +
        "the job by dependsOn. Leave the job out of that dependsOn; a MeshService whose pods come after the job says so by after",
    );
  });

  test.each([
    ["it is made", Promise.resolve("urn"), Promise.resolve()],
    ["the intentions are not declared, which says so itself", never, never],
  ])("does not where %s", async (_, urn, declared) => {
    refuseCircle('MeshJob "schema"', job(urn), declared);
    await end();
    await expect(end()).resolves.toBeUndefined();
  });
});
