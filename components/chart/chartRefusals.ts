import { ChartValues } from "./consulValues";
import { valueAt } from "./heldValues";
import { meshOption } from "../shared/names";
import { Problem } from "../shared/problems";

/** Parts of the chart that its templates refuse to render without another: `fail` in chart 1.9.11, most of them since 1.0. */
const NEEDS: readonly [part: string, needs: string, why: string][] = [
  ["global.peering.enabled", "meshGateway.enabled", "peers reach each other through mesh gateways"],
  ["global.federation.enabled", "meshGateway.enabled", "datacenters reach each other through mesh gateways"],
  ["global.federation.createFederationSecret", "global.federation.enabled", "it is that Secret's job"],
  [
    "global.acls.createReplicationToken",
    "global.acls.manageSystemACLs",
    `there are no tokens without ACLs; use ${meshOption("acls")}`,
  ],
  ["server.auditLogs.enabled", "global.acls.manageSystemACLs", `an audit log is of tokens; use ${meshOption("acls")}`],
  ["global.metrics.disableAgentHostName", "global.metrics.enableAgentMetrics", "it is about the agents' metrics"],
  ["global.metrics.datadog.enabled", "global.metrics.enableAgentMetrics", "Datadog asks the agents for theirs"],
  ["global.metrics.datadog.otlp.enabled", "telemetryCollector.enabled", "the collector is what sends them"],
  [
    "externalServers.skipServerWatch",
    "externalServers.enabled",
    `it is about servers elsewhere; use ${meshOption("externalServers")}`,
  ],
];

/** Two that name one Secret, of which the chart takes both or neither. */
const TOGETHER: readonly [one: string, other: string][] = [
  ["global.enterpriseLicense.secretName", "global.enterpriseLicense.secretKey"],
  ["global.acls.replicationToken.secretName", "global.acls.replicationToken.secretKey"],
];

/**
 * What the chart's own templates refuse, of values that are each right by itself: Helm would say so in the middle of an `up`. And the
 * experiment that charts 1.5 have no intentions with. `merged` are the values as Helm gets them, `values` those of the user, `prefix` what
 * is put before each path.
 */
export function chartRefusals(values: ChartValues, merged: ChartValues, prefix: string): Problem[] {
  const isSet = (path: string) => Boolean(valueAt(merged, path));
  const isGiven = (path: string) => Boolean(valueAt(values, path));
  const experiments: unknown = valueAt(values, "global.experiments");
  return [
    ...(Array.isArray(experiments) && experiments.includes("resource-apis")
      ? [
          {
            propertyPath: `${prefix}.global.experiments`,
            reason: `"resource-apis" has Consul use its second catalog, in which intentions decide nothing; leave it out`,
          },
        ]
      : []),
    ...NEEDS.filter(([part, needs]) => isGiven(part) && !isSet(needs)).map(([part, needs, why]) => ({
      propertyPath: `${prefix}.${part}`,
      reason: `the chart refuses it without ${needs}: ${why}; set both, or leave it out`,
    })),
    ...TOGETHER.flatMap((pair) => [pair, [pair[1], pair[0]] as const])
      .filter(([one, other]) => isGiven(one) && !isSet(other))
      .map(([one, other]) => ({
        propertyPath: `${prefix}.${one}`,
        reason: `the chart refuses it without ${other}: a Secret's name and key go together; set both, or leave it out`,
      })),
    ...(valueAt(merged, "meshGateway.wanAddress.source") === "Static" && !isSet("meshGateway.wanAddress.static")
      ? [
          {
            propertyPath: `${prefix}.meshGateway.wanAddress.source`,
            reason: `"Static" is refused by the chart without meshGateway.wanAddress.static; set it to the gateway's address`,
          },
        ]
      : []),
  ];
}
