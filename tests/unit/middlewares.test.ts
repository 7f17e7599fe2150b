import { givenNameProblems, internalTags, Middleware, middlewareTags } from "../../components/routing/middlewares";
import { plainTags } from "../plainTags";

const http = "traefik.http.middlewares.shop";

test.each<[Middleware, string[]]>([
  [
    { basicAuth: { userList: "ops", realm: "a" } },
    ["1-basicauth.basicauth.usersFile=/etc/traefik/users/ops/users", "1-basicauth.basicauth.realm=a"],
  ],
  [{ digestAuth: { userList: "ops" } }, ["1-digestauth.digestauth.usersFile=/etc/traefik/users/ops/users"]],
  [{ compress: {} }, ["1-compress.compress=true"]],
  [
    { forwardAuth: { service: "auth" } },
    [
      "1-forwardauth.forwardauth.address=http://127.0.0.1:8079/auth/",
      "1-forwardauth.forwardauth.trustForwardHeader=false",
    ],
  ],
  [
    { forwardAuth: { service: "auth", path: "/a?b", trustForwardHeader: true } },
    [
      "1-forwardauth.forwardauth.address=http://127.0.0.1:8079/auth/a?b",
      "1-forwardauth.forwardauth.trustForwardHeader=true",
    ],
  ],
  [{ forwardAuth: { address: "https://a.test" } }, ["1-forwardauth.forwardauth.address=https://a.test"]],
  [{ errors: { service: "auth", status: ["500"] } }, ["1-errors.errors.service=auth", "1-errors.errors.status=500"]],
])("%j is what Traefik reads", (middleware, tags) => {
  const [name] = Object.keys(middleware);
  expect(middlewareTags("http", "shop", [middleware])).toEqual([
    ...tags.map((tag) => `${http}-${tag}`),
    `traefik.http.routers.shop.middlewares=shop-1-${name.toLowerCase()}`,
  ]);
});

test("a route's middlewares are its own, in their order, or declared elsewhere", () => {
  expect(
    middlewareTags("tcp", "db", [{ inFlightConn: { amount: 1 } }, { ipAllowList: { sourceRange: ["::1"] } }]),
  ).toEqual([
    "traefik.tcp.middlewares.db-1-inflightconn.inflightconn.amount=1",
    "traefik.tcp.middlewares.db-2-ipallowlist.ipallowlist.sourceRange=::1",
    "traefik.tcp.routers.db.middlewares=db-1-inflightconn,db-2-ipallowlist",
  ]);
  expect(middlewareTags("http", "shop", ["a@file", "b@file"])).toEqual([
    "traefik.http.routers.shop.middlewares=a@file,b@file",
  ]);
  expect(middlewareTags("http", "shop", [])).toEqual([]);
});

test("Traefik alone reaches a service by its internal route", () => {
  const router = "traefik.http.routers.auth-internal";
  const own = [`${router}.rule=PathPrefix(\`/auth/\`)`, `${router}.entrypoints=internal`];
  const stripped = [
    "traefik.http.middlewares.auth-internal-1-stripprefix.stripprefix.prefixes=/auth",
    `${router}.middlewares=auth-internal-1-stripprefix`,
  ];
  expect(plainTags(internalTags("auth"))).toEqual([...own, ...stripped]);
  expect(plainTags(internalTags("auth", "auth-canary"))).toEqual([
    ...own,
    `${router}.service=auth-canary`,
    ...stripped,
  ]);
});

test("a name that the ingress gives is a label that leaves room for more", () => {
  expect(["a", "a-1", "x".repeat(20)].flatMap((name) => givenNameProblems("lists.a", name, 20))).toEqual([]);
  for (const name of ["", "A", "a_b", "a.b", "x".repeat(21)]) {
    expect(givenNameProblems("lists.a", name, 20)).toEqual([
      { propertyPath: "lists.a", reason: expect.stringContaining(`"${name}" is not a valid name`) as string },
    ]);
  }
});
