import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { withInputs } from "./bringYourOwn";
import {
  ChartValues,
  CONSUL_NAME,
  ConsulSecretRefs,
  consulValues,
  mergeValues,
  SecretKeyRef,
} from "../chart/consulValues";
import { withDrains } from "../chart/disruptionBudgets";
import { withLeafGate } from "../chart/leafGate";
import { withSoleServer } from "../chart/soleServer";
import { ConsulMeshArgs, DEFAULT_CHART_VERSION, HASHICORP_HELM_REPOSITORY } from "./consulMeshArgs";
import { printable } from "../shared/problems";

/** How long an installation may take to become ready. */
export function timeoutSeconds(args: ConsulMeshArgs): number {
  return args.timeoutSeconds ?? 600;
}

/** The chart's values for a mesh of these arguments. */
export function releaseValues(args: ConsulMeshArgs, secrets: ConsulSecretRefs): ChartValues {
  return withDrains(withLeafGate(withSoleServer(mergeValues(consulValues(args, secrets), args.values ?? {}))));
}

/** Consul's chart, installed with these values. Does not wait for what the chart runs. */
export function consulRelease(
  name: string,
  args: ConsulMeshArgs,
  namespace: pulumi.Output<string>,
  values: ChartValues,
  opts: pulumi.CustomResourceOptions,
): k8s.helm.v3.Release {
  const { path, version, repository } = args.chart ?? {};
  return new k8s.helm.v3.Release(
    `${name}-release`,
    {
      name: CONSUL_NAME,
      namespace,
      chart: path ?? "consul",
      version: path === undefined ? (version ?? DEFAULT_CHART_VERSION) : undefined,
      repositoryOpts: path === undefined ? { repo: repository ?? HASHICORP_HELM_REPOSITORY } : undefined,
      timeout: timeoutSeconds(args),
      skipAwait: true,
      values,
    },
    opts,
  );
}

/** Consul's CA certificate, as a release has it in its Secret. */
export function readCertificate(
  name: string,
  release: k8s.helm.v3.Release,
  namespace: string,
  { secretName, secretKey }: SecretKeyRef,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  // The id comes from the release's status: a read by `get` waits for its inputs only, not for `dependsOn`.
  const secret = k8s.core.v1.Secret.get(
    `${name}-ca-certificate`,
    pulumi.interpolate`${release.status.namespace}/${secretName}`,
    { parent, transformations: [withInputs("Secret", { name: secretName, namespace })] },
  );
  // A certificate is public; as a secret it would hide every diff of what mounts it.
  return pulumi.unsecret(secret.data.apply((data) => partOf(data, secretKey, `${namespace}/${secretName}`)));
}

/** A part of a Secret, as text; an empty Secret has no data at all. */
export function partOf(data: Record<string, string> = {}, key: string, secret: string): string {
  if (data[key] === undefined) {
    const has = Object.keys(data).join(", ") || "nothing";
    throw printable(new pulumi.RunError(`the Secret ${secret} has no "${key}"; it has ${has}`));
  }
  return Buffer.from(data[key], "base64").toString("utf8");
}
