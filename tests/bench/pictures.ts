import * as fs from "node:fs";
import * as path from "node:path";
import { curves } from "./curves";
import { ONE_STACK, PARALLEL, ROAD } from "./columns";
import { readTable } from "./page";

/** Draws the pictures of docs/performance.md anew from the tables that stand there. */
const IMAGES = path.resolve(__dirname, "../../docs/images");
const [OURS, OTHER] = ["#7b42bc", "#1d7d8c"];

const draw = (name: string, svg: string) => fs.writeFileSync(path.join(IMAGES, `${name}.svg`), svg);

draw(
  "scale",
  curves(readTable("one stack", Object.keys(ONE_STACK)), "services", { x: "services", y: "seconds" }, [
    { key: "up", label: "pulumi up", colour: OURS },
    { key: "fast", label: "the same, no checkpoints", colour: "#b48ad6" },
    { key: "apply", label: "kubectl apply", colour: OTHER },
    { key: "helm", label: "helm upgrade", colour: "#c77d1e" },
    { key: "preview", label: "pulumi preview", colour: OURS, dashed: true },
    { key: "diff", label: "kubectl diff", colour: OTHER, dashed: true },
  ]),
);
draw(
  "parallel",
  curves(readTable("parallel", Object.keys(PARALLEL)), "services", { x: "services", y: "seconds" }, [
    { key: "parallel", label: "pulumi up", colour: OURS },
    { key: "plain", label: "the same, plain Pulumi", colour: "#b48ad6" },
    { key: "apply", label: "kubectl apply", colour: OTHER },
    { key: "preview", label: "pulumi preview", colour: OURS, dashed: true },
    { key: "plainPreview", label: "the same, plain Pulumi", colour: "#b48ad6", dashed: true },
    { key: "diff", label: "kubectl diff", colour: OTHER, dashed: true },
  ]),
);
draw(
  "road",
  curves(readTable("road", Object.keys(ROAD)), "connections", { x: "connections", y: "milliseconds" }, [
    { key: "meshP50", label: "in the mesh, p50", colour: OURS },
    { key: "directP50", label: "without, p50", colour: OTHER },
    { key: "meshP99", label: "in the mesh, p99", colour: OURS, dashed: true },
    { key: "directP99", label: "without, p99", colour: OTHER, dashed: true },
  ]),
);
