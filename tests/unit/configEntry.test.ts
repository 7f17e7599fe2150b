import { ConsulMesh, IntentionSet, MeshService } from "../../components";
import { ExternalDestination } from "../../components/mesh/egress";
import { find, record } from "../recorder";

/**
 * Whose a config entry is in the cluster. That a destroy then takes along what Pulumi's state does not know is
 * tests/faults/interrupted.test.ts.
 */
const image = "traefik/whoami:v1.10.3";
const ROUTES = [{ match: { pathPrefix: "/a" }, requestTimeoutSeconds: 60 }];

const declared = () =>
  record(() => {
    const mesh = new ConsulMesh("consul", {});
    const common = { mesh, namespace: "apps", image, port: 80 };
    const traffic = { routes: ROUTES, split: [{ weight: 90 }, { weight: 10, service: "next" }] };
    const services = [
      new MeshService("web", { ...common, traffic, requestTimeoutSeconds: 30 }),
      new MeshService("next", common),
      new MeshService("db", { ...common, protocol: "tcp" }),
    ];
    const outside = { name: "outside", host: "outside.test", port: 443, requestTimeoutSeconds: 30 };
    new ExternalDestination("outside", mesh, outside, { parent: mesh });
    const rules = ["next", "db"].map((source) => ({ source, destination: "web" }));
    new IntentionSet("intentions", { mesh, services, rules: [...rules, { source: "web", destination: "db" }] });
  });

describe("what Consul keeps a service's defaults for, as long as it is there,", () => {
  test.each([
    ["an intention", "intentions-web", "web"],
    ["a router", "web-router", "web"],
    ["a splitter", "web-splitter", "web"],
    ["a resolver", "web-resolver", "web"],
    ["the resolver of an address outside", "outside-resolver", "outside"],
  ])("goes with them: %s", async (_, name, service) => {
    const { props, replaceWith, dependsOn } = find(await declared(), name);
    expect(props.metadata.ownerReferences).toEqual([
      {
        apiVersion: "consul.hashicorp.com/v1alpha1",
        kind: "ServiceDefaults",
        name: service,
        uid: `uid of ${service}`,
        // Without it, Kubernetes would wait for the defaults to be gone, and they for it.
        blockOwnerDeletion: true,
      },
    ]);
    expect(replaceWith).toEqual([`${service}-defaults`]);
    expect(dependsOn).toContain(`${service}-defaults`);
  });
});

test.each(["intentions-db", "intentions-all.services", "web-defaults"])(
  "an entry that no defaults wait for is nobody's: %s",
  async (name) => {
    const { props, replaceWith } = find(await declared(), name);
    expect(props.metadata).not.toHaveProperty("ownerReferences");
    expect(replaceWith).toEqual([]);
  },
);
