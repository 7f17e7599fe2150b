import * as pulumi from "@pulumi/pulumi";
import { serverPlacement } from "../../components/mesh/placement";

test.each<[what: string, server: object | undefined, placement: object]>([
  ["nothing", undefined, {}],
  ["servers that may run anywhere", { replicas: 3 }, {}],
  ["empty texts", { nodeSelector: "", tolerations: "" }, {}],
  [
    "what the chart takes, YAML in a string",
    { nodeSelector: "pool: mesh\n", tolerations: "- key: mesh\n  operator: Exists\n" },
    { nodeSelector: { pool: "mesh" }, tolerations: [{ key: "mesh", operator: "Exists" }] },
  ],
  [
    "a template, which is Helm's to read",
    { nodeSelector: "pool: {{ .Release.Name }}", tolerations: "- operator: Exists" },
    { tolerations: [{ operator: "Exists" }] },
  ],
  ["what is of another form", { nodeSelector: "- pool", tolerations: "operator: Exists" }, {}],
  ["a word in place of either", { nodeSelector: "pool", tolerations: "all" }, {}],
  ["what is not YAML", { nodeSelector: "{", tolerations: "- [" }, {}],
  ["nothing in place of either", { nodeSelector: "~", tolerations: "~" }, {}],
  ["what is no text yet", { nodeSelector: pulumi.output("pool: mesh"), tolerations: [{ key: "mesh" }] }, {}],
])("of %s", (_, server, placement) => {
  expect(serverPlacement(server && { server: server as never })).toEqual(placement);
});

test("of no values at all", () => {
  expect(serverPlacement(undefined)).toEqual({});
});
