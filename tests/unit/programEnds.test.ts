import * as pulumi from "@pulumi/pulumi";
import { failAtSecondEnd, programEnds } from "../../components/shared/programEnds";

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

describe("a program is failed at its second end", () => {
  const stack = jest.spyOn(pulumi.runtime, "getStackResource");
  const end = () => process.emit("beforeExit", 0);
  const its = {} as ReturnType<typeof pulumi.runtime.getStackResource>;
  beforeEach(() => void stack.mockReturnValue(its));
  afterAll(() => stack.mockRestore());

  test("with all that is found then, by one listener, which is there before Pulumi's", () => {
    const listeners = process.listenerCount("beforeExit");
    let found: string[] = [];
    failAtSecondEnd(() => found);
    failAtSecondEnd(() => ["b"]);
    expect(process.listenerCount("beforeExit")).toBe(listeners + 1);
    end();
    // Pulumi's is there as soon as all who listen have been told of the first end.
    expect(process.listenerCount("beforeExit")).toBe(listeners + 1);
    found = ["a"];
    const failed = new pulumi.RunError("a\nb");
    expect(end).toThrow(failed);
    expect(end).not.toThrow();
    failAtSecondEnd(() => ["c"]);
    end();
    let told: unknown;
    try {
      end();
    } catch (error) {
      told = error;
    }
    expect(told).toBeInstanceOf(pulumi.RunError);
    expect(told).toMatchObject({ message: "c", stack: "c" });
  });

  test("and not where nothing is found, nor where an automation program goes on after its runs", () => {
    failAtSecondEnd(() => []);
    end();
    expect(end).not.toThrow();
    stack.mockReturnValue(undefined);
    failAtSecondEnd(() => ["a"]);
    end();
    expect(end).not.toThrow();
  });
});
