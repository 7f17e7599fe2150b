/** The values of Consul's chart: which there are, what is wrong with them, what they come to. */
export type { ChartValues, ConsulImages, ConsulOptions, SecretKeyRef } from "./consulValues";
