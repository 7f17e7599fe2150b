import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { SERVICE_LABEL } from "./sidecarAnnotations";

/** Makes the Kubernetes Service by which Consul knows a service's pods: it registers none that no Service selects. */
export function memberService(
  name: string,
  metadata: { readonly name: string; readonly namespace: pulumi.Input<string> },
  port: k8s.types.input.core.v1.ServicePort,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Service {
  return new k8s.core.v1.Service(
    `${name}-service`,
    {
      metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
      spec: { selector: { [SERVICE_LABEL]: metadata.name }, ports: [port] },
    },
    opts,
  );
}
