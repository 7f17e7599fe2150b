import * as pulumi from "@pulumi/pulumi";
import { Mesh } from "../../components";
import { CanaryRoutesArgs } from "../../components/routing/laterRoutes";
import { RoutingModel } from "../../components/routing/routingModel";
import { canaryServedPath, canaryTags, servedPathOf, serviceTags } from "../../components/routing/serviceTags";
import { knownRouteProblems, memberRoutes } from "../../components/services/memberRoutes";
import { MeshModel } from "../../components/shared/meshModel";

const PORT = { port: 80 };
const known = (value: unknown) => (pulumi.output(value) as unknown as { promise: () => Promise<unknown> }).promise();

/** A service's routes, of which `judged` have stand-ins for what is not known yet. */
function of(judged: object, given: CanaryRoutesArgs = judged) {
  const model = new MeshModel();
  model.part(RoutingModel).service("shop", judged, { own: "", named: "shop." });
  return memberRoutes("shop", { model } as Mesh, "shop", given, { ...PORT, ...judged }, undefined as never);
}

const routes = [{ host: "shop.test" }];
const canary = { routes: [{ host: "next.test" }] };

test("plain routes are known at once: their tags, and where Traefik tells that it serves them", () => {
  const its = of({ routes, canary });
  expect(its.tags()).toEqual(serviceTags("shop", { routes, canary }));
  expect(its.tags(1000)).toEqual(serviceTags("shop", { routes, canary }, 1000));
  expect(its.tags(250, true)).toEqual(canaryTags("shop", { routes, canary }, 250));
  expect(its.tags(undefined, true)).toEqual(canaryTags("shop", { routes, canary }, 0));
  expect(its.servedPath).toBe(servedPathOf("shop", { routes, canary }));
  expect(its.canaryServedPath).toBe(canaryServedPath("shop", { routes, canary }));
});

test.each<[string, object, boolean, boolean]>([
  ["nothing", {}, false, false],
  ["a route", { routes }, true, false],
  ["a canary's route alone", { canary }, false, true],
  ["a route for Traefik alone", { internal: true }, true, false],
])("of a service that publishes %s, Traefik is asked for no more", (_, its, served, canaryServed) => {
  const { servedPath, canaryServedPath: ofCanary } = of(its);
  expect([servedPath !== undefined, ofCanary !== undefined]).toEqual([served, canaryServed]);
});

test("routes that another resource names are the same as soon as they are known", async () => {
  const later = (host: string) => [{ host: pulumi.output(Promise.resolve(host)) }];
  const standIns = { routes: [{ host: "a.invalid" }], canary: { routes: [{ host: "b.invalid" }] } };
  const its = of(standIns, { routes: later("shop.test"), canary: { routes: later("next.test") } });
  expect(pulumi.Output.isInstance(its.tags())).toBe(true);
  expect(await known(its.tags(7))).toEqual(serviceTags("shop", { routes, canary }, 7));
  expect(await known(its.servedPath)).toBe(servedPathOf("shop", { routes, canary }));
  expect(await known(its.canaryServedPath)).toBe(canaryServedPath("shop", { routes, canary }));
});

test("nothing is asked of a canary that publishes nothing, whatever is known later of the service", () => {
  const its = of({ routes: [{ host: "a.invalid" }] }, { routes: [{ host: pulumi.output("shop.test") }] });
  expect(pulumi.Output.isInstance(its.servedPath)).toBe(true);
  expect(its.canaryServedPath).toBeUndefined();
});

test("they are judged by themselves first, and then beside the others", () => {
  const model = new MeshModel();
  const part = model.part(RoutingModel);
  part.service("other", { routes: [{ host: "taken.test" }] }, { own: "", named: "other." });
  part.service("shop", { routes: [{ host: "a.invalid" }] }, { own: "", named: "shop." });
  const told = (host: string) =>
    knownRouteProblems("shop", { ...PORT, routes: [{ host }] }, model).map((p) => `${p.propertyPath}: ${p.reason}`);
  expect(told("https://a.test")).toEqual([expect.stringMatching(/^routes\[0\]\.host: /)]);
  expect(told("taken.test")).toEqual([expect.stringContaining("is that of other.routes[0] too")]);
  expect(told("free.test")).toEqual([]);
});
