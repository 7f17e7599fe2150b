/** Who may call whom. */
export * from "./intentionSet";
export * from "./jwtProvider";
export type { JwtKeys, JwtLocation, JwtProviderOptions, RemoteJwtKeys } from "./jwtProviders";
export { describeEdgeChanges, edgeChanges } from "./edges";
export type { HeaderMatch, HttpMatch, IntentionPermission, IntentionRule, ServiceCall } from "./intentions";
