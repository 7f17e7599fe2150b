import { describeEdges, rulesOf } from "../../components/intentions/edges";
import { DENY_ALL, IntentionPermission, IntentionRule, mergeIntentions } from "../../components/intentions/intentions";

const jwt = { providers: [{ name: "okta" }] };
const allow = (http: object, more: object = {}): IntentionPermission => ({ action: "allow", http, ...more });
const deny = (http: object): IntentionPermission => ({ action: "deny", http });
const web = (...permissions: IntentionPermission[]): IntentionRule[] => [
  { source: "web", destination: "rpc", permissions },
];

test.each<[what: string, rules: IntentionRule[], edges: string[]]>([
  ["whole services", [DENY_ALL, { source: "web", destination: "db" }], ["deny * → *", "allow web → db"]],
  ["an expression", web(allow({ pathRegex: "/v[0-9]+" })), ["allow web → rpc  ~/v[0-9]+"]],
  ["any path", web(allow({ methods: ["GET"] })), ["allow web → rpc  GET /*"]],
  ["a header", web(allow({ header: [{ name: "x", present: true }] })), ["allow web → rpc  /* [x]"]],
  [
    "a header that has not to be so",
    web(allow({ header: [{ name: "x", exact: "a", invert: true }] })),
    ['allow web → rpc  /* [not x exact "a"]'],
  ],
  ["only denials", web(deny({ pathExact: "/a" })), ["deny web → rpc  /a"]],
  [
    "one with a token among others",
    web(allow({ pathExact: "/a" }), allow({ pathExact: "/b" }, { jwt })),
    ["allow web → rpc  allow /a, then allow /b with a token of okta"],
  ],
  [
    "paths one by one",
    web(allow({ pathExact: "/a" }), allow({ pathExact: "/b" })),
    ["allow web → rpc  /a", "allow web → rpc  /b"],
  ],
])("what Consul has is told as what was declared: %s", (_, rules, edges) => {
  expect(describeEdges(rules)).toEqual(edges);
  expect(describeEdges(rulesOf(mergeIntentions(rules)))).toEqual(edges);
});

test("a list that was not made here is told whole, also where it denies everything", () => {
  const sources = [
    { name: "web", permissions: [deny({ pathRegex: ".*" })] },
    { name: "db", action: "allow" },
  ];
  expect(describeEdges(rulesOf([{ destination: { name: "rpc" }, sources }]))).toEqual([
    "allow db → rpc",
    "deny web → rpc  ~.*",
  ]);
});
