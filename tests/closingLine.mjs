import * as fs from "node:fs";
import process from "node:process";
import { URL } from "node:url";
import { stripVTControlCharacters } from "node:util";

const COUNTS = new URL("counts.json", import.meta.url);

/**
 * A line for each test that failed and each suite that could not start, with the beginning of what it said: what the test
 * dumped of the cluster stands between its message and the run's end, and tests/all repeats these lines there.
 */
function failures({ testResults }) {
  const oneLine = (text) =>
    stripVTControlCharacters(text)
      .replace(/^.*node_modules.*$/gm, "") // jest's own frames
      .replace(/\s+/g, " ")
      .trim()
      .slice(0, 1000);
  return testResults.flatMap(({ testFilePath, testExecError, testResults: tests }) => [
    ...(testExecError ? [`${testFilePath}: ${oneLine(testExecError.message)}`] : []),
    ...tests
      .filter(({ status }) => status === "failed")
      .map(({ fullName, failureMessages }) => `${fullName}: ${oneLine(failureMessages.join(" "))}`),
  ]);
}

/**
 * Ends the run with the line that CI reads, after a line for each failure. A suite that could not even start is one, and so
 * is what quietly takes tests away: `.only`, `.skip` and `.todo`, and fewer tests of a kind than tests/counts.json says that
 * there are. Where tests are chosen by name or by file, others are meant to be left out.
 */
export default class ClosingLine {
  constructor(globalConfig) {
    this.chosen = globalConfig.testNamePattern !== undefined && globalConfig.testNamePattern !== "";
    this.whole = !this.chosen && !globalConfig.testPathPatterns?.isSet?.() && !globalConfig.onlyChanged;
    // A test that ends the process takes the others with it, and the status is the one that it chose.
    process.on("exit", () => {
      if (!this.complete) {
        process.stdout.write("\nFAILED: the run ended before its tests did\n\n0 passed, 1 failed\n");
        process.exitCode = 1;
      }
    });
  }

  onRunComplete(_contexts, results) {
    this.complete = true;
    const ran = {};
    for (const { displayName, testResults } of results.testResults) {
      if (displayName !== undefined) {
        // The suite could start.
        ran[displayName.name] = (ran[displayName.name] ?? 0) + testResults.length;
      }
    }
    if (process.env.WRITE_TEST_COUNTS) {
      const counts = Object.fromEntries(Object.entries(ran).sort());
      fs.writeFileSync(COUNTS, JSON.stringify(counts, null, 2) + "\n");
      process.stdout.write(`\ntests/counts.json: ${JSON.stringify(counts)}\n`);
      return;
    }

    const problems = [];
    const left = results.numPendingTests + results.numTodoTests;
    if (left > 0 && !this.chosen) {
      problems.push(`${left} tests did not run: take away what skips them, .only, .skip or .todo`);
    }
    for (const [kind, count] of this.whole ? Object.entries(ran) : []) {
      const committed = JSON.parse(fs.readFileSync(COUNTS, "utf8"))[kind] ?? 0;
      const update = "on purpose? npm run count-tests writes how many there are";
      if (count < committed) {
        problems.push(`${count} tests in tests/${kind}, ${committed} by tests/counts.json: ${update}`);
      } else if (count > committed) {
        process.stdout.write(
          `\n${count} tests in tests/${kind}, more than the ${committed} of tests/counts.json: ${update}\n`,
        );
      }
    }
    process.stdout.write(`\ngenerated cases by SEED=${process.env.SEED}\n`);
    [...failures(results), ...problems].forEach((problem) => process.stdout.write(`\nFAILED: ${problem}\n`));
    if (problems.length > 0) {
      this.error = new Error(problems.join("; "));
    }
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites + problems.length;
    process.stdout.write(`\n${results.numPassedTests} passed, ${failed} failed\n`);
  }

  /** Makes jest end with an error. */
  getLastError() {
    return this.error;
  }
}
