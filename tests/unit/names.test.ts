import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { shown } from "../../components/shared/grammars";
import {
  COMPONENT_ACCOUNT,
  dataKeyProblems,
  dnsLabelProblems,
  isCidr,
  isHostName,
  meshOption,
  namespaceProblems,
  objectNameProblems,
  portProblems,
  rangeProblems,
  TRAEFIK_SERVICE_NAME,
  traefikOption,
} from "../../components/shared/names";

const LABEL = "a".repeat(63);

test("an option of the mesh, or of the ingress, is named as a stack's file has it, and as a program has it", () => {
  expect(meshOption("gossipKeySecret")).toBe("consulGossipKeySecret (of a ConsulMesh: gossipKeySecret)");
  expect(traefikOption("kubernetesCrd.namespaces")).toBe(
    "traefikKubernetesCrdNamespaces (of a TraefikConsulIngress: kubernetesCrd.namespaces)",
  );
});

test("a message names no setting that is none", () => {
  const files = fs.readdirSync("components", { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => file.endsWith(".ts")).map((file) => path.join("components", file));
  const named = sources.flatMap((file) => [
    ...fs.readFileSync(file, "utf8").matchAll(/\b(meshOption|traefikOption|typed)\("([\w.]+)"/g),
  ]);
  const settings = JSON.parse(fs.readFileSync("schema/settings.json", "utf8")).properties;
  const wrong = named.filter(([, of, option]) => {
    const [both, component] = of === "meshOption" ? [meshOption, "consul"] : [traefikOption, "traefik"];
    return settings[both(option).split(" ")[0]]?.input !== `${component}.${option}`;
  });
  expect(named.length).toBeGreaterThan(40);
  expect(wrong.map(([call]) => call)).toEqual([]);
});

test("the ingress is called as the stacks' files call it", () => {
  const sources = /(?<=source: )\S+/g;
  const files = ["dev", "local", "staging", "prod"].map((stack) => fs.readFileSync(`Pulumi.${stack}.yaml`, "utf8"));
  expect(files.flatMap((text) => text.match(sources))).toEqual(files.map(() => TRAEFIK_SERVICE_NAME));
});

test("an account is one of Consul's own by its whole name", () => {
  const own = ["consul-server", "consul-connect-injector", "consul-mesh-gateway", "consul-partition-init"];
  const others = ["my-consul-server", "consul-server-1", "consul-gateway", "consul", "server"];
  expect([...own, ...others].filter((name) => COMPONENT_ACCOUNT.test(name))).toEqual(own);
});

test.each(["a", "0", "a-b", "a--b", LABEL])("%s is a DNS label", (name) => {
  expect(dnsLabelProblems("x", name)).toEqual([]);
});

test.each(["", "-a", "a-", "A", "a_b", "a.b", `${LABEL}a`, " a", "a\n"])("%j is no DNS label", (name) => {
  expect(dnsLabelProblems("x", name)).toEqual([
    { propertyPath: "x", reason: expect.stringContaining(`"${name}" is not a DNS label`) },
  ]);
});

test("what is no text is no DNS label, as a program without types may give it", () => {
  const names = [undefined, null, true, 5] as unknown as string[];
  expect(names.flatMap((name) => dnsLabelProblems("x", name)).map(({ reason }) => reason.split(";")[0])).toEqual(
    names.map((name) => `"${name}" is not a DNS label`),
  );
});

test("a host name is DNS labels, of at most 253 characters", () => {
  const longest = [LABEL, LABEL, LABEL, "a".repeat(61)].join(".");
  expect(["a.b", "10.0.0.1", longest].map(isHostName)).toEqual([true, true, true]);
  expect([`${longest}a`, "a..b", "a.", "*.a", "a:80"].map(isHostName)).toEqual(Array(5).fill(false));
});

test.each<[string, Parameters<typeof namespaceProblems>[2], RegExp | undefined]>([
  ["shop", { inMesh: true }, undefined],
  ["kube-shop", {}, /is the cluster's own, and a destroy would delete it/],
  ["default", undefined, /is the cluster's own/],
  ["default", { create: false }, undefined],
  ["defaults", {}, undefined],
  ["my-kube-system", {}, undefined],
  ["kube-system", { create: false }, undefined],
  ...["kube-system", "kube-public", "local-path-storage"].map((name): [string, object, RegExp] => [
    name,
    { create: false, inMesh: true },
    /leaves out of the mesh/,
  ]),
  ["kube-node-lease", { create: false, inMesh: true }, undefined],
  ["Shop", {}, /is not a DNS label/],
])("the namespace %s, used by %j, is told %s", (...[name, use, reason]) => {
  const told = namespaceProblems("x", name, use);
  expect(told).toEqual(reason === undefined ? [] : [{ propertyPath: "x", reason: expect.stringMatching(reason) }]);
});

test("a number is whole and within its range, the ends too", () => {
  expect([2, 3, 4].flatMap((value) => rangeProblems("x", value, 2, 4))).toEqual([]);
  expect([1, 5, 2.5, NaN].flatMap((value) => rangeProblems("x", value, 2, 4))).toHaveLength(4);
  expect([portProblems("x", 1), portProblems("x", 65535)]).toEqual([[], []]);
  expect([portProblems("x", 0), portProblems("x", 65536)].flat().map((each) => each.reason)).toEqual([
    "0 is out of range; use a whole number from 1 to 65535",
    "65536 is out of range; use a whole number from 1 to 65535",
  ]);
  // As a program without types may give it.
  const given = ["8080", NaN] as unknown as number[];
  expect(given.flatMap((value) => portProblems("x", value)).map((each) => each.reason)).toEqual([
    '"8080" is out of range; use a whole number from 1 to 65535',
    "NaN is out of range; use a whole number from 1 to 65535",
  ]);
});

test.each(["10.0.0.1", "10.0.0.0/0", "10.0.0.0/32", "::1", "fd00::/128"])("%s is a range of addresses", (range) => {
  expect(isCidr(range)).toBe(true);
});

test.each([
  "",
  "/8",
  "10.0.0.0/33",
  "10.0.0.0/08",
  "10.0.0.0/",
  "10.0.0.0/8/8",
  "10.0.0.0/a/8",
  "10.0.0.0/8a",
  "a/10.0.0.0/8",
  "10.0.0.0//8",
  "10.0.0./01",
  "fd00::/129",
  "fe80::1%eth0",
  "a/8",
  "10.0.0.0/-1",
])("%j is none", (range) => {
  expect(isCidr(range)).toBe(false);
});

test("the name of an object is a DNS subdomain, of which a part may be longer than one of a host name", () => {
  const right = [undefined, pulumi.output("A"), "a", "fast", "fast.example.com", "a-1.b--2", "0", "a".repeat(253)];
  const problem = (name: string, what: string) => ({
    propertyPath: "x",
    reason: `${shown(name)} is not a valid name for ${what}; use a-z, 0-9, "-" and ".", beginning and ending with a letter or a digit`,
  });
  expect(right.flatMap((name) => objectNameProblems("x", name))).toEqual([]);
  for (const name of [
    "",
    "A",
    "a b",
    "-a",
    "a-",
    "a..b",
    ".a",
    "a.",
    "a.-b",
    "a-.b",
    "a.b-",
    "a_b",
    "a/b",
    "a".repeat(254),
  ]) {
    expect(objectNameProblems("x", name)).toEqual([problem(name, "an object")]);
  }
  expect(objectNameProblems("x", "A", "a storage class")).toEqual([problem("A", "a storage class")]);
});

test("a key of a Secret is one that Kubernetes takes", () => {
  expect(
    ["a", ".a", "A_b-c.9", "a..b", "a.", "-", "a".repeat(253)].flatMap((key) => dataKeyProblems("x", key)),
  ).toEqual([]);
  for (const key of ["", "a b", "a/b", "é", ".", "..", "..a", "a".repeat(254)]) {
    expect(dataKeyProblems("x", key)).toEqual([
      {
        propertyPath: "x",
        reason: `${shown(key)} is not a valid key; use 1 to 253 of a-z, A-Z, 0-9, "-", "_" and ".", but no ".." at its beginning`,
      },
    ]);
  }
});
