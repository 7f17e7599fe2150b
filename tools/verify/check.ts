import { Part, Reading } from "./reading";

/** One thing that has to hold. */
export interface Check<P extends Part = Part> {
  /** Also the anchor of its symptom in docs/troubleshooting.md. */
  readonly id: string;
  /** What holds where all is well. */
  readonly name: string;
  /** What it judges. */
  readonly needs: readonly P[];
  /** Why it does not apply; `undefined` where it does. Default: it does. */
  readonly skip?: (reading: Pick<Reading, P>) => string | undefined;
  /** What is wrong, each cause a line; none where all is well. */
  readonly judge: (reading: Pick<Reading, P>) => readonly string[];
  /** What to do first. */
  readonly hint: string;
  /** Whether it tells that a part has an `error`, which others of its checks are not judged by. Default `false`. */
  readonly tellsError?: boolean;
  /** Whether what is wrong is no failure yet. Default `false`. */
  readonly warning?: boolean;
}

export interface Category {
  readonly title: string;
  /** Before the first `up`, after it, or both. */
  readonly when: "before" | "after" | "always";
  readonly checks: readonly Check[];
}

/** A check whose judge sees what it needs, and no more. */
export function check<P extends Part>(its: Check<P>): Check {
  return its as unknown as Check;
}

/** Where the way from a symptom to its cause and its remedy is told. */
export function pageOf({ id }: { readonly id: string }): string {
  return `docs/troubleshooting.md#${id}`;
}
