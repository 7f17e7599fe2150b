export * from "./consulMesh";
export * from "./traefikConsulIngress";
export * from "./meshService";
export * from "./intentionSet";
export { describeEdgeChanges, edgeChanges } from "./edges";
export type { ChartValues, ConsulImages, ConsulOptions } from "./consulValues";
export type { HeaderMatch, HttpMatch, IntentionPermission, IntentionRule, ServiceCall } from "./intentions";
export type { Route } from "./routes";
