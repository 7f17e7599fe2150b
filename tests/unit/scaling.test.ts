import { leftAlone } from "../../components/pods/scaling";

test("an autoscaler's number of pods is left alone, and no other", () => {
  expect(leftAlone({ autoscaling: { minReplicas: 2, maxReplicas: 3, cpuUtilization: 80 } })).toEqual(["spec.replicas"]);
  expect(leftAlone({})).toEqual([]);
});
