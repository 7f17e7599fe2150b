import { middlewareProblems } from "../../components/routing/middlewareProblems";
import type { Middleware } from "../../components/routing/middlewares";

const told = (middleware: unknown, kind: "http" | "tcp" = "http") =>
  middlewareProblems(kind, [{ compress: {} }, middleware] as Middleware[], "m")
    .filter((each) => !each.propertyPath.startsWith("m[0]"))
    .map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
const auth = { address: "https://auth.test" };

/** What of a middleware cannot be built, and what nearly the same is right. */
test.each<[wrong: unknown, problem: string, right: unknown]>([
  ["auth", 'm[1]: "auth" has no provider', "auth@file"],
  [null, "m[1]: is null; give an object such as { compress: {} }", { compress: {} }],
  [5, "m[1]: is 5; give an object", { compress: {} }],
  [{}, "m[1]: has 0 middlewares; give exactly one per entry", { retry: { attempts: 1 } }],
  [
    { compress: {}, retry: { attempts: 1 } },
    "m[1]: has 2 middlewares; give exactly one",
    { compress: {}, retry: undefined },
  ],
  [{ stripPrefx: {} }, 'm[1]: "stripPrefx" is not a middleware that Traefik knows; did you mean "stripPrefix"?', "a@b"],
  [{ constructor: {} }, 'm[1]: "constructor" is not a middleware that Traefik knows', "a@b"],
  [
    { ipwhitelist: { sourceRange: ["::1"] } },
    `m[1]: "ipwhitelist" is Traefik v2's; in v3 it is ipAllowList`,
    { ipAllowList: { sourceRange: ["::1"] } },
  ],
  [{ compress: true }, "m[1].compress: is true; give an object of options, {} for none", { compress: {} }],
  [{ compress: null }, "m[1].compress: is null; give an object of options", { compress: {} }],
  [{ compress: [] }, "m[1].compress: is []; give an object of options", { compress: {} }],
  ...["basicAuth", "digestAuth"].flatMap((name): [unknown, string, unknown][] => [
    [{ [name]: {} }, `m[1].${name}.userList: is not set; name a user list`, { [name]: { userList: "ops" } }],
    [{ [name]: { realm: "a" } }, `m[1].${name}.userList: is not set`, { [name]: { userList: "ops", realm: "a" } }],
    [
      { [name]: { users: ["a:b"] } },
      `m[1].${name}.users: would be in Consul's catalog for all to read`,
      { [name]: { userList: "ops", users: undefined } },
    ],
    [
      { [name]: { userList: "ops", usersFile: "/a" } },
      `m[1].${name}.usersFile: is not an option here`,
      { [name]: { userList: "ops", headerField: "X-User" } },
    ],
    [{ [name]: { userList: 5 } }, `m[1].${name}.userList: 5 is not a string`, { [name]: { userList: "a" } }],
  ]),
  [
    { addPrefix: { prefix: "/a", userList: "a" } },
    "m[1].addPrefix.userList: is not an option",
    { addPrefix: { prefix: "/a" } },
  ],
  [{ forwardAuth: {} }, "m[1].forwardAuth: needs either the service of the mesh or the address", { forwardAuth: auth }],
  [
    { forwardAuth: { ...auth, service: "auth" } },
    "m[1].forwardAuth: needs either the service",
    { forwardAuth: { service: "auth" } },
  ],
  [{ forwardAuth: { service: 5 } }, "m[1].forwardAuth.service: 5 is not a string", { forwardAuth: { service: "a" } }],
  [
    { forwardAuth: { service: "a", path: 5 } },
    "m[1].forwardAuth.path: 5 is not a string",
    { forwardAuth: { service: "a", path: "/a", trustForwardHeader: true } },
  ],
  [
    { forwardAuth: { ...auth, path: "/a" } },
    "m[1].forwardAuth.path: is not an option here",
    { forwardAuth: { ...auth, address: "https://auth.test/a" } },
  ],
  [
    { errors: { service: "a" } },
    "m[1].errors.status: is not set; errors does nothing without it",
    { errors: { service: "a", status: ["500"] } },
  ],
  [
    { errors: { status: ["500"], query: undefined } },
    "m[1].errors.service: is not set",
    { errors: { service: "a", status: ["500"], query: undefined } },
  ],
  [
    { rateLimit: { burst: "1", average: 1 } },
    'm[1].rateLimit.burst: "1" is not a whole number',
    { rateLimit: { burst: 1, average: 1 } },
  ],
  [
    { errors: { service: "a", status: ["500"], path: "/a" } },
    "m[1].errors.path: is not an option here",
    { errors: { service: "a", status: ["500"], query: "/a" } },
  ],
  [{ passTLSClientCert: {} }, "m[1].passTLSClientCert: has no option", { passTLSClientCert: { pem: true } }],
])("%j is told: %s", (wrong, problem, right) => {
  expect(told(wrong)).toEqual([expect.stringContaining(problem)]);
  expect(told(right)).toEqual([]);
});

test("what is missing is told beside what is wrong, and by itself where nothing is given", () => {
  expect(told({ errors: { service: 5 } })).toEqual([
    "m[1].errors.status: is not set; errors does nothing without it",
    expect.stringContaining("m[1].errors.service: 5 is not a string"),
  ]);
  expect(told({ errors: {} }).map((each) => each.replace(/:.*/, ""))).toEqual([
    "m[1].errors.status",
    "m[1].errors.service",
  ]);
  expect(told({ rateLimit: { average: undefined } })).toHaveLength(1);
});

test("what values mean is judged once they are right in themselves", () => {
  expect(told({ replacePath: { path: "a/" } })).toEqual([expect.stringContaining("m[1].replacePath.path: ")]);
  expect(told({ replacePath: { path: "a/", b: 1 } })).toEqual([expect.stringContaining("m[1].replacePath.b: ")]);
});

test("a route of connections has middlewares of its own", () => {
  const tcp = (middleware: unknown) =>
    middlewareProblems("tcp", [middleware as Middleware], "m").map(
      ({ propertyPath, reason }) => `${propertyPath}: ${reason}`,
    );
  expect([{ inFlightConn: { amount: 1 } }, { ipAllowList: { sourceRange: ["::1"] } }].flatMap(tcp)).toEqual([]);
  expect(tcp({ compress: {} })).toEqual([
    'm[0]: "compress" is for HTTP routes; TCP routes have inFlightConn and ipAllowList',
  ]);
  expect(tcp({ compres: {} })).toEqual([
    expect.stringContaining('m[0]: "compres" is not a middleware that Traefik knows'),
  ]);
  expect(tcp({ ipAllowList: { sourceRange: ["::1"], rejectStatusCode: 404 } })).toEqual([
    expect.stringContaining("m[0].ipAllowList.rejectStatusCode: is not an option here"),
  ]);
});
