import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh } from "../../components";
import { memberEntries } from "../../components/services/memberEntries";
import { MemberOptions } from "../../components/services/member";
import { memberService } from "../../components/services/memberService";
import { find, record } from "../recorder";

/** What Consul is told of `shop` and of `next`, and how many entries an intention of `shop` waits for. */
async function told(its: Partial<MemberOptions>, expose?: object) {
  let waited = NaN;
  const recorded = await record(() => {
    const mesh = new ConsulMesh("consul");
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    waited = memberEntries("own", mesh, "shop", { port: 80, ...its }, expose, { parent }).length;
    memberEntries("next", mesh, "next", { port: 80 }, undefined, { parent });
  });
  const own = recorded.filter(({ name }) => /^own-/.test(name));
  return { waited, own: Object.fromEntries(own.map((each) => [each.name.replace("own-", ""), each])) };
}

test.each<[string, Partial<MemberOptions>, number, object]>([
  ["http", {}, 1, { protocol: "http", localRequestTimeoutMs: 60_000 }],
  ["grpc, without an end", { protocol: "grpc" }, 1, { protocol: "grpc", localRequestTimeoutMs: 2 ** 31 - 1 }],
  ["a time of its own", { requestTimeoutSeconds: 5 }, 1, { protocol: "http", localRequestTimeoutMs: 5000 }],
  [
    "connections that have an end, of tcp too",
    { protocol: "tcp", traffic: { maxInboundConnections: 5 } },
    1,
    { protocol: "tcp", maxInboundConnections: 5 },
  ],
])("Consul knows of a service: %s", async (_, its, count, spec) => {
  const { waited, own } = await told(its);
  expect(waited).toBe(count);
  const { props, parent } = own.defaults;
  expect(parent).toBe("parent");
  expect(props).toMatchObject({ kind: "ServiceDefaults", metadata: { name: "shop" }, spec });
  expect(props.spec).not.toHaveProperty("expose");
});

test("of tcp it knows nothing, which is its default", async () => {
  expect(await told({ protocol: "tcp" })).toEqual({ waited: 0, own: {} });
});

test("what is exposed past the sidecar is in the defaults", async () => {
  const expose = { paths: [] };
  expect((await told({}, expose)).own.defaults.props.spec.expose).toEqual(expose);
});

test("how requests are sent is told once the protocols of all that get them are known", async () => {
  const match = { pathPrefix: "/a" };
  const { own } = await told({
    requestTimeoutSeconds: 5,
    traffic: { routes: [{ match }], split: [{ weight: 50 }, { service: "next", weight: 50 }] },
  });
  const kinds = { resolver: "ServiceResolver", splitter: "ServiceSplitter", router: "ServiceRouter" };
  for (const [part, kind] of Object.entries(kinds)) {
    const { props, parent, dependsOn } = own[part];
    expect(props).toMatchObject({ kind, metadata: { name: "shop" } });
    expect(parent).toBe("parent");
    expect(dependsOn).toEqual(expect.arrayContaining(["own-defaults", "next-defaults"]));
    expect(props.metadata.ownerReferences[0]).toMatchObject({ kind: "ServiceDefaults", name: "shop" });
  }
  expect(own.router.props.spec.routes[0].match).toEqual({ http: match });
  expect(own.resolver.props.spec).toEqual({ requestTimeout: "5s" });
  expect(own.splitter.props.spec.splits).toHaveLength(2);
});

// 24 days, the most that ServiceDefaults can say: 0 would mean Envoy's 15 s.
test.each<[number, string]>([
  [0, "2147483s"],
  [1, "1s"],
])("of %i seconds for a request, all that call it are told %s", async (requestTimeoutSeconds, requestTimeout) => {
  const { own } = await told({ requestTimeoutSeconds });
  expect(own.resolver.props.spec).toEqual({ requestTimeout });
});

test("what is not sent on waits for no other service", async () => {
  const { own } = await told({ requestTimeoutSeconds: 5 });
  expect(Object.keys(own).sort()).toEqual(["defaults", "resolver"]);
  expect(own.resolver.dependsOn).not.toContain("next-defaults");
});

test("Consul knows pods by a Service that selects them, and nobody waits for those", async () => {
  const recorded = await record(() => {
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    memberService("own", { name: "shop", namespace: "apps" }, { port: 80 }, { parent });
  });
  const { type, parent, props } = find(recorded, "own-service");
  expect([type, parent]).toEqual(["kubernetes:core/v1:Service", "parent"]);
  expect(props.metadata).toMatchObject({
    name: "shop",
    namespace: "apps",
    annotations: { "pulumi.com/skipAwait": "true" },
  });
  expect(props.spec).toEqual({ selector: { "consul-traefik-mesh/service": "shop" }, ports: [{ port: 80 }] });
});
