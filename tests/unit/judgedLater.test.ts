import * as pulumi from "@pulumi/pulumi";
import { judgedLater } from "../../components/pods/judgedLater";
import { ends } from "../ends";
import { record } from "../recorder";

const later = <T>(value: T) => pulumi.output(Promise.resolve(value));
/** What makes it is not there yet, as in a preview. */
const unknown = () =>
  new (pulumi.Output as any)([], Promise.resolve(undefined), Promise.resolve(false), Promise.resolve(false));

/** What becomes of a canary's inputs, or of what `prefix` says, variables among them, when they are known: values, or what ends the program; and what it says. */
async function judged(inputs: Parameters<typeof judgedLater>[1], prefix: [string?] = ["canary."]) {
  const warned: string[] = [];
  const warn = jest.spyOn(console, "warn").mockImplementation((text) => void warned.push(text));
  let its: object = {};
  await record(async () => {
    const resource = new pulumi.ComponentResource("test:index:Shop", "shop");
    const { image, env, ...rest } = judgedLater('MeshService "shop"', inputs, resource, ...prefix);
    its = await ends({ ...rest, ...(image && { image }), ...env });
  });
  warn.mockRestore();
  return { its, warned: warned.join("\n") };
}

test("what is plain, or not there at all, stays as it is, and nothing is said of it here", async () => {
  const env = { PASSWORD: "hunter2", A: { fieldRef: { fieldPath: "x" } } };
  expect(await judged({ args: ["a"], image: "No Image", env })).toEqual({
    its: { args: ["a"], image: "No Image", ...env },
    warned: "",
  });
  expect(await judged({ args: ["a"] })).toEqual({ its: { args: ["a"] }, warned: "" });
});

test("what is right is what it is, when it is known", async () => {
  expect(await judged({ image: later("shop:2"), env: { HOST: later("db.test"), LEVEL: "info" } })).toEqual({
    its: { image: "shop:2", HOST: "db.test", LEVEL: "info" },
    warned: "",
  });
});

test("what is wrong ends the program when it is known, with the input that it was given for", async () => {
  const { its } = await judged({ image: later("No Image"), env: { HOST: later("x".repeat(2 ** 17)), C: later("d") } });
  expect(its).toEqual({
    image: expect.stringMatching(/^MeshService "shop": 1 problem\n {2}canary\.image: /),
    HOST: expect.stringMatching(/^MeshService "shop": 1 problem\n {2}canary\.env\.HOST: /),
    C: "d",
  });
});

test("what is wrong of a service's own stands at the input's own path", async () => {
  const { its } = await judged({ image: later("No Image") }, []);
  expect(its).toEqual({ image: expect.stringMatching(/^MeshService "shop": 1 problem\n {2}image: /) });
});

test("of what the variables and volumes name, a name that another resource makes is judged too", async () => {
  const envFrom = [{ secretRef: { name: later("a") } }, { configMapRef: { name: "b" } }];
  const volumes = [{ mountPath: "/a", secret: { secretName: later("c") } }];
  const env = { A: { secretKeyRef: { name: later("d"), key: "k" } } };
  const { its, warned } = await judged({ env, envFrom, volumes, imagePullSecrets: [later("e"), "f"] });
  expect(warned).toBe("");
  expect(its).toEqual({
    A: { secretKeyRef: { name: "d", key: "k" } },
    envFrom: [{ secretRef: { name: "a" } }, { configMapRef: { name: "b" } }],
    volumes: [{ mountPath: "/a", secret: { secretName: "c" } }],
    imagePullSecrets: ["e", "f"],
  });
});

test.each<[what: string, value: unknown, reason: string]>([
  ["that is no name", "A b", `\\"A b\\" is not a valid name for an object; `],
  ["that turns out to be nothing", undefined, "is an output without a value; "],
])("a name %s ends the program when it is known, with its input", async (_, value, reason) => {
  const name = later(value as string);
  for (const [inputs, path] of [
    [{ env: { A: { configMapKeyRef: { name, key: "k" } } } }, "env.A.configMapKeyRef.name"],
    [{ envFrom: [{ secretRef: { name } }] }, "envFrom[0].secretRef.name"],
    [{ volumes: [{ mountPath: "/a", configMap: { name } }] }, "volumes[0].configMap.name"],
    [{ imagePullSecrets: ["a", name] }, "imagePullSecrets[1]"],
  ] as const) {
    const { its } = await judged(inputs);
    const words = `MeshService \\"shop\\": 1 problem\\n  canary.${path}: ${reason}`;
    expect(JSON.stringify(its)).toContain(words);
  }
});

test("an image and a variable that turn out to be nothing end the program, with their inputs", async () => {
  const { its } = await judged({ image: later(undefined as unknown as string), env: { A: later(undefined as any) } });
  expect(its).toEqual({
    image: expect.stringMatching(/ 1 problem\n {2}canary\.image: is an output without a value; /),
    A: expect.stringMatching(/ 1 problem\n {2}canary\.env\.A: is an output without a value; /),
  });
});

test("what a preview cannot judge is told", async () => {
  const { warned } = await judged({ image: unknown(), env: { HOST: unknown(), LEVEL: later("info"), A: "b" } });
  expect(warned).toMatch(
    /MeshService "shop": 2 warnings\n {2}canary\.image: could not be judged .*\n {2}canary\.env\.HOST: could not be judged /,
  );
});

test.each<[what: string, value: () => pulumi.Output<string>, said: RegExp]>([
  ["a secret", () => pulumi.secret("x"), /1 warning\n {2}canary\.env\.VALUE: is secret, and is in plain text/],
  [
    "what looks like one",
    () => later("postgres://a:b@db.test"),
    /1 warning\n {2}canary\.env\.VALUE: looks like a secret/,
  ],
])("%s is warned of, since the Deployment shows it", async (_, value, said) => {
  const { its, warned } = await judged({ env: { VALUE: value(), OTHER: later("x") } });
  expect(warned).toMatch(said);
  expect(warned).toMatch(/secretKeyRef/);
  expect(warned).not.toContain("OTHER");
  expect(its).toEqual({ VALUE: await ends(value()), OTHER: "x" });
});
