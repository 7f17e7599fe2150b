/** Who may call whom. */
export * from "./intentionSet";
export { describeEdgeChanges, edgeChanges } from "./edges";
export type { HeaderMatch, HttpMatch, IntentionPermission, IntentionRule, ServiceCall } from "./intentions";
