import { Analyzer, Resource } from "./analyzer";

/** A stack, and what a policy has to say of it: the texts of its violations, none where it passes. */
export interface Case {
  readonly title: string;
  readonly resources: readonly Resource[];
  readonly expected: readonly string[];
  /** Default `prod`, where all policies hold. */
  readonly stack?: string;
  readonly config?: Record<string, unknown>;
}

export const passes = (title: string, resources: Resource[], more: Partial<Case> = {}): Case => ({
  title: `passes: ${title}`,
  resources,
  expected: [],
  ...more,
});
export const blocks = (
  title: string,
  resources: Resource[],
  expected: string | string[],
  more: Partial<Case> = {},
): Case => ({
  title: `blocks: ${title}`,
  resources,
  expected: [expected].flat(),
  ...more,
});

let analyzer: Analyzer;
/** One analyzer for all cases of a file: starting it takes longer than asking it. */
export function useAnalyzer(): void {
  beforeAll(async () => {
    analyzer = await Analyzer.start();
  });
  afterAll(() => analyzer?.stop());
}

/** Asks a policy of the pack about each case. */
export function cases(policy: string, table: readonly Case[], level = "mandatory"): void {
  describe(policy, () => {
    test.each(table.map((c) => [c.title, c] as const))("%s", async (_, { resources, expected, stack, config }) => {
      await analyzer.configure({ [policy]: config ?? {} });
      const said = (await analyzer.judge(stack ?? "prod", resources)).filter((v) => v.policy === policy);
      expect(said.map((v) => v.message)).toEqual(
        said.length === expected.length ? expected.map((text) => expect.stringContaining(text)) : expected,
      );
      expect(said.every((v) => v.level === level)).toBe(true);
    });
  });
}
