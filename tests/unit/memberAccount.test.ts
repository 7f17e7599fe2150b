import * as pulumi from "@pulumi/pulumi";
import type { AccountOptions } from "../../components/pods/accountOptions";
import { accountAnnotations, memberAccount } from "../../components/services/memberAccount";
import { ends } from "../ends";
import { find, Read, record } from "../recorder";

const ROLE = "eks.amazonaws.com/role-arn";
const later = <T>(value: T) => pulumi.output(Promise.resolve(value));

/** The ServiceAccount `shop` with annotations. */
async function made(options: AccountOptions) {
  const recorded = await record(() => {
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    memberAccount("shop", "own", { name: "shop", namespace: "apps" }, options, parent);
  });
  return find(recorded, "own-service-account");
}

test("a ServiceAccount has the service's name, and belongs to it", async () => {
  const { type, props, parent } = await made({});
  expect([type, parent]).toEqual(["kubernetes:core/v1:ServiceAccount", "parent"]);
  expect(props.metadata).toMatchObject({ name: "shop", namespace: "apps" });
  expect(accountAnnotations("shop", {})).toBeUndefined();
});

test("one that exists is its owner's, and none is made beside it", async () => {
  const names: unknown[] = [];
  const made = await record(async () => {
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    for (const [name, existingServiceAccount] of [
      ["own", true],
      ["next", false],
    ] as const) {
      const its = memberAccount("shop", name, { name, namespace: "apps" }, { existingServiceAccount }, parent);
      names.push([await ends(its.name), its.made.length]);
    }
  });
  expect(names).toEqual([
    ["own", 0],
    ["next", 1],
  ]);
  expect(made.filter(({ type }) => type.endsWith("ServiceAccount")).map(({ name }) => name)).toEqual([
    "next-service-account",
  ]);
});

test("one that an earlier run made is read when it is said to exist: Pulumi lets go of it, and does not delete it", async () => {
  // Mocks have the stack's type in it, which the engine has not.
  const urn = (name: string) =>
    `urn:pulumi:test::consul-traefik-mesh::pulumi:pulumi:Stack$test:index:Parent$kubernetes:core/v1:ServiceAccount::${name}-service-account`;
  const reads: Read[] = [];
  const program = async () => {
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    for (const name of ["own", "next"]) {
      const options = { existingServiceAccount: true };
      await ends(memberAccount("shop", name, { name, namespace: later("apps") }, options, parent).name);
    }
  };
  await record(program, {}, { [urn("own")]: {}, [urn("other")]: {} }, reads);
  const props = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "own", namespace: "apps" } };
  expect(reads).toEqual([{ name: "own-service-account", id: "apps/own", props, secret: [] }]);
});

test("nobody who uses its name waits for the service that it is of: an autoscaler of the pods would wait for itself", async () => {
  let waited: unknown;
  await record(async () => {
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    const metadata = { name: "own", namespace: "apps" };
    const { name } = memberAccount("shop", "own", metadata, { existingServiceAccount: true }, parent);
    waited = [...(await (pulumi.output(name) as any).allResources())];
  });
  expect(waited).toEqual([]);
});

test.each([undefined, "acme"])(
  "a user's unit test with mocks, which know no state, goes on: organization %s",
  async (of) => {
    const newResource = ({ name, inputs }: { name: string; inputs: object }) => ({ id: name, state: inputs });
    await pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "shop", "dev", false, of);
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    const metadata = { name: "shop", namespace: "apps" };
    expect(await ends(memberAccount("shop", "own", metadata, { existingServiceAccount: true }, parent).name)).toBe(
      "shop",
    );
    await pulumi.runtime.disconnect();
  },
);

test("it has the annotations that a cloud knows it by, of which another resource may make the values", async () => {
  const { props } = await made({ serviceAccountAnnotations: { [ROLE]: later("arn:1"), "example.com/a": "b" } });
  expect(props.metadata.annotations).toMatchObject({ [ROLE]: "arn:1", "example.com/a": "b" });
});

test("a value that turns out to be nothing is refused: without it, the pods would be nobody in the cloud", async () => {
  const serviceAccountAnnotations = { [ROLE]: later(undefined as unknown as string), "example.com/a": later("b") };
  let its: object = {};
  await record(async () => {
    its = await ends({ ...accountAnnotations('MeshService "shop"', { serviceAccountAnnotations }) });
  });
  expect(its).toEqual({
    [ROLE]:
      'MeshService "shop": 1 problem\n  serviceAccountAnnotations["eks.amazonaws.com/role-arn"]: is an output without a value; if it is another stack\'s, that stack does not export it',
    "example.com/a": "b",
  });
});
