import * as fs from "node:fs";
import * as path from "node:path";
import { toDot } from "./dot";
import { Picture } from "./model";

/** More services than this, and namespaces are shown as one node each until they are asked for. */
const MANY = 60;

/** One file with all that it needs: the drawing, what it was drawn of, and Graphviz to draw it anew. */
export async function toPage(picture: Picture): Promise<string> {
  const namespaces = [...new Set(picture.nodes.map(({ namespace }) => namespace))].filter((each) => each !== "");
  const collapsed = picture.nodes.length > MANY && namespaces.length > 2 ? namespaces : [];
  // By a name that is known when it runs: types of it are not needed, and those who draw nothing need not have it.
  const package_: string = "@viz-js/viz";
  const viz = await (await import(package_)).instance();
  const svg: string = viz.renderString(toDot(picture, collapsed), { format: "svg" });
  const global = path.join(path.dirname(require.resolve(package_)), "viz-global.js");
  const inScript = (text: string) => text.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "<\\!--");
  const parts: Record<string, string> = {
    TITLE: escaped(picture.title),
    STANCE: picture.denyAll ? "denied" : "open",
    STANCE_TEXT: picture.denyAll
      ? "what no arrow allows is denied"
      : "there is no deny-all: what no arrow denies is allowed",
    SVG: svg.slice(svg.indexOf("<svg")),
    MODEL: JSON.stringify(picture).replace(/</g, "\\u003c"),
    VIZ: inScript(fs.readFileSync(global, "utf8")).replace(/^\/\/# sourceMappingURL=.*$/m, ""),
    DOT: inScript(toDot.toString()),
    COLLAPSED: JSON.stringify(collapsed).replace(/</g, "\\u003c"),
  };
  const template = fs.readFileSync(path.join(__dirname, "page.html"), "utf8");
  return template.replace(/\{\{([A-Z_]+)\}\}/g, (_, part: string) => parts[part]);
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
