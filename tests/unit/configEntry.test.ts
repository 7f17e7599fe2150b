import { ConsulMesh, IntentionSet, MeshService } from "../../components";
import { ExternalDestination } from "../../components/mesh/egress";
import { webhookUnreachable } from "../../components/mesh/configEntry";
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
    const { props, replaceOnChanges, dependsOn } = find(await declared(), name);
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
    // Other defaults have another uid, and Kubernetes has deleted what the former ones owned.
    expect(replaceOnChanges).toEqual(["metadata.ownerReferences[0].uid"]);
    expect(dependsOn).toContain(`${service}-defaults`);
  });
});

test.each(["intentions-db", "intentions-all.services", "web-defaults"])(
  "an entry that no defaults wait for is nobody's: %s",
  async (name) => {
    const { props, replaceOnChanges } = find(await declared(), name);
    expect(props.metadata).not.toHaveProperty("ownerReferences");
    expect(replaceOnChanges).toEqual([]);
  },
);

test("an entry is waited for until Consul has taken it, for two minutes, and goes before another comes in its place", async () => {
  const { props, deleteBeforeReplace, timeouts, onError } = find(await declared(), "intentions-web");
  expect(props.metadata.annotations).toMatchObject({
    "pulumi.com/waitFor": expect.stringContaining('"condition=Synced"'),
  });
  expect(deleteBeforeReplace).toBe(true);
  expect(timeouts).toEqual({ create: "2m", update: "2m", delete: "2m" });
  expect(onError).toEqual(["intentions-web-webhook-unreachable"]);
});

describe("an entry that was not taken", () => {
  const webhook = (why: string) => `failed calling webhook "mutate-serviceintentions.consul.hashicorp.com":\n${why}`;
  const refused = webhook("dial tcp 10.96.0.7:443: connect: connection refused");

  test.each([
    ["nobody listens at the webhook's address", [refused]],
    ["the webhook has no pod yet", [webhook('no endpoints available for service "consul-connect-injector"')]],
    ["that was so for a minute", Array(240).fill(refused)],
  ])("is tried again where %s", async (_, errors) => {
    expect(await webhookUnreachable({ errors })).toBe(true);
  });

  test.each([
    ["the webhook does not like it", ['admission webhook "mutate-serviceintentions" denied the request']],
    ["the webhook cannot be verified", [webhook("x509: certificate signed by unknown authority")]],
    ["it was so for longer", Array(241).fill(refused)],
  ])("is not where %s", async (_, errors) => {
    expect(await webhookUnreachable({ errors })).toBe(false);
  });
});
