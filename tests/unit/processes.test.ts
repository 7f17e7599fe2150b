import * as http from "node:http";
import { killed, onFreePorts, run } from "../consul/processes";

/** A process that listens on a port, and answers with its arguments. */
const listening = (port: number) =>
  run(
    process.execPath,
    ["-e", `require("node:http").createServer((_, r) => r.end("mine")).listen(${port}, "127.0.0.1")`],
    async () => (await (await fetch(`http://127.0.0.1:${port}`)).text()) === "mine",
  );

test("a process whose port is taken meanwhile is started again on another", async () => {
  const stranger = http.createServer((_, response) => response.end("a stranger's"));
  const tried: number[] = [];
  const child = await onFreePorts(1, async ([port]) => {
    tried.push(port);
    if (tried.length === 1) {
      await new Promise<void>((resolve) => stranger.listen(port, "127.0.0.1", resolve));
    }
    return listening(port);
  });
  await killed(child);
  stranger.close();
  expect(new Set(tried).size).toBe(2);
});

test("what does not start for another reason is told with what it said, at once", async () => {
  let tries = 0;
  const failing = onFreePorts(1, () => {
    tries++;
    return run(process.execPath, ["-e", "throw new Error('no configuration')"], async () => false);
  });
  await expect(failing).rejects.toThrow(/no configuration/);
  await expect(run("no-such-command", [], async () => false)).rejects.toThrow(/no no-such-command: .*ENOENT/);
  expect(tries).toBe(1);
});
