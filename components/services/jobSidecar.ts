import { script } from "../shared/script";

/** Where consul-dataplane is told to end; its own default [consul-dataplane, from 1.2]. */
const END = { port: 20600, path: "/graceful_shutdown" };
/** Where Envoy tells whether it has its configuration; the injector's own port for it. */
const READY = "http://127.0.0.1:19000/ready";

const RUN = script("services/job", { READY, END: `http://127.0.0.1:${END.port}${END.path}` });

/**
 * How a job's sidecar ends with it. Where the consul-k8s control plane knows native sidecars, Kubernetes ends it. Else the job's command is
 * run by a shell of its image, which first waits for the sidecar, and at the end tells it to end by `curl` or `wget`; whatever
 * the command's own end was is that of the job.
 */
export function endingSidecar(
  partWithoutNativeSidecar: string | undefined,
  command: readonly string[] | undefined,
): { readonly command?: readonly string[]; readonly annotations: Record<string, string> } {
  const key = (name: string) => `consul.hashicorp.com/${name}`;
  return partWithoutNativeSidecar === undefined
    ? { command, annotations: { [key("enable-consul-dataplane-as-sidecar")]: "true" } }
    : {
        command: ["/bin/sh", "-c", RUN, "job", ...(command ?? [])],
        annotations: {
          [key("enable-sidecar-proxy-lifecycle")]: "true",
          [key("sidecar-proxy-lifecycle-graceful-port")]: String(END.port),
          [key("sidecar-proxy-lifecycle-graceful-shutdown-path")]: END.path,
        },
      };
}
