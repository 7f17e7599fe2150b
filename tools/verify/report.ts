import { Outcome, State } from "./runner";

const SIGNS: Record<State, string> = { passed: "√", failed: "×", warning: "‼", skipped: "-", unjudged: "?" };
const COLOURS: Record<State, number> = { passed: 32, failed: 31, warning: 33, skipped: 90, unjudged: 33 };

/** An outcome as lines for a terminal. */
export function lines({ name, state, causes, hint, page }: Outcome, colour: boolean): string[] {
  const sign = colour ? `\x1b[${COLOURS[state]}m${SIGNS[state]}\x1b[0m` : SIGNS[state];
  switch (state) {
    case "passed":
      return [`${sign} ${name}`];
    case "skipped":
      return [`${sign} ${name} (${causes[0]})`];
    case "unjudged":
      return [`${sign} ${name}`, `    not judged: ${causes[0]}`];
    default:
      return [`${sign} ${name}`, ...causes.map((cause) => `    ${cause}`), `    hint: ${hint}`, `    see ${page}`];
  }
}

/** The line at the end. */
export function summary(outcomes: readonly Outcome[]): string {
  const of = (state: State) => outcomes.filter((outcome) => outcome.state === state).length;
  const parts = [
    `${of("passed")} passed`,
    `${of("failed")} failed`,
    ...(of("unjudged") > 0 ? [`${of("unjudged")} not judged`] : []),
    ...(of("warning") > 0 ? [`${of("warning")} warnings`] : []),
    ...(of("skipped") > 0 ? [`${of("skipped")} do not apply`] : []),
  ];
  return parts.join(", ");
}

/** The outcomes as a JUnit report, which CI systems show. */
export function junit(outcomes: readonly Outcome[], suite: string): string {
  const of = (...states: State[]) => outcomes.filter(({ state }) => states.includes(state)).length;
  const seconds = outcomes.reduce((sum, outcome) => sum + outcome.seconds, 0).toFixed(3);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${escaped(suite)}" tests="${outcomes.length}" failures="${of("failed")}" errors="${of("unjudged")}" skipped="${of("skipped")}" time="${seconds}">`,
    ...outcomes.map((outcome) => {
      const { category, id, name, state, causes, hint, page } = outcome;
      const text = escaped([...causes, ...(state === "skipped" ? [] : [`hint: ${hint}`, `see ${page}`])].join("\n"));
      const first = escaped(causes[0] ?? "");
      const inner: Record<State, string> = {
        passed: "",
        failed: `<failure message="${first}">${text}</failure>`,
        warning: `<system-out>${text}</system-out>`,
        skipped: `<skipped message="${first}"/>`,
        unjudged: `<error message="${first}">${text}</error>`,
      };
      const at = `classname="${escaped(category)}" name="${escaped(`${id}: ${name}`)}" time="${outcome.seconds.toFixed(3)}"`;
      return `  <testcase ${at}>${inner[state]}</testcase>`;
    }),
    "</testsuite>",
    "",
  ].join("\n");
}

/** For XML 1.0, which has no place for most control characters. */
export function escaped(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex
      .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
      .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
  );
}
