import * as pulumi from "@pulumi/pulumi";
import { perRun } from "../../components/shared/perRun";
import { record } from "../recorder";

test("what is kept is one run's: of a stack, of the mocks of a unit test without one, of a process without any", async () => {
  const mocks = { newResource: () => ({ id: "a", state: {} }), call: () => ({}) };
  const kept = perRun(() => ({}));
  const outside = kept();
  expect(kept()).toBe(outside);
  const runs: object[] = [outside];
  for (const run of [1, 2]) {
    await pulumi.runtime.setMocks(mocks);
    runs.push(kept());
    expect(kept()).toBe(runs.at(-1));
    await record(() => {
      runs.push(kept());
      expect(kept()).toBe(runs.at(-1));
    });
    expect(new Set(runs).size).toBe(1 + 2 * run);
  }
});
