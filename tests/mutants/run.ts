import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Plays mutants by Stryker and judges what is left, file by file: `make mutants`. Of the files that were played, none may
 * have a lower score than in scores.json, and one that is not there yet needs its threshold.
 *
 *   SINCE=main   those files alone that differ from a commit
 *   FILES=a,b    those files alone
 *   WRITE=1      writes scores.json anew for what was played
 */
const SCORES = path.join(__dirname, "scores.json");
const REPORT = "coverage/mutation.json";
/** But what is made of other files: nothing in it decides. */
const MUTATED = /^(components\/\w+|settings|policies(\/lib)?)\/(?!(scripts|traefikMiddlewares)\.ts$)\w+\.ts$/;

/** Files that decide about security: intentions, policies, the network, TLS, login, Pod Security, secrets. */
const SECURITY =
  /^policies\/|^components\/\w+\/(bringYourOwn|configEntry|consoles|consulMesh\w*|consulRelease|consulSecrets|consulValues|decision|edges|egress|intention\w*|leafGate|literalPaths|networkPolicies|podSecurity|podSpecOverride|rotation|routeTls|serverConfig|terminatingGateway|tlsOption\w*|traefik(Arguments|ConsulIngress|Deployment|Edge|Login|Problems|Service|Tls)|userLists)\.ts$/;
/** Least share of mutants, in percent, that tests see. */
const threshold = (file: string) => (SECURITY.test(file) ? 95 : 85);

interface Score {
  readonly mutants: number;
  readonly seen: number;
}
const percent = ({ mutants, seen }: Score) => (mutants === 0 ? 100 : (100 * seen) / mutants);

function filesToPlay(): string[] {
  const { SINCE, FILES } = process.env;
  if (FILES) {
    return FILES.split(",");
  }
  if (!SINCE) {
    return [];
  }
  const changed = execFileSync("git", ["diff", "--name-only", "--diff-filter=d", SINCE], { encoding: "utf8" });
  return changed.split("\n").filter((file) => MUTATED.test(file));
}

function play(files: readonly string[]): Record<string, Score> {
  fs.rmSync(REPORT, { force: true });
  const chosen = files.length === 0 ? [] : ["--mutate", files.join(",")];
  const { status } = spawnSync("npx", ["stryker", "run", ...chosen], { stdio: "inherit" });
  if (status !== 0 || !fs.existsSync(REPORT)) {
    throw new Error("Stryker did not end well");
  }
  const report = JSON.parse(fs.readFileSync(REPORT, "utf8")) as {
    files: Record<string, { mutants: { status: string }[] }>;
  };
  const scores = Object.entries(report.files).map(([file, { mutants }]) => {
    const count = (...statuses: string[]) => mutants.filter(({ status: its }) => statuses.includes(its)).length;
    const seen = count("Killed", "Timeout");
    return [file, { mutants: seen + count("Survived", "NoCoverage"), seen }] as const;
  });
  return Object.fromEntries(scores.filter(([file]) => files.length === 0 || files.includes(file)));
}

const files = filesToPlay();
if (process.env.SINCE && files.length === 0) {
  console.log(`nothing that mutants are made of differs from ${process.env.SINCE}`);
  process.exit(0);
}
const before = JSON.parse(fs.readFileSync(SCORES, "utf8")) as Record<string, Score>;
const now = play(files);
const problems: string[] = [];
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
} else if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exitCode = 1;
}
