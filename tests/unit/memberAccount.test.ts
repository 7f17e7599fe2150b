import * as pulumi from "@pulumi/pulumi";
import type { AccountOptions } from "../../components/pods/accountOptions";
import { accountAnnotations, memberAccount } from "../../components/services/memberAccount";
import { ends } from "../ends";
import { find, record } from "../recorder";

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
  const made = await record(() => {
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    const metadata = { name: "shop", namespace: "apps" };
    expect(memberAccount("shop", "own", metadata, { existingServiceAccount: true }, parent)).toBeUndefined();
    expect(memberAccount("shop", "next", metadata, { existingServiceAccount: false }, parent)).toBeDefined();
  });
  expect(made.filter(({ type }) => type.endsWith("ServiceAccount")).map(({ name }) => name)).toEqual([
    "next-service-account",
  ]);
});

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
