import { canonicalRule, hostsOf, inV3, ruleProblems } from "../../components/routing/rules";

const told = (rule: string, kind: "http" | "tcp" = "http") => ruleProblems("r", rule, kind).map((p) => p.reason);

/** A rule that is refused, something of the reason, and the nearest that is taken. */
test.each<[wrong: string, reason: string, right: string]>([
  ["Host(`a.test`", "is not a rule: ", "Host(`a.test`)"],
  ["Banana(`a`)", "Banana is not a matcher of Traefik v3; did you mean", "!Method(`GET`)"],
  ["HOst(`a.test`)", "HOst is not a matcher", "HOST(`a.test`) || host(`b.test`)"],
  ["hostRegexp(`a`)", "is not a matcher", "Hostregexp(`a`) && hostregexp(`b`)"],
  ["ALPN(`h2`)", "ALPN is for TCP routes", "Method(`get`)"],
  [
    "Method(`GET`) || (Path(`/a`) && !Banana(`a`))",
    "Banana is not a matcher",
    "Method(`GET`) || (Path(`/a`) && !Path(`/b`))",
  ],
  ["Header(`X-A`)", "Header takes 2 values, not 1", "Header(`X-A`, `b`)"],
  ["HeaderRegexp(`X-A`, `b`, `c`)", "HeaderRegexp takes 2 values, not 3", "HeaderRegexp(`X-A`, `b`)"],
  ["Query(`a`, `b`, `c`)", "Query takes 1 or 2 values, not 3", "Query(`a`) && Query(`a`, `b`)"],
  ["QueryRegexp()", "QueryRegexp takes 1 or 2 values, not 0", "QueryRegexp(`a`, `b+`)"],
  ["PathRegexp(`/a`, `/b`)", "PathRegexp takes 1 value, not 2", "PathRegexp(`/a`) || PathRegexp(`/b`)"],
  ["Host()", "Host takes 1 value, not 0", "Host(`*`)"],
  ["Host(``)", "Host has an empty value, which Traefik refuses", "Host(`a`)"],
  ["Header(``, `a`)", "Header has an empty value", "Header(`A`, ` `)"],
  ["Path(`a/`)", 'the path "a/" of Path does not begin', "Path(`/a`)"],
  ["PathPrefix(`a`)", 'the path "a" of PathPrefix does not begin', "PathPrefix(`/a`)"],
  ["Path(`/a*`)", "has an asterisk, which is literal", "Path(`/a`)"],
  ["PathPrefix(`/a//b`)", 'use "/a/b"', "PathPrefix(`/a/b`)"],
  ["Method(`GET POST`)", '"GET POST" of Method is not a method', "Method(`PURGE`)"],
  ["Header(`X A`, `b`)", `"X A" of Header is not a header name`, "Header(`X-A`, `b c`)"],
  ["HeaderRegexp(`X A`, `b`)", "of HeaderRegexp is not a header name", "HeaderRegexp(`X-Host`, `b`)"],
  ["Header(`HOST`, `a`)", "Header never matches the header Host", "Header(`Hosts`, `a`)"],
  ["ClientIP(`10.0.0.0/33`)", "is not an address or CIDR range", "ClientIP(`::1`)"],
  ["Host(`münchen.test`)", "punycode form, xn--mnchen-3ya.test", "Host(`xn--mnchen-3ya.test`)"],
  ["HostRegexp(`^mü+$`)", '"^mü+$" is not ASCII; write the name in its punycode form', "HostRegexp(`^m+$`)"],
  ["Host(`a test`)", '"a test" is not a host name', "Host(`a_b-c.test`)"],
  ["Host(`a/`)", '"a/" is not a host name', "Host(`A.test`)"],
  ["Host(`/a`)", '"/a" is not a host name', "Host(`a`)"],
  ["Host(`a.test:80`)", "a port and brackets are not part", "Host(`2001:db8::1`)"],
  ["Host(`[a]`)", "a port and brackets are not part", "Host(`*.test`)"],
  ["Host(`a.*.test`)", `the asterisk in "a.*.test" is literal`, "Host(`*.a.test`)"],
  ["Host(`*a.test`)", '"*a.test" matches no name', "Host(`*`)"],
  ["PathRegexp(`/(a`)", "is not a regular expression of Go's (RE2): ", "PathRegexp(`/(a)`)"],
  ["PathRegexp(`/{id}`)", 'the braces in "/{id}" of PathRegexp are literal', "PathRegexp(`/[a-z]{2}`)"],
  ["HostRegexp(`(`)", "is not a regular expression", "HostRegexp(`^.+$`)"],
  ["HeaderRegexp(`A`, `(`)", "is not a regular expression", "Header(`A`, `(`)"],
  ["QueryRegexp(`a`, `(`)", "is not a regular expression", "QueryRegexp(`(`)"],
])("%s is refused: %s", (wrong, reason, right) => {
  expect(told(wrong)).toEqual([expect.stringContaining(reason)]);
  expect(told(right)).toEqual([]);
});

test.each<[wrong: string, reason: string, right: string]>([
  ["Host(`a.test`)", "Host is for HTTP routes", "HostSNI(`a.test`)"],
  ["ALPN(`acme-tls/1`)", "is Traefik's own, for its certificates", "ALPN(`acme-tls/2`)"],
  ["HostSNI(`a test`)", '"a test" is not a server name', "HostSNI(`*`) || HostSNI(`*.a_b-c.test`)"],
  ["HostSNI(`a.*.test`)", "is not a server name", "HostSNI(`a.b.test`)"],
  ["HostSNI(`a.test/`)", "is not a server name", "HostSNI(`::1`)"],
  ["HostSNI(` a`)", "is not a server name", "HostSNI(`a`)"],
  ["HostSNI(`ü.test`)", "is not ASCII", "HostSNI(`u.test`)"],
  ["HostSNIRegexp(`(`)", "is not a regular expression", "HostSNIRegexp(`^a+$`)"],
  ["ClientIP(`a`)", "is not an address", "ClientIP(`10.0.0.0/8`)"],
])("of connections, %s is refused: %s", (wrong, reason, right) => {
  expect(told(wrong, "tcp")).toEqual([expect.stringContaining(reason)]);
  expect(told(right, "tcp")).toEqual([]);
});

test.each([
  ["Host(`a`, `b`)", "Host(`a`) || Host(`b`)"],
  ["HostHeader(`a`)", "Host(`a`)"],
  ["Headers(`X-A`, `b`)", "Header(`X-A`, `b`)"],
  ["HeadersRegexp(`X-A`, `b`)", "HeaderRegexp(`X-A`, `b`)"],
  ["!HostHeader(`a`, `b`) && Path(`/`)", "!(Host(`a`) || Host(`b`)) && Path(`/`)"],
  [
    "Method(`GET`, `POST`) || ClientIP(`::1`, `::2`)",
    "Method(`GET`) || Method(`POST`) || ClientIP(`::1`) || ClientIP(`::2`)",
  ],
  ["HostRegexp(`{sub:[a-z]+}.a.test`)", "HostRegexp(`^[a-z]+\\.a\\.test$`)"],
  ["HostRegexp(`{sub}.test`)", "HostRegexp(`^[^.]+\\.test$`)"],
  [
    "HostSNIRegexp(`{sub}.test`, `{sub:a|b}.test`)",
    "HostSNIRegexp(`^[^.]+\\.test$`) || HostSNIRegexp(`^(?:a|b)\\.test$`)",
  ],
  ["Path(`/a+/{id}`)", "PathRegexp(`^/a\\+/[^/]+$`)"],
  ["PathPrefix(`/{a}/b/{c:[0-9]{2}}`, `/d`)", "PathRegexp(`^/[^/]+/b/[0-9]{2}`) || PathPrefix(`/d`)"],
  ["Query(`a=b`)", "Query(`a`, `b`)"],
  ["Query(`a=b=c`, `d=`)", "Query(`a`, `b=c`) && Query(`d`)"],
  ["Query(`a={b:[0-9]+}`)", "QueryRegexp(`a`, `^[0-9]+$`)"],
  ["Query(`a=x{b}`)", "QueryRegexp(`a`, `^x.*$`)"],
])("%s is v2's for %s", (old, now) => {
  const kind = old.startsWith("HostSNI") ? "tcp" : "http";
  expect(inV3(old)).toBe(now);
  expect(told(old, kind)).toEqual([`"${old}" is in the syntax of Traefik v2; in v3 it is ${now}`]);
  expect(inV3(now)).toBe(now);
});

test.each(["Method()", "Host()", "Query(`a`, `b=c`)", "Query()", "Header(`a`, `{b}`)", "Method(`{a}`)"])(
  "%s is no less v3's",
  (rule) => {
    expect(inV3(rule)).toBe(rule);
  },
);

test.each([
  ["HOST( `A.Test` )", "Host(`a.test`)"],
  ['host("a")||(path(`/A`))', "Host(`a`) || Path(`/A`)"],
  ["!HostSni(`A`)", "!HostSni(`A`)"],
  ["!hostsni(`A`)", "!HostSNI(`a`)"],
  ["HostRegexp(`A`)&&Banana(`A`)", "HostRegexp(`A`) && Banana(`A`)"],
  ["HostRegexp(`A`)", "HostRegexp(`A`)"],
  ["Host(`a.test.`)", "Host(`a.test`)"],
  ["Host(`a.test..`)", "Host(`a.test.`)"],
  ["HostSNI(`a.test.`)", "HostSNI(`a.test`)"],
  ["Path(`/a.`)", "Path(`/a.`)"],
  ["Host(`a`) && PathPrefix(`/`)", "Host(`a`)"],
  ["pathprefix(`/`) && Host(`a`) && Path(`/b`)", "Host(`a`) && Path(`/b`)"],
  ["Host(`a`) && PathPrefix(`/a`)", "Host(`a`) && PathPrefix(`/a`)"],
  ["Host(`a`) || PathPrefix(`/`)", "Host(`a`) || PathPrefix(`/`)"],
  ["PathPrefix(`/`) && PathPrefix(`/`)", "PathPrefix(`/`)"],
  ["no rule", "no rule"],
])("%s says the same as %s", (rule, canonical) => {
  expect(canonicalRule(rule)).toBe(canonical);
});

test("a server's names are of another matcher", () => {
  expect(hostsOf("HostSNI(`A.`) || Host(`b`) || !HostSNI(`c`)", "HostSNI")).toEqual(["a"]);
  expect(hostsOf("HostSNI(`a`) || Host(`b.`)")).toEqual(["b"]);
});

test.each<[string, string[]]>([
  ["Host(`A`) || (host(`b`) && Path(`/`))", ["a", "b"]],
  ["Host(`a`, `b`) && !Host(`c`)", ["a", "b"]],
  ["HostRegexp(`a`) || Path(`/b`)", []],
  ["no rule", []],
])("%s names the hosts %j", (rule, hosts) => {
  expect(hostsOf(rule)).toEqual(hosts);
});
