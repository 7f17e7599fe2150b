/** NetworkPolicies around all of it. */
export * from "./networkPolicies";
