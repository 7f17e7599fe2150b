import * as fs from "node:fs";
import * as path from "node:path";

/** The page that has what is measured, each table between two marks of its name. */
const PAGE = path.resolve(__dirname, "../../docs/performance.md");

/** What was measured, by column; a value that is not there was not measured. */
export type Row = Readonly<Record<string, number | string>>;

/** The columns of a table: their keys in a row, and their heads. */
export type Columns = Readonly<Record<string, string>>;

/** Rounded, as the tables have it: to a tenth of seconds, or other digits of something else. */
export const round = (value: number, digits = 1) => Number(value.toFixed(digits));

/** Puts rows into the page as the table of a name. */
export function writeTable(name: string, columns: Columns, rows: readonly Row[]): void {
  const line = (cells: readonly unknown[]) => `| ${cells.join(" | ")} |`;
  const keys = Object.keys(columns);
  const text = [
    line(Object.values(columns)),
    line(keys.map((key) => (typeof rows[0]?.[key] === "string" ? "---" : "--:"))),
    ...rows.map((row) => line(keys.map((key) => row[key] ?? "–"))),
  ].join("\n");
  fs.writeFileSync(PAGE, fs.readFileSync(PAGE, "utf8").replace(between(name), `$1\n\n${text}\n\n$3`));
}

/** The numbers of a table of the page; the keys are those of all its columns, in their order. */
export function readTable(name: string, keys: readonly string[]): Record<string, number>[] {
  const [, , text] = between(name).exec(fs.readFileSync(PAGE, "utf8"))!;
  const [, , ...rows] = text.trim().split("\n");
  return rows.map((row) => {
    const cells = row.split("|").slice(1, -1);
    return Object.fromEntries(keys.map((key, i) => [key, parseFloat(cells[i])]));
  });
}

const between = (name: string) => new RegExp(`(<!-- ${name} -->)([^]*)(<!-- /${name} -->)`);
