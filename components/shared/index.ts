/** What every room uses: problems, names, plain values. */
export { POD_SECURITY_LEVELS } from "./podSecurity";
export type { PodSecurityLevel } from "./podSecurity";
