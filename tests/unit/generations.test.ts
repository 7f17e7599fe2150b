import * as fc from "../generated";
import type { Published } from "../../components/routing/serviceTags";
import { canaryServedPath, canaryTags, servedPathOf, serviceTags } from "../../components/routing/serviceTags";
import { generation } from "../../components/shared/generations";
import { tlsOptionChanges } from "../../components/routing/tlsOptionChanges";
import { find, record } from "../recorder";
import { ConsulMesh, MeshService, ServedRoutes, TraefikConsulIngress } from "../../components";

const some = <T>(...values: T[]) => fc.constantFrom<T | undefined>(undefined, ...values);
const route = fc.record(
  {
    name: some("a", "b"),
    host: fc.constantFrom("a.test", "b.test"),
    pathPrefix: some("/a", "/b"),
    priority: some(1, 2),
    entryPoints: some(["web"], ["websecure"]),
    tls: some({}, { options: "strict" }, { certResolver: "le" }),
    middlewares: some(
      [{ stripPrefix: { prefixes: ["/a"] } }],
      [{ stripPrefix: { prefixes: ["/b"] } }],
      [{ compress: {} }, { stripPrefix: { prefixes: ["/a"] } }],
      ["limits@file"],
    ),
  },
  { requiredKeys: ["host"] },
);
const tcpRoute = fc.record({
  name: some("t"),
  sni: fc.constantFrom("a.test", "b.test"),
  tls: fc.constantFrom({}, { passthrough: true }),
  middlewares: some([{ inFlightConn: { amount: 1 } }], [{ inFlightConn: { amount: 2 } }]),
});
const published: fc.Arbitrary<Published> = fc.record({
  routes: fc.array(route, { maxLength: 3 }),
  tcpRoutes: fc.array(tcpRoute, { maxLength: 2 }),
  internal: fc.boolean(),
  loadBalancing: some<Published["loadBalancing"]>(
    { strategy: "p2c" },
    { sticky: { cookie: {} } },
    { sticky: { cookie: { secure: true } } },
  ),
});

/** What Traefik builds of tags, by kind and name: all but an instance's own part of a service. */
function definitions(tags: string[]): Map<string, string> {
  const found = new Map<string, string[]>();
  for (const tag of tags.filter((each) => !each.includes(".loadbalancer.server."))) {
    const [, thing] = /^traefik\.((?:http|tcp)\.\w+\.[^.]+)\./.exec(tag) ?? [];
    if (thing !== undefined) {
      found.set(thing, [...(found.get(thing) ?? []), tag]);
    }
  }
  return new Map([...found].map(([thing, own]) => [thing, [...new Set(own)].sort().join("\n")]));
}

test("definitions differ that are the same text, divided otherwise", () => {
  expect(generation(["a=1", "b=2"])).not.toBe(generation(["a=1b=2"]));
});

test("two generations of a service define nothing of one name differently, so that Traefik serves both", () => {
  fc.assert(
    fc.property(published, published, (before, after) => {
      const [old, now] = [definitions(serviceTags("s", before)), definitions(serviceTags("s", after))];
      for (const [thing, definition] of now) {
        expect(old.get(thing) ?? definition).toBe(definition);
      }
    }),
    { numRuns: 500 },
  );
});

test("nothing has a plain name, as things had before, but the service itself as Traefik makes it by default", () => {
  fc.assert(
    fc.property(published, (all) => {
      for (const thing of definitions(serviceTags("s", all)).keys()) {
        expect(thing).toMatch(/-[0-9a-f]{8}(-\d+-\w+)?$|^http\.services\.s$/);
      }
    }),
  );
});

test("the same definition has the same names, whatever the weight of an instance", () => {
  fc.assert(
    fc.property(published, (all) => {
      const [stable, canary] = [1000, 7].map((weight) => definitions(serviceTags("s", all, weight)));
      expect(stable).toEqual(canary);
    }),
  );
});

test("a canary's own routes are of its pods alone, and what its pods share with the others is defined alike", () => {
  fc.assert(
    fc.property(published, fc.array(route, { minLength: 1, maxLength: 2 }), (all, routes) => {
      const its = { ...all, canary: { routes } };
      const stable = definitions(serviceTags("s", its, 1000));
      const sharing = definitions(canaryTags("s", its, 7));
      expect([...sharing].filter(([thing]) => stable.has(thing))).toEqual([...stable]);
      const own = [...sharing.keys()].filter((thing) => !stable.has(thing));
      expect(own.sort()).toEqual([...definitions(canaryTags("s", its, 0)).keys()].sort());
      // Of two services on one instance, Traefik makes no router that names none.
      const routers = (tags: string[]) =>
        new Set(tags.flatMap((tag) => /^traefik\.http\.routers\.([^.]+)/.exec(tag)?.[1] ?? []));
      const leading = canaryTags("s", its, 7).flatMap(
        (tag) => /^traefik\.http\.routers\.([^.]+)\.service=/.exec(tag)?.[1] ?? [],
      );
      expect(new Set(leading)).toEqual(routers(canaryTags("s", its, 7)));
    }),
  );
});

test("each router leads to the one service that is meant", () => {
  const tags = serviceTags(
    "s",
    { routes: [{ host: "a.test" }], internal: true, loadBalancing: { strategy: "hrw" } },
    5,
  );
  const [, balancer] = /^traefik\.http\.services\.(s-[0-9a-f]{8})\..*strategy=hrw$/m.exec(tags.join("\n"))!;
  const leads = tags.flatMap((tag) => /^traefik\.http\.routers\.[^.]+\.service=(.*)/.exec(tag)?.[1] ?? []);
  expect(leads.sort()).toEqual(["ping@internal", "ping@internal", balancer, balancer].sort());
  // Weighed under both names, since what others name is the plain one.
  expect(tags).toContain("traefik.http.services.s.loadbalancer.server.weight=5");
  expect(tags).toContain(`traefik.http.services.${balancer}.loadbalancer.server.weight=5`);
});

test("a client's cookie outlasts another option: it has the name that Traefik makes of the service's", () => {
  const cookie = (more: object) =>
    serviceTags("shop", { routes: [{ host: "a.test" }], loadBalancing: { sticky: { cookie: more } } }).find((tag) =>
      tag.includes("cookie.name="),
    );
  // Of Traefik 3.7.15, for the service shop@consulcatalog.
  expect(cookie({})).toMatch(/cookie\.name=_[0-9a-f]{5}$/);
  expect(cookie({ secure: true })!.split("=")[1]).toBe(cookie({})!.split("=")[1]);
  expect(cookie({ name: "own" })).toMatch(/=own$/);
});

const strict = (host: string, options?: string) =>
  serviceTags("s", { routes: [{ host, tls: options === undefined ? {} : { options } }] });

test.each<[string, string[], string[], unknown[]]>([
  ["the same", strict("a.test", "a"), strict("a.test", "a"), []],
  ["to others", strict("a.test", "a"), strict("A.test", "b"), [{ host: "a.test", from: "a", to: "b" }]],
  ["to none, which are the default ones", strict("a.test", "a"), strict("a.test"), []],
  ["from none", strict("a.test"), strict("a.test", "a"), []],
  ["of another host", strict("a.test", "a"), strict("b.test", "b"), []],
])("TLS options of a host change: %s", (_, before, after, changes) => {
  expect(tlsOptionChanges(before, after)).toEqual(changes);
});

describe("what up waits for", () => {
  const served = (replicas: number, services: Record<string, Partial<ConstructorParameters<typeof MeshService>[1]>>) =>
    record(() => {
      const mesh = new ConsulMesh("consul");
      const ingress = new TraefikConsulIngress("traefik", { mesh, replicas });
      const all = Object.entries(services).map(
        ([name, more]) => new MeshService(name, { mesh, namespace: "apps", image: "a:1", port: 80, ...more }),
      );
      new ServedRoutes("served", { mesh, ingress, services: all });
    });
  const routes = [{ host: "a.test" }];
  const jobs = async (...args: Parameters<typeof served>) =>
    (await served(...args)).filter((r) => r.type === "kubernetes:batch/v1:Job");
  const paths = (job: { props: any }) =>
    job.props.spec.template.spec.containers[0].env.find(({ name }: { name: string }) => name === "PATHS").value;

  test("the routes of services that have pods, after Traefik and each service", async () => {
    const recorded = await served(1, { a: { routes }, b: {}, c: { routes: [{ host: "c.test" }], replicas: 0 } });
    const [job] = recorded.filter((r) => r.type === "kubernetes:batch/v1:Job");
    expect(paths(job)).toBe(servedPathOf("a", { routes }));
    expect(job.dependsOn).toEqual(
      expect.arrayContaining(["a-deployment", "traefik-deployment", "served-traefik-pods", "b-deployment"]),
    );
    expect(find(recorded, "served-traefik-pods").props.spec).toMatchObject({ clusterIP: "None" });
  });

  test("a canary's own routes by themselves, where it has pods", async () => {
    const canary = { env: { A: "b" }, routes: [{ host: "next.test" }] };
    const its = { routes, canary };
    const own = canaryServedPath("a", its)!;
    expect(paths((await jobs(1, { a: its }))[0])).toBe(`${own} ${servedPathOf("a", its)}`);
    expect(paths((await jobs(1, { a: { ...its, replicas: 0 } }))[0])).toBe(own);
    const gone = { ...its, canary: { ...canary, replicas: 0 } };
    expect(paths((await jobs(1, { a: gone }))[0])).toBe(servedPathOf("a", its));
  });

  test("nothing where nothing is published", async () => {
    expect(await jobs(1, { b: {} })).toEqual([]);
  });

  test("another Job for other routes, the same for an image", async () => {
    const name = async (more: object) => (await jobs(1, { a: { routes, ...more } }))[0].name;
    const first = await name({});
    expect(await name({ image: "a:2", replicas: 3 })).toBe(first);
    expect(await name({ routes: [{ host: "b.test" }] })).not.toBe(first);
    expect(await name({ loadBalancing: { strategy: "p2c" } })).not.toBe(first);
  });
});
