/** What joins the mesh: services, workloads that somebody else declares, jobs. */
export * from "./meshJob";
export { meshJobProblems } from "./meshJobProblems";
export * from "./meshService";
export * from "./meshWorkload";
export { meshWorkloadProblems } from "./meshWorkloadProblems";
export type { PodTemplate } from "./joinProblems";
export type {
  QueryParamMatch,
  Retries,
  RetryCondition,
  Traffic,
  TrafficMatch,
  TrafficRoute,
  TrafficShare,
} from "./traffic";
