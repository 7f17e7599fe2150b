import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { supportedVersions } from "../../components/chart/consulVersions";
import { Json, plain, record, textAt } from "./json";
import { ClusterObject, clusterOf, fromManifest, PulumiResource } from "./objects";
import { documents } from "./yaml";

/** What a Helm release would put into the cluster, or why nobody can tell. */
export type Rendered = { readonly objects: ClusterObject[] } | { readonly failure: string };

export const RELEASE = "kubernetes:helm.sh/v3:Release";

/** Whether a chart that cannot be rendered is Consul's, as far as its name tells. */
export function isConsulChart(release: PulumiResource): boolean {
  return /(^|\/)consul(-[\d.]+\.tgz)?$/.test(textAt(release.props, "chart") ?? "consul");
}

/** Each release is rendered once, however many policies ask, before the change and after. */
const rendered = new Map<string, Promise<Rendered>>();

/**
 * The objects of a release, by `helm template` with its values: the engine shows a policy the release alone. Hooks are
 * among them, tests are not, since an installation does not run those.
 */
export async function renderRelease(release: PulumiResource): Promise<Rendered> {
  let inputs: Json;
  try {
    const { name, namespace, chart, version, repositoryOpts, values, postrender, disableWebhooks } = release.props;
    inputs = plain({ name, namespace, chart, version, repositoryOpts, values, postrender, disableWebhooks });
  } catch (error) {
    return { failure: (error as Error).message };
  }
  if (inputs.postrender) {
    return { failure: `the post-renderer "${inputs.postrender}" can change every object` };
  }
  const key = JSON.stringify([release.urn, inputs]);
  const known = rendered.get(key) ?? render(inputs, release);
  rendered.set(key, known);
  return known;
}

async function render(inputs: Json, release: PulumiResource): Promise<Rendered> {
  const chart = locateChart(inputs);
  if ("failure" in chart) {
    return chart;
  }
  const namespace = textAt(inputs, "namespace") ?? "default";
  const kubernetes = supportedVersions[supportedVersions.length - 1].kubernetes[1];
  // What Pulumi calls webhooks are Helm's hooks.
  const hooks = inputs.disableWebhooks ? ["--no-hooks"] : [];
  const flags = ["--namespace", namespace, "--kube-version", kubernetes, "--skip-tests", ...hooks];
  try {
    const text = await helm(
      ["template", textAt(inputs, "name") ?? "release", ...chart.arguments, ...flags, "--values", "-"],
      JSON.stringify(inputs.values ?? {}),
    );
    const cluster = clusterOf(release);
    return { objects: manifests(text, release.urn).map((object) => ({ ...within(namespace, object), cluster })) };
  } catch (error) {
    return { failure: (error as Error).message };
  }
}

/** The values go through a pipe: what is secret among them never lies in a file. */
function helm(args: string[], stdin: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile("helm", args, { maxBuffer: 1 << 28, timeout: 30_000 }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
      } else if (error.code === "ENOENT") {
        reject(new Error("there is no helm on the PATH"));
      } else {
        // Warnings, as of a chart that is deprecated, come first.
        const [failure] = stderr.replace(/[^]*?^(?=Error)/m, "").split("\n");
        reject(new Error(error.killed ? "helm took more than 30 s" : failure));
      }
    });
    // helm may end before it has read everything; its message tells why.
    child.stdin!.on("error", () => undefined).end(stdin);
  });
}

/** What no policy judges is most of some charts' text, and parsing it would take longer than helm does. */
const UNJUDGED = /^kind: CustomResourceDefinition/m;

function manifests(text: string, urn: string): ClusterObject[] {
  return text
    .split(/^---.*$/m)
    .filter((document) => !UNJUDGED.test(document))
    .flatMap(read)
    .map(record)
    .flatMap((body) =>
      body.kind === undefined ? [] : fromManifest(String(body.apiVersion), String(body.kind), body, urn, true),
    );
}

/** An object where helm puts it: what names no namespace is in the release's. A kind without any takes no harm from it. */
function within(namespace: string, object: ClusterObject): ClusterObject {
  const named = textAt(object.body, "metadata", "namespace") || namespace;
  return { ...object, body: { ...object.body, metadata: { ...record(object.body.metadata), namespace: named } } };
}

function read(text: string): unknown[] {
  const all = documents(text);
  if (all === undefined) {
    throw new Error("what the chart renders cannot be read as YAML");
  }
  return all;
}

/**
 * How helm is told where the chart is. A chart from a repository is taken from helm's cache if it is there: the
 * Kubernetes provider has just put it there to check the release, so no network is needed.
 */
function locateChart(inputs: Json): { arguments: string[] } | { failure: string } {
  const chart = String(inputs.chart);
  const version = textAt(inputs, "version");
  const repository = textAt(inputs, "repositoryOpts", "repo");
  if (repository === undefined && !chart.startsWith("oci://")) {
    const folder = path.resolve(programDirectory(), chart);
    if (fs.existsSync(folder)) {
      const found = folderVersion(folder);
      return found === undefined || version === undefined || found === version
        ? { arguments: [folder] }
        : { failure: `${folder} has version ${found}, the release ${version}` };
    }
  }
  const cached = path.join(helmCache(), `${path.basename(chart)}-${version}.tgz`);
  if (fs.existsSync(cached)) {
    return { arguments: [cached] };
  }
  const from = repository === undefined ? [] : ["--repo", repository];
  return { arguments: [chart, ...from, ...(version === undefined ? [] : ["--version", version])] };
}

/** The version of a chart's folder; `undefined` for a packed chart. */
function folderVersion(folder: string): string | undefined {
  const file = path.join(folder, "Chart.yaml");
  return fs.existsSync(file) ? textAt(documents(fs.readFileSync(file, "utf8"))?.[0], "version") : undefined;
}

/**
 * Where the program runs, which a relative chart path starts from; the engine does not tell a pack, and runs it in the
 * pack's own folder. On Linux the process that started this one runs there; elsewhere it is the folder that `pulumi`
 * was called in.
 */
export function programDirectory(): string {
  try {
    return fs.readlinkSync(`/proc/${process.ppid}/cwd`);
  } catch {
    return process.env.PWD ?? process.cwd();
  }
}

/** Where helm, and the provider with it, keeps downloaded charts. */
function helmCache(): string {
  const { HELM_REPOSITORY_CACHE, HELM_CACHE_HOME, XDG_CACHE_HOME } = process.env;
  const cache = HELM_CACHE_HOME ?? path.join(XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "helm");
  return HELM_REPOSITORY_CACHE ?? path.join(cache, "repository");
}
