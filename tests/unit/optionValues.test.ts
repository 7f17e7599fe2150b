import { mayBeEmpty, OptionKind, Refused } from "../../components/routing/optionKinds";
import {
  isHeaderName,
  optionTags,
  regexProblems,
  textProblems,
  valueProblems,
} from "../../components/routing/optionValues";

const told = (value: unknown, kind: OptionKind) =>
  valueProblems(value, kind, "m").map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);

test("options are tags below their names, whatever they are nested in", () => {
  const options = { a: { b: 1, c: ["x", "y"], d: { e: undefined }, f: {} }, g: false, h: undefined, i: null, j: "" };
  expect(optionTags("m", options)).toEqual([
    "m.a.b=1",
    "m.a.c=x,y",
    "m.a.d=true",
    "m.a.f=true",
    "m.g=false",
    "m.i=null",
    "m.j=",
  ]);
  // As Traefik reads a plugin's lists of objects.
  expect(optionTags("m", { l: [{ a: 1, b: ["x", "y"] }, "z", null, [{ c: 2 }]] })).toEqual([
    "m.l[0].a=1",
    "m.l[0].b=x,y",
    "m.l[1]=z",
    "m.l[2]=null",
    "m.l[3][0].c=2",
  ]);
  expect(optionTags("m", undefined)).toEqual([]);
  expect(optionTags("m", {})).toEqual(["m=true"]);
});

/** Values of a kind that Traefik takes, and others with what is said of them. */
test.each<[kind: OptionKind, right: unknown[], wrong: [value: unknown, problem: string][]]>([
  [
    "text",
    ["", "a b", "\ta", "é"],
    [
      [1, "m: 1 is not a string; put it in quotes"],
      ["a\nb", "has a line break"],
      ["a ", "ends with a blank"],
      ["a\\", "or a backslash"],
    ],
  ],
  [
    "flag",
    [true, false],
    [
      ["true", 'm: "true" is not true or false'],
      [null, "null is not true or false"],
      [1, "1 is not true or false"],
    ],
  ],
  [
    "number",
    [0, 1, 2 ** 53 - 1],
    [
      [-1, "m: -1 is out of range; use a whole number from 0 on"],
      [1.5, "m: 1.5 is not a whole number"],
      ["1", 'm: "1" is not a whole number'],
      [2 ** 53, "is not a whole number"],
    ],
  ],
  ["positive", [1, 2], [[0, "m: 0 is out of range; use a whole number from 1 on"]]],
  [
    "size",
    [-1, 0, 1024],
    [
      [-2, "m: -2 is out of range; use a whole number from 0 on"],
      [1.5, "is not a whole number of bytes, or -1 for any number"],
    ],
  ],
  [
    "status",
    [200, 404, 599],
    [
      [199, "m: 199 is not a status that a response can have"],
      [600, "600 is not a status"],
      [200.5, "200.5 is not a status"],
      ["404", '"404" is not a status'],
    ],
  ],
  [
    "duration",
    [1, 30, "1", "10", "1ns", "0.5s", "1h30m", "2us", "2µs", "10ms", "1.25m"],
    [
      ["", 'm: "" is not a duration; use one such as 10s'],
      ["1 s", "is not a duration"],
      ["s", "is not a duration"],
      ["1d", "is not a duration"],
      ["1.s", "is not a duration"],
      ["x1s", "is not a duration"],
      ["1sx", "is not a duration"],
      [1.5, "1.5 is not a duration"],
      [-1, "-1 is not a duration"],
      [true, "true is not a duration"],
      [["1s"], '["1s"] is not a duration'],
      [0, "0 is zero to Traefik"],
      ["0s", "is zero to Traefik"],
      ["0.9ns", "is zero to Traefik"],
      ["0h0m0.0s", "is zero to Traefik"],
      ["2562048h", '"2562048h" is longer than Traefik can count'],
      [9223372037, "is longer than Traefik can count"],
    ],
  ],
  [
    "regex",
    ["", "^/a{2,3}$", "[0-9]+"],
    [
      [1, "m: 1 is not a string"],
      ["(", 'm: "(" is not a regular expression of Go\'s'],
      ["(?=a)", "is not a regular expression of Go's"],
      ["/{id:[0-9]+}", 'm: the braces in "/{id:[0-9]+}" are literal'],
      ["a ", "ends with a blank"],
    ],
  ],
  [
    "name",
    ["X-User", "a_b", "!#$%&'*+^`|~"],
    [
      ["", 'm: "" is not a name; use one such as X-User'],
      ["a b", "is not a name"],
      [" a", "is not a name"],
      ["a:", "is not a name"],
      ["a.b", "is not a name"],
      [1, "1 is not a name"],
    ],
  ],
  [
    "list",
    [["a"], ["a b", "c"]],
    [
      ["a", 'm: "a" is not a list of strings'],
      [{ 0: "a" }, "is not a list of strings"],
      [[], "m: is empty, which a tag cannot say"],
      [["a", 1], "m[1]: 1 is not a string; put it in quotes"],
      [["a,b"], 'm[0]: "a,b" has a comma'],
      [[""], 'm[0]: "" is empty or has a blank at an end'],
      [[" a"], 'm[0]: " a" is empty or has a blank at an end'],
      [["a "], "has a blank at an end"],
      [["a", "b\\"], "m[1]: ends with a blank or a backslash"],
    ],
  ],
  ["names", [["X-A", "b"]], [[["a", "X A"], 'm[1]: "X A" is not a name']]],
  [
    "regexes",
    [["a.*", "^b$"]],
    [
      [["a", "("], 'm[1]: "(" is not a regular expression'],
      [["a\\\\"], "m[0]: ends with a blank or a backslash"],
      [["a\nb"], "m[0]: has a line break"],
    ],
  ],
  [
    "statuses",
    [["404", "100", "500-599", "500-600", "404-404"]],
    [
      [["404", "99"], 'm[1]: "99" is not a status or a range of them'],
      [["600"], "is not a status or a range"],
      [["4040"], "is not a status or a range"],
      [["x404"], "is not a status or a range"],
      [["404-"], "is not a status or a range"],
      [["404-700"], "is not a status or a range"],
      [["404-4999"], "is not a status or a range"],
      [["5x0"], "is not a status or a range"],
      [["50x"], "is not a status or a range"],
      [["500-5x9"], "is not a status or a range"],
      [["500-59x"], "is not a status or a range"],
      [["599-500"], 'm[0]: "599-500" has nothing in it; write 500-599'],
    ],
  ],
  ["addresses", [["10.0.0.0/8", "::1"]], [[["::1", "10.0.0.0/33"], 'm[1]: "10.0.0.0/33" is not an address']]],
  [
    "map",
    [{ "X-A": "", b: undefined }],
    [
      ["a", 'm: "a" is not an object'],
      [null, "m: null is not an object"],
      [["a"], 'm: ["a"] is not an object'],
      [{}, "m: is empty, which Traefik treats as an error"],
      [{ a: undefined }, "m: is empty"],
      [{ a: 1 }, "m.a: 1 is not a string"],
      [{ "a b": "c" }, 'm: "a b" cannot be a name in a tag'],
      [{ "X-A": "1", b: "2", "x-a": "3" }, 'm.x-a: is "X-A" too, which is the same name'],
    ],
  ],
  [
    "rewrites",
    [{ 404: 200, "500-599": 503 }],
    [
      [{ abc: 200 }, 'm: "abc" is not a status or a range'],
      [{ 404: 99 }, "m.404: 99 is not a status"],
    ],
  ],
  [
    { a: "flag", Bc: "number", old: new Refused("is gone") },
    [{ a: true }, { a: undefined, Bc: 1 }],
    [
      ["a", 'm: "a" is not an object'],
      [null, "m: null is not an object"],
      [[], "m: [] is not an object"],
      [{}, "m: has no option, which Traefik treats as an error"],
      [{ a: undefined }, "m: has no option"],
      [{ a: 1 }, "m.a: 1 is not true or false"],
      [{ b: 1 }, 'm.b: is not an option here; did you mean "a"?'],
      [{ constructor: 1 }, "m.constructor: is not an option here"],
      [{ olds: 1 }, 'm.olds: is not an option here; did you mean "'],
      [{ old: 1 }, "m.old: is gone"],
    ],
  ],
  [mayBeEmpty({ a: "flag" }), [{}, { a: undefined }], [[{ b: 1 }, "m.b: is not an option here"]]],
  [{}, [], [[{ b: 1 }, "m.b: is not an option here; it takes none"]]],
  [
    "any",
    [{ geo: { a: 1, b: true, c: ["x", 2], d: { "x-y_z": "é" }, e: [{ f: [{ g: "h,i" }] }, "j,k"], l: undefined } }, {}],
    [
      [{ geo: { a: "b " } }, "m.geo.a: ends with a blank"],
      [{ geo: { a: { b: ["c,d"] } } }, 'm.geo.a.b[0]: "c,d" has a comma'],
      [{ geo: { a: [] } }, "m.geo.a: is empty, which a tag cannot say"],
      [{ geo: { Key: 1, b: 2, key: 3 } }, 'm.geo.key: is "Key" too, which is the same name'],
      [{ geo: [{ b: { Key: 1, key: 3 } }] }, 'm.geo[0].b.key: is "Key" too, which is the same name'],
      [{ geo: { a: [{ b: "c" }, { b: "d\n" }] } }, "m.geo.a[1].b: has a line break"],
      ...["a.b", "a[0]", "a]", "a=", "a b", ""].map((key): [unknown, string] => [
        { geo: { [key]: 1 } },
        `m.geo: "${key}" cannot be a name in a tag`,
      ]),
    ],
  ],
  [new Refused("is gone"), [undefined], [["a", "m: is gone"]]],
])("values of the kind %j", (kind, right, wrong) => {
  expect(told(undefined, kind)).toEqual([]);
  expect(right.flatMap((value) => told(value, kind))).toEqual([]);
  for (const [value, problem] of wrong) {
    expect([value, told(value, kind)]).toEqual([value, [expect.stringContaining(problem)]]);
  }
});

test("no option that is refused is proposed for another", () => {
  expect(told({ older: 1 }, { old: new Refused("is gone"), zzz: "flag" })).toEqual([
    'm.older: is not an option here; did you mean "zzz"?',
  ]);
});

test("texts that a header and a tag can carry", () => {
  const right = ["", "a", "a\tb", " a", "a\\b", "é"];
  expect(right.flatMap((text) => textProblems(text, "m"))).toEqual([]);
  for (const text of ["\0", "a\x08b", "a\nb", "a\x1fb", "a\x7fb", "a\r", "\n"]) {
    expect(textProblems(text, "m")).toEqual([
      { propertyPath: "m", reason: expect.stringContaining("control character") as string },
    ]);
  }
  for (const text of ["a ", "a\t", "a\\", " "]) {
    expect(textProblems(text, "m")).toEqual([
      { propertyPath: "m", reason: expect.stringContaining("ends with a blank or a backslash") as string },
    ]);
  }
});

test("names of headers and methods", () => {
  const names = ["GET", "x-a_b", "!"];
  expect([...names, "", "a b", "a\n", "(a", "a:"].filter(isHeaderName)).toEqual(names);
});

test("a template's braces are told, and those of an expression are not", () => {
  expect(regexProblems("/[0-9]{3}", "m")).toEqual([]);
  expect(regexProblems("/{id}", "m")).toEqual([
    { propertyPath: "m", reason: expect.stringContaining('the braces in "/{id}" are literal') as string },
  ]);
});
