import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh, MeshWorkload, MeshWorkloadArgs, MeshWorkloadOptions } from "../../components";
import { judgedAccount } from "../../components/services/runningWorkload";
import { find, Read, record } from "../recorder";

type Given = Partial<Omit<MeshWorkloadArgs, "mesh">>;
type Kind = NonNullable<NonNullable<MeshWorkloadOptions["workload"]>["kind"]>;

const container = { name: "app", image: "a/b:1", ports: [{ name: "http", containerPort: 8080 }] };

/** What a program makes of a workload of that kind which runs already, with those pods and behind that Service. */
async function patched(given: Given, pods: object = {}) {
  const reads: Read[] = [];
  const { kind = "Deployment" } = given.workload ?? {};
  const recorded = await record(
    () => {
      const mesh = new ConsulMesh("consul");
      new MeshWorkload("billing", { mesh, namespace: "apps", port: 8080, running: true, ...given });
    },
    {},
    {},
    reads,
    {
      [`kubernetes:apps/v1:${kind}`]: (inputs) => ({
        ...inputs,
        spec: { template: { spec: { containers: [container], ...pods } } },
      }),
      "kubernetes:core/v1:Service": (inputs) => ({ ...inputs, spec: { ports: [{ port: 80, targetPort: "http" }] } }),
    },
  );
  return { recorded, reads };
}

test.each<Kind>(["Deployment", "StatefulSet", "DaemonSet"])(
  "a %s that runs is read as it is, and gets labels, annotations and its identity alone",
  async (kind) => {
    const { recorded, reads } = await patched({ workload: { kind, name: "legacy" }, existingService: "billing-http" });
    const metadata = { name: "legacy", namespace: "apps" };
    expect(reads).toEqual(
      expect.arrayContaining([
        {
          name: "billing-running",
          id: "apps/legacy",
          props: expect.objectContaining({ apiVersion: "apps/v1", kind, metadata }),
          // Variables in its pods may be secrets in plain text, which the state is not to show.
          secret: ["spec"],
        },
        {
          name: "billing-running-service",
          id: "apps/billing-http",
          props: expect.objectContaining({
            apiVersion: "v1",
            kind: "Service",
            metadata: { name: "billing-http", namespace: "apps" },
          }),
          secret: [],
        },
      ]),
    );
    const { props, dependsOn } = find(recorded, `billing-${kind.toLowerCase()}-patch`);
    // Both are judged before anything of the workload changes.
    expect(dependsOn).toEqual(expect.arrayContaining(["billing-running", "billing-running-service"]));
    expect(props.metadata).toMatchObject(metadata);
    expect(props.spec.template).toEqual({
      metadata: {
        labels: { "consul-traefik-mesh/service": "billing" },
        annotations: expect.objectContaining({
          "consul.hashicorp.com/connect-inject": "true",
          "consul.hashicorp.com/kubernetes-service": "billing-http",
        }),
      },
      spec: { serviceAccountName: "billing", serviceAccount: "billing" },
    });
  },
);

test("a Service that is made is not read", async () => {
  expect((await patched({})).reads.map(({ name }) => name)).not.toContain("billing-running-service");
});

test.each<[string, string | undefined, string | undefined]>([
  ["none", undefined, "billing"],
  ["an empty one", "", "billing"],
  ["the service's own", "billing", "billing"],
  ["another, which stays", "legacy", undefined],
])("the ServiceAccount of pods that have %s", async (_, serviceAccountName, account) => {
  const { recorded } = await patched({}, { serviceAccountName });
  expect(find(recorded, "billing-deployment-patch").props.spec.template.spec.serviceAccountName).toBe(account);
});

test("pods that run with DNS settings of their own keep these, and are let in by the injector", async () => {
  const annotation = async (pods: object) => {
    const { recorded } = await patched({}, pods);
    const { annotations } = find(recorded, "billing-deployment-patch").props.spec.template.metadata;
    return annotations["consul.hashicorp.com/consul-dns"];
  };
  expect(await annotation({ dnsConfig: { nameservers: ["192.0.2.53"] } })).toBe("false");
  expect(await annotation({})).toBeUndefined();
});

test("what of pods that run is most likely not meant is told by where they are", async () => {
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  await patched({ workload: { name: "legacy" }, port: 9090 }, { serviceAccountName: "legacy" });
  const told = warn.mock.calls.map(([message]) => message);
  warn.mockRestore();
  // Nor is their account replaced, which stays.
  expect(told).toEqual([
    "pods of billing: 1 warning\n  Deployment legacy.spec.template.spec.containers: open the ports 8080 and not 9090, to which the sidecar leads; set port to the one that is meant",
  ]);
});

/** What is wrong with pods that run, and the Service that selects them. */
async function judged(given: Given, pods: object, service: object | undefined, acls: boolean): Promise<string> {
  let message = "";
  await record(() => {
    const args = { mesh: new ConsulMesh("consul", { acls }), namespace: "apps", port: 8080, ...given };
    const member = new MeshWorkload("billing", args);
    try {
      judgedAccount(
        { spec: { containers: [container], ...pods } },
        service,
        member,
        args,
        "Deployment billing.spec.template",
      );
    } catch (error) {
      ({ message } = error as Error);
    }
  });
  return message;
}

test.each<[string, Given, object, object, boolean, string]>([
  [
    "pods that have the node's network",
    {},
    { hostNetwork: true },
    {},
    false,
    "Deployment billing.spec.template.spec.hostNetwork",
  ],
  [
    "with ACLs, pods of another identity",
    {},
    { serviceAccountName: "legacy" },
    {},
    true,
    `spec.template.spec.serviceAccountName: is "legacy", and with ACLs a service's identity is its ServiceAccount`,
  ],
  [
    "with ACLs, pods without a token",
    {},
    { automountServiceAccountToken: false },
    {},
    true,
    "spec.template.spec.automountServiceAccountToken: is false, and with ACLs the sidecar logs in with that token",
  ],
  [
    "a Service that leads elsewhere",
    { existingService: "billing-http" },
    {},
    { ports: [{ port: 80, targetPort: "metrics" }] },
    false,
    "Service billing-http.spec.ports: lead to none of port 8080",
  ],
])("%s are refused", async (_, given, pods, service, acls, says) => {
  expect(await judged(given, pods, service, acls)).toContain(says);
});

test.each<[string, object, boolean]>([
  [
    "an identity of another name, without ACLs",
    { serviceAccountName: "legacy", automountServiceAccountToken: false },
    false,
  ],
  [
    "the service's identity and its token, with ACLs",
    { serviceAccountName: "billing", automountServiceAccountToken: true },
    true,
  ],
  ["an empty word on one, with ACLs", { serviceAccountName: "" }, true],
  ["no word on either, with ACLs", {}, true],
])("pods with %s are taken", async (_, pods, acls) => {
  expect(await judged({}, pods, undefined, acls)).toBe("");
});

test("pods that run have one identity: a second workload for them is refused, as far as their namespace is plain", async () => {
  const program = () => {
    const mesh = new ConsulMesh("consul");
    const shop = { mesh, namespace: "apps", port: 80, running: true, workload: { name: "shop" } };
    new MeshWorkload("shop", { ...shop, workload: undefined });
    expect(() => new MeshWorkload("second", shop)).toThrow(
      new Error(
        'MeshWorkload "second": 1 problem\n' +
          '  workload: the Deployment "shop" in apps is that of MeshWorkload "shop" already; pods have one identity: leave one of the two out',
      ),
    );
    new MeshWorkload("third", { ...shop, running: false });
    new MeshWorkload("elsewhere", { ...shop, namespace: "others" });
    new MeshWorkload("set", { ...shop, workload: { kind: "StatefulSet", name: "shop" } });
    new MeshWorkload("later", { ...shop, namespace: pulumi.output("apps") });
    new MeshWorkload("later-elsewhere", { ...shop, namespace: pulumi.output("others") });
  };
  const answer = (inputs: object) => ({ ...inputs, spec: { template: { spec: { containers: [{ name: "app" }] } } } });
  await record(program, {}, {}, [], { "kubernetes:apps/v1:StatefulSet": answer });
});
