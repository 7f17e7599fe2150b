import * as pulumi from "@pulumi/pulumi";
import { consulValues, mergeValues } from "../../components/chart/consulValues";
import { withSoleServer } from "../../components/chart/soleServer";

const configOf = (values: object) =>
  JSON.parse((withSoleServer(values as Record<string, unknown>) as any).server.extraConfig);

test("a server that is the only one ends without waiting for clients to ask another", () => {
  expect(configOf(consulValues({}))).toEqual({ performance: { leave_drain_time: "1ms" } });
});

test.each([
  ["several servers", consulValues({ servers: 3 })],
  ["several by the chart's own value", mergeValues(consulValues({}), { server: { replicas: 3 } })],
  ["servers of somebody else", consulValues({ externalServers: { hosts: ["consul.example.com"] } })],
  ["a template as their configuration", mergeValues(consulValues({}), { server: { extraConfig: "{{ .Values.a }}" } })],
  ["another resource's", mergeValues(consulValues({}), { server: { extraConfig: pulumi.output("{}") } })],
  ["a list as their configuration", mergeValues(consulValues({}), { server: { extraConfig: "[]" } })],
  ["null as their configuration", mergeValues(consulValues({}), { server: { extraConfig: "null" } })],
  ["a text as their configuration", mergeValues(consulValues({}), { server: { extraConfig: '"a"' } })],
])("%s: the values stay as they are", (_, values) => {
  expect(withSoleServer(values)).toBe(values);
});

test("what is said of the server stays, also of its end", () => {
  const given = (config: object) => mergeValues(consulValues({}), { server: { extraConfig: JSON.stringify(config) } });
  expect(configOf(given({ log_level: "DEBUG", performance: { raft_multiplier: 1 } }))).toEqual({
    log_level: "DEBUG",
    performance: { raft_multiplier: 1, leave_drain_time: "1ms" },
  });
  expect(configOf(given({ performance: { leave_drain_time: "9s" } }))).toEqual({
    performance: { leave_drain_time: "9s" },
  });
});
