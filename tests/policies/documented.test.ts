import * as fs from "node:fs";
import * as path from "node:path";
import { Analyzer, PACK } from "./analyzer";

const LEVELS = ["advisory", "mandatory"];
const SEVERITIES = ["", "low", "medium", "high", "critical"];

/** Rows of the table in the documentation: name, level, severity, where the policy holds, and what follows. */
const documented = fs
  .readFileSync(path.resolve(PACK, "../docs/policies.md"), "utf8")
  .split("\n")
  .filter((line) => /^\| `[a-z0-9-]+` +\|/.test(line))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  .map(([name, ...cells]) => [name.slice(1, -1), ...cells]);

let policies: Awaited<ReturnType<Analyzer["policies"]>>;
beforeAll(async () => {
  policies = await Analyzer.use((analyzer) => analyzer.policies());
});

test("the documentation names every policy, in the order of the pack", () => {
  expect(policies.map(({ name }) => name)).toEqual(documented.map(([name]) => name));
});

test.each(documented)("%s is as it is documented", (name, level, severity, environments, ...cells) => {
  const policy = policies.find((each) => each.name === name)!;
  expect([LEVELS[policy.enforcementlevel], SEVERITIES[policy.severity]]).toEqual([level, severity]);
  expect(policy.description).toMatch(/\.$/);
  // What every policy takes is documented once.
  const { exempt, ...own } = policy.configschema as any;
  expect(exempt).toMatchObject({ type: "array", items: { type: "string" }, default: [] });
  expect(Object.keys(own).filter((setting) => !cells[2].includes(`\`${setting}\``))).toEqual([]);
  expect(holdsIn(own)).toBe(environments);
});

test.each(documented)("%s takes options of a kind, and is without them as it says", (name, ...cells) => {
  const { environment, exempt, ...options } = policies.find((each) => each.name === name)!.configschema as any;
  expect([environment?.type ?? "string", exempt.type]).toEqual(["string", "array"]);
  const named = [...cells[5].matchAll(/`(\w+)`( \(|, as above)/g)].map((match) => match[1]);
  expect(Object.keys(options)).toEqual(named);
  for (const [option, { type, items, default: value }] of Object.entries<any>(options)) {
    const kind = Array.isArray(value) ? "array" : typeof value === "number" ? "integer" : typeof value;
    expect([option, kind]).toEqual([option, type]);
    expect([option, items]).toEqual([option, type === "array" ? { type: "string" } : undefined]);
    // A row may take it from the one above.
    const [told, above] = [`\`${option}\` (${JSON.stringify(value)})`, `\`${option}\`, as above`];
    expect([told, above].some((text) => cells[5].includes(text)) || cells[5]).toBe(true);
  }
});

function holdsIn(schema: any): string {
  return schema?.environment === undefined
    ? "all"
    : /holds in (.*)\. Default/.exec(schema.environment.description)![1].replace(" and ", ", ");
}
