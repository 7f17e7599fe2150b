import * as http from "node:http";
import { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

/** An object as an API server keeps it. */
interface Kept {
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; [key: string]: unknown };
  [key: string]: unknown;
}

/** A controller that has written the entry at once. */
export const SYNCS = (entry: Kept): void => void (entry.status = { conditions: [{ type: "Synced", status: "True" }] });

const NAMES: Record<string, [plural: string, namespaced: boolean]> = {
  Namespace: ["namespaces", false],
  Secret: ["secrets", true],
  ConfigMap: ["configmaps", true],
  Service: ["services", true],
  ServiceAccount: ["serviceaccounts", true],
  PersistentVolumeClaim: ["persistentvolumeclaims", true],
  Job: ["jobs", true],
  Deployment: ["deployments", true],
  StatefulSet: ["statefulsets", true],
  ClusterRole: ["clusterroles", false],
  ValidatingWebhookConfiguration: ["validatingwebhookconfigurations", false],
  CustomResourceDefinition: ["customresourcedefinitions", false],
  GatewayClass: ["gatewayclasses", false],
  ServiceIntentions: ["serviceintentions", true],
  ServiceDefaults: ["servicedefaults", true],
};
const GROUPS: Record<string, string[]> = {
  v1: ["Namespace", "Secret", "ConfigMap", "Service", "ServiceAccount", "PersistentVolumeClaim"],
  "apps/v1": ["StatefulSet"],
  "batch/v1": ["Job"],
  "rbac.authorization.k8s.io/v1": ["ClusterRole"],
  "admissionregistration.k8s.io/v1": ["ValidatingWebhookConfiguration"],
  "apiextensions.k8s.io/v1": ["CustomResourceDefinition"],
  "consul.hashicorp.com/v1alpha1": ["ServiceIntentions", "ServiceDefaults"],
};

/**
 * As much of a Kubernetes API server as what is asked of one in components/interrupted: discovery, lists by label, and objects that are
 * read, made, merged and deleted. With a finalizer an object stays until that is taken off; with its definition goes all of a kind.
 * What the real one does is tried in tests/faults.
 */
export class ApiServer {
  readonly objects = new Map<string, Kept>();
  /** The kinds that it has, by the group's version. */
  readonly groups: Record<string, string[]> = { ...GROUPS };
  /** Deletions and the like, in their order. */
  readonly log: string[] = [];
  /** Every request. */
  readonly requests: string[] = [];
  /** What every request is answered with, as to somebody who may not ask. Default: nothing, they are served. */
  refusal?: number;
  /** What Consul's controller makes of an entry of ServiceDefaults, each time that it is looked at; or what its making is refused with. */
  controller: ((entry: Kept, looks: number) => void) | { readonly status: number; readonly message: string } = SYNCS;
  private looks = 0;
  private readonly server = http.createServer((request, response) => this.answer(request, response));

  /** Waits until so many requests have been of this kind; by a clock that tests do not set. */
  async asked(what: RegExp, times: number): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (this.requests.filter((each) => what.test(each)).length < times) {
      if (performance.now() > deadline) {
        throw new Error(`not asked ${times} times for ${what} in 10 s, but: ${this.requests.join(", ")}`);
      }
      await new Promise(setImmediate);
    }
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    const server = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return JSON.stringify({
      "current-context": "it",
      contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
      clusters: [{ name: "it", cluster: { server } }],
      users: [{ name: "it", user: { token: "it" } }],
    });
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  add(apiVersion: string, kind: string, object: Omit<Kept, "metadata"> & { metadata: object }): void {
    const { metadata } = object as unknown as Kept;
    const [plural, namespaced] = NAMES[kind];
    const within = namespaced ? `/namespaces/${metadata.namespace}` : "";
    const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    this.objects.set(`${base}${within}/${plural}/${metadata.name}`, { apiVersion, kind, ...object } as unknown as Kept);
  }

  /** Adds a revision of a release as Helm keeps it. */
  addRevision(
    version: number,
    status: string | undefined,
    its: object = {},
    { name = "consul", namespace = "consul-system" } = {},
  ): void {
    const labels = { owner: "helm", name, version: String(version), ...(status && { status }) };
    this.add("v1", "Secret", {
      metadata: { name: `sh.helm.release.v1.${name}.v${version}`, namespace, labels },
      data: { release: Buffer.from(gzipSync(JSON.stringify(its)).toString("base64")).toString("base64") },
    });
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) {
      text += chunk;
    }
    const { pathname, searchParams } = new URL(request.url!, "http://it");
    const say = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
    const method = request.method!;
    this.requests.push(`${method} ${pathname}`);
    if (this.refusal !== undefined) {
      return void say(this.refusal, { message: "not for you" });
    }
    const groupVersion = pathname.replace(/^\/apis?\//, "");
    const kept = this.objects.get(pathname);
    if (pathname === "/apis") {
      const versions = Object.keys(this.groups).filter((version) => version.includes("/"));
      return void say(200, { groups: versions.map((groupVersion) => ({ preferredVersion: { groupVersion } })) });
    }
    if (this.groups[groupVersion] !== undefined) {
      const verbs = ["list", "delete"];
      const resources = this.groups[groupVersion].map((kind) => ({
        kind,
        name: NAMES[kind][0],
        namespaced: NAMES[kind][1],
        verbs,
      }));
      return void say(200, { resources });
    }
    if (method === "POST") {
      const object = JSON.parse(text) as Kept;
      const path = `${pathname}/${object.metadata.name}`;
      if (this.objects.has(path)) {
        return void say(409, { message: "already exists" });
      }
      if (object.kind === "ServiceDefaults") {
        if (typeof this.controller === "object") {
          return void say(this.controller.status, this.controller);
        }
        this.looks = 0;
        this.controller(object, this.looks);
      }
      this.objects.set(path, object);
      return void say(201, object);
    }
    if (method === "GET" && kept === undefined && this.isList(pathname)) {
      return void say(200, { items: this.list(pathname, searchParams.get("labelSelector")) });
    }
    if (kept === undefined) {
      return void say(404, { message: "not found" });
    }
    if (kept.kind === "ServiceDefaults" && typeof this.controller === "function") {
      this.controller(kept, ++this.looks);
    }
    if (method === "PATCH") {
      const part = JSON.parse(text);
      Object.assign(kept.metadata.labels ?? {}, part.metadata?.labels);
      Object.assign(kept, part.data ? { data: part.data } : {});
      if (part.metadata?.finalizers === null) {
        delete kept.metadata.finalizers;
        this.log.push(`released ${pathname}`);
        this.collect(pathname, kept);
      }
    } else if (method === "DELETE") {
      this.log.push(`deleted ${pathname}`);
      kept.metadata.deletionTimestamp ??= new Date().toISOString();
      this.collect(pathname, kept);
    }
    return void say(200, kept);
  }

  private collect(path: string, { kind, metadata }: Kept): void {
    if (metadata.deletionTimestamp === undefined || (metadata.finalizers as string[] | undefined)?.length) {
      return;
    }
    const entries = [...this.objects.keys()].filter(
      (key) => kind === "CustomResourceDefinition" && key.includes(`/${metadata.name.split(".")[0]}/`),
    );
    for (const key of entries) {
      const entry = this.objects.get(key)!;
      entry.metadata.deletionTimestamp ??= metadata.deletionTimestamp;
      this.collect(key, entry);
    }
    // A definition stays as long as one of its entries is held.
    if (!entries.some((key) => this.objects.has(key))) {
      this.objects.delete(path);
      for (const [other, definition] of this.objects) {
        if (
          definition.kind === "CustomResourceDefinition" &&
          path.includes(`/${definition.metadata.name.split(".")[0]}/`)
        ) {
          this.collect(other, definition);
        }
      }
    }
  }

  private isList(path: string): boolean {
    return Object.values(NAMES).some(([plural]) => path.endsWith(`/${plural}`));
  }

  private list(path: string, selector: string | null): Kept[] {
    const plural = path.replace(/^.*\//, "");
    const folder = path.slice(0, -plural.length);
    const wanted = (selector ?? "").split(",").filter(Boolean);
    return [...this.objects]
      .filter(([key]) => key.startsWith(folder) && new RegExp(`/${plural}/[^/]+$`).test(key))
      .map(([, object]) => object)
      .filter(({ metadata }) => wanted.every((one) => metadata.labels?.[one.split("=")[0]] === one.split("=")[1]));
  }
}

/** Each test of the file, or of the `describe`, has a server of its own: `begin` is given it, and the kubeconfig that leads to it. */
export function useApiServer(begin: (server: ApiServer, kubeconfig: string) => void): void {
  let server: ApiServer;
  beforeEach(async () => {
    server = new ApiServer();
    begin(server, await server.listen());
  });
  afterEach(() => server.close());
}
