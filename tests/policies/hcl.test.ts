import { blocks, cases, passes, useAnalyzer } from "./cases";
import { file, good, HCL, RUN, servers } from "./serversByHand";

useAnalyzer();
const rules = (text: string) => ({ type: "consul:index/aclPolicy:AclPolicy", name: "p", props: { rules: text } });
const WRITES = 'operator = "write"';

/** How Consul reads its language, by rules in it: what follows each part is read too. */
cases("no-acl-for-everything", [
  ...[
    'operator = "write"',
    "operator=write",
    'operator: "write"',
    '"operator" = "write"',
    '# a\noperator = "write"',
    '// a {\noperator = "write"',
    '/* {\n * "a\n */ operator = "write"',
    '/* a */ /* b */ operator = "write"',
    'key "a" { policy = "read" } operator = "write"',
    'key "a" "b" { policy = "read" }, operator = "write"',
    'a = ["b", "c"] operator = "write"',
    'a = [] operator = "write"',
    'a = [\n"b",\n["c"],\n{ d = 1 },\n] operator = "write"',
    'a = -1.5, b = +2, c = true operator = "write"',
    'a = "b \\" }"\noperator = "write"',
    'a = <<EOF\n{\nEOF\noperator = "write"',
    'a = <<-END\n  {\n  ENDS\n    END\noperator = "write"',
    "operator = <<X\nwrite\nX",
    'operator = "write" a = <<EOF\nx\nx\nEOF',
    '{"operator": "write"}',
  ].map((text) => blocks(text, [rules(text)], WRITES)),
  ...[
    '/* operator = "write" */',
    '// operator = "write"',
    'a = <<EOF\noperator = "write"\nEOF',
    "",
    'a = ["operator"]',
    "null",
  ].map((text) => passes(text || "no rules", [rules(text)])),
  blocks("thousands of keys", [rules([...Array(5000).keys(), 'operator = "write"'].join(" = 1\n"))], WRITES),
  blocks("what stands several times", [rules('namespace "a" { acl = "write" } namespace "b" { a = 1 }')], "acl ="),
  ...[
    ...[
      "service",
      'service "a"',
      'service "a" {',
      "operator =",
      "a = [",
      'a = ["b"',
      "a = [ }",
      "a = }",
      "a = ,",
      "= a",
    ],
    ...[
      "a = 1 }",
      'a = "b',
      "a $ b",
      "a = 1 ]",
      "{ a = 1 }",
      "a = <<EOF\nx",
      'a = "b\nc"',
      'a = "\\x41"',
      "a = <<EOF\nx\nEOFS",
      "[a] = 1",
      "/* a",
    ],
  ].map((text) => blocks(`what is none: ${text}`, [rules(text)], "its rules cannot be read")),
]);

const flag = (text: string) => [servers({ command: [...RUN, `-hcl=${text}`] }), good];
cases("consul-tls", [
  passes("numbers and what is true or false", [servers({ command: RUN }), file(HCL, "a.hcl")]),
  passes("numbers in other settings", flag("limits { a = 1.5, b = 10, c = 1e3 } ports { http = -1 }")),
  blocks("another number", flag("ports { http = 18500 }"), "ports.http is 18500, not -1"),
  blocks("a list", flag("ports { http = [8500, 8501] }"), "ports.http is [8500,8501], not -1"),
  blocks("no list", flag("ports { http = [] }"), "ports.http is [], not -1"),
  blocks("a text", flag('ports { http = "-1" }'), 'ports.http is "…", not -1'),
  blocks("false", flag("tls { defaults { verify_outgoing = false } }"), "verify_outgoing is false"),
]);
