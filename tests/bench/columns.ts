/** The tables of docs/performance.md that pictures are drawn of: the keys of their columns, and the heads. */
export const ONE_STACK = {
  services: "Services",
  objects: "Objects",
  up: "`up` to as many",
  fast: "without checkpoints",
  apply: "kubectl, the same",
  helm: "Helm, the same",
  preview: "`preview`, no change",
  diff: "`kubectl diff`",
  memory: "Memory, MiB",
};

export const ROAD = {
  connections: "Connections",
  directP50: "Without the mesh: p50, ms",
  directP99: "p99, ms",
  directRate: "Requests a second",
  meshP50: "In the mesh: p50, ms",
  meshP99: "p99, ms",
  meshRate: "Requests a second",
};

export const PARALLEL = {
  services: "Services",
  parallel: "`up` to as many",
  plain: "of plain Pulumi",
  apply: "kubectl, the same",
  preview: "`preview`, no change",
  plainPreview: "of plain Pulumi",
  diff: "`kubectl diff`",
  parallelMemory: "Memory, MiB",
  plainMemory: "of plain Pulumi",
};
