/** Traefik as a member of the mesh, and what it serves. */
export { TraefikConsulIngress } from "./traefikConsulIngress";
export * from "./traefikOptions";
export { traefikProblems } from "./traefikProblems";
export { ServedRoutes } from "./servedRoutes";
export type { ServedRoutesArgs } from "./servedRoutes";
export type { KubernetesCrd } from "./kubernetesCrd";
export type { StaticOptions } from "./staticOptions";
export type { Plugin } from "./plugins";
export type { ConsoleRoute, TraefikConsoles } from "./consoles";
export type {
  CertificateResolver,
  CertificateResolvers,
  ConnectChallenge,
  DnsChallenge,
  DnsPropagation,
} from "./certificateResolvers";
export type { TraefikTlsOptions } from "./traefikTls";
export type { UserList } from "./userLists";
