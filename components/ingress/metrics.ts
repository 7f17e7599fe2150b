import { PodPart } from "../shared/podPart";

/** Traefik's entry point for metrics, apart from the others so that a NetworkPolicy can tell them. */
export const METRICS_ENTRY_POINT = { name: "metrics", port: 9100, path: "/metrics" } as const;

/**
 * Upper bounds of the histograms of durations, in seconds. Traefik's own four tell 0.1 s from 0.3 s and no more; with these
 * a quantile between 5 ms and 10 s is off by a factor of 2.5 at most.
 */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Traefik's metrics for Prometheus, by entry point, router and service, and the annotations by which they are found. */
export function metricsPart(enabled: boolean): PodPart {
  if (!enabled) {
    return {};
  }
  const { name, port, path } = METRICS_ENTRY_POINT;
  return {
    args: [
      `--entryPoints.${name}.address=:${port}`,
      `--metrics.prometheus.entryPoint=${name}`,
      "--metrics.prometheus.addEntryPointsLabels=true",
      "--metrics.prometheus.addRoutersLabels=true",
      "--metrics.prometheus.addServicesLabels=true",
      `--metrics.prometheus.buckets=${BUCKETS.join(",")}`,
    ],
    annotations: {
      "prometheus.io/scrape": "true",
      "prometheus.io/port": String(port),
      "prometheus.io/path": path,
    },
  };
}
