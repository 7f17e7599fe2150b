import * as fs from "node:fs";
import * as path from "node:path";
import { generated } from "./files";

/** `npm run generate`: writes what is made of other files; with `--check`, fails where it is stale. */
async function main(): Promise<void> {
  const root = path.join(__dirname, "../..");
  const stale = Object.entries(await generated(root)).filter(
    ([file, content]) =>
      !fs.existsSync(path.join(root, file)) || fs.readFileSync(path.join(root, file), "utf8") !== content,
  );
  if (!process.argv.includes("--check")) {
    stale.forEach(([file, content]) => fs.writeFileSync(path.join(root, file), content));
    console.log(stale.length === 0 ? "nothing has changed" : `written: ${stale.map(([file]) => file).join(", ")}`);
  } else if (stale.length > 0) {
    throw new Error(`stale: ${stale.map(([file]) => file).join(", ")}; run npm run generate`);
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
