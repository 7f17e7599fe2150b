import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh, ConsulMeshArgs } from "../../components";
import { stackLabels } from "../../components/interrupted/hooks";
import { checkpointProblems, secretRefs } from "../../components/mesh/consulSecrets";
import { ApiServer } from "../apiServer";
import { record } from "../recorder";

const ca = { secretName: "consul-ca-cert", secretKey: "tls.crt" };
const own = { secretName: "mine", secretKey: "key" };

/** Secrets and what generates them, by name. */
async function made(args: ConsulMeshArgs) {
  const recorded = await record(() => void new ConsulMesh("consul", args));
  return Object.fromEntries(
    recorded.filter(({ type }) => /:Secret$|RandomBytes$/.test(type)).map((each) => [each.name, each]),
  );
}

test("where a mesh's Secrets are: those that are given, else those that are generated where they are used", () => {
  expect(secretRefs({})).toEqual({ ca, gossipKey: undefined, bootstrapToken: undefined });
  const gossipKey = { secretName: "consul-gossip-key", secretKey: "key" };
  const bootstrapToken = { secretName: "consul-bootstrap-token", secretKey: "token" };
  expect(secretRefs({ acls: true })).toEqual({ ca, gossipKey: undefined, bootstrapToken });
  expect(secretRefs({ gossipEncryption: true })).toEqual({ ca, gossipKey, bootstrapToken: undefined });
  expect(
    secretRefs({
      acls: true,
      gossipEncryption: true,
      ca: { certificate: own },
      gossipKeySecret: own,
      bootstrapTokenSecret: own,
    }),
  ).toEqual({ ca: own, gossipKey: own, bootstrapToken: own });
});

test("a key of 32 bytes and a token of 16 are generated, kept in Consul's namespace and protected there", async () => {
  const all = await made({ acls: true, gossipEncryption: true, protect: true });
  expect(all["consul-gossip-key-bytes"].props).toEqual({ length: 32 });
  expect(all["consul-bootstrap-token-bytes"].props).toEqual({ length: 16 });
  const secrets = ["consul-gossip-key", "consul-bootstrap-token"].map((name) => all[name]);
  expect(secrets.map(({ props }) => [props.metadata.name, props.metadata.namespace])).toEqual([
    ["consul-gossip-key", "consul-system"],
    ["consul-bootstrap-token", "consul-system"],
  ]);
  expect(secrets.map(({ protect, parent }) => [protect, parent])).toEqual([
    [true, "consul"],
    [true, "consul"],
  ]);
  expect(
    Object.values(all)
      .filter(({ type }) => /RandomBytes/.test(type))
      .map(({ protect, parent }) => [protect, parent]),
  ).toEqual([
    [false, "consul"],
    [false, "consul"],
  ]);
  expect(JSON.stringify(secrets[0].props.stringData)).toContain('"key":"cmFuZG9tIGJ5dGVz"');
  // A UUID is the only form that Consul takes; the recorder's bytes are 0123456789abcdef twice.
  expect(JSON.stringify(secrets[1].props.stringData)).toContain("01234567-89ab-cdef-0123-456789abcdef");
});

describe("a key that the cluster has", () => {
  let server: ApiServer;
  beforeEach(async () => {
    server = new ApiServer();
    pulumi.runtime.setConfig("kubernetes:kubeconfig", await server.listen());
  });
  afterEach(() => {
    pulumi.runtime.setAllConfig({});
    server.close();
  });

  test.each([
    ["gossip-key", "key", "gossipKey", "gossip-key", "consul-system"],
    ["bootstrap-token", "token", "bootstrapToken", "next-token", "mesh"],
  ])("%s is generated anew by another word alone", async (part, secretKey, rotation, job, namespace) => {
    let judge: pulumi.ResourceHook | undefined;
    let labels = {};
    const see: pulumi.ResourceTransformation = ({ name, opts }) => {
      const { hooks } = opts as pulumi.CustomResourceOptions;
      judge = name === `consul-${part}-bytes` ? (hooks!.beforeCreate![0] as pulumi.ResourceHook) : judge;
      return undefined;
    };
    const generates = async (word?: string) => {
      const rotations = word === undefined ? undefined : { [rotation]: word };
      const args = {
        acls: true,
        gossipEncryption: true,
        namespace: namespace === "mesh" ? namespace : undefined,
        rotations,
      };
      const recorded = await record(() => {
        new ConsulMesh("consul", args, { transformations: [see] });
        labels = stackLabels();
      });
      await judge!.callback({} as never);
      return recorded;
    };

    await generates();
    server.add("v1", "Secret", {
      metadata: { name: `consul-${part}`, namespace, labels },
      data: { [secretKey]: "b2Y=" },
    });
    await expect(generates()).rejects.toThrow(`set rotations.${rotation} to a word`);
    const its = (await generates("2026-11")).find(({ type, name }) => /:Job$/.test(type) && name.includes(job))!;
    server.add("batch/v1", "Job", { ...its.props, metadata: { ...its.props.metadata, labels } });
    await expect(generates("2026-11")).rejects.toThrow(`set rotations.${rotation} to another word`);
    await generates("2026-12");
  });
});

test("none is generated that is given or not used", async () => {
  expect(Object.keys(await made({}))).not.toEqual(expect.arrayContaining([expect.stringMatching(/gossip|bootstrap/)]));
  const given = {
    createNamespace: false,
    gossipKeySecret: own,
    bootstrapTokenSecret: own,
    acls: true,
    gossipEncryption: true,
  };
  expect(Object.keys(await made(given)).filter((name) => /gossip|bootstrap/.test(name))).toEqual([]);
});

test("a run that keeps no state until its end is refused where it would lose a generated key, and nowhere else", () => {
  const skipping = { PULUMI_SKIP_CHECKPOINTS: "true" };
  const reasons = (args: ConsulMeshArgs, env = skipping) => checkpointProblems(args, env).map(({ reason }) => reason);
  expect(reasons({ gossipEncryption: true })).toEqual([expect.stringMatching(/give gossipKeySecret;/)]);
  expect(reasons({ gossipEncryption: true, acls: true })).toEqual([
    expect.stringMatching(/give gossipKeySecret and bootstrapTokenSecret;/),
  ]);
  expect(reasons({ acls: true }, { PULUMI_SKIP_CHECKPOINTS: "1" })).toHaveLength(1);
  expect(reasons({ acls: true }, { PULUMI_SKIP_CHECKPOINTS: "false" })).toEqual([]);
  expect(reasons({})).toEqual([]);
  expect(reasons({ acls: true, gossipEncryption: true, bootstrapTokenSecret: own, gossipKeySecret: own })).toEqual([]);
});

test("such a run of a mesh with a generated key fails before anything is made", () => {
  process.env.PULUMI_SKIP_CHECKPOINTS = "true";
  try {
    expect(() => new ConsulMesh("consul", { acls: true })).toThrow(/PULUMI_SKIP_CHECKPOINTS: is set/);
  } finally {
    delete process.env.PULUMI_SKIP_CHECKPOINTS;
  }
});
