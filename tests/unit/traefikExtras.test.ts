import { extraProblems, TraefikExtras } from "../../components/ingress/traefikExtras";

const TAKEN = { ports: { web: 80, websecure: 443, admin: 8080 }, nodePorts: [30080, 30443] };

const told = (extras: TraefikExtras, taken: Partial<Parameters<typeof extraProblems>[1]> = {}) =>
  extraProblems(extras, { ...TAKEN, ...taken }, "x.").map((each) => `${each.propertyPath}: ${each.reason}`);

type EntryPoints = NonNullable<TraefikExtras["tcpEntryPoints"]>;

test.each<[what: string, right: EntryPoints]>([
  ["two", { postgres: { port: 5432, nodePort: 30000 }, redis: { port: 6379, nodePort: 32767 } }],
  ["the longest name", { ["a".repeat(15)]: { port: 5432 } }],
  ["names with digits and dashes", { a: { port: 7001 }, "5a": { port: 7002 }, "0-a-1": { port: 7003 } }],
  ["the first port that is not root's, at one that is for clients", { smtp: { port: 1024, servicePort: 1 } }],
  ["the last ports", { last: { port: 65535, servicePort: 65534 } }],
  ["a port of the pod alone, at the Service", { a: { port: 7001, servicePort: 9100 } }],
  ["ports that change places", { a: { port: 7001, servicePort: 7002 }, b: { port: 7002, servicePort: 7001 } }],
])("right: %s", (_, tcpEntryPoints) => {
  expect(told({ tcpEntryPoints })).toEqual([]);
});

test.each(["Line", "a_b", "5432", "a--b", "-a", "a-", "a".repeat(16), "a.b", ""])('"%s" is no name', (name) => {
  expect(told({ tcpEntryPoints: { [name]: { port: 5432 } } })).toEqual([
    expect.stringMatching(`^x\\.tcpEntryPoints\\.${name}: "${name}" is not a valid name`),
  ]);
});

test.each(["web", "websecure", "admin", "internal", "metrics"])("Traefik has %s already", (name) => {
  expect(told({ tcpEntryPoints: { [name]: { port: 5432 } } })).toEqual([
    `x.tcpEntryPoints.${name}: "${name}" is an entry point that Traefik has already; give it another name`,
  ]);
});

test.each<[what: string, wrong: EntryPoints, problem: string]>([
  ["port 0", { a: { port: 0 } }, "a.port: 0 is out of range"],
  ["a port too high", { a: { port: 65536 } }, "a.port: 65536 is out of range"],
  ["root's first port", { a: { port: 1 } }, "a.port: 1 is for root"],
  ["root's last port", { a: { port: 1023 } }, "a.port: 1023 is for root.*servicePort: 1023"],
  ["port 0 for clients", { a: { port: 7001, servicePort: 0 } }, "a.servicePort: 0 is out of range"],
  ["Traefik's port of the pod", { a: { port: 8080 } }, "a.port: 8080 is that of admin too"],
  ["its own for itself", { a: { port: 8079 } }, "a.port: 8079 is that of internal too"],
  ["that of its metrics", { a: { port: 9100 } }, "a.port: 9100 is that of metrics too"],
  ["Traefik's port of the Service", { a: { port: 7001, servicePort: 443 } }, "a.servicePort: 443 is that of another"],
  ["one port twice", { a: { port: 7001 }, b: { port: 7001 } }, "b.port: 7001 is that of a too"],
  [
    "one port twice for clients",
    { a: { port: 7001, servicePort: 70 }, b: { port: 7002, servicePort: 70 } },
    "b.servicePort: 70 is that of another",
  ],
  [
    "another's port for clients",
    { a: { port: 7001 }, b: { port: 7002, servicePort: 7001 } },
    "b.servicePort: 7001 is that of another",
  ],
  [
    "a port that is another's for clients",
    { a: { port: 7001, servicePort: 7002 }, b: { port: 7002 } },
    "b.port: 7002 is that of another",
  ],
  ["a node port too low", { a: { port: 7001, nodePort: 29999 } }, "a.nodePort: 29999 is out of range"],
  ["a node port too high", { a: { port: 7001, nodePort: 32768 } }, "a.nodePort: 32768 is out of range"],
  ["Traefik's node port", { a: { port: 7001, nodePort: 30443 } }, "a.nodePort: 30443 is that of another"],
  [
    "one node port twice",
    { a: { port: 7001, nodePort: 30500 }, b: { port: 7002, nodePort: 30500 } },
    "b.nodePort: 30500 is that of another",
  ],
])("wrong: %s", (_, tcpEntryPoints, problem) => {
  expect(told({ tcpEntryPoints })).toEqual([expect.stringMatching(`^x\\.tcpEntryPoints\\.${problem}`)]);
});

test("a node port is for a Service that has them", () => {
  const tcpEntryPoints = { a: { port: 7001, nodePort: 30500 } };
  expect(told({ tcpEntryPoints }, { withoutNodePorts: true })).toEqual([
    expect.stringMatching(/^x\.tcpEntryPoints\.a\.nodePort: is only for a Service of type NodePort/),
  ]);
  expect(told({ tcpEntryPoints: { a: { port: 7001 } } }, { withoutNodePorts: true })).toEqual([]);
});

test("what else there is besides is judged where it is written, and nothing at all is right", () => {
  expect(told({})).toEqual([]);
  const wrong = told({
    userLists: { ops: { secretName: "A" } },
    plugins: { demo: { module: "example.com/a", version: "no" } },
    kubernetesCrd: { namespaces: [] },
  });
  expect(wrong).toEqual([
    expect.stringMatching(/^x\.userLists\.ops/),
    expect.stringMatching(/^x\.plugins\.demo/),
    expect.stringMatching(/^x\.kubernetesCrd\.namespaces/),
  ]);
});
