import "./stacks/heap";
import "./stacks/promiseStacks";
import * as pulumi from "@pulumi/pulumi";
import { readSettings } from "./settings";
import { platformStack } from "./stacks/platform";
import { judgePlatform } from "./stacks/published";
import { servicesStack } from "./stacks/services";

const settings = readSettings();
const { meshStack } = settings;
const outputs = pulumi.output(meshStack === undefined ? judgedPlatform() : servicesStack(settings, meshStack));

async function judgedPlatform() {
  const others = await judgePlatform(settings);
  return platformStack(settings, others);
}

/** Where each route is served. */
export const urls = outputs.urls;
/** How to look at Consul's UI: run this, then open https://localhost:8501/ui. `off` where there is none here. */
export const consulUi = outputs.consulUi;
/** How to look at Traefik's dashboard: run this, then open http://localhost:8080/dashboard/. `off` where there is none. */
export const traefikDashboard = outputs.traefikDashboard;
/** The identities that intentions name. */
export const identities = outputs.identities;
/** Who may call whom. */
export const edges = outputs.edges;
/** What stacks of one mesh tell each other; `off` where this one is alone. */
export const shared = outputs.shared;
