import type { Tracing } from "../mesh/tracing";
import type { PodPart } from "../shared/podPart";

/** Has Traefik send spans, under its name in the mesh. */
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
  };
}
