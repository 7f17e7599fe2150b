import * as fs from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { readSettings } from "../../settings";
import { platformStack } from "../../stacks/platform";
import { ROOT } from "../../stacks/within";

/** The stack of `index.ts` in the cluster of a Kubernetes provider of its own, whose kubeconfig is an object, as EKS' is. */
const kubeconfig = pulumi.secret(parse(fs.readFileSync(process.env.KUBECONFIG!, "utf8")));
const provider = new k8s.Provider("cluster", { kubeconfig });
const parent = new pulumi.ComponentResource("test:index:Cluster", "cluster", {}, { provider });

export const urls = platformStack(readSettings(), {}, { ...ROOT, opts: { parent } }).urls;
