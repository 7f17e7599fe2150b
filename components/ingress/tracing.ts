import type { Tracing } from "../mesh/tracing";
import type { PodPart } from "../shared/podPart";

/**
 * Has Traefik send spans, under its name in the mesh and its pod's. Without the latter it would ask Kubernetes for that, and where it
 * has no token, as it does here, it traces nothing [traefik K8sAttributesDetector].
 */
export function tracingPart(tracing: Tracing | undefined, serviceName: string): PodPart {
  if (tracing === undefined) {
    return {};
  }
  return {
    args: [
      `--tracing.serviceName=${serviceName}`,
      `--tracing.sampleRate=${tracing.sampleRate ?? 1}`,
      `--tracing.otlp.grpc.endpoint=${tracing.endpoint}`,
      "--tracing.otlp.grpc.insecure=true",
    ],
    env: [
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "OTEL_RESOURCE_ATTRIBUTES", value: "k8s.pod.name=$(POD_NAME)" },
    ],
  };
}
