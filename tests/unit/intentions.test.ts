import * as fc from "../generated";
import { describeEdgeChanges, describeEdges, edgeChanges, parseEdgeChanges } from "../../components/intentions/edges";
import { intentionProblems } from "../../components/intentions/intentionProblems";
import {
  Action,
  DENY_ALL,
  IntentionPermission,
  IntentionRule,
  mergeIntentions,
  tokensOf,
} from "../../components/intentions/intentions";
import { intentionWarnings } from "../../components/intentions/intentionWarnings";
import { CASES, known, permit } from "../intentionCases";

/** What closes each list of permissions: see `mergeIntentions`. */
const THE_REST = { action: "deny", http: { pathRegex: ".*" } };

const name = fc.constantFrom("web", "db", "traefik-system-ingress", "*");
const rules = fc.uniqueArray(
  fc.record({ source: name, destination: name, action: fc.constantFrom("allow" as const, "deny" as const) }),
  { selector: (rule) => `${rule.source} ${rule.destination}` },
);

test("the order of declaration changes nothing", () => {
  fc.assert(
    fc.property(
      rules.chain((r) => fc.tuple(fc.constant(r), fc.shuffledSubarray(r, { minLength: r.length }))),
      ([declared, shuffled]) => {
        expect(mergeIntentions(shuffled)).toEqual(mergeIntentions(declared));
      },
    ),
  );
});

test("each destination has one entry, and no rule is lost or invented", () => {
  fc.assert(
    fc.property(rules, (declared) => {
      const merged = mergeIntentions(declared);
      expect(new Set(merged.map((m) => m.destination.name)).size).toBe(merged.length);
      const edges = merged.flatMap((m) => m.sources.map((s) => `${s.name} ${m.destination.name} ${s.action}`));
      expect(edges.sort()).toEqual(declared.map((r) => `${r.source} ${r.destination} ${r.action}`).sort());
    }),
  );
});

test("an entry names the JWT providers of all its permissions", () => {
  const http = { pathPrefix: "/" };
  const jwt = (...names: string[]) => ({ providers: names.map((each) => ({ name: each })) });
  const [entry] = mergeIntentions([
    { source: "a", destination: "web", permissions: [{ action: "allow", http, jwt: jwt("login", "azure") }] },
    { source: "b", destination: "web" },
    {
      source: "c",
      destination: "web",
      permissions: [
        { action: "deny", http },
        { action: "allow", http, jwt: jwt("okta") },
      ],
    },
  ]);
  expect(tokensOf(entry)).toEqual(["login", "azure", "okta"]);
});

test("an L7 rule has permissions and no action; an L4 rule allows unless it says otherwise", () => {
  const permissions = [{ action: "allow" as const, http: { pathPrefix: "/", methods: ["GET"] } }];
  expect(
    mergeIntentions([
      { source: "traefik-system-ingress", destination: "web", permissions, description: "from outside" },
      { source: "web", destination: "db" },
      DENY_ALL,
    ]),
  ).toEqual([
    { destination: { name: "*" }, sources: [{ name: "*", action: "deny" }] },
    { destination: { name: "db" }, sources: [{ name: "web", action: "allow" }] },
    {
      destination: { name: "web" },
      sources: [
        { name: "traefik-system-ingress", permissions: [...permissions, THE_REST], description: "from outside" },
      ],
    },
  ]);
});

test.each(CASES.map(([what, rules, paths, refusedBy]) => ({ what, rules, paths, refusedBy })))(
  "judges $what",
  ({ rules: declared, paths, refusedBy }) => {
    const problems = intentionProblems(declared, known, "rules");
    expect(problems.map((p) => p.propertyPath)).toEqual(paths);
    expect(problems.map((p) => p.refusedBy)).toEqual(paths.map(() => refusedBy));
  },
);

test("deny-all is declared once", () => {
  const problems = intentionProblems([DENY_ALL], { ...known, denyAll: true }, "rules");
  expect(problems.map((p) => p.propertyPath)).toEqual(["rules[0]"]);
});

describe("rules of several owners", () => {
  const paths = (...prefixes: string[]) =>
    prefixes.map((pathPrefix) => ({ action: "allow" as const, http: { pathPrefix } }));
  const rule = (declaredAt: string, more: Partial<IntentionRule> = {}) => ({
    source: "web",
    destination: "rpc",
    declaredAt,
    ...more,
  });
  const permissions = fc.subarray(paths("/a", "/b", "/c"), { minLength: 1 });
  const owned = fc.array(
    fc.record({
      source: fc.constantFrom("web", "db"),
      destination: fc.constantFrom("web", "rpc"),
      permissions,
      declaredAt: fc.integer({ min: 0, max: 5 }).map((i) => `services[${i}].calls[0]`),
      description: fc.option(fc.constantFrom("a", "b"), { nil: undefined }),
    }),
    { maxLength: 8 },
  );

  test("the order of declaration changes nothing, and each permission of each owner is kept", () => {
    fc.assert(
      fc.property(
        owned.chain((r) => fc.tuple(fc.constant(r), fc.shuffledSubarray(r, { minLength: r.length }))),
        ([declared, shuffled]) => {
          expect(mergeIntentions(shuffled)).toEqual(mergeIntentions(declared));
          const opened = (rules: IntentionRule[]) =>
            new Set(
              rules.flatMap((r) =>
                r.permissions!.map((p) => `${r.source} ${r.destination} ${p.http.pathPrefix ?? p.action}`),
              ),
            );
          const merged = mergeIntentions(declared).flatMap((m) =>
            m.sources.map((s: any) => ({
              source: s.name,
              destination: m.destination.name,
              permissions: s.permissions,
            })),
          );
          const closing = declared.map((r) => `${r.source} ${r.destination} deny`);
          expect(opened(merged)).toEqual(new Set([...opened(declared), ...closing]));
        },
      ),
    );
  });

  test("those who agree have one rule", () => {
    const declared = [
      rule("rules[0]", { permissions: paths("/a") }),
      rule("web.calls[0]", { permissions: paths("/b") }),
    ];
    expect(intentionProblems(declared, known, "rules")).toEqual([]);
    expect(mergeIntentions(declared)).toEqual([
      { destination: { name: "rpc" }, sources: [{ name: "web", permissions: [...paths("/a", "/b"), THE_REST] }] },
    ]);
  });

  test.each<[string, Partial<IntentionRule>, Partial<IntentionRule>, string]>([
    ["allow and deny", { action: "deny" }, {}, "allow here, deny there"],
    ["all and some", { permissions: paths("/") }, {}, "allow here, 1 permission(s) there"],
    [
      "lists whose order would decide",
      { permissions: paths("/a") },
      { permissions: [{ action: "deny", http: { pathPrefix: "/" } }] },
      "1 permission(s) here, 1 permission(s) there",
    ],
  ])("those who contradict each other are both named: %s", (_, a, b, what) => {
    expect(intentionProblems([rule("rules[0]", a), rule("web.calls[0]", b)], known, "rules")).toEqual([
      {
        refusedBy: "us",
        propertyPath: "web.calls[0]",
        reason: `web → rpc contradicts rules[0]: ${what}; agree on one`,
      },
    ]);
  });

  test("one owner who says it twice is told so", () => {
    const [problem] = intentionProblems([rule("web.calls[0]"), rule("web.calls[1]")], known, "rules");
    expect(problem.propertyPath).toBe("web.calls[1]");
    expect(problem.reason).toContain("declared by web.calls[0] already");
  });
});

describe("warnings", () => {
  const permissions = (...list: [Action, object][]): IntentionRule[] => [
    { source: "web", destination: "rpc", permissions: list.map(([action, http]) => ({ action, http })) },
  ];
  const L7 = "rules[0].permissions[1]";
  const routed = { ...known, ingress: { name: "traefik-system-ingress", routed: new Set(["web"]) } };
  const x = { name: "x", present: true };

  test.each<[string, IntentionRule[], string[]]>([
    ["a path below one before it", permissions(["allow", { pathPrefix: "/" }], ["deny", { pathExact: "/a" }]), [L7]],
    ["the exception first", permissions(["deny", { pathExact: "/a" }], ["allow", { pathPrefix: "/" }]), []],
    ["a longer prefix", permissions(["allow", { pathPrefix: "/a" }], ["allow", { pathPrefix: "/ab" }]), [L7]],
    ["an expression below the root", permissions(["allow", { pathPrefix: "/" }], ["deny", { pathRegex: ".*" }]), [L7]],
    ["a path that may differ", permissions(["allow", { pathPrefix: "/a" }], ["deny", { pathRegex: "/a.*" }]), []],
    [
      "other methods",
      permissions(["allow", { pathPrefix: "/", methods: ["GET"] }], ["allow", { pathPrefix: "/a", methods: ["PUT"] }]),
      [],
    ],
    ["fewer methods", permissions(["allow", { pathPrefix: "/" }], ["allow", { methods: ["PUT"] }]), [L7]],
    ["more methods", permissions(["allow", { methods: ["PUT"] }], ["allow", { pathPrefix: "/" }]), []],
    ["a header more", permissions(["allow", { pathPrefix: "/" }], ["deny", { header: [x] }]), [L7]],
    ["a header less", permissions(["deny", { header: [x] }], ["allow", { pathPrefix: "/" }]), []],
    ["an allow for a route", [{ source: "traefik-system-ingress", destination: "web" }], []],
    ["an allow without a route", [{ source: "traefik-system-ingress", destination: "db" }], ["rules[0]"]],
    ["a deny without a route", [{ source: "traefik-system-ingress", destination: "db", action: "deny" }], []],
    ["an allow to the ingress", [{ source: "web", destination: "traefik-system-ingress" }], ["rules[0]"]],
    [
      "an allow that a wider one says",
      [
        { source: "web", destination: "db" },
        { source: "*", destination: "db" },
      ],
      ["rules[0]"],
    ],
    [
      "an allow that is an exception",
      [
        { source: "web", destination: "db" },
        { source: "*", destination: "db", action: "deny" },
        { source: "web", destination: "*" },
      ],
      [],
    ],
    [
      "a wide allow that no service is left for",
      [
        { source: "web", destination: "*" },
        { source: "*", destination: "db", action: "deny" },
        { source: "web", destination: "rpc", action: "deny" },
      ],
      ["rules[0]"],
    ],
  ])("%s", (_, declared, paths) => {
    expect(intentionWarnings(declared, routed, "rules").map((p) => p.propertyPath)).toEqual(paths);
  });
});

describe("edges", () => {
  const before = [
    DENY_ALL,
    permit({ pathPrefix: "/api/", methods: ["GET", "HEAD"] }),
    { source: "*", destination: "db" },
  ];

  test("in words", () => {
    expect(describeEdges(before)).toEqual([
      "deny * → *",
      "allow * → db",
      "allow traefik-system-ingress → web  GET|HEAD /api/*",
    ]);
    expect(
      describeEdges([
        permit(
          { pathExact: "/a", header: [{ name: "x", exact: "b", ignoreCase: true }] },
          { jwt: { providers: [{ name: "okta" }] } },
        ),
      ]),
    ).toEqual(['allow traefik-system-ingress → web  /a [x exact "b" in any case] with a token of okta']);
  });

  test("with the claims of a token, and in their order where one is asked for", () => {
    const jwt = { providers: [{ name: "okta", verifyClaims: [{ path: ["k8s", "team"], value: "a" }] }] };
    const [first, second]: IntentionPermission[] = [
      { action: "allow", http: { pathPrefix: "/a" }, jwt },
      { action: "allow", http: { pathPrefix: "/" } },
    ];
    const edges = (...permissions: IntentionPermission[]) =>
      describeEdges([{ source: "web", destination: "rpc", permissions }]);
    expect(edges(first, second)).toEqual([
      'allow web → rpc  allow /a* with a token of okta with k8s.team "a", then allow /*',
    ]);
    expect(edges(second, first)).not.toEqual(edges(first, second));
  });

  test("what a change opens and closes, as text and back", () => {
    const after = [
      permit({ pathPrefix: "/api/", methods: ["GET"] }),
      { source: "web", destination: "db", action: "deny" as const },
    ];
    const changes = edgeChanges(describeEdges(before), describeEdges(after));
    const text = describeEdgeChanges(changes);
    expect(text.split("\n")).toEqual([
      "intentions: 2 to open, 3 to close",
      "+ traefik-system-ingress → web  GET /api/*",
      "+ * → *  (no longer denied)",
      "- * → db",
      "- traefik-system-ingress → web  GET|HEAD /api/*",
      "- web → db  (denied)",
    ]);
    expect(parseEdgeChanges(text)).toEqual(changes);
    expect(describeEdgeChanges(edgeChanges(describeEdges(after), describeEdges(after)))).toBe(
      "intentions: no edge opens or closes",
    );
    expect(parseEdgeChanges("warning: something else")).toBeUndefined();
  });

  test("an order that decides is an edge of its own", () => {
    const list: IntentionPermission[] = [
      { action: "deny", http: { pathPrefix: "/admin" } },
      { action: "allow", http: { pathPrefix: "/" } },
    ];
    const rule = { source: "web", destination: "rpc" };
    const [a] = describeEdges([{ ...rule, permissions: list }]);
    expect(a).toBe("allow web → rpc  deny /admin*, then allow /*");
    expect(describeEdges([{ ...rule, permissions: [...list].reverse() }])).not.toContain(a);
  });
});
