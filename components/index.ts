export * from "./consulMesh";
export * from "./traefikConsulIngress";
export * from "./meshService";
export * from "./intentionSet";
export type { ChartValues, ConsulImages, ConsulOptions } from "./consulValues";
export type { IntentionPermission, IntentionRule } from "./intentions";
export type { Route } from "./routes";
