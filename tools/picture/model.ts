import { Declared } from "../access/declared";
import { describeEdges, rulesOf } from "../../components/intentions/edges";
import { ServiceIntentionsSpec } from "../../components/intentions/intentions";

/** How an edge or a service differs: by a preview from what is deployed, or live from what is declared. */
export type Change = "same" | "opens" | "closes" | "missing" | "undeclared";

export interface PictureNode {
  readonly name: string;
  readonly kind: "ingress" | "service" | "other";
  readonly namespace: string;
  /** Where Traefik serves it. */
  readonly routes: readonly string[];
  readonly change: Change;
  /** Such as `2 of 2 healthy`. */
  readonly remark?: string;
}

export interface PictureEdge {
  readonly from: string;
  readonly to: string;
  readonly action: "allow" | "deny";
  /** What is allowed or denied, each with its change; empty for all of the service. */
  readonly match: string;
  readonly change: Change;
}

/** All that a picture shows. */
export interface Picture {
  readonly title: string;
  /** Whether what no edge allows is denied. */
  readonly denyAll: boolean;
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
}

/** The edges of a stack, in words; see `describeEdges`. */
function edgesOf({ entries }: Declared): string[] {
  const specs = entries.filter(({ kind }) => kind === "ServiceIntentions").map(({ spec }) => spec);
  return describeEdges(rulesOf(specs as unknown as ServiceIntentionsSpec[]));
}

/** What a preview would make of what is deployed. */
export function previewed(title: string, before: Declared, after: Declared): Picture {
  return picture(title, before, after, [edgesOf(before), edgesOf(after)], { added: "opens", removed: "closes" });
}

/** What is declared beside what Consul has; `remarks` by service. */
export function live(
  title: string,
  declared: Declared,
  inConsul: readonly string[],
  remarks: ReadonlyMap<string, string>,
): Picture {
  const edges = [edgesOf(declared), inConsul] as const;
  return picture(title, declared, declared, edges, { added: "undeclared", removed: "missing" }, remarks);
}

const DENIES_ALL = "deny * → *";

function picture(
  title: string,
  before: Declared,
  after: Declared,
  [edgesBefore, edgesAfter]: readonly [readonly string[], readonly string[]],
  change: { readonly added: Change; readonly removed: Change },
  remarks: ReadonlyMap<string, string> = new Map(),
): Picture {
  const edges = [...new Set([...edgesBefore, ...edgesAfter])]
    .filter((edge) => edge !== DENIES_ALL)
    .map((edge) => parsed(edge, changeOf(edgesBefore.includes(edge), edgesAfter.includes(edge), change)));
  const [nodesBefore, nodesAfter] = [nodesOf(before), nodesOf(after)];
  const declared = [...new Map([...nodesBefore, ...nodesAfter])].map(([name, node]) => ({
    ...node,
    change: changeOf(nodesBefore.has(name), nodesAfter.has(name), change),
    remark: remarks.get(name),
  }));
  const others = [...new Set(edges.flatMap(({ from, to }) => [from, to]))]
    .filter((name) => !declared.some((node) => node.name === name))
    .map((name) => ({ name, kind: "other" as const, namespace: "", routes: [], change: "same" as const }));
  return { title, denyAll: edgesAfter.includes(DENIES_ALL), nodes: [...declared, ...others], edges };
}

function changeOf(
  before: boolean,
  after: boolean,
  change: { readonly added: Change; readonly removed: Change },
): Change {
  return before === after ? "same" : after ? change.added : change.removed;
}

/** An edge from its words. */
function parsed(edge: string, change: Change): PictureEdge {
  const [, action, from, to, match = ""] = /^(allow|deny) (\S+) → (\S+)(?: {2}(.*))?$/.exec(edge)!;
  return { action: action as PictureEdge["action"], from, to, match, change };
}

function nodesOf({ ingress, services }: Declared): Map<string, Omit<PictureNode, "change">> {
  const nodes = services.map(({ name, namespace, workloads }) => ({
    name,
    kind: "service" as const,
    namespace,
    routes: [...new Set(workloads.flatMap(({ tags }) => routesIn(tags)))],
  }));
  const its = ingress && {
    name: ingress.serviceName,
    kind: "ingress" as const,
    namespace: ingress.namespace,
    routes: [],
  };
  return new Map([...(its ? [its] : []), ...nodes].map((node) => [node.name, node]));
}

/** The rules of routes in tags, short: `shop.example.com/orders`. */
export function routesIn(tags: readonly string[]): string[] {
  return tags.flatMap((tag) => {
    const [, router, rule] = /^traefik\.(?:http|tcp)\.routers\.([^.=]+)\.rule=(.*)$/.exec(tag) ?? [];
    if (rule === undefined || /-(served|others)-[0-9a-f]{8}$/.test(router)) {
      return [];
    }
    const [, host, path = ""] =
      /^(?:Host|HostSNI)\(`([^`]+)`\)(?: && (?:PathPrefix|Path)\(`([^`]+)`\))?$/.exec(rule) ?? [];
    return [host === undefined ? rule : host + path];
  });
}
