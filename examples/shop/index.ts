import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  ConsulMesh,
  ConsulMeshArgs,
  ExternalDestinationOptions,
  IntentionSet,
  NetworkPolicies,
  ServedRoutes,
  TraefikConsulIngress,
  TraefikOptions,
} from "../../components";
import { shop } from "./shop";

const config = new pulumi.Config();

const mesh = new ConsulMesh("consul", {
  acls: true,
  gossipEncryption: true,
  egress: "closed",
  externalDestinations: [
    { ...config.requireObject<Omit<ExternalDestinationOptions, "name">>("processor"), name: "card-processor" },
  ],
  ...config.getObject<ConsulMeshArgs>("mesh"),
});
const denyAll = new IntentionSet("deny-all", { mesh });
const ingress = new TraefikConsulIngress("traefik", { mesh, ...config.getObject<TraefikOptions>("ingress") });

const namespace = new k8s.core.v1.Namespace("shop", { metadata: { name: "shop" } }).metadata.name;
new NetworkPolicies("network", { mesh, ingress, serviceNamespaces: [namespace, "legacy"] });

const host = config.require("host");
const { services, jobs } = shop({ mesh, ingress, namespace, guardedBy: denyAll }, host);

// Each service says itself whom it calls; who comes from outside, nobody says but this.
const intentions = new IntentionSet("intentions", {
  mesh,
  ingress,
  denyAll: false,
  services: [...services, ...jobs, ...mesh.externalDestinations],
  rules: [
    { source: ingress.serviceName, destination: "web", permissions: [{ action: "allow", http: { pathPrefix: "/" } }] },
  ],
});
new ServedRoutes("served-routes", { mesh, ingress, services, after: [intentions] });

export const url = ingress.url(host, "/");
export const edges = [...denyAll.edges, ...intentions.edges];
