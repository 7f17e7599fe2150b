import { Change, Picture, PictureEdge } from "./model";

/** More edges than this, and what does not change is left out: nobody reads it in a comment. */
const MOST = 40;
const CLASSES: Record<Exclude<Change, "same">, string> = {
  opens: "#1a7f37",
  closes: "#cf222e",
  missing: "#cf222e",
  undeclared: "#bc4c00",
};

/** A picture as Mermaid, for a comment on a pull request, which shows it drawn. */
export function toMermaid({ denyAll, nodes, edges }: Picture): string {
  const shown = edges.length <= MOST ? edges : edges.filter(({ change }) => change !== "same");
  const names = new Set(shown.flatMap(({ from, to }) => [from, to]));
  const ids = new Map([...names].map((name, i) => [name, `n${i}`]));
  const grouped = new Map<string, PictureEdge[]>();
  for (const edge of shown) {
    const key = [edge.from, edge.to, edge.action, edge.change].join(" ");
    grouped.set(key, [...(grouped.get(key) ?? []), edge]);
  }
  const arrows = [...grouped.values()];
  const styles = arrows.flatMap(([{ change }], i) =>
    change === "same" ? [] : [`  linkStyle ${i} stroke:${CLASSES[change]},color:${CLASSES[change]},stroke-width:2px`],
  );
  return [
    "```mermaid",
    "flowchart LR",
    ...[...names].map((name) => {
      const routes = nodes.find((node) => node.name === name)?.routes ?? [];
      const label = [name === "*" ? "any service" : name, ...routes.slice(0, 3)].map(escaped).join("<br/>");
      return `  ${ids.get(name)}["${label}"]`;
    }),
    ...arrows.map((group) => {
      const [{ from, to, action, change }] = group;
      const word =
        change === "same"
          ? []
          : [{ opens: "+", closes: "−", missing: "not in Consul", undeclared: "undeclared" }[change]];
      const matches = group.map(({ match }) => match).filter((match) => match !== "");
      const label = [...word, ...(action === "deny" ? ["denied"] : []), ...matches.map(escaped)].join("<br/>");
      const line = action === "deny" || change === "closes" || change === "missing" ? "-.->" : "-->";
      return `  ${ids.get(from)} ${line}${label === "" ? "" : `|"${label}"|`} ${ids.get(to)}`;
    }),
    ...styles,
    "```",
    "",
    denyAll ? "What no arrow allows is denied." : "**There is no deny-all: what no arrow denies is allowed.**",
    ...(shown.length < edges.length ? [`${edges.length - shown.length} edges that do not change are left out.`] : []),
  ].join("\n");
}

/** Mermaid takes these for its own inside of quotes; a code is its way to write one. */
function escaped(text: string): string {
  return text.replace(/[#"<>&|`]/g, (char) => `#${char.charCodeAt(0)};`);
}
