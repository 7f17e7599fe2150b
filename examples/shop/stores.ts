import * as path from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { MeshService, MeshWorkload } from "../../components";
import type { Common } from "./shop";

const config = new pulumi.Config();

const SCHEMA = `
CREATE TABLE orders (key text PRIMARY KEY, sku text NOT NULL, quantity int NOT NULL, cents bigint NOT NULL);
CREATE TABLE shipments (key text PRIMARY KEY REFERENCES orders);
`;

/** PostgreSQL, and the variables by which clients reach it. */
export function db(common: Common) {
  const { namespace } = common;
  const password = new random.RandomPassword("db", { length: 32, special: false }).result;
  const secret = new k8s.core.v1.Secret("db", { metadata: { name: "db", namespace }, stringData: { password } });
  const schema = new k8s.core.v1.ConfigMap("schema", {
    metadata: { name: "schema", namespace },
    data: { "schema.sql": SCHEMA },
  });
  const secretKeyRef = { name: secret.metadata.name, key: "password" };
  const service = new MeshService("db", {
    ...common,
    image: config.require("dbImage"),
    port: 5432,
    protocol: "tcp",
    kind: "StatefulSet",
    volumeClaims: [{ mountPath: "/var/lib/postgresql/data", storage: "1Gi" }],
    runAsUser: 999,
    writablePaths: ["/tmp", "/var/run/postgresql"],
    volumes: [{ mountPath: "/docker-entrypoint-initdb.d", configMap: { name: schema.metadata.name } }],
    env: {
      POSTGRES_USER: "shop",
      POSTGRES_DB: "shop",
      POSTGRES_PASSWORD: { secretKeyRef },
      PGDATA: "/var/lib/postgresql/data/pgdata",
      // In the mesh every client comes from the sidecar, by loopback, which the image trusts without a password otherwise.
      POSTGRES_INITDB_ARGS: "--auth-host=scram-sha-256",
    },
    readinessProbe: { exec: { command: ["pg_isready", "-U", "shop"] }, periodSeconds: 2 },
    drainSeconds: 0, // there is no other pod to which clients could go meanwhile
  });
  const env = { PGHOST: "db", PGDATABASE: "shop", PGUSER: "shop", PGPASSWORD: { secretKeyRef } };
  return { service, env };
}

/** NATS, by a chart that knows nothing of the mesh. */
export function broker(common: Common): MeshWorkload {
  const workload = new MeshWorkload("broker", {
    ...common,
    port: 4222,
    protocol: "tcp",
    existingService: "broker",
    drainSeconds: 0,
  });
  new k8s.helm.v4.Chart(
    "broker",
    {
      chart: path.join(__dirname, "broker"),
      namespace: common.namespace,
      values: { image: config.require("brokerImage") },
    },
    { transforms: [workload.transform] },
  );
  return workload;
}
