import { blocks, cases, passes, useAnalyzer } from "./cases";

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
  ].map((text) => passes(text || "no rules", [rules(text)])),
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
    ...["a = 1 }", 'a = "b', "a $ b", "a = 1 ]", "{ a = 1 }", "a = <<EOF\nx", "a = <<EOF\nx\nEOFS", "[a] = 1", "/* a"],
  ].map((text) => blocks(`what is none: ${text}`, [rules(text)], "its rules cannot be read")),
]);
