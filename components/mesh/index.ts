/** Consul itself: its namespace, its chart and values, its keys and their rotation. */
export { ensureNamespace } from "./bringYourOwn";
export type { ExternalServers, OwnCa } from "./bringYourOwn";
export * from "./consulMesh";
export * from "./consulMeshArgs";
export {
  meshPartWithoutContains,
  meshPartWithoutNativeSidecar,
  meshPartWithoutSleep,
  meshReachProblems,
  syncsCatalog,
  usesCni,
} from "./consulMeshKnown";
export * from "./consulMeshProblems";
export type { EgressOptions, ExternalDestination, ExternalDestinationOptions, ExternalTls } from "./egress";
export type { Ingress, Mesh } from "./mesh";
export type { Tracing } from "./tracing";
