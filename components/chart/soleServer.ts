import { ChartValues, mergeValues } from "./consulValues";
import { valueAt } from "./heldValues";
import { serverConfigOf } from "./serverConfig";

/**
 * Values of Consul's chart, whose server does not wait for 5 s at its end where it is the only one: that time is for clients to
 * ask another [consul agent/consul: Server.Leave], and the mesh would be without a server for as long at each restart. What the
 * values themselves say of it stays.
 */
export function withSoleServer(values: ChartValues): ChartValues {
  const config = serverConfigOf(values);
  if (valueAt(values, "server.enabled") === false || valueAt(values, "server.replicas") !== 1 || config === undefined) {
    return values;
  }
  // Zero would be Consul's default.
  const atOnce = mergeValues({ performance: { leave_drain_time: "1ms" } }, config);
  return mergeValues(values, { server: { extraConfig: JSON.stringify(atOnce) } });
}
