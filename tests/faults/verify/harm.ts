import { execFileSync } from "node:child_process";
import { apply, kubectl, poll } from "../../e2e/cluster";
import { ConsulApi } from "../../e2e/consulApi";
import { podsOf, signalContainer } from "../../e2e/pods";

/** Undoes what was done. */
export type Heal = () => Promise<unknown>;

/** What a person or an accident does to a cluster; gives back how it is undone. */
export type Harm = () => Promise<Heal>;

export interface Fault {
  readonly harm: Harm;
  /** Checks that fail with it, each with the reason why that cannot be otherwise. */
  readonly besides?: Readonly<Record<string, string>>;
}

/** Where an object is: such as `["service", "traefik", "-n", "traefik-consul"]`. */
type Place = readonly string[];

export const at = {
  consul: (kind: string, name: string): Place => [kind, name, "-n", "consul-system"],
  traefik: (kind: string, name: string): Place => [kind, name, "-n", "traefik-consul"],
  services: (kind: string, name: string): Place => [kind, name, "-n", "mesh-services"],
  cluster: (kind: string, name: string): Place => [kind, name],
};

async function objectAt(place: Place): Promise<any> {
  return JSON.parse(await kubectl("get", ...place, "-o", "json"));
}

/** Without what the API server writes itself. */
function asGiven(object: any): any {
  const { name, namespace, labels, annotations, finalizers } = object.metadata;
  return { ...object, status: undefined, metadata: { name, namespace, labels, annotations, finalizers } };
}

function create(object: any): void {
  const input = JSON.stringify(asGiven(object));
  execFileSync("kubectl", ["create", "-f", "-"], { input, stdio: ["pipe", "ignore", "pipe"] });
}

/** Whatever the API server or a controller has changed meanwhile. */
async function replace(place: Place, object: any): Promise<void> {
  await poll(
    `${place} is replaced`,
    async () => replaced(object, await objectAt(place)),
    () => true,
    20,
  );
}

function replaced(object: any, present: any): void {
  const { metadata, ...rest } = asGiven(object);
  const { resourceVersion } = present.metadata;
  const input = JSON.stringify({ ...rest, metadata: { ...metadata, resourceVersion } });
  execFileSync("kubectl", ["replace", "-f", "-"], { input, stdio: ["pipe", "ignore", "pipe"] });
}

/** Edits an object, as `kubectl edit` does. */
export const edited =
  (place: Place, edit: (object: any) => void): Harm =>
  async () => {
    const before = await objectAt(place);
    const after = structuredClone(before);
    edit(after);
    await replace(place, after);
    return () => replace(place, before);
  };

export const deleted =
  (place: Place): Harm =>
  async () => {
    const before = await objectAt(place);
    await kubectl("delete", ...place);
    return async () => create(before);
  };

export const created =
  (...objects: any[]): Harm =>
  async () => {
    await apply(objects);
    return async () => {
      for (const { kind, apiVersion, metadata } of [...objects].reverse()) {
        const [version, group = ""] = apiVersion.split("/").reverse();
        const its = group === "" ? kind : `${kind}.${version}.${group}`;
        const namespace = metadata.namespace === undefined ? [] : ["-n", metadata.namespace];
        await kubectl("delete", its, metadata.name, ...namespace, "--timeout=60s");
      }
    };
  };

export const scaled =
  (place: Place, replicas: number): Harm =>
  async () => {
    const { spec } = await objectAt(place);
    await kubectl("scale", ...place, `--replicas=${replicas}`);
    return async () => {
      await kubectl("scale", ...place, `--replicas=${spec.replicas}`);
      await kubectl("rollout", "status", ...place, "--timeout=180s");
    };
  };

/** Harms one after the other, and heals the other way round. */
export const all =
  (...harms: Harm[]): Harm =>
  async () => {
    const heals: Heal[] = [];
    const heal = async () => {
      for (const its of heals.reverse()) {
        await its();
      }
    };
    for (const harm of harms) {
      heals.push(
        await harm().catch(async (error) => {
          await heal();
          throw error;
        }),
      );
    }
    return heal;
  };

/** Has a container of each of these pods hang. */
export const hanging =
  (namespace: string, selector: string, container: string, which: (name: string) => boolean = () => true): Harm =>
  async () => {
    const pods = (await podsOf(namespace, selector)).filter(({ metadata }) => which(metadata.name));
    pods.forEach((pod) => signalContainer(pod, container, "SIGSTOP"));
    return async () =>
      pods.forEach((pod) => {
        try {
          signalContainer(pod, container, "SIGCONT");
        } catch {
          // The kubelet has started it anew meanwhile.
        }
      });
  };

/** A rule of a firewall, on the node. */
export const firewalled =
  (chain: "FORWARD" | "OUTPUT", rule: () => Promise<readonly string[]>): Harm =>
  async () => {
    const its = await rule();
    const iptables = (option: string) => execFileSync("iptables", ["-w", "10", option, chain, ...its]);
    iptables("-I");
    return async () => iptables("-D");
  };

/** What Consul's API is told to do, and then to undo; each has to succeed. */
export const told =
  (harm: (ask: Ask) => Promise<Heal | undefined>): Harm =>
  async () => {
    const api = await ConsulApi.asOperator();
    const ask: Ask = async (method, path, body) => {
      const { status, body: answer } = await api.ask(method, path, body);
      if (status !== 200) {
        throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
      }
      return answer;
    };
    return (await harm(ask)) ?? (async () => undefined);
  };
export type Ask = (method: "GET" | "PUT" | "DELETE", path: string, body?: unknown) => Promise<any>;

/** Has the injector write again what it once wrote. */
export async function touch(...place: string[]): Promise<void> {
  await kubectl("annotate", ...place, `touched=${Date.now()}`, "--overwrite");
}
