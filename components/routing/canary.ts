import type * as pulumi from "@pulumi/pulumi";
import type { LoadBalancing } from "./loadBalancing";
import type { PodOptions } from "../pods/podOptions";
import { Problem } from "../shared/problems";
import { CANARY_SUFFIX } from "../shared/serviceNames";
import type { Route, RouteArgs } from "./routes";

/**
 * A second version of a service beside the first: its own pods under the same identity and intentions. It gets a share of the
 * requests that come through Traefik, the requests of routes of its own, or both. Calls within the mesh go to all pods alike.
 */
export interface Canary {
  /**
   * The version's image.
   * @unset the service's
   */
  readonly image?: pulumi.Input<string>;
  /** The version's environment, instead of the service's `env`; `envFrom` is that of both. */
  readonly env?: PodOptions["env"];
  /** The version's arguments, instead of the service's. */
  readonly args?: readonly string[];
  /**
   * Number of its pods.
   * @default 1
   */
  readonly replicas?: number;
  /**
   * Percent of the requests of the service's routes, a whole number from 0 to 99.
   * @unset 0: only its own `routes` lead to it
   */
  readonly weight?: number;
  /**
   * Routes that lead to this version alone, by a host or a rule of their own. Without a `name`, their routers have that of its
   * Deployment.
   * @unset none
   */
  readonly routes?: readonly Route[];
}

/** A canary as a program declares it. */
export interface CanaryArgs extends Omit<Canary, "routes"> {
  readonly routes?: readonly RouteArgs[];
}

/** The weight of each pod of the first version: it stays as the canary's changes, so that those pods are not replaced. */
export const STABLE_WEIGHT = 1000;

/** The weight of each of the canary's pods, so that together they get their percentage; 0 for no request. */
export function canaryWeight({ weight = 0, replicas = 1 }: Canary, stableReplicas: number): number {
  const share = (STABLE_WEIGHT * stableReplicas * weight) / (100 - weight) / replicas;
  return weight === 0 || replicas === 0 ? 0 : Math.max(1, Math.round(share));
}

/** Name of a canary's Deployment, and of Traefik's service that is its pods alone. */
export function canaryName(service: string): string {
  return service + CANARY_SUFFIX;
}

/** How requests of a canary's own routes are spread: as the service's, by a cookie of its own. */
export function canaryBalancing(options: LoadBalancing | undefined): LoadBalancing | undefined {
  const { name } = options?.sticky?.cookie ?? {};
  return name === undefined
    ? options
    : { ...options, sticky: { cookie: { ...options!.sticky!.cookie, name: canaryName(name) } } };
}

/** What is wrong with a canary of a service that is spread so; `routed` is whether the service itself has a route. */
export function canaryProblems(canary: Canary, options: LoadBalancing, routed: boolean, prefix: string): Problem[] {
  const problems: Problem[] = [];
  const problem = (input: string, reason: string) => problems.push({ propertyPath: `${prefix}.${input}`, reason });
  const { weight, routes = [] } = canary;
  const shares = weight !== undefined && (weight !== 0 || routes.length === 0);
  if (weight !== undefined && (!Number.isInteger(weight) || weight < 0 || weight > 99)) {
    problem(
      "weight",
      `${weight} is out of range; use whole percents from 0 to 99. To move all, give the service the image instead`,
    );
  }
  if (weight === undefined && routes.length === 0) {
    problem("weight", "is not set, and no route leads to the canary alone; give it a weight, or routes");
  }
  if (canary.replicas !== undefined && (!Number.isInteger(canary.replicas) || canary.replicas < 0)) {
    problem("replicas", `${canary.replicas} is not a number of pods; use a whole number from 0 on`);
  }
  if (canary.image === undefined && canary.env === undefined && canary.args === undefined) {
    problem("image", "is not set, so that both versions are the same; give an image, args or env");
  }
  if (shares && options.strategy === "p2c") {
    problem("weight", "has no effect with the strategy p2c, which knows no weights; use wrr");
  }
  if (shares && !routed) {
    problem("weight", "has no effect without a route: calls within the mesh go to all pods alike; add a route");
  }
  return problems;
}
