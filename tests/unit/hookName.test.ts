import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh, IntentionSet } from "../../components";
import { record } from "../recorder";

test("components of one name inside others have hooks of their own, each by a name of its own", async () => {
  const inside = (type: string) => ({ parent: new pulumi.ComponentResource(`test:index:${type}`, "one") });
  const recorded = await record(() => {
    for (const [type, namespace] of Object.entries({ Here: "consul-here", There: "consul-there" })) {
      const mesh = new ConsulMesh("consul", { namespace, acls: true, gossipEncryption: true }, inside(type));
      new IntentionSet("intentions", { mesh }, inside(`${type}Rules`));
    }
  });
  const entries = recorded.filter(({ type }) => type.endsWith(":ServiceIntentions"));
  expect(entries.flatMap(({ onError }) => onError)).toEqual([
    "intentions-all.services-webhook-unreachable",
    "intentions-all.services-webhook-unreachable-2",
  ]);
  const keys = recorded.filter(({ type }) => type.endsWith(":RandomBytes"));
  expect(keys.flatMap(({ beforeCreate }) => beforeCreate).sort()).toEqual([
    "consul-bootstrap-token-lost",
    "consul-bootstrap-token-lost-2",
    "consul-gossip-key-lost",
    "consul-gossip-key-lost-2",
  ]);
  const releases = recorded.filter(({ type }) => type.endsWith(":Release"));
  expect(releases.flatMap(({ beforeCreate }) => beforeCreate)).toEqual(["consul-reinstall", "consul-reinstall-2"]);
  expect(new Set(recorded.flatMap(({ beforeCreate }) => beforeCreate).filter((name) => /-foreign/.test(name)))).toEqual(
    new Set([
      "ConsulMesh-consul-foreign",
      "ConsulMesh-consul-foreign-2",
      "IntentionSet-intentions-foreign",
      "IntentionSet-intentions-foreign-2",
      "consul-namespace-foreign",
      "consul-namespace-foreign-2",
    ]),
  );
});
