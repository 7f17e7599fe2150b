import * as pulumi from "@pulumi/pulumi";
import {
  durationOf,
  durationProblems,
  imageProblems,
  isCertificatePem,
  labelProblems,
  quantityOf,
  quantityProblems,
  shown,
  sizeProblems,
} from "../../components/shared/grammars";
import { Problem } from "../../components/shared/problems";

const reasons = (problems: Problem[]) => problems.map(({ reason }) => reason);

test("a text is shown in quotes, in one line; of an output nothing is", () => {
  expect(shown(pulumi.output("a"))).toBe("an output");
  expect(shown("a\n")).toBe('"a\\n"');
  expect(shown(undefined)).toBe("undefined");
  expect(shown({ a: 1 })).toBe('{"a":1}');
  expect(shown("x".repeat(98))).toBe(`"${"x".repeat(98)}"`);
  expect(shown("x".repeat(99))).toBe(`"${"x".repeat(79)}… (101 characters)`);
});

const digits = (count: number) => "0af9".repeat(count / 4);

test("images that a container runtime takes", () => {
  const images = [
    "a",
    "shop:1.4.2",
    "a_b__c--d/e.f0:V_1.x-y",
    `a:${"x".repeat(128)}`,
    "localhost/a",
    "localhost:5000/b/c:1",
    "registry:5000/a",
    "Registry.Example-1.com/shop",
    "a.b:443/c",
    "127.0.0.1:5000/a",
    "[2001:db8::1]/a",
    "[2001:DB8::1]:5000/a:1",
    "0".repeat(63),
    `a@sha256:${digits(64)}`,
    `a:1@sha384:${digits(96)}`,
    `a.b/c:1@sha512:${digits(128)}`,
    "x".repeat(255),
  ];
  expect(images.filter((each) => imageProblems("image", each).length > 0)).toEqual([]);
});

test.each<[reason: string, images: string[]]>([
  ["begins with a scheme", ["https://ghcr.io/a:1", "DOCKER://a"]],
  ["has capitals in its repository's name", ["Shop:1", "ghcr.io/Acme/shop", "Registry/a", "a/B"]],
  [
    "is not an image reference",
    [
      "",
      ":1",
      "@sha256:abc",
      " a",
      "a b",
      "a:1 ",
      "x".repeat(256),
      `a@${"x".repeat(1000)}`,
      "a//b",
      "/a",
      "a/",
      "a/b:1/c",
      "_a",
      "a_",
      "a..b",
      "a.-b",
      "a/-b",
      "a/b_",
      "a/b/é",
      "a.b/c___d",
      "a$",
      "0".repeat(64),
      `a.b/${digits(64)}`,
    ],
  ],
  [
    "names no valid registry",
    [
      "-x.example/b",
      "x-.example/b",
      "a..b/c",
      ".a/c",
      "[::1/b",
      "[::g]/b",
      "x[::1]/b",
      "a.b:/c",
      "a.b:8o/c",
      "a.b:80x/c",
    ],
  ],
  ["has no valid tag", ["a:", "a:-1", "a:.1", "a:1$", `a:${"x".repeat(129)}`, `a:@sha256:${digits(64)}`]],
  [
    "has no valid digest",
    [
      "a@",
      "a@sha256",
      "a@sha256:",
      `a@sha256:${digits(60)}`,
      `a@sha256:${digits(68)}`,
      `a@sha256:${digits(60)}0AF9`,
      `a@sha256:${digits(60)}g000`,
      `a@sha256:g${digits(60)}000`,
      `a@sha384:${digits(64)}`,
      `a@sha512:${digits(64)}`,
      `a@md5:${digits(32)}`,
      "a@constructor:f",
    ],
  ],
])("an image %s", (reason, images) => {
  for (const image of images) {
    const [problem, ...more] = imageProblems("image", image);
    expect([image, problem, more]).toEqual([
      image,
      { propertyPath: "image", reason: expect.stringContaining(`${shown(image)} ${reason}`) as string },
      [],
    ]);
  }
});

test("an image's problem says how it would be right", () => {
  expect(reasons(imageProblems("image", "a.b/Shop:1"))).toEqual([expect.stringMatching(/; use "shop"$/)]);
  expect(reasons(imageProblems("image", "a.b/c:-"))).toEqual([expect.stringContaining('no valid tag, "-"')]);
  expect(reasons(imageProblems("image", "-.b/c"))).toEqual([expect.stringContaining('registry, "-.b"; use one such')]);
  expect(reasons(imageProblems("image", "a@b"))).toEqual([expect.stringContaining('digest, "b"')]);
});

test.each<[text: string, value: number]>([
  ["0", 0],
  ["12", 12],
  ["+1.5", 1.5],
  ["-1.", -1],
  [".25", 0.25],
  ["10.25", 10.25],
  ["1e3", 1000],
  ["15E-1", 1.5],
  ["1.5e+12", 1.5e12],
  ["3n", 3e-9],
  ["3u", 3e-6],
  ["500m", 0.5],
  ["2k", 2e3],
  ["2M", 2e6],
  ["2G", 2e9],
  ["2T", 2e12],
  ["2P", 2e15],
  ["2E", 2e18],
  ["2Ki", 2 ** 11],
  ["2Mi", 2 ** 21],
  ["2Gi", 2 ** 31],
  ["2Ti", 2 ** 41],
  ["2Pi", 2 ** 51],
  ["2Ei", 2 ** 61],
])("the quantity %s", (text, value) => {
  expect(quantityOf(text)).toBeCloseTo(value, 12);
  expect(quantityProblems("cpu", text)).toHaveLength(value < 0 ? 1 : 0);
});

test("texts that are no quantity", () => {
  const texts = ["", ".", "m", "1.5.1", "1 Mi", "x1", "1x", "1K", "1mi", "1MiB", "e3", "1e", "1ex", "1e3Mi", "--1"];
  expect(texts.filter((each) => quantityOf(each) !== undefined)).toEqual([]);
  expect(quantityProblems("cpu", "half")).toEqual([
    { propertyPath: "cpu", reason: expect.stringContaining('"half" is not a Kubernetes quantity') as string },
  ]);
});

test("a size is whole bytes that Kubernetes can count", () => {
  const told = (text: string) => reasons(sizeProblems("size", text, "10Gi"));
  expect(["1", "1e3", "8Gi", "9.2E", "7.99Ei"].flatMap(told)).toEqual([]);
  for (const fraction of ["1m", "5000u", "1n"]) {
    expect(told(fraction)).toEqual([`"${fraction}" is a fraction of a byte; use one such as 10Gi`]);
  }
  for (const none of ["0", "0.5", "-1", "8Ei", "large", "m"]) {
    expect(told(none)).toEqual([`"${none}" is not a size; use one such as 10Gi`]);
  }
  expect(sizeProblems("size", "1m", "10Gi")[0].propertyPath).toBe("size");
});

test.each<[text: string, seconds: number]>([
  ["0", 0],
  ["+0", 0],
  ["5s", 5],
  ["-1.5s", -1.5],
  [".5h", 1800],
  ["2.m", 120],
  ["10.25s", 10.25],
  ["1h30m15s", 5415],
  ["250ms", 0.25],
  ["15us", 15e-6],
  ["15µs", 15e-6],
  ["15μs", 15e-6],
  ["15ns", 15e-9],
])("the duration %s", (text, seconds) => {
  expect(durationOf(text)).toBeCloseTo(seconds, 12);
});

test("texts that are no duration", () => {
  const texts = ["", "5", "s", ".s", "1 s", "1d", "x5s", "5sx", "1h 30m", "1h30", "00", "--1s", "1.5.5s"];
  expect(texts.filter((each) => durationOf(each) !== undefined)).toEqual([]);
  expect(durationProblems("wait", "5", 0, 9)).toEqual([
    { propertyPath: "wait", reason: expect.stringContaining('"5" is not a Go duration') as string },
  ]);
});

test("a duration is within its bounds, which belong to it", () => {
  const told = (text: string) => reasons(durationProblems("wait", text, 1, 60));
  expect(["1s", "60s", "1m"].flatMap(told)).toEqual([]);
  expect([...told("999ms"), ...told("61s"), ...told("-2s")]).toEqual([
    '"999ms" is out of range; use 1s to 60s',
    '"61s" is out of range; use 1s to 60s',
    '"-2s" is out of range; use 1s to 60s',
  ]);
});

test("labels that Kubernetes takes", () => {
  const long = "a".repeat(63);
  const labels = {
    a: "",
    "A-b_c.9": "Z-y_x.0",
    [long]: long,
    "example.com/team": "a",
    "0/a": "0",
    [`${"a".repeat(253)}/b`]: "c",
    "a-1.b-2/c": "d",
  };
  expect(labelProblems("labels", labels)).toEqual([]);
});

test("keys and values that are none of a label's", () => {
  const long = "a".repeat(64);
  const keys = [
    "",
    "a b",
    "-a",
    "a-",
    "é",
    long,
    "a/b/c",
    "/a",
    "a/",
    "A.b/c",
    "-a/b",
    "a-/b",
    "a_b/c",
    "a..b/c",
    "a.-b/c",
  ];
  for (const key of [...keys, `${"a".repeat(254)}/b`, `a/${long}`]) {
    const [problem, ...more] = labelProblems("labels", { [key]: "a" });
    expect([problem, more]).toEqual([
      {
        propertyPath: "labels",
        reason: `${shown(key)} is not a label key; use one such as team or kubernetes.io/hostname`,
      },
      [],
    ]);
  }
  for (const value of ["a b", " ", "-a", "a-", ".a", "a_", "é", long, "a/b"]) {
    expect(labelProblems("labels", { team: value })).toEqual([
      {
        propertyPath: "labels.team",
        reason: `${shown(value)} is not a label value; use up to 63 of a-z, A-Z, 0-9, "-", "_" and ".", beginning and ending with a letter or a digit`,
      },
    ]);
  }
});

test("certificates are PEM, and nothing that is private beside them", () => {
  const pem = "-----BEGIN CERTIFICATE-----\nMIIB+/=\nabc09\n-----END CERTIFICATE-----";
  const key = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----";
  const right = [pem, `${pem}\n`, `\n ${pem}\r\n${pem}\n\n`, pem + pem];
  const none = [
    "",
    "MIIB",
    key,
    `${pem}\n${key}`,
    `${key}\n${pem}`,
    `x${pem}`,
    `${pem}x`,
    pem.replace("MIIB", "M*B"),
    "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
    pem.replace("-----\nM", "-----M"),
    pem.slice(0, -10),
  ];
  expect([...right, ...none].filter(isCertificatePem)).toEqual(right);
});
