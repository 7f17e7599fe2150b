import { Category } from "../check";
import { ACCESS } from "./access";
import { CLUSTER } from "./cluster";
import { INGRESS } from "./ingress";
import { INJECTOR } from "./injector";
import { INTENTIONS } from "./intentions";
import { LEFTOVERS } from "./leftovers";
import { NETWORK } from "./network";
import { SERVERS } from "./servers";
import { SERVICES } from "./services";
import { SETTINGS } from "./settings";
import { STACK } from "./stack";
import { TRUST } from "./trust";

/** In the order in which they are told: what the later ones stand on comes first. */
export const CATEGORIES: readonly Category[] = [
  CLUSTER,
  SETTINGS,
  LEFTOVERS,
  NETWORK,
  STACK,
  SERVERS,
  TRUST,
  INJECTOR,
  SERVICES,
  INGRESS,
  INTENTIONS,
  ACCESS,
];
