import { parseRule, printRule, ruleHolds } from "../../components/routing/ruleSyntax";

const again = (rule: string) => printRule(parseRule(rule));

test.each<[rule: string, printed: string]>([
  ["Host(`a`)", "Host(`a`)"],
  [' Host ( "a" ) ', "Host(`a`)"],
  ["\tHost(\t`a` )&&\tB(`b`)\t", "Host(`a`) && B(`b`)"],
  ["Host()", "Host()"],
  ["Header(`A`,'b')".replaceAll("'", "`"), "Header(`A`, `b`)"],
  ['Query(`a`, "b`\\"\\\\", ``)', 'Query(`a`, "b`\\"\\\\", ``)'],
  ["Path(`/(a && b)`)", "Path(`/(a && b)`)"],
  ["X1_y(`a\nb`)", "X1_y(`a\nb`)"],
  ["!Host(`a`)", "!Host(`a`)"],
  ["! !(Host(`a`))", "!!Host(`a`)"],
  ["((A(`a`)))", "A(`a`)"],
  ["A(`a`)||B(`b`)&&C(`c`)", "A(`a`) || B(`b`) && C(`c`)"],
  ["A(`a`) && B(`b`) || C(`c`)", "A(`a`) && B(`b`) || C(`c`)"],
  ["(A(`a`) || B(`b`)) && C(`c`)", "(A(`a`) || B(`b`)) && C(`c`)"],
  ["A(`a`) && (B(`b`) || C(`c`))", "A(`a`) && (B(`b`) || C(`c`))"],
  ["(A(`a`) && B(`b`)) && (C(`c`) && D(`d`))", "A(`a`) && B(`b`) && C(`c`) && D(`d`)"],
  ["A(`a`) || (B(`b`) || C(`c`))", "A(`a`) || B(`b`) || C(`c`)"],
  ["!(A(`a`) && B(`b`))", "!(A(`a`) && B(`b`))"],
  ["!(A(`a`) || !B(`b`))", "!(A(`a`) || !B(`b`))"],
])("%s is the rule %s", (rule, printed) => {
  expect(again(rule)).toBe(printed);
  expect(again(printed)).toBe(printed);
});

test("&& binds before ||, both to the left", () => {
  const match = (name: string) => ({ kind: "match", name, args: [name] });
  expect(parseRule("A(`A`) || B(`B`) && !C(`C`) || D(`D`)")).toEqual({
    kind: "or",
    left: {
      kind: "or",
      left: match("A"),
      right: { kind: "and", left: match("B"), right: { kind: "not", of: match("C") } },
    },
    right: match("D"),
  });
});

test.each<[rule: string, reason: string]>([
  ["", "a matcher is expected at its end"],
  [" ", "a matcher is expected at its end"],
  ["Host(`a`) &&", "a matcher is expected at its end"],
  ["Host(`a`) && || Host(`b`)", "a matcher is expected before ||"],
  ["()", "a matcher is expected before )"],
  ["1Host(`a`)", "a matcher is expected before 1Host"],
  ["Ho-st(`a`)", "a matcher is expected before Ho-st"],
  ["`a`", "a matcher is expected before `a`"],
  ["Host", '"(" is expected at its end'],
  ["Host `a`", '"(" is expected before `a`'],
  ["(Host(`a`)", '")" is expected at its end'],
  ["(Host(`a`) Host(`b`))", '")" is expected before Host'],
  ["Host(`a` `b`)", '"," is expected before `b`'],
  ["Host(`a`", '"," is expected at its end'],
  ["Host(", "a value in backticks is expected in Host(…)"],
  ["Host(a)", "a value in backticks is expected in Host(…)"],
  ["Host(`a`,)", "a value in backticks is expected in Host(…)"],
  ["Host(a`b`)", "a value in backticks is expected in Host(…)"],
  ["Host(`a`)) ", "&& or || is expected before )"],
  ["Host(`a`) Host(`b`)", "&& or || is expected before Host"],
  ["Host(`a`) & Host(`b`)", "it cannot be read from & Host(`b`) on"],
  ["Host(`a`) | Host(`b`)", "it cannot be read from | Host(`b`) on"],
  ["Host(`a", "it cannot be read from `a on"],
  ['Host("a\\")', 'it cannot be read from "a\\") on'],
  ['Host("a\nb")', "it cannot be read from"],
  ["Host(`a`)\n&& Host(`b`)", "it has a line break; write it in one line (>- in YAML)"],
  ["Host(`a`) && \t\r\nHost(`b`)", "it has a line break; write it in one line (>- in YAML)"],
  ["Host(`a`)\n", "it has a line break; write it in one line (>- in YAML)"],
  ["\nHost(`a`)", "it has a line break; write it in one line (>- in YAML)"],
  ["Host(`a`) && & \nHost(`b`)", "it cannot be read from & \nHost(`b`) on"],
  ["Host(`a`)\u00a0&& Host(`b`)", "it cannot be read from && Host(`b`) on"],
  ["Host(`a`)\v", "it cannot be read from  on"],
])("%s is no rule: %s", (rule, reason) => {
  expect(() => parseRule(rule)).toThrow(reason);
});

test.each<[rule: string, holds: boolean | undefined]>([
  ["Yes(`a`)", true],
  ["No(`a`)", false],
  ["Unknown(`a`)", undefined],
  ["!Yes(`a`)", false],
  ["!No(`a`)", true],
  ["!Unknown(`a`)", undefined],
  ["Yes(`a`) && Yes(`a`)", true],
  ["Yes(`a`) && No(`a`)", false],
  ["Unknown(`a`) && No(`a`)", false],
  ["Unknown(`a`) && Yes(`a`)", undefined],
  ["No(`a`) || No(`a`)", false],
  ["No(`a`) || Yes(`a`)", true],
  ["Unknown(`a`) || Yes(`a`)", true],
  ["Unknown(`a`) || No(`a`)", undefined],
])("%s holds: %s", (rule, holds) => {
  const matches = (name: string, args: readonly string[]) => {
    expect(args).toEqual(["a"]);
    return name === "Unknown" ? undefined : name === "Yes";
  };
  expect(ruleHolds(parseRule(rule), matches)).toBe(holds);
});
