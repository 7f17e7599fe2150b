import { programEnds } from "../../components/shared/programEnds";

test("who waits for the end of what goes on is told then, all by one listener, and again at the next one", async () => {
  const told: string[] = [];
  const wait = (name: string) => void programEnds().then(() => told.push(name));
  const listeners = process.listenerCount("beforeExit");
  const end = async () => {
    process.emit("beforeExit", 0);
    await new Promise(setImmediate);
  };
  wait("one");
  wait("other");
  expect(process.listenerCount("beforeExit")).toBe(listeners + 1);
  await new Promise(setImmediate);
  expect(told).toEqual([]);
  await end();
  expect(told).toEqual(["one", "other"]);
  expect(process.listenerCount("beforeExit")).toBe(listeners);
  wait("later");
  await end();
  expect(told).toEqual(["one", "other", "later"]);
});
