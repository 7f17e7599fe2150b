import { leastPods, leftAlone } from "../../components/pods/scaling";

const autoscaling = { minReplicas: 2, maxReplicas: 3, cpuUtilization: 80 };

test("an autoscaler's number of pods is left alone, whoever's it is, and no other", () => {
  expect(leftAlone({ autoscaling })).toEqual(["spec.replicas"]);
  expect(leftAlone({ autoscaling: "external" })).toEqual(["spec.replicas"]);
  expect(leftAlone({})).toEqual([]);
});

test("of the number of pods nothing is declared where it is somebody else's", () => {
  expect(leastPods({ autoscaling: "external" })).toBeUndefined();
  expect(leastPods({ autoscaling })).toBe(2);
  expect([leastPods({}), leastPods({ replicas: 0 }), leastPods({ replicas: 3 })]).toEqual([1, 0, 3]);
});
