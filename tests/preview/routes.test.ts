import * as path from "node:path";
import { tagsAnnotation } from "../../components/routing/routes";
import { serviceTags } from "../../components/routing/serviceTags";
import { refusal } from "../refusal";
import { workspace } from "../workspace";
import { importState } from "./state";

const route = (host: string, options: string) => ({ host, tls: { options } });

test("preview refuses TLS options of a host that change to others, since both would be void in between, and no other change", async () => {
  const its = await workspace("local", {
    services: [route("changed.test", "b"), route("kept.test", "a"), route("other.test", "b")].map((each, i) => ({
      name: `s${i}`,
      image: "a:1",
      port: 80,
      routes: [each],
    })),
    traefikTlsOptions: { a: { sniStrict: true }, b: { minVersion: "1.3" } },
    intentions: [],
  });
  its.stack.workspace.envVars.KUBECONFIG = path.join(its.directory, "none");
  const deployment = (name: string, ...routes: ReturnType<typeof route>[]) => {
    const tags = tagsAnnotation(serviceTags(name, { routes }));
    const template = { metadata: { annotations: { "consul.hashicorp.com/service-tags": tags } } };
    const props = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec: { template } };
    return { type: "kubernetes:apps/v1:Deployment", name: `${name}-before`, id: `mesh-services/${name}`, props };
  };
  await importState(its.stack, [
    deployment("s0", route("changed.test", "a")),
    deployment("s1", route("kept.test", "a")),
    deployment("s2", route("gone.test", "a")),
  ]);
  const message = await refusal(its.stack.preview());
  await its.remove();
  expect(message).toContain('TLS options of changed.test change from "a" to "b"');
  expect(message).not.toMatch(/TLS options of (kept|gone|other)/);
});
