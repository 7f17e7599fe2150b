import { expressionProblems } from "../../components/shared/expressions";

type Of = Parameters<typeof expressionProblems>[0];
const told = (of: Of, expression: string) => expressionProblems(of, expression, "m").map(({ reason }) => reason);

test.each<[of: Of, right: string[]]>([
  [
    "circuitBreaker",
    [
      "NetworkErrorRatio() > 0.30",
      " NetworkErrorRatio( )>.5 ",
      "NetworkErrorRatio() < 2.",
      "NetworkErrorRatio() == 25e-2",
      "NetworkErrorRatio() != 2.5E+1 && NetworkErrorRatio() <= .25e10",
      "LatencyAtQuantileMS(50.0) > 100",
      "LatencyAtQuantileMS(99.9) >= 9223372036854775807",
      "ResponseCodeRatio(500, 600,0 , 600) > 0.25",
      "(((NetworkErrorRatio() < 0.1)))",
      "(NetworkErrorRatio() < 0.1 || LatencyAtQuantileMS(50.) > 017) && NetworkErrorRatio() > 0.2 || NetworkErrorRatio() > .9",
    ],
  ],
  [
    "buffering",
    [
      "IsNetworkError()",
      "IsNetworkError() && Attempts() < 2 && ResponseCode() == 503",
      "Attempts() <= 0 || (ResponseCode() > 499)",
      'RequestMethod() == "GET"',
      "\tIsNetworkError() &&\r\n Attempts() < 2\n",
      "RequestMethod() != `a \\`",
      'RequestMethod() == "a \\" b"',
    ],
  ],
])("Traefik takes these of %s", (of, right) => {
  expect(right.filter((each) => told(of, each).length > 0)).toEqual([]);
});

test.each<[of: Of, reason: string, wrong: string]>([
  ["circuitBreaker", "a function is expected at its end", ""],
  ["circuitBreaker", "a function is expected at its end", "NetworkErrorRatio() >"],
  ["circuitBreaker", "a function is expected at its end", "("],
  ["circuitBreaker", "a function is expected before )", "()"],
  ["circuitBreaker", "a function is expected before >", "> 0.5"],
  ["circuitBreaker", "a function is expected before &&", "NetworkErrorRatio() > && 0.5"],
  ["circuitBreaker", "cannot be read from > 0.5 on", "NetworkErrorRatio()\u00a0> 0.5"],
  ["circuitBreaker", "cannot be read from ! on", "NetworkErrorRatio() > 0.5 && !"],
  ["circuitBreaker", "cannot be read from = 0.5 on", "NetworkErrorRatio() = 0.5"],
  ["circuitBreaker", "cannot be read from -0.5 on", "NetworkErrorRatio() > -0.5"],
  ["buffering", 'cannot be read from "GET on', 'RequestMethod() == "GET'],
  ["circuitBreaker", '"(" is expected at its end', "NetworkErrorRatio"],
  ["circuitBreaker", '"(" is expected before >', "NetworkErrorRatio > 0.5"],
  ["circuitBreaker", '")" is expected at its end', "NetworkErrorRatio("],
  ["circuitBreaker", '")" is expected at its end', "(NetworkErrorRatio() > 0.5"],
  ["circuitBreaker", '"," is expected before 600', "ResponseCodeRatio(500 600, 0, 600) > 0.5"],
  ["circuitBreaker", '"," is expected at its end', "LatencyAtQuantileMS(50.0"],
  ["circuitBreaker", "&& or || is expected before )", "NetworkErrorRatio() > 0.5)"],
  ["circuitBreaker", "&& or || is expected before NetworkErrorRatio", "NetworkErrorRatio() > 0.5 NetworkErrorRatio()"],
  ["circuitBreaker", "banana is not a function here; there are NetworkErrorRatio, ResponseCodeRatio, ", "banana() > 1"],
  ["circuitBreaker", "constructor is not a function here", "constructor() > 1"],
  ["circuitBreaker", "Attempts is not a function here", "Attempts() < 2"],
  ["buffering", "there are IsNetworkError, Attempts, ResponseCode, RequestMethod", "_1() > 1"],
  ["circuitBreaker", "NetworkErrorRatio takes nothing between", "NetworkErrorRatio(1) > 0.5"],
  ["circuitBreaker", "takes a decimal such as 0.5 between", "LatencyAtQuantileMS(50) > 100"],
  ["circuitBreaker", "takes a decimal such as 0.5 between", "LatencyAtQuantileMS() > 100"],
  ["circuitBreaker", "takes a decimal such as 0.5 between", "LatencyAtQuantileMS(NetworkErrorRatio) > 100"],
  [
    "circuitBreaker",
    "takes a whole number, a whole number, a whole number, a whole number between",
    "ResponseCodeRatio(500, 600) > 0.5",
  ],
  ["circuitBreaker", "it is a ratio, not a condition", "NetworkErrorRatio()"],
  ["buffering", "it is a number, not a condition", "Attempts()"],
  ["buffering", "it is a word, not a condition", "RequestMethod()"],
  ["circuitBreaker", "it is a decimal such as 0.5, not a condition", ".5"],
  ["circuitBreaker", "a decimal such as 0.5 is left of <, where a function belongs", "0.5 < NetworkErrorRatio()"],
  ["buffering", "a whole number is left of ==", "1 == Attempts()"],
  ["buffering", 'a text in quotes such as "GET" is left of ==', '"GET" == RequestMethod()'],
  ["buffering", "a condition is left of ==", "IsNetworkError() == 1"],
  ["circuitBreaker", "a condition is left of <", "NetworkErrorRatio() > 0.1 < 0.5"],
  [
    "circuitBreaker",
    "> compares a ratio with a decimal such as 0.5, not with a whole number",
    "NetworkErrorRatio() > 1",
  ],
  ["buffering", "< compares a number with a whole number, not with a decimal", "Attempts() < 1.5"],
  ["buffering", "not with a decimal", "Attempts() < 1e3"],
  ["buffering", 'not with a text in quotes such as "GET"', "Attempts() < `1`"],
  ["buffering", "not with a number", "Attempts() < ResponseCode()"],
  ["buffering", "== compares a word with a text in quotes", "RequestMethod() == 1"],
  ["buffering", "words are compared by == and !=, not by <", 'RequestMethod() < "GET"'],
  ["buffering", "&& joins conditions, and one side is a number", "IsNetworkError() && Attempts()"],
  ["buffering", "|| joins conditions, and one side is a number", "Attempts() || IsNetworkError()"],
  ["buffering", "|| joins conditions, and one side is a word", "Attempts() > 1 && IsNetworkError() || RequestMethod()"],
  // Beyond Go's int, and no octal number: Traefik cannot start with them.
  ["buffering", "a function is expected before 9223372036854775808", "Attempts() < 9223372036854775808"],
  ["buffering", "a function is expected before 08", "Attempts() < 08"],
  ["buffering", "a function is expected before 0019", "Attempts() < 0019"],
])("a condition of %s is told that %s: %s", (of, reason, wrong) => {
  expect(told(of, wrong)).toEqual([expect.stringContaining(reason)]);
});

test("a problem says where it is, and what to write there", () => {
  expect(expressionProblems("circuitBreaker", "banana", "m.expression")).toEqual([
    {
      propertyPath: "m.expression",
      reason: expect.stringMatching(/^"banana" is not .* NetworkErrorRatio\(\) > 0\.30$/),
    },
  ]);
  expect(told("buffering", "banana")).toEqual([expect.stringMatching(/IsNetworkError\(\) && Attempts\(\) < 2$/)]);
});
