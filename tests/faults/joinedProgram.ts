import * as path from "node:path";
import * as k8s from "@pulumi/kubernetes";
import { ConsulMesh, ensureNamespace, IntentionSet, MeshJob, MeshWorkload } from "../../components";
import { readSettings } from "../../settings";

/**
 * Workloads that others declare, each of which joins in another way: a resource's, a chart's, and one that runs already; and jobs
 * that call the first.
 */
const mesh = new ConsulMesh("consul", readSettings().consul);
const baseline = new IntentionSet("baseline", { mesh });
const apps = ensureNamespace("apps", { name: "apps", podSecurity: "privileged" }, {});
const common = { mesh, guardedBy: baseline, port: 80 };
const namespace = apps.metadata.name;

const shop = new MeshWorkload("shop", {
  ...common,
  namespace,
  servicePort: 8000,
  traffic: {
    retries: { attempts: 2 },
    routes: [
      { match: { pathPrefix: "/brief" }, requestTimeoutSeconds: 1 },
      { match: { header: [{ name: "x-to", exact: "billing" }] }, service: "billing" },
    ],
  },
});
new k8s.apps.v1.Deployment(
  "shop",
  {
    metadata: { name: "shop", namespace },
    spec: {
      selector: { matchLabels: { app: "shop" } },
      template: shop.join({
        metadata: { labels: { app: "shop" } },
        spec: {
          containers: [
            {
              name: "app",
              image: "localhost/whoami:1.10.3",
              imagePullPolicy: "Never",
              ports: [{ containerPort: 80 }],
              readinessProbe: { httpGet: { path: "/health", port: 80 }, periodSeconds: 1 },
            },
          ],
        },
      }),
    },
  },
  { dependsOn: [...shop.ready] },
);

const billing = new MeshWorkload("billing", {
  ...common,
  namespace: "apps",
  existingService: "billing-http",
  existingServiceAccount: true,
  calls: [{ destination: "shop" }],
  traffic: { failover: ["shop"] },
});
new k8s.helm.v4.Chart(
  "billing",
  { chart: path.join(__dirname, "chart"), namespace },
  { transforms: [billing.transform], dependsOn: [apps] },
);

const legacy = new MeshWorkload("legacy", {
  ...common,
  namespace: "legacy",
  running: true,
  workload: { name: "legacy-v1" },
  existingService: "legacy",
  calls: [{ destination: "billing" }, { destination: "shop" }],
});

const job = {
  mesh,
  namespace,
  guardedBy: baseline,
  image: "localhost/whoami:1.10.3",
  imagePullPolicy: "Never" as const,
  command: ["curl", "-sf", "-m", "10", "--retry", "20", "--retry-delay", "1", "--retry-all-errors"],
  args: ["http://shop.apps:8000/"],
};
const calls = [{ destination: "shop" }];
const jobs = [
  new MeshJob("once", { ...job, calls }),
  new MeshJob("report", { ...job, calls, schedule: "@yearly" }),
  new MeshJob("stranger", { ...job, command: ["curl", "-sf", "-m", "10"], schedule: "@yearly", backoffLimit: 0 }),
];

new IntentionSet("intentions", { mesh, denyAll: false, services: [shop, billing, legacy, ...jobs] });
