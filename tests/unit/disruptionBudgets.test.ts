import * as pulumi from "@pulumi/pulumi";
import { consulValues, mergeValues } from "../../components/chart/consulValues";
import { withDrains } from "../../components/chart/disruptionBudgets";

const budgets = (options: Parameters<typeof consulValues>[0], values: object = {}) => {
  const { server, connectInject } = withDrains(
    mergeValues(consulValues(options), values as Record<string, unknown>),
  ) as {
    server: Record<string, unknown>;
    connectInject: Record<string, unknown>;
  };
  return [server.disruptionBudget, connectInject.disruptionBudget];
};

test("the only server and the only injector have no budget, which would hold a drain for good", () => {
  expect(budgets({})).toStrictEqual([{ enabled: false }, { enabled: false }]);
});

test("one of several may go at a time", () => {
  const one = { maxUnavailable: 1 };
  expect(budgets({ servers: 3 }, { connectInject: { replicas: 2 } })).toStrictEqual([one, one]);
  expect(budgets({}, { server: { replicas: 3 } })).toStrictEqual([one, { enabled: false }]);
  // It may come to one, for which the chart has a budget of none.
  const replicas = pulumi.output(2);
  expect(budgets({}, { connectInject: { replicas } })).toStrictEqual([{ enabled: false }, one]);
});

test.each<[values: object, injectors: object]>([
  [{ maxUnavailable: 2 }, { maxUnavailable: 2 }],
  [{ maxUnavailable: 0 }, { maxUnavailable: 0 }],
  // The chart takes it rather than the other.
  [{ minAvailable: 1 }, { maxUnavailable: 1, minAvailable: 1 }],
  [{ enabled: false }, { maxUnavailable: 1, enabled: false }],
])("what the values say of it stays: %j", (disruptionBudget, injectors) => {
  const [, ofInjectors] = budgets({}, { connectInject: { replicas: 2, disruptionBudget } });
  expect(ofInjectors).toStrictEqual(injectors);
});

test("a budget that is asked for stays, also of one, and one that another resource makes", () => {
  expect(budgets({}, { server: { disruptionBudget: { enabled: true } } })[0]).toStrictEqual({ enabled: true });
  expect(budgets({}, { server: { disruptionBudget: { maxUnavailable: 1 } } })[0]).toStrictEqual({ maxUnavailable: 1 });
  const disruptionBudget = pulumi.output({ maxUnavailable: 2 });
  expect(budgets({}, { connectInject: { disruptionBudget } })).toStrictEqual([{ enabled: false }, disruptionBudget]);
});

test("nothing else of the values changes", () => {
  const values = mergeValues(consulValues({ servers: 3 }), { connectInject: { replicas: 2, logLevel: "debug" } });
  const { server, connectInject, ...others } = withDrains(values) as Record<string, Record<string, unknown>>;
  const { disruptionBudget: ofServers, ...itsServer } = server;
  const { disruptionBudget: ofInjectors, ...itsInject } = connectInject;
  expect([ofServers, ofInjectors]).toEqual([{ maxUnavailable: 1 }, { maxUnavailable: 1 }]);
  expect({ ...others, server: itsServer, connectInject: itsInject }).toEqual(values);
});
