import { isLater } from "../shared/later";
import { ChartValues, mergeValues } from "./consulValues";
import { valueAt } from "./heldValues";

/**
 * Values of Consul's chart, with budgets that let nodes be drained: one pod of several may go at a time, and the only one may go too.
 * The chart's own keep both injectors of two where they are, and whatever there is one of, so that a drain never ends
 * [consul-k8s _helpers.tpl: consul.pdb.connectInject.maxUnavailable]. What the values themselves say of a budget stays.
 */
export function withDrains(values: ChartValues): ChartValues {
  return ["server", "connectInject"].reduce((all, part) => {
    const budget = valueAt(values, `${part}.disruptionBudget`) ?? {};
    const only = (valueAt(values, `${part}.replicas`) ?? 1) === 1;
    const own = only ? { enabled: false } : { maxUnavailable: 1 };
    return isLater(budget) || (only && Object.keys(budget).length > 0)
      ? all
      : mergeValues(all, { [part]: { disruptionBudget: mergeValues(own, budget as ChartValues) } });
  }, values);
}
