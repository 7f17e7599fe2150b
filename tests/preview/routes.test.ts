import * as path from "node:path";
import { tagsAnnotation } from "../../components/routes";
import { serviceTags } from "../../components/serviceTags";
import { workspace } from "../workspace";
import { importState } from "./state";

test("preview warns of a route that changes under its name, and of no other", async () => {
  const its = await workspace("local", {
    services: ["changed", "kept"].map((name) => ({ name, image: "a:1", port: 80, routes: [{ host: `${name}.test` }] })),
    intentions: [],
  });
  its.stack.workspace.envVars.KUBECONFIG = path.join(its.directory, "none");
  const deployment = (name: string, host: string) => {
    const tags = tagsAnnotation(serviceTags(name, { routes: [{ host }] }));
    const template = { metadata: { annotations: { "consul.hashicorp.com/service-tags": tags } } };
    const props = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec: { template } };
    return { type: "kubernetes:apps/v1:Deployment", name: `${name}-before`, id: `mesh-services/${name}`, props };
  };
  await importState(its.stack, [deployment("changed", "other.test"), deployment("kept", "kept.test")]);
  const { stdout } = await its.stack.preview();
  await its.remove();
  expect(stdout).toContain('route "changed" of changed changes under its name');
  expect(stdout).not.toContain("of kept changes under its name");
});
