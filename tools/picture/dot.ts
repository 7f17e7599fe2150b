import type { Change, Picture } from "./model";

/**
 * A picture for Graphviz; of the namespaces in `collapsed` one node each. It runs in the page too, so all that it uses is
 * within it. Ids are `n-NAME` for nodes and `e-I` for edges, by which the page finds them.
 */
export function toDot(picture: Picture, collapsed: readonly string[]): string {
  const COLOURS: Record<Change, string> = {
    same: "#5b6b7b",
    opens: "#1a7f37",
    closes: "#cf222e",
    missing: "#cf222e",
    undeclared: "#bc4c00",
  };
  const WORDS: Record<Change, string> = {
    same: "",
    opens: "opens",
    closes: "closes",
    missing: "not in Consul",
    undeclared: "undeclared",
  };
  const quoted = (text: string) => `"${text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`;
  const placeOf = new Map(
    picture.nodes.map(({ name, namespace }) => [name, collapsed.includes(namespace) ? `namespace ${namespace}` : name]),
  );
  const attributes = (list: Record<string, string>) =>
    `[${Object.entries(list)
      .map(([key, value]) => `${key}=${quoted(value)}`)
      .join(", ")}]`;
  const lines = [
    "digraph mesh {",
    'rankdir=LR; bgcolor="transparent"; nodesep=0.25; ranksep=1; fontname="Arial";',
    'node [shape=box, style="rounded,filled", fontname="Arial", fontsize=12, margin="0.25,0.08"];',
    'edge [fontname="Arial", fontsize=10, arrowsize=0.7];',
  ];
  const namespaces = [...new Set(picture.nodes.map(({ namespace }) => namespace))];
  namespaces.forEach((namespace, i) => {
    const its = picture.nodes.filter((node) => node.namespace === namespace);
    if (collapsed.includes(namespace)) {
      const name = `namespace ${namespace}`;
      const inside = picture.edges.filter(({ from, to }) => placeOf.get(from) === name && placeOf.get(to) === name);
      const changes = [...its, ...inside].map(({ change }) => change).filter((change) => change !== "same");
      const label = [
        namespace || "elsewhere",
        its.length === 1 ? "1 service" : `${its.length} services`,
        ...[...new Set(changes)].map(
          (each) => `${changes.filter((change) => change === each).length} ${WORDS[each]} inside`,
        ),
      ].join("\n");
      const color = changes.length === 0 ? "#000000" : COLOURS[changes[0]];
      lines.push(
        `${quoted(name)} ${attributes({ id: `n-${name}`, label, shape: "folder", fillcolor: "#eef2f6", color })};`,
      );
      return;
    }
    if (namespace !== "") {
      lines.push(`subgraph ${quoted(`cluster_${i}`)} {`);
      lines.push(`label=${quoted(namespace)}; style="rounded"; color="#c4ced8"; fontcolor="#5b6b7b"; fontsize=11;`);
    }
    for (const { name, kind, routes, change, remark } of its) {
      const shown = routes.length > 4 ? [...routes.slice(0, 3), `and ${routes.length - 3} routes more`] : routes;
      const label = [name === "*" ? "any service" : name, ...shown, ...(remark === undefined ? [] : [remark])].join(
        "\n",
      );
      const fillcolor = kind === "ingress" ? "#ddf4ff" : kind === "service" ? "#ffffff" : "#f6f8fa";
      const tooltip = [name, ...routes].join("\n");
      lines.push(
        `${quoted(name)} ${attributes({ id: `n-${name}`, label, fillcolor, color: COLOURS[change], tooltip })};`,
      );
    }
    if (namespace !== "") {
      lines.push("}");
    }
  });
  // One arrow for all that goes from one to another and fares alike.
  const arrows = new Map<string, { from: string; to: string; action: string; change: Change; matches: string[] }>();
  for (const { from, to, action, match, change } of picture.edges) {
    const ends = { from: placeOf.get(from)!, to: placeOf.get(to)! };
    if (ends.from === ends.to && ends.from !== from) {
      continue;
    }
    const key = [ends.from, ends.to, action, change].join(" ");
    const arrow = arrows.get(key) ?? { ...ends, action, change, matches: [] };
    arrow.matches.push(match);
    arrows.set(key, arrow);
  }
  [...arrows.values()].forEach(({ from, to, action, change, matches }, i) => {
    const said = [...new Set(matches.filter((match) => match !== ""))];
    const shown = said.length > 4 ? [...said.slice(0, 3), `and ${said.length - 3} more`] : said;
    const denied = action === "deny";
    const word = WORDS[change];
    lines.push(
      `${quoted(from)} -> ${quoted(to)} ${attributes({
        id: `e-${i}`,
        class: `from-${from} to-${to}`,
        label: [...(word === "" ? [] : [word]), ...(denied ? ["denied"] : []), ...shown].join("\n"),
        color: COLOURS[change],
        fontcolor: COLOURS[change],
        style: denied || change === "closes" || change === "missing" ? "dashed" : "solid",
        arrowhead: denied ? "tee" : "normal",
        penwidth: change === "same" ? "1.2" : "2",
        tooltip: `${action} ${from} → ${to}\n${said.join("\n")}`,
      })};`,
    );
  });
  lines.push("}");
  return lines.join("\n");
}
