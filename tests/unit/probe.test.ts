import { execFileSync } from "node:child_process";
import { IntentionRule } from "../../components";
import { decider } from "../../components/intentions/decision";
import { DENY_ALL, mergeIntentions } from "../../components/intentions/intentions";
import { serviceTags } from "../../components/routing/serviceTags";
import type { Declared, DeclaredService } from "../../tools/access/declared";
import type { Asked } from "../../tools/probe/ask";
import { outcomeOf } from "../../tools/probe/outcome";
import { describeCall, planOf, Question } from "../../tools/probe/plan";
import { details, exitCode, leftOver, outcomes, summary, table } from "../../tools/probe/report";
import { answersIn, scriptOf } from "../../tools/probe/script";
import { junit } from "../../tools/verify/report";

const INGRESS = "traefik-system-ingress";
const service = (name: string, protocol = "http", tags: readonly string[] = []): DeclaredService => ({
  name,
  protocol,
  namespace: "shop",
  workloads: [{ kind: "Deployment", name, namespace: "shop", replicas: 1, tags }],
});
const routed = (name: string, ...routes: object[]) => service(name, "http", serviceTags(name, { routes }));

function declared(services: readonly DeclaredService[], rules: readonly IntentionRule[]): Declared {
  return {
    stack: "mesh/test",
    mesh: undefined,
    ingress: { namespace: "traefik", serviceName: INGRESS, replicas: 1, dashboard: false, caCertificate: "" },
    services,
    entries: mergeIntentions(rules).map((spec) => ({
      kind: "ServiceIntentions",
      namespace: "consul-system",
      name: spec.destination.name,
      spec: spec as unknown as Record<string, unknown>,
    })),
    jobs: [],
    teams: [],
    networkPolicies: [],
    pending: [],
  };
}

const PAIR = [service("web"), service("orders")];
const on = (http: object, action = "allow", more = {}) => ({ action, http, ...more });
const by = (...permissions: object[]) =>
  ({ source: "web", destination: "orders", permissions }) as unknown as IntentionRule;
const plan = (services: readonly DeclaredService[], rules: readonly IntentionRule[], unsafe = false) =>
  planOf(declared(services, [...rules, DENY_ALL]), { unsafe });
/** What is asked of `orders`, by `source`, and what is expected. */
function asked(rules: readonly IntentionRule[], { source = "web", services = PAIR, unsafe = false } = {}): string[] {
  return plan(services, rules, unsafe)
    .questions.filter((each) => each.source === source && each.destination === "orders")
    .map(({ http, expected }) => `${expected} ${describeCall(http)}`);
}
const ELSEWHERE = "deny GET /mesh-probe-elsewhere";

describe("what is asked", () => {
  test("each service asks each other one, Traefik those with a route, and nobody himself", () => {
    const services = [routed("web", { host: "shop.example.com" }), service("orders"), service("ledger", "tcp")];
    const { questions, left } = plan(services, [{ source: INGRESS, destination: "web" }]);
    expect(questions.map(({ source, destination, expected }) => `${source} ${destination} ${expected}`)).toEqual([
      "web orders deny",
      "web ledger deny",
      "orders web deny",
      "orders ledger deny",
      "ledger web deny",
      "ledger orders deny",
      `${INGRESS} web allow`,
    ]);
    expect(left.map(({ source, destination, why }) => [source, destination, why])).toEqual([
      [INGRESS, "orders", "no route leads there"],
      [INGRESS, "ledger", "no route leads there"],
    ]);
  });

  test("who is called outside the stack, and who hands on to others, is told and not asked", () => {
    const its = declared(PAIR, [
      { source: "web", destination: "payments" },
      { source: "web", destination: "orders" },
      DENY_ALL,
    ]);
    const splits = [{ weight: 90 }, { weight: 10, service: "orders-next" }];
    const entry = { kind: "ServiceSplitter", namespace: "consul-system", name: "orders", spec: { splits } };
    const { questions, left } = planOf({ ...its, entries: [...its.entries, entry] }, { unsafe: false });
    expect(questions.map(({ source, destination }) => `${source} ${destination}`)).toEqual(["orders web"]);
    expect(left.map(({ source, destination, why }) => [source, destination, why])).toEqual([
      ["web", "orders", "its traffic is sent on, to orders-next too"],
      [INGRESS, "web", "no route leads there"],
      [INGRESS, "orders", "its traffic is sent on, to orders-next too"],
      ["web", "payments", "payments is not a service of this stack"],
    ]);
  });

  test.each<[what: string, rules: IntentionRule[], expected: string[]]>([
    ["a whole service by one request", [{ source: "web", destination: "orders" }], ["allow GET /"]],
    ["what no rule speaks of too", [], ["deny GET /"]],
    [
      "an exact path, and more than it",
      [by(on({ pathExact: "/a" }))],
      ["allow GET /a", "deny GET /a/mesh-probe-elsewhere", ELSEWHERE],
    ],
    [
      "a beginning, and more than it",
      [by(on({ pathPrefix: "/a/" }))],
      ["allow GET /a/", "allow GET /a/mesh-probe-elsewhere", ELSEWHERE],
    ],
    ["an expression by a path that it matches", [by(on({ pathRegex: "/v[1]/x" }))], ["allow GET /v1/x", ELSEWHERE]],
    [
      "an exception before the rest, and no path that no permission matches where there is none",
      [by(on({ pathExact: "/a" }, "deny"), on({ pathPrefix: "/" }))],
      ["deny GET /a", "allow GET /a/mesh-probe-elsewhere", "allow GET /", "allow GET /mesh-probe-elsewhere"],
    ],
    [
      "each safe method, and one that is not named",
      [by(on({ pathExact: "/a", methods: ["GET", "OPTIONS"] }))],
      [
        "allow GET /a",
        "allow OPTIONS /a",
        "deny HEAD /a",
        "deny GET /a/mesh-probe-elsewhere",
        "deny OPTIONS /a/mesh-probe-elsewhere",
        "deny HEAD /a/mesh-probe-elsewhere",
        ELSEWHERE,
      ],
    ],
    [
      "a header as it is to be, without it, and otherwise",
      [by(on({ pathRegex: "/a", header: [{ name: "X-Team", prefix: "shop" }] }))],
      ["allow GET /a [x-team: shop]", "deny GET /a", "deny GET /a [x-team: mesh-probe]", ELSEWHERE],
    ],
    [
      "a header that is not to be there",
      [by(on({ pathRegex: "/a", header: [{ name: "x", present: true, invert: true }] }))],
      ["allow GET /a", "deny GET /a [x: mesh-probe]", ELSEWHERE],
    ],
    [
      "a token by a request without one",
      [by(on({ pathRegex: "/a" }, "allow", { jwt: { providers: [{ name: "okta" }] } }))],
      ["deny GET /a", ELSEWHERE],
    ],
  ])("%s", (_, rules, expected) => {
    expect(asked(rules)).toEqual(expected);
    // Whatever is expected is what the rules decide.
    const decide = decider([...rules, DENY_ALL]);
    for (const each of plan(PAIR, rules).questions) {
      expect(each.expected).toBe(decide(each));
    }
  });

  test("methods that may change something are sent where it is asked for, and told of else", () => {
    const rules = [by(on({ pathRegex: "/a", methods: ["POST", "TRACE"] }))];
    expect(asked(rules)).toEqual(["deny GET /a", ELSEWHERE]);
    const left = plan(PAIR, rules).left.filter(
      ({ destination, source }) => destination === "orders" && source === "web",
    );
    expect(left.map(({ what, why }) => `${what}: ${why}`)).toEqual([
      "POST /a: POST may change something; it is sent with --unsafe-methods",
      "TRACE /a: TRACE is never sent",
    ]);
    expect(asked(rules, { unsafe: true })).toEqual(["allow POST /a", "deny GET /a", ELSEWHERE]);
  });

  test("what cannot be asked is told with its reason", () => {
    const rules = [
      by(on({ pathRegex: "/a", header: [{ name: "X-Forwarded-For", present: true }] })),
      { ...by(on({ pathRegex: "/\\p{Greek}" })), source: "nightly" },
    ];
    expect(asked(rules)).toEqual([ELSEWHERE]);
    expect(plan(PAIR, rules).left.map(({ source, why }) => `${source}: ${why}`)).toEqual(
      expect.arrayContaining([
        "web: the header X-Forwarded-For is set on the way",
        "nightly: nightly is not a service of this stack with pods to ask from",
      ]),
    );
    const special = plan(PAIR, [by(on({ pathRegex: "/\\p{Greek}" }))]).left.map(({ why }) => why);
    expect(special).toContainEqual(expect.stringMatching(/^no request was found that it decides/));
  });

  test("of a tcp service a connection, by the name of the rule that decides", () => {
    const services = [service("web"), service("orders", "tcp")];
    const [question] = plan(services, [{ source: "*", destination: "orders" }]).questions;
    expect(question.http).toBeUndefined();
    expect(question).toMatchObject({ expected: "allow", by: "allow * → orders" });
  });

  test("a mesh without deny-all and without ACLs lets in whom no rule speaks of", () => {
    const open = declared(PAIR, []);
    const mesh = { acls: false } as Declared["mesh"];
    expect(planOf({ ...open, mesh }, { unsafe: false }).questions[0].expected).toBe("allow");
    expect(planOf({ ...open, mesh: { ...mesh!, acls: true } }, { unsafe: false }).questions[0].expected).toBe("deny");
  });
});

describe("through Traefik", () => {
  const through = (rules: IntentionRule[], ...routes: object[]) =>
    plan([routed("orders", ...routes)], rules).questions.map(
      ({ http, route, expected }) => `${expected} ${route?.router.entryPoints} ${route?.host} ${describeCall(http)}`,
    );
  const rule = (...permissions: object[]) => ({ ...by(...permissions), source: INGRESS });

  test("requests go where a route leads there, and no others", () => {
    expect(
      through([{ source: INGRESS, destination: "orders" }], { host: "a.example.com", pathPrefix: "/shop" }),
    ).toEqual(["allow web a.example.com GET /shop"]);
    const rules = [rule(on({ pathExact: "/shop/a" }), on({ pathExact: "/other" }))];
    expect(through(rules, { host: "*.example.com", pathPrefix: "/shop", tls: {} })).toEqual([
      expect.stringMatching(/^allow websecure [^.]+\.example\.com GET \/shop\/a$/),
      expect.stringMatching(/^deny websecure [^.]+\.example\.com GET \/shop\/a\/mesh-probe-elsewhere$/),
      expect.stringMatching(/^deny websecure [^.]+\.example\.com GET \/shop\/mesh-probe-elsewhere$/),
    ]);
  });

  test("a path that another service's route takes first is not asked there", () => {
    const services = [routed("orders", { host: "a.test" }), routed("web", { host: "a.test", pathPrefix: "/admin" })];
    const rules = [rule(on({ pathExact: "/admin" }), on({ pathExact: "/b" }))];
    expect(asked(rules, { services, source: INGRESS })).toEqual([
      "allow GET /b",
      "deny GET /b/mesh-probe-elsewhere",
      ELSEWHERE,
    ]);
  });

  test("where a route rewrites paths, permissions are left out, and whole services are not", () => {
    const rewriting = { host: "a.test", middlewares: [{ stripPrefix: { prefixes: ["/a"] } }] };
    expect(through([rule(on({ pathExact: "/b" }))], rewriting)).toEqual([]);
    expect(through([{ source: INGRESS, destination: "orders" }], rewriting)).toEqual(["allow web a.test GET /"]);
  });
});

describe("what came of it", () => {
  const http = { method: "GET", path: "/", headers: {} };
  const question: Question = {
    source: "web",
    destination: "orders",
    protocol: "http",
    http,
    expected: "allow",
    by: "",
  };
  const [throughTraefik] = plan([routed("orders", { host: "a.test" })], []).questions;
  const connection: Question = { ...question, protocol: "tcp", http: undefined };
  const head = { ...question, http: { ...http, method: "HEAD" } };
  const response = (status: number, body = "", ...headers: string[]) =>
    [`HTTP/1.1 ${status} Any`, ...headers, "", body].join("\r\n");
  const RBAC = "RBAC: access denied";
  const FROM_APP = "X-Envoy-Upstream-Service-Time: 3";

  test.each<[what: string, question: Question, exit: number, raw: string, got: string]>([
    ["an answer", question, 0, response(200, "hello"), "allowed"],
    ["one of many bytes, of which some were read", question, 23, response(200, "hello"), "allowed"],
    ["an application's own refusal", question, 0, response(403, "no"), "allowed"],
    ["an application that fails", question, 0, response(503, "busy"), "allowed"],
    ["an intention's", question, 0, response(403, RBAC, "server: envoy"), "refused"],
    ["an intention's, behind an early hint", question, 0, response(103) + response(403, RBAC), "refused"],
    [
      "an intention's, of HEAD",
      head,
      0,
      response(403, "", "content-length: 19", "content-type: text/plain"),
      "refused",
    ],
    ["an application's, of HEAD", head, 0, response(403, "", "content-length: 2"), "allowed"],
    ["an application that fails, of HEAD", head, 0, response(503, "", "content-type: text/html"), "allowed"],
    ["a sidecar that does not reach it, of HEAD", head, 0, response(503, "", "content-type: text/plain"), "unclear"],
    ["an intention's, of gRPC", question, 0, response(200, "", `grpc-message: ${RBAC}`), "refused"],
    [
      "a sidecar that does not reach its application",
      question,
      0,
      response(503, "upstream connect error or x"),
      "unclear",
    ],
    ["a closed connection", question, 52, "", "refused"],
    ["a reset one", question, 56, "", "refused"],
    ["no name", question, 6, "", "unclear"],
    ["no time", question, 28, "", "unclear"],
    ["no curl", question, 127, "", "unclear"],
    ["a greeting", connection, 28, "INFO {}", "allowed"],
    ["silence", connection, 28, "", "allowed"],
    ["the end of a connection", connection, 0, "", "refused"],
    ["Traefik, with an application's answer", throughTraefik, 0, response(404, "", FROM_APP), "allowed"],
    [
      "Traefik, with an application's that hands on a refusal",
      throughTraefik,
      0,
      response(403, RBAC, FROM_APP),
      "allowed",
    ],
    ["Traefik, with an intention's", throughTraefik, 0, response(403, RBAC), "refused"],
    ["Traefik's own login", throughTraefik, 0, response(401), "left"],
    ["Traefik's own not found", throughTraefik, 0, response(404, "404 page not found"), "unclear"],
    ["Traefik's own bad gateway", throughTraefik, 0, response(502, "Bad Gateway"), "unclear"],
    ["Traefik before tcp", { ...throughTraefik, protocol: "tcp" }, 0, response(200), "allowed"],
    ["Traefik before tcp that was closed", { ...throughTraefik, protocol: "tcp" }, 0, response(502), "refused"],
  ])("%s", (_, its, exit, raw, got) => {
    expect(outcomeOf(its, { exit, raw }, true).what).toBe(got);
  });

  test("a sidecar's certificate is a refusal, of its own service alone", () => {
    const peer = (name: string) => `spiffe://a.consul/ns/default/dc/dc1/svc/${name}`;
    const of = (name: string) => outcomeOf(connection, { exit: 0, raw: "", peer: peer(name) }, true).what;
    expect([of("orders"), of("my-orders"), of("web")]).toEqual(["refused", "unclear", "unclear"]);
  });

  test("what is closed is no refusal where no pod was ready, and what was not asked is none", () => {
    expect(outcomeOf(question, { exit: 52, raw: "" }, false).what).toBe("unclear");
    expect(outcomeOf(question, undefined, true).what).toBe("unclear");
  });

  test("a script is read by a shell as it is meant, and its lines are read back", () => {
    const tricky = { ...question, http: { ...http, path: "/it's/$HOME/`id`", headers: { "x-a": "a b" } } };
    const script = scriptOf([tricky, connection], () => ({ host: "orders.shop.svc", port: 80 }));
    const curl = `curl() { for last; do :; done; printf '%s\\0ended 0' "$last"; }`;
    const log = execFileSync("sh", ["-c", script.replace("ask()", `${curl}\nask()`)], { encoding: "utf8" });
    const raw = "http://orders.shop.svc:80/it's/$HOME/`id`?";
    expect(answersIn(log).get(0)).toEqual({ exit: 0, raw });
    const read = answersIn(
      `got 3 ${Buffer.from("ended 52").toString("base64")} \ngot 4  spiffe://x/svc/a\ngot 5  \nnoise`,
    );
    expect([...read]).toEqual([
      [3, { exit: 52, raw: "" }],
      [4, { exit: 0, raw: "", peer: "spiffe://x/svc/a" }],
    ]);
  });
});

describe("the report", () => {
  const its = plan(
    [...PAIR, service("ledger", "tcp")],
    [{ source: "web", destination: "ledger" }, by(on({ pathExact: "/a" }))],
  );
  const right = its.questions.map((question): Asked => ({
    question,
    got: { what: question.expected === "allow" ? "allowed" : "refused", words: "x" },
  }));
  const with1 = (index: number, got: Asked["got"]) => right.map((each, i) => (i === index ? { ...each, got } : each));

  test("all as declared", () => {
    expect(table(its, right).slice(0, 5)).toEqual([
      `${" ".repeat(26)}   1   2   3`,
      `  1 web${" ".repeat(19)}       ~   +`,
      `  2 orders${" ".repeat(16)}   .       .`,
      `  3 ledger${" ".repeat(16)}   .   .`,
      `    ${INGRESS}   -   -   -`,
    ]);
    expect([details(right), exitCode(right)]).toEqual([[], 0]);
    expect(summary(its, right)).toBe("8 requests of 6 pairs: 0 mismatches, 0 unclear");
    expect(leftOver(its, right).join("\n")).toContain(`no route leads there\n    ${INGRESS} → web: any call`);
  });

  test("a mismatch is named with what was sent, expected and got, and which rule decides", () => {
    const leak = with1(1, { what: "allowed", words: "answered 200" });
    expect(details(leak).slice(1, 5)).toEqual([
      "× web → orders",
      "    sent:     GET /a/mesh-probe-elsewhere",
      "    expected: refused, by: no permission of web → orders matches",
      "    got:      allowed: answered 200",
    ]);
    expect(table(its, leak)[1]).toContain("×");
    expect(exitCode(leak)).toBe(1);
    expect(summary(its, leak)).toMatch(/: 1 mismatch, 0 unclear$/);
    const report = junit(outcomes(its, leak, 6), "probe dev");
    expect(report).toContain('tests="9" failures="1" errors="0" skipped="3"');
    expect(report).toMatch(/classname="web" name="web → orders: 3 requests.*<failure message="× web → orders">/);
  });

  test("what is unclear is no success, and beside a mismatch it is a mismatch", () => {
    const unclear = with1(0, { what: "unclear", words: "no answer in time", hint: "a NetworkPolicy" });
    expect(exitCode(unclear)).toBe(2);
    expect(details(unclear).join("\n")).toContain(
      "got:      unclear: no answer in time\n    hint:     a NetworkPolicy",
    );
    expect(junit(outcomes(its, unclear, 6), "probe")).toContain('errors="1"');
    expect(exitCode([...unclear, ...with1(1, { what: "allowed", words: "" })])).toBe(1);
    const stopped = { what: "unclear", words: "ImagePullBackOff", hint: "another --image" } as const;
    expect(details(right.map((each) => (each.question.source === "web" ? { ...each, got: stopped } : each)))).toEqual([
      "",
      "? web: none of its 4 requests was sent",
      "    because:  ImagePullBackOff",
      "    hint:     another --image",
    ]);
    expect(details(with1(0, { ...stopped, unsent: true })).join("\n")).toContain("    not sent: GET /a\n");
    const left = with1(3, { what: "left", words: "Traefik itself answers 401" });
    expect(leftOver(its, left).join("\n")).toContain("Traefik itself answers 401");
    expect(exitCode(left)).toBe(0);
    // Where nothing was asked, nothing is proved.
    expect([exitCode([]), exitCode(left.filter(({ got }) => got.what === "left"))]).toEqual([2, 2]);
  });
});

test("a route is asked for by its host, wherever Traefik is", () => {
  const http = { method: "GET", path: "/a", headers: {} };
  const route = { router: { tls: true } as never, host: "shop.test" };
  const question = { source: "a", destination: "b", protocol: "http", http, route, expected: "allow", by: "" } as const;
  const script = scriptOf([question], () => ({ host: "10.0.0.7", port: 8443 }));
  expect(script).toContain("'--connect-to' '::10.0.0.7:8443' 'https://shop.test:8443/a'");
});
