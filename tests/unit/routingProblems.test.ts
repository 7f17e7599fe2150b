import { duplicateProblems, routingProblems } from "../../components/routing/routingProblems";
import { MeshModel } from "../../components/shared/meshModel";
import type { Problem } from "../../components/shared/problems";

const said = (problems: Problem[]) => problems.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
const shop = { name: "shop", port: 80, routes: [{ host: "a.test" }] };

test("routes are judged beside each other, and by the ingress, each where it stands", () => {
  const told = (...services: (typeof shop & { path?: string })[]) =>
    said(routingProblems(new MeshModel(), services, { image: "traefik:v3.6.8" }, "traefik-system-ingress"));
  const cart = { ...shop, name: "cart" };
  expect(told(shop, { ...cart, routes: [{ host: "b.test" }] })).toEqual([]);
  expect(told(shop, cart)).toEqual([
    'services[1].routes[0]: the rule "Host(`a.test`) on web" is that of services[0].routes[0] too; give each its own',
  ]);
  expect(told({ ...shop, path: "workloads[3]" }, { ...cart, path: "workloads[4]" })).toEqual([
    expect.stringMatching(/^workloads\[4\]\.routes\[0\]: .* that of workloads\[3\]\.routes\[0\] too/),
  ]);
  expect(told({ ...shop, routes: [{ host: "a.test", tls: { options: "strict" } } as { host: string }] })).toEqual([
    expect.stringMatching(/^services\[0\]\.routes\[0\]\.tls\.options: "strict" are not/),
  ]);
});

test("the ingress's own routers are taken", () => {
  const told = (name: string) =>
    said(routingProblems(new MeshModel(), [{ ...shop, routes: [{ ...shop.routes[0], name } as never] }], {}, "edge"));
  expect(told("own")).toEqual([]);
  for (const name of ["edge-ready", "edge-dashboard"]) {
    expect(told(name)).toEqual([expect.stringContaining(`the router name "${name}" is that of the ingress edge too`)]);
  }
});

test("a value is told at each place but the first", () => {
  expect(
    said(
      duplicateProblems("namespace", [
        ["shop", "a"],
        ["pay", "b"],
        ["shop", "c"],
        ["shop", "d"],
      ]),
    ),
  ).toEqual([
    'c: the namespace "shop" is that of a too; give each its own',
    'd: the namespace "shop" is that of a too; give each its own',
  ]);
});
