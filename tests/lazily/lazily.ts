import { createRequire } from "node:module";
import path from "node:path";

const load = createRequire(__filename);

/** A module that is loaded when something of it is used. */
export function lazily(name: string): object {
  // By its path: its name leads here. See jest.config.mjs.
  const all = () => load(path.join(__dirname, "../../node_modules", name)) as Record<PropertyKey, unknown>;
  return new Proxy({}, { get: (_, key) => (key === "__esModule" ? true : key === "default" ? all() : all()[key]) });
}
