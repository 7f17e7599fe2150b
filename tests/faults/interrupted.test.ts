import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { TESTBED, workspace, Workspace } from "../workspace";
import {
  answers,
  apply,
  changesNothing,
  inventory,
  kubectl,
  nothingIsLeft,
  poll,
  refreshesNothing,
  story,
  through,
} from "../e2e/cluster";
import { judged } from "../e2e/pack";
import { Fault, helmStatus, interrupted, killProvider, says } from "./interrupting";

/**
 * `pulumi up` and `pulumi destroy` are killed at points that are told by what is being done, and the same command comes after
 * them, with nothing but `pulumi cancel` between, which takes the backend's own lock away.
 */
const step = story();
const HOST = "whoami.localhost";
const CONSUL = ["-n", "consul-system"];
let its: Workspace;
let before: string[];

beforeAll(async () => {
  before = await inventory();
  its = judged(await workspace("local", TESTBED, "local"));
});

afterAll(async () => {
  await its?.stack.cancel().catch(() => undefined);
  await its?.remove();
});

/** Takes a part of the cluster away for half a minute. */
const away = async (part: string): Promise<void> => {
  await promisify(execFile)(path.join(__dirname, "../../testbed/away"), [part, "30"]);
};

const UPS: [string, (printed: string) => boolean | Promise<boolean>, Fault][] = [
  ["before the release, when its namespace is there", says(/consul-namespace created/), "SIGKILL"],
  ["while Helm installs", helmStatus("pending-install"), "SIGKILL"],
  ["while Helm installs, by Ctrl-C", helmStatus("pending-install"), "SIGINT"],
  ["when the release is there, before its workloads are", says(/consul-release created/), "SIGKILL"],
  ["while a config entry is made", says(/baseline-all\.services creating/), "SIGKILL"],
  ["while Traefik starts", says(/traefik-deployment creating/), "SIGKILL"],
  ["by its provider's, while Helm installs", helmStatus("pending-install"), killProvider],
  ["by its provider's, while services are made", says(/whoami-deployment creating/), killProvider],
  ["while the API server is away", says(/whoami-deployment creating/), () => away("kube-apiserver")],
  ["while etcd is away", says(/traefik-deployment creating/), () => away("etcd")],
];

for (const [where, point, signal] of UPS) {
  step(`an up that ends ${where}, is gone on with by the next, and what that made can be destroyed`, async () => {
    await interrupted(its, "up", point, signal);
    await its.stack.up();
    expect(await helmStatus("deployed")()).toBe(true);
    await answers(200, HOST);
    await its.stack.destroy();
    await nothingIsLeft(before);
  });
}

for (const [where, point, signal] of UPS) {
  step(`a destroy straight after an up that ends ${where}, leaves nothing`, async () => {
    await interrupted(its, "up", point, signal);
    await its.stack.destroy();
    await nothingIsLeft(before);
  });
}

step("an up that is killed while Helm upgrades is gone on with by the next, and the CA stays", async () => {
  await its.stack.up();
  const ca = await kubectl("get", "secret", "consul-ca-cert", "-n", "consul-system", "-o", "jsonpath={.data}");
  its.configure({ consulServerAdditionalDnsSans: ["consul.example"] });
  await interrupted(its, "up", helmStatus("pending-upgrade"), "SIGKILL");
  await its.stack.up();
  expect(await helmStatus("deployed")()).toBe(true);
  await answers(200, HOST);
  expect(await kubectl("get", "secret", "consul-ca-cert", "-n", "consul-system", "-o", "jsonpath={.data}")).toBe(ca);
});

const DESTROYS: [string, RegExp][] = [
  ["while services go", /whoami-deployment deleting/],
  ["while config entries go", /baseline-all\.services deleting/],
  ["while Helm uninstalls", /consul-release deleting/],
];

/** Destroys until it ends well: the provider of before was not killed with its CLI, and goes on uninstalling (docs/recovery.md). */
const destroyed = () =>
  poll(
    "a destroy that ends well",
    () =>
      its.stack.destroy().then(
        () => "well",
        (error: Error) => {
          expect(error.message).toMatch(/release: not found|"consul-gateway-cleanup\\?" already exists/);
          return error.message;
        },
      ),
    (ended) => ended === "well",
    180,
  );

for (const [where, words] of DESTROYS) {
  step(`a destroy that is killed ${where} is gone on with by the next, and an up works again`, async () => {
    await its.stack.up();
    await interrupted(its, "destroy", says(words), "SIGKILL");
    await destroyed();
    await nothingIsLeft(before);
    await its.stack.up();
    await answers(200, HOST);
  });
}

const BROUGHT_BACK: [string, (printed: string) => boolean | Promise<boolean>][] = [
  ["while services go", says(/whoami-deployment deleting/)],
  ["while config entries go", says(/baseline-all\.services deleting/)],
  ["while Helm uninstalls", helmStatus("uninstalling")],
  ["while the namespace goes", says(/consul-namespace deleting/)],
];

for (const [where, point] of BROUGHT_BACK) {
  step(`a plain up brings back a mesh whose destroy was killed ${where}, and nothing is amiss with it`, async () => {
    await its.stack.up();
    await interrupted(its, "destroy", point, "SIGKILL");
    await its.stack.preview();
    await its.stack.up();
    await answers(200, HOST);
    await changesNothing(its.stack);
    await refreshesNothing(its.stack);
    await its.stack.destroy();
    await nothingIsLeft(before);
  });
}

/** Takes resources out of Pulumi's state, with what depends on them: as if whoever made them had been killed before it said so. */
async function forget(names: RegExp): Promise<void> {
  const exported = await its.stack.exportStack();
  const lost = new Set<string>();
  const kept = (exported.deployment.resources as { urn: string; parent?: string; dependencies?: string[] }[]).filter(
    ({ urn, parent = "", dependencies = [] }) => {
      const goes = names.test(urn) || [parent, ...dependencies].some((each) => lost.has(each));
      return !(goes && lost.add(urn));
    },
  );
  expect(lost.size).toBeGreaterThan(0);
  await its.stack.importStack({ ...exported, deployment: { ...exported.deployment, resources: kept } });
}

// As the API server has it where Kubernetes' garbage collector did not know Consul's kinds yet: on its way, with nothing of it deleted.
const missed = () => kubectl("delete", "servicedefaults", "whoami", ...CONSUL, "--cascade=background", "--wait=false");

for (const [when, first] of [
  ["", () => Promise.resolve()],
  [", also after one that Kubernetes had missed them in", missed],
] as const) {
  step(
    `a destroy takes along the entries of a service that a killed up had made unknown to the state${when}`,
    async () => {
      const [whoami] = TESTBED.services as object[];
      const traffic = { routes: [{ match: { pathPrefix: "/slow" }, requestTimeoutSeconds: 60 }] };
      its.configure({ services: [{ ...whoami, traffic }, ...(TESTBED.services as object[]).slice(1)] });
      await its.stack.up();
      await forget(/::(intentions-whoami|whoami-router)$/);
      await first();
      // The first may come too early for the garbage collector: docs/recovery.md.
      await its.stack.destroy().catch(() => its.stack.destroy());
      await nothingIsLeft(before);
      its.configure({ services: TESTBED.services });
    },
  );
}

step("so it does with what somebody has deleted by hand", async () => {
  await its.stack.up();
  // Consul keeps these defaults while an intention by path is there, and so they hang.
  await kubectl("delete", "servicedefaults", "whoami", "-n", "consul-system", "--wait=false");
  await its.stack.up();
  expect(await through(HOST)).toBe(200);
  await changesNothing(its.stack);
  await kubectl("delete", "deployment", "whoami", "-n", "mesh-services");
  await kubectl("delete", "serviceintentions", "--all", "-n", "consul-system");
  await kubectl("delete", "namespace", "traefik-consul");
  await its.stack.up();
  expect(await through(HOST)).toBe(200);
  await changesNothing(its.stack);
});

step(
  "what somebody has changed by hand is as declared again: an intention by the next up, all else by a change",
  async () => {
    await its.stack.up();
    const sources = [{ name: "traefik-system-ingress", action: "deny" }];
    await kubectl(
      "patch",
      "serviceintentions/whoami",
      ...CONSUL,
      "--type=merge",
      "-p",
      JSON.stringify({ spec: { sources } }),
    );
    await answers(403, HOST);
    await its.stack.up();
    await answers(200, HOST);
    await changesNothing(its.stack);
    // Of a field that Pulumi has written, and somebody else since: the API server would call that a conflict.
    await kubectl("scale", "deployment/whoami", "-n", "mesh-services", "--replicas=3");
    const [whoami] = TESTBED.services as object[];
    its.configure({ services: [{ ...whoami, replicas: 1 }] });
    await its.stack.up();
    const replicas = ["get", "deployment/whoami", "-n", "mesh-services", "-o", "jsonpath={.spec.replicas}"];
    expect(await kubectl(...replicas)).toBe("1");
    its.configure({ services: TESTBED.services });
  },
);

step(
  "what the state has and the cluster has not is written by the next up: an intention that is closed again",
  async () => {
    const closed = (action: string) => ({
      intentions: [{ source: "traefik-system-ingress", destination: "whoami", action }],
    });
    its.configure(closed("deny"));
    await its.stack.up();
    const noted = await its.stack.exportStack();
    its.configure(closed("allow"));
    await its.stack.up();
    await answers(200, HOST);
    // As if the provider had read the intention back as it was before, which it does where the API server is slow.
    const intention = ({ urn }: { urn: string }) => urn.endsWith("::intentions-whoami");
    const { outputs } = (noted.deployment.resources as any[]).find(intention);
    const now = await its.stack.exportStack();
    Object.assign(now.deployment.resources.find(intention), { outputs });
    await its.stack.importStack(now);
    its.configure(closed("deny"));
    await its.stack.up();
    await answers(403, HOST);
    await changesNothing(its.stack);
    its.configure({ intentions: [ALLOW] });
  },
);

const patched = (what: string, type: string, patch: object, ...at: string[]) =>
  kubectl("patch", what, ...at, "--type", type, "-p", JSON.stringify(patch));
const WEBHOOK = { op: "replace", path: "/webhooks/0/clientConfig/service/name", value: "nowhere" };
const DAMAGED: [string, () => Promise<unknown>][] = [
  [
    "the injector crashes",
    async () => {
      const containers = [{ name: "sidecar-injector", command: ["false"] }];
      const spec = { strategy: { type: "Recreate", rollingUpdate: null }, template: { spec: { containers } } };
      await patched("deployment/consul-connect-injector", "strategic", { spec }, ...CONSUL);
      await poll(
        "a crash",
        () => kubectl("get", "pods", ...CONSUL, "-l", "component=connect-injector", "-o", "jsonpath={..status}"),
        (status) => /CrashLoopBackOff|"exitCode":1/.test(status),
      );
    },
  ],
  [
    "the injector's webhooks fail",
    async () => {
      for (const kind of ["mutating", "validating"]) {
        const name = `${kind}webhookconfiguration/consul-connect-injector`;
        const { webhooks } = JSON.parse(await kubectl("get", name, "-o", "json"));
        const patch = webhooks.map((_: unknown, i: number) => ({
          ...WEBHOOK,
          path: WEBHOOK.path.replace("0", `${i}`),
        }));
        await patched(name, "json", patch);
      }
    },
  ],
  [
    "Consul has no servers",
    async () => {
      await kubectl("scale", "statefulset/consul-server", "--replicas=0", ...CONSUL);
      await kubectl("wait", "--for=delete", "pod/consul-server-0", "--timeout=120s", ...CONSUL);
    },
  ],
];

for (const [what, damage] of DAMAGED) {
  step(`a destroy leaves nothing where ${what}, and an up works again`, async () => {
    await its.stack.up();
    await answers(200, HOST);
    await damage();
    await its.stack.destroy();
    await nothingIsLeft(before);
  });
}

step(
  "where Consul's namespace was deleted by hand, preview and up say what to do, and a destroy leaves nothing",
  async () => {
    await its.stack.up();
    await kubectl("delete", "namespace", "consul-system", "--wait=false");
    await kubectl("wait", "--for=delete", "pod", "--all", "--timeout=120s", ...CONSUL);
    const refused = /namespace consul-system was deleted by hand.*Run pulumi destroy/s;
    await expect(its.stack.preview()).rejects.toThrow(refused);
    await expect(its.stack.up()).rejects.toThrow(refused);
    await its.stack.destroy();
    await nothingIsLeft(before);
  },
);

step("a namespace of somebody else's is refused with its owner, and stays as it was", async () => {
  await its.stack.destroy();
  await kubectl("create", "namespace", "consul-system");
  const was = await kubectl("get", "namespace", "consul-system", "-o", "jsonpath={.metadata.labels} {.metadata.uid}");
  await expect(its.stack.preview()).rejects.toThrow(
    /Namespace consul-system already exists .*kubectl label namespace/s,
  );
  await expect(its.stack.up()).rejects.toThrow(/Namespace consul-system already exists/);
  expect(await kubectl("get", "namespace", "consul-system", "-o", "jsonpath={.metadata.labels} {.metadata.uid}")).toBe(
    was,
  );
  await kubectl("delete", "namespace", "consul-system");
});

const ALLOW = { source: "traefik-system-ingress", destination: "whoami", action: "allow" };

step("so is any other object: a Service that is there before the stack's, by preview and by up", async () => {
  its.configure({ services: [], intentions: [] });
  await its.stack.up();
  await kubectl("create", "service", "clusterip", "whoami", "--tcp=1234", "-n", "mesh-services");
  const live = () => kubectl("get", "service", "whoami", "-n", "mesh-services", "-o", "jsonpath={.metadata} {.spec}");
  const was = await live();
  its.configure({ services: TESTBED.services, intentions: [ALLOW] });
  const refused =
    /Service mesh-services\/whoami already exists .* to kubectl.*kubectl --namespace mesh-services label service/s;
  await expect(its.stack.preview()).rejects.toThrow(refused);
  await expect(its.stack.up()).rejects.toThrow(refused);
  expect(await live()).toBe(was);
  await kubectl("delete", "service", "whoami", "-n", "mesh-services");
  await its.stack.up();
  await its.stack.destroy();
  await nothingIsLeft(before);
});

step("800 entries of others stop a destroy; where they may go, they do not hold it up", async () => {
  await its.stack.up();
  await kubectl("create", "namespace", "others");
  await apply(
    Array.from({ length: 800 }, (_, i) => ({
      apiVersion: "consul.hashicorp.com/v1alpha1",
      kind: "ServiceIntentions",
      metadata: { name: `other-${i}`, namespace: "others" },
      spec: { destination: { name: `other-${i}` }, sources: [{ name: "nobody", action: "deny" }] },
    })),
  );
  await expect(its.stack.destroy()).rejects.toThrow(/800 of kubectl: ServiceIntentions others\/other-/);
  await answers(200, HOST);
  its.configure({ consulDestroyForeignEntries: true });
  await its.stack.up();
  await its.stack.destroy();
  await kubectl("delete", "namespace", "others");
  await nothingIsLeft(before);
});
