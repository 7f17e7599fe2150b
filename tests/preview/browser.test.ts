import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { BROWSER } from "../browser";

test("a browser ends with the process that started it, though its pipes are still held", async () => {
  const starter = spawn("sh", ["-c", '"$0" --no-sandbox --remote-debugging-pipe; :', BROWSER], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const [to, back] = [starter.stdio[3] as Writable, starter.stdio[4] as Readable];
  to.write('{"id":1,"method":"Browser.getVersion"}\0');
  await once(back, "data");
  starter.kill("SIGKILL");
  await once(starter, "close"); // nobody has the pipes' other ends any more
});
