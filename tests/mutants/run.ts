import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { Tests, testsOf } from "./testsOf";

/**
 * Plays mutants by Stryker and judges what is left, file by file: `make mutants`. Of the files that were played, none may
 * have a lower score than in scores.json, and one that is not there yet needs its threshold.
 *
 *   SINCE=main   those files alone that differ from a commit
 *   FILES=a,b    those files alone
 *   CHANGED=1    those alone that are not as they were when their score was kept: what CI plays
 *   MINUTES=10   begins no further file after that time, and fails where one is left
 *   WRITE=1      writes scores.json anew for what was played
 */
const SCORES = path.join(__dirname, "scores.json");
const REPORT = "coverage/mutation.json";
/** But what is made of other files, lists of exports and types alone: nothing in them decides. */
const MUTATED =
  /^(?!(components\/\w+|settings)\/index\.ts$)(components\/\w+|settings|policies(\/lib)?)\/(?!(scripts|traefikMiddlewares|traefikStatic|providerCode|mesh|podOptions|podPart)\.ts$)\w+\.ts$/;

/** Files that decide about security: intentions, policies, the network, TLS, login, Pod Security, secrets. */
const SECURITY =
  /^policies\/|^components\/\w+\/(awaited|bringYourOwn|configEntry|consoles|consulMesh\w*|consulRelease|consulSecrets|consulValues|decision|edges|egress|intention\w*|leafGate|literalPaths|networkPolicies|podSecurity|podSpecOverride|rotation|routeTls|serverConfig|terminatingGateway|tlsOption\w*|traefik(Arguments|ConsulIngress|Deployment|Edge|Login|Problems|Service|Tls)|userLists)\.ts$/;
/** Least share of mutants, in percent, that tests see. */
const threshold = (file: string) => (SECURITY.test(file) ? 95 : 85);

interface Score {
  readonly mutants: number;
  readonly seen: number;
  /** Of the file that was played, the first digits of its SHA-256. */
  readonly file: string;
}
const percent = ({ mutants, seen }: Omit<Score, "file">) => (mutants === 0 ? 100 : (100 * seen) / mutants);
const hash = (file: string) => createHash("sha256").update(fs.readFileSync(file)).digest("hex").slice(0, 12);
const kept = () => JSON.parse(fs.readFileSync(SCORES, "utf8")) as Record<string, Score>;

function filesToPlay(): string[] {
  const { SINCE, FILES, CHANGED } = process.env;
  if (FILES) {
    return FILES.split(",");
  }
  if (CHANGED) {
    return Object.entries(kept()).flatMap(([file, score]) =>
      fs.existsSync(file) && score.file !== hash(file) ? [file] : [],
    );
  }
  const git = SINCE ? ["diff", "--name-only", "--diff-filter=d", SINCE] : ["ls-files"];
  return execFileSync("git", git, { encoding: "utf8" })
    .split("\n")
    .filter((file) => MUTATED.test(file));
}

/** Files by the tests that play them: each lot is a run of Stryker's. */
function lotsOf(files: readonly string[]): { tests: Tests; files: string[] }[] {
  const lots = new Map<string, { tests: Tests; files: string[] }>();
  for (const file of files) {
    const tests = testsOf(file);
    const key = JSON.stringify(tests);
    lots.set(key, { tests, files: [...(lots.get(key)?.files ?? []), file] });
  }
  return [...lots.values()];
}

function play(files: readonly string[], tests: Tests): Record<string, Score> {
  const endsWell = () => {
    fs.rmSync(REPORT, { force: true });
    const { status } = spawnSync("npx", ["stryker", "run", "--mutate", files.join(",")], {
      stdio: "inherit",
      env: { ...process.env, TESTS: tests.files.join(" "), NAMED: tests.named },
    });
    return status === 0 && fs.existsSync(REPORT);
  };
  const what = `Stryker did not end well with ${files.join(", ")}`;
  if (!endsWell()) {
    console.warn(`${what}, which is played once more`);
    if (!endsWell()) {
      throw new Error(`${what}, twice`);
    }
  }
  const report = JSON.parse(fs.readFileSync(REPORT, "utf8")) as {
    files: Record<string, { mutants: { status: string; statusReason?: string }[] }>;
  };
  const scores = Object.entries(report.files).map(([file, { mutants }]) => {
    // Mocha goes on to say so once the name of a test was too long for the pattern that it is chosen by.
    const lost = mutants.filter(({ statusReason = "" }) => statusReason.includes("ERR_MOCHA_INSTANCE_ALREADY_RUNNING"));
    if (lost.length > 0) {
      throw new Error(`${lost.length} mutants of ${file} were not played; is the name of a test too long?`);
    }
    const count = (...statuses: string[]) => mutants.filter(({ status: its }) => statuses.includes(its)).length;
    const seen = count("Killed", "Timeout");
    return [file, { mutants: seen + count("Survived", "NoCoverage"), seen, file: hash(file) }] as const;
  });
  return Object.fromEntries(scores);
}

const files = filesToPlay();
if (files.length === 0) {
  console.log("nothing to play");
}
const end = Date.now() + Number(process.env.MINUTES ?? Infinity) * 60_000;
const problems: string[] = [];
for (const lot of lotsOf(files)) {
  if (Date.now() > end) {
    problems.push(
      `${lot.files.join(", ")}: not played in ${process.env.MINUTES} minutes; play it by FILES and WRITE=1`,
    );
    continue;
  }
  const before = kept();
  const now = play(lot.files, lot.tests);
  for (const [file, score] of Object.entries(now)) {
    const least = file in before ? percent(before[file]) : threshold(file);
    const is = percent(score);
    const aim = is < threshold(file) ? `, aim ${threshold(file)}` : "";
    console.log(`${is.toFixed(1).padStart(5)} %  ${score.seen}/${score.mutants}  ${file}${aim}`);
    if (is < least - 0.05) {
      problems.push(`${file}: ${is.toFixed(1)} % of its mutants are seen by a test; it needs ${least.toFixed(1)} %`);
    }
  }
  if (process.env.WRITE) {
    const all = Object.entries({ ...before, ...now }).filter(([file]) => fs.existsSync(file));
    fs.writeFileSync(SCORES, `${JSON.stringify(Object.fromEntries(all.sort()), null, 2)}\n`);
  }
}
if (problems.length > 0 && !process.env.WRITE) {
  console.error(problems.join("\n"));
  process.exitCode = 1;
}
