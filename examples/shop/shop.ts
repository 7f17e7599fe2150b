import * as pulumi from "@pulumi/pulumi";
import { Ingress, IntentionSet, Mesh, MeshJob, MeshMember, MeshService, MeshWorkload } from "../../components";
import { broker, db } from "./stores";

/** What each service has in common with the others. */
export interface Common {
  readonly mesh: Mesh;
  readonly ingress: Ingress;
  readonly namespace: pulumi.Input<string>;
  /** No service starts before this is in force. */
  readonly guardedBy: IntentionSet;
}

const config = new pulumi.Config();
const port = 8080;
const image = (name: string) => `${config.require("images")}/${name}:${config.require("release")}`;

/** What may be asked of a service that speaks HTTP, or gRPC. */
const only = (http: { pathExact: string } | { pathPrefix: string }, method: string) => [
  { action: "allow" as const, http: { ...http, methods: [method] } },
];
const quote = only({ pathExact: "/shop.Pricing/Quote" }, "POST");

/** The services of the shop, each with the calls that it makes: all others are refused. */
export function shop(common: Common, host: string): { services: MeshMember[]; jobs: MeshMember[] } {
  const own = { ...common, port, resources: { requests: { cpu: "50m", memory: "64Mi" } } };
  const http = { ...own, healthPath: "/ready", traffic: { retries: { attempts: 2 } } };

  const web = new MeshService("web", {
    ...http,
    image: image("web"),
    // Where a store is away, what waits for it does not pile up: the rest is told to come again.
    routes: [{ host, middlewares: [{ inFlightReq: { amount: 100 } }] }],
    autoscaling: { minReplicas: 2, maxReplicas: 4, cpuUtilization: 80 },
    disruptionBudget: { maxUnavailable: 1 },
    calls: [
      { destination: "catalog", permissions: only({ pathExact: "/products" }, "GET") },
      {
        destination: "cart",
        permissions: [...only({ pathPrefix: "/carts/" }, "GET"), ...only({ pathPrefix: "/carts/" }, "PUT")],
      },
      {
        destination: "orders",
        permissions: [...only({ pathExact: "/orders" }, "POST"), ...only({ pathPrefix: "/orders/" }, "GET")],
      },
      { destination: "shipping", permissions: only({ pathPrefix: "/shipments/" }, "GET") },
    ],
  });
  const catalog = new MeshService("catalog", {
    ...http,
    image: image("catalog"),
    calls: [{ destination: "stock", permissions: only({ pathExact: "/stock" }, "GET") }],
  });
  const cart = new MeshService("cart", {
    ...http,
    image: image("cart"),
    calls: [{ destination: "cache" }, { destination: "pricing", permissions: quote }],
  });
  const pricing = new MeshService("pricing", {
    ...own,
    image: image("pricing"),
    protocol: "grpc",
    healthGrpcService: "",
    replicas: 2,
  });

  const database = db(common);
  const orders = new MeshService("orders", {
    ...http,
    image: image("orders"),
    replicas: 2,
    env: database.env,
    calls: [
      { destination: "pricing", permissions: quote },
      { destination: "payment", permissions: only({ pathExact: "/charges" }, "POST") },
      { destination: "db" },
      { destination: "broker" },
    ],
  });
  const shipping = new MeshService("shipping", {
    ...http,
    image: image("shipping"),
    env: database.env,
    calls: [{ destination: "broker" }, { destination: "db" }],
  });
  const payment = new MeshService("payment", {
    ...http,
    image: image("payment"),
    replicas: 2,
    env: { PROCESSOR_URL: "http://card-processor.virtual.consul" },
    calls: [{ destination: "card-processor", permissions: only({ pathExact: "/v1/charges" }, "POST") }],
  });
  const cache = new MeshService("cache", {
    ...own,
    image: config.require("cacheImage"),
    port: 6379,
    protocol: "tcp",
    runAsUser: 999,
    args: ["--save", ""],
  });

  // It runs already, by before/stock.yaml, and belongs to nobody's stack.
  const stock = new MeshWorkload("stock", {
    ...common,
    namespace: "legacy",
    port,
    running: true,
    existingService: "stock",
  });

  const report = new MeshJob("report", {
    ...common,
    image: image("report"),
    command: ["python3", "/app/main.py"],
    schedule: "0 6 * * *",
    calls: [{ destination: "orders", permissions: only({ pathExact: "/summary" }, "GET") }],
  });

  return {
    services: [web, catalog, cart, pricing, orders, shipping, payment, cache, stock, database.service, broker(common)],
    jobs: [report],
  };
}
