import { scaleLog } from "d3-scale";

/** A column of rows that becomes a line. */
export interface Curve {
  readonly key: string;
  readonly label: string;
  readonly colour: string;
  readonly dashed?: boolean;
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [720, 360, 60, 190, 36, 46];

/** A picture, as SVG, of curves over the column `x`, which has a tick at each row. Both axes are logarithmic. */
export function curves(
  rows: readonly Readonly<Record<string, number>>[],
  x: string,
  labels: { readonly x: string; readonly y: string },
  all: readonly Curve[],
): string {
  const points = ({ key }: Curve) => rows.filter((row) => row[key] > 0).map((row) => [row[x], row[key]] as const);
  const drawn = all.filter((curve) => points(curve).length > 0);
  const values = drawn.flatMap((curve) => points(curve).map(([, value]) => value));
  const xs = rows.map((row) => row[x]);
  const across = scaleLog([Math.min(...xs), Math.max(...xs)], [LEFT + 20, WIDTH - RIGHT]);
  const up = scaleLog([Math.min(...values), Math.max(...values)], [HEIGHT - BOTTOM, TOP]).nice();
  const text = (at: readonly [number, number], content: string | number, more = "") =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" ${more}>${content}</text>`;
  const line = (ys: number) =>
    `<path d="M${LEFT} ${ys.toFixed(1)}H${WIDTH - RIGHT + 10}" stroke="#ddd" stroke-width="1"/>`;
  // Labels at the lines' ends, from the top on, each at least its height below the one before.
  let free = TOP;
  const ends = drawn
    .map((curve) => ({ curve, last: points(curve).at(-1)! }))
    .sort((a, b) => b.last[1] - a.last[1])
    .map(({ curve, last: [lastX, value] }) => {
      const y = Math.max(up(value) + 4, free);
      free = y + 17;
      return text([across(lastX) + 14, y], curve.label, `fill="${curve.colour}"`);
    });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...up.ticks(3).map((tick) => line(up(tick)) + text([LEFT - 8, up(tick) + 4], tick, 'text-anchor="end"')),
    ...xs.map((each) => text([across(each), HEIGHT - BOTTOM + 20], each, 'text-anchor="middle"')),
    text([LEFT - 40, TOP - 16], labels.y),
    text([WIDTH - RIGHT, HEIGHT - 8], labels.x, 'text-anchor="end"'),
    ...drawn.map((curve) => {
      const path = points(curve).map(([px, py]) => `${across(px).toFixed(1)} ${up(py).toFixed(1)}`);
      const dash = curve.dashed ? ' stroke-dasharray="6 4"' : "";
      const dots = path.map((at) => `M${at}h0`).join("");
      return `<g stroke="${curve.colour}" fill="none" stroke-linecap="round"><path d="M${path.join("L")}" stroke-width="2"${dash}/><path d="${dots}" stroke-width="7"/></g>`;
    }),
    ...ends,
    "</svg>\n",
  ].join("\n");
}
