import { TcpRoute, tcpRouteProblems, tcpRouteTags } from "../../components/routing/tcpRoutes";
import { plainTags } from "../plainTags";

const told = (routes: TcpRoute[], protocol = "tcp") => tcpRouteProblems("db", routes, protocol, "t");
const LONG = `${"a.".repeat(126)}a`;

test("routes of connections become the tags that Traefik reads", () => {
  const routes: TcpRoute[] = [
    { sni: "db.test", tls: {} },
    { sni: "*.db.test", tls: { passthrough: true } },
    { entryPoints: ["pg", "websecure"], rule: "HostSNI(`a.test`)", tls: { options: "strict" } },
    { name: "plain", entryPoints: ["pg"], middlewares: [{ inFlightConn: { amount: 5 } }] },
  ];
  expect(told(routes)).toEqual([]);
  const router = "traefik.tcp.routers";
  expect(plainTags(tcpRouteTags("db", routes))).toEqual([
    `${router}.db-tcp.rule=HostSNI(\`db.test\`)`,
    `${router}.db-tcp.entrypoints=websecure`,
    `${router}.db-tcp.tls=true`,
    `${router}.db-tcp-2.rule=HostSNI(\`*.db.test\`)`,
    `${router}.db-tcp-2.entrypoints=websecure`,
    `${router}.db-tcp-2.tls=true`,
    `${router}.db-tcp-2.tls.passthrough=true`,
    `${router}.db-tcp-3.rule=HostSNI(\`a.test\`)`,
    `${router}.db-tcp-3.entrypoints=pg,websecure`,
    `${router}.db-tcp-3.tls=true`,
    `${router}.db-tcp-3.tls.options=strict@file`,
    `${router}.plain.rule=HostSNI(\`*\`)`,
    `${router}.plain.entrypoints=pg`,
    "traefik.tcp.middlewares.plain-1-inflightconn.inflightconn.amount=5",
    `${router}.plain.middlewares=plain-1-inflightconn`,
  ]);
});

test.each<[wrong: TcpRoute[], path: string, reason: string, right: TcpRoute[]]>([
  [[{ name: "a.b", entryPoints: ["pg"] }], "t[0].name", "", [{ name: "a-b", entryPoints: ["pg"] }]],
  [
    [
      { name: "a", entryPoints: ["pg"] },
      { name: "a", entryPoints: ["my"] },
    ],
    "t[1].name",
    '"a" is the name of another tcp route',
    [{ entryPoints: ["pg"] }, { entryPoints: ["my"] }],
  ],
  [[{ sni: `${LONG}b`, tls: {} }], "t[0].sni", "is not a host name", [{ sni: LONG, tls: {} }]],
  [
    [{ sni: "a.test", rule: "HostSNI(`a.test`)", tls: {} }],
    "t[0].rule",
    "excludes sni",
    [{ rule: "HostSNI(`a.test`)", tls: {} }],
  ],
  [
    [{ sni: "a.test", entryPoints: ["pg"] }],
    "t[0].tls",
    "without TLS no client names a server",
    [{ sni: "*", entryPoints: ["pg"] }],
  ],
  ...(["certResolver", "options"] as const).map((input): [TcpRoute[], string, string, TcpRoute[]] => [
    [{ sni: "a.test", tls: { passthrough: true, [input]: "a" } }],
    `t[0].tls.${input}`,
    "has no effect with passthrough",
    [{ sni: "a.test", tls: { passthrough: false, [input]: "a" } }],
  ]),
  [
    [{ sni: "a.test", tls: { passthrough: true, domains: [{ main: "a.test" }] } }],
    "t[0].tls.domains",
    "has no effect with passthrough",
    [{ sni: "a.test", tls: { passthrough: true } }],
  ],
  [
    [{ entryPoints: [] }],
    "t[0].entryPoints",
    "are not set; name one of traefikTcpEntryPoints (of a TraefikConsulIngress: tcpEntryPoints), or set tls for websecure",
    [{ entryPoints: ["pg"] }],
  ],
  [
    [{ sni: "*", tls: {} }],
    "t[0].sni",
    "would take all connections of websecure",
    [{ sni: "*", entryPoints: ["pg"], tls: {} }],
  ],
  [
    [{ tls: {} }],
    "t[0].sni",
    "is not set, so that the route would take all connections of websecure; give a server name",
    [{ entryPoints: ["pg"], tls: {} }],
  ],
  [
    [{ rule: " hostsni(`*`)", tls: {} }],
    "t[0].rule",
    "is for every name, so that the route would take all connections of websecure; give a server name",
    [{ rule: "HostSNI(`*`) && ClientIP(`10.0.0.0/8`)", tls: {} }],
  ],
  [
    [{ rule: "HostSNI(`*`) || HostSNI(`a.test`)", entryPoints: ["pg"] }],
    "t[0].tls",
    "is not set, and without TLS no client names a server or a protocol; set tls: {} or tls: { passthrough: true }",
    [{ rule: "HostSNI(`*`) && !HostSNI(`a.test`)", entryPoints: ["pg"] }],
  ],
  ...(
    [
      ["hostsniregexp(`^db-`)", "HostSNIRegexp(`^db-`) || ClientIP(`10.0.0.0/8`)"],
      ["HostSNIRegexp(`.`)", "HostSNIRegexp(`.*`)"],
      ["ALPN(`h2`)", "!ALPN(`h2`)"],
      ["ClientIP(`10.0.0.0/8`) && ALPN(`h2`)", "ClientIP(`10.0.0.0/8`)"],
    ] as const
  ).map(([wrong, right]): [TcpRoute[], string, string, TcpRoute[]] => [
    [{ rule: wrong, entryPoints: ["pg"] }],
    "t[0].tls",
    "is not set, and without TLS no client names a server or a protocol; set tls: {} or tls: { passthrough: true }",
    [
      { rule: right, entryPoints: ["pg"] },
      { rule: wrong, entryPoints: ["pg"], tls: {} },
    ],
  ]),
  ...["web", "admin", "internal"].map((entryPoint): [TcpRoute[], string, string, TcpRoute[]] => [
    [{ entryPoints: ["pg", entryPoint] }],
    "t[0].entryPoints[1]",
    `"${entryPoint}" is for HTTP; use websecure or one of traefikTcpEntryPoints (of a TraefikConsulIngress: tcpEntryPoints)`,
    [{ entryPoints: ["pg", `${entryPoint}s`] }],
  ]),
  ...["a test", "a.test:443", "a..test", "**.a.test"].map((sni): [TcpRoute[], string, string, TcpRoute[]] => [
    [{ sni, tls: {} }],
    "t[0].sni",
    `"${sni}" is not a host name; use one such as`,
    [{ sni: "*.A.test", tls: {} }],
  ]),
  [
    [{ rule: "HostSNI(`a test`)", tls: {} }],
    "t[0].rule",
    "is not a server name",
    [{ rule: "HostSNI(`a.b`)", tls: {} }],
  ],
  [[{ rule: "Host(`a.test`)", tls: {} }], "t[0].rule", "is for HTTP routes", [{ rule: "ALPN(`h2`)", tls: {} }]],
  [
    [{ entryPoints: ["pg"], middlewares: [{ compress: {} } as never] }],
    "t[0].middlewares[0]",
    "is for HTTP routes",
    [{ entryPoints: ["pg"], middlewares: [{ ipAllowList: { sourceRange: ["10.0.0.0/8"] } }] }],
  ],
])("of routes of connections, %j is told of at %s: %s", (wrong, path, reason, right) => {
  expect(told(wrong)).toEqual([{ propertyPath: path, reason: expect.stringContaining(reason) as string }]);
  expect(told(right)).toEqual([]);
});

test("a service of requests takes no connections", () => {
  expect(told([{ entryPoints: ["pg"] }], "grpc")).toEqual([
    { propertyPath: "t[0].entryPoints", reason: expect.stringContaining("takes requests") as string },
  ]);
});
