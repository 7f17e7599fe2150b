import { AsyncLocalStorage } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh, MeshService } from "../../components";
import { Hook } from "../../components/shared/hookName";
import { begin, record } from "../recorder";

test("components of one name inside others have hooks of their own, each by a name of its own", async () => {
  const recorded = await record(() => {
    const mesh = new ConsulMesh("consul", { acls: true, gossipEncryption: true });
    for (const type of ["Here", "There"]) {
      const parent = new pulumi.ComponentResource(`test:index:${type}`, "one");
      const shop = { namespace: "apps", serviceName: type.toLowerCase(), image: "a:1", port: 80 };
      new MeshService("shop", { mesh, ...shop }, { parent });
    }
  });
  const entries = recorded.filter(({ type }) => type.endsWith(":ServiceDefaults"));
  expect(entries.flatMap(({ onError }) => onError)).toEqual([
    "shop-defaults-webhook-unreachable",
    "shop-defaults-webhook-unreachable-2",
  ]);
  const keys = recorded.filter(({ type }) => type.endsWith(":RandomBytes"));
  expect(keys.flatMap(({ beforeCreate }) => beforeCreate).sort()).toEqual([
    "consul-bootstrap-token-lost",
    "consul-gossip-key-lost",
  ]);
  const releases = recorded.filter(({ type }) => type.endsWith(":Release"));
  expect(releases.flatMap(({ beforeCreate }) => beforeCreate)).toEqual(["consul-reinstall"]);
  expect(new Set(recorded.flatMap(({ beforeCreate }) => beforeCreate).filter((name) => /-foreign/.test(name)))).toEqual(
    new Set([
      "ConsulMesh-consul-foreign",
      "MeshService-shop-foreign",
      "MeshService-shop-foreign-2",
      "consul-namespace-foreign",
    ]),
  );
});

test("a user's unit test goes on past what has hooks, which Pulumi's mocks do not know", async () => {
  const newResource = ({ name, inputs }: { name: string; inputs: object }) => ({
    id: `${name}-id`,
    state: { data: { "tls.crt": "" }, ...inputs },
  });
  await pulumi.runtime.setMocks({ newResource, call: () => ({}) });
  const mesh = new ConsulMesh("consul");
  const { protocolReady } = new MeshService("shop", { mesh, namespace: "apps", image: "a:1", port: 80 });
  // The one has a hook for errors, the other one waits for what has one before it is made.
  const made = [protocolReady[0], mesh.ready].map(({ id }: any) => id.promise());
  expect(await Promise.all(made)).toEqual(["shop-defaults-id", "consul-connect-injector-id"]);
  await pulumi.runtime.disconnect();
});

test("a hook is called in the run in which it was made, as the SDK knows that: not in that of the engine's call", async () => {
  await begin();
  const run = new AsyncLocalStorage<string>();
  const told: unknown[] = [];
  const hook = run.run(
    "its own",
    () => new Hook("a", ({ name }) => void told.push(run.getStore(), name), { onDryRun: true }),
  );
  const args = { name: "shop" } as pulumi.ResourceHookArgs;
  await hook.callback(args);
  await run.run("another", async () => hook.callback(args));
  expect(told).toEqual(["its own", "shop", "its own", "shop"]);
  expect([hook.name, hook.opts]).toEqual(["a", { onDryRun: true }]);
  // Else the SDK registers it when this file has ended.
  await (hook as unknown as { __registered: Promise<void> }).__registered;
});
