import * as pulumi from "@pulumi/pulumi";
import { ensureNamespace, ownThingsProblems } from "../../components/mesh/bringYourOwn";
import { ConsulMesh, ConsulMeshArgs, TraefikConsulIngress } from "../../components";
import { find, record } from "../recorder";

const ref = (secretName: string, secretKey = "value") => ({ secretName, secretKey });
const ca = { certificate: ref("own-ca", "tls.crt"), key: ref("own-ca-key", "ca.key") };
const external = { hosts: ["consul.example.com"], kubernetesApi: "https://10.0.0.1:6443" };
const there = { createNamespace: false };

test.each<[string, Parameters<typeof ownThingsProblems>[0], string[]]>([
  ["nothing", {}, []],
  ["a CA", { ...there, ca }, []],
  ["a CA in a namespace to be made", { ca }, ["ca.certificate", "ca.key"]],
  ["a CA without its key", { ...there, ca: { certificate: ca.certificate } }, ["ca.key"]],
  ["certificate and key in one", { ...there, ca: { ...ca, key: ref("own-ca") } }, ["ca.key.secretName"]],
  ["a bad name", { ...there, ca: { ...ca, key: ref("Own_CA", "a/b") } }, ["ca.key.secretName", "ca.key.secretKey"]],
  ["a gossip key, encryption off", { ...there, gossipKeySecret: ref("k") }, ["gossipKeySecret"]],
  ["a gossip key", { ...there, gossipEncryption: true, gossipKeySecret: ref("k") }, []],
  ["a token, ACLs off", { ...there, bootstrapTokenSecret: ref("t") }, ["bootstrapTokenSecret"]],
  ["a token", { ...there, acls: true, bootstrapTokenSecret: ref("t") }, []],
  [
    "a gossip key in a namespace to be made",
    { gossipEncryption: true, gossipKeySecret: ref("k") },
    ["gossipKeySecret"],
  ],
  ["a token in a namespace to be made", { acls: true, bootstrapTokenSecret: ref("t") }, ["bootstrapTokenSecret"]],
  [
    "servers elsewhere with ACLs",
    {
      ...there,
      acls: true,
      ca: { certificate: ca.certificate },
      bootstrapTokenSecret: ref("t"),
      externalServers: external,
    },
    [],
  ],
  ...["x-https://10.0.0.1", "https://10.0.0.1/api"].map((kubernetesApi): [string, object, string[]] => [
    `an API at ${kubernetesApi}`,
    { ...there, ca: { certificate: ca.certificate }, externalServers: { ...external, kubernetesApi } },
    ["externalServers.kubernetesApi"],
  ]),
  ["servers elsewhere", { ...there, ca: { certificate: ca.certificate }, externalServers: external }, []],
  ["servers elsewhere, unverified", { externalServers: external }, ["ca"]],
  ["servers elsewhere, with a CA key", { ...there, ca, externalServers: external }, ["ca.key"]],
  [
    "servers elsewhere, with ACLs but no token and no API",
    { ...there, acls: true, ca: { certificate: ca.certificate }, externalServers: { hosts: ["a.b"] } },
    ["bootstrapTokenSecret", "externalServers.kubernetesApi"],
  ],
  [
    "servers elsewhere, all wrong",
    {
      ...there,
      gossipEncryption: true,
      ca: { certificate: ca.certificate },
      externalServers: { hosts: ["https://a"], httpsPort: 0, grpcPort: 70000, kubernetesApi: "10.0.0.1" },
    },
    [
      "externalServers.hosts[0]",
      "externalServers.httpsPort",
      "externalServers.grpcPort",
      "gossipEncryption",
      "externalServers.kubernetesApi",
    ],
  ],
  [
    "no servers elsewhere",
    { ...there, ca: { certificate: ca.certificate }, externalServers: { hosts: [] } },
    ["externalServers.hosts"],
  ],
])("%s", (_, args, paths) => {
  expect(ownThingsProblems(args).map((p) => p.propertyPath)).toEqual(paths);
});

test("a name and a key that are none are told as a Secret's", () => {
  const bootstrapTokenSecret = ref("Own_Token", "a/b");
  expect(ownThingsProblems({ ...there, acls: true, bootstrapTokenSecret }, "x.").map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^"Own_Token" is not a valid name for a Secret; /),
    expect.stringMatching(/^"a\/b" is not a valid key; /),
  ]);
});

describe("a namespace", () => {
  const ensured = async (create?: boolean) => {
    let its: unknown;
    const recorded = await record(async () => {
      const parent = new pulumi.ComponentResource("test:index:Shop", "shop");
      const wanted = { name: "orders", create, podSecurity: "restricted" } as const;
      const { apiVersion, kind, metadata } = ensureNamespace("its", wanted, { parent });
      its = await (pulumi.output({ apiVersion, kind, metadata }) as any).promise();
    });
    return { its, made: recorded.filter(({ type }) => type === "kubernetes:core/v1:Namespace") };
  };

  test.each([[undefined], [true]])("is made, and holds its pods to its level: create %j", async (create) => {
    const { made } = await ensured(create);
    expect(made).toMatchObject([
      {
        parent: "shop",
        beforeCreate: ["its-foreign"],
        props: {
          metadata: {
            name: "orders",
            labels: {
              "pod-security.kubernetes.io/enforce": "restricted",
              "pod-security.kubernetes.io/audit": "restricted",
            },
          },
        },
      },
    ]);
  });

  test("that is there is read, as a refresh finds it", async () => {
    const read = { apiVersion: "v1", kind: "Namespace", metadata: { name: "orders" } };
    expect(await ensured(false)).toEqual({ its: read, made: [] });
  });
});

const mesh = (args: ConsulMeshArgs) =>
  record(() => {
    const consul = new ConsulMesh("consul", args);
    new TraefikConsulIngress("traefik", { mesh: consul, createNamespace: false });
  });

test("what is brought is named in the chart's values, and nothing is made in its place", async () => {
  const recorded = await mesh({
    ...there,
    ca,
    acls: true,
    gossipEncryption: true,
    gossipKeySecret: ref("own-gossip"),
    bootstrapTokenSecret: ref("own-token"),
  });
  const { global } = find(recorded, "consul-release").props.values;
  expect(global).toMatchObject({
    gossipEncryption: ref("own-gossip"),
    tls: { caCert: ca.certificate, caKey: ca.key },
    acls: { bootstrapToken: ref("own-token") },
  });
  const made = recorded.map((r) => r.type);
  expect(made.filter((type) => /RandomBytes|Namespace/.test(type))).toEqual([]);
  expect(recorded.filter((r) => r.type === "kubernetes:core/v1:Secret")).toEqual([]);
});

test("with servers elsewhere the chart installs none, and Traefik asks those", async () => {
  const recorded = await mesh({
    ...there,
    ca: { certificate: ca.certificate },
    externalServers: { ...external, httpsPort: 9501, grpcPort: 9502 },
  });
  const { values } = find(recorded, "consul-release").props;
  expect(values.server.enabled).toBe(false);
  expect(values.externalServers).toEqual({
    enabled: true,
    hosts: ["consul.example.com"],
    httpsPort: 9501,
    grpcPort: 9502,
    k8sAuthMethodHost: "https://10.0.0.1:6443",
  });
  const { args } = find(recorded, "traefik-deployment").props.spec.template.spec.containers[0];
  expect(args).toContain("--providers.consulCatalog.endpoint.address=consul.example.com:9501");
});
