import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { SERVER_KEYS, serverConfigProblems } from "../../components/chart/serverConfig";
import { CONSULS, ConsulVersion } from "./agent";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "server-config-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const NEWER = ["disable_kv_key_validation", "federation_state_anti_entropy_sync_interval", "raft_prevote_disabled"];

test.each<[ConsulVersion, string[]]>([
  ["1.20.1", NEWER],
  ["1.22.7", []],
])("Consul %s has all keys of a server's but %j, and those that it has not are refused for it", (version, lacks) => {
  const keys = [...SERVER_KEYS, "log_levels"];
  const file = path.join(folder, `${version}.json`);
  // Consul names all keys that it does not know at once, and takes none for a value of any.
  fs.writeFileSync(file, JSON.stringify(Object.fromEntries(keys.map((key) => [key, null]))));
  const { stderr, stdout } = spawnSync(CONSULS[version], ["validate", file], { encoding: "utf8" });
  const theirs = [...(stdout + stderr).matchAll(/invalid config key (\w+)/g)].map(([, key]) => key);
  const ours = keys.filter((key) =>
    serverConfigProblems(JSON.stringify({ [key]: null }), "", version).problems.some(({ reason }) =>
      reason.startsWith("is not known to Consul"),
    ),
  );
  expect(theirs.sort()).toEqual([...lacks, "log_levels"].sort());
  expect(ours.sort()).toEqual(theirs);
});
