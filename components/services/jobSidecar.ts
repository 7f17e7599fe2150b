/** Where consul-dataplane is told to end; its own default [consul-dataplane, from 1.2]. */
const END = { port: 20600, path: "/graceful_shutdown" };
/** Where Envoy tells whether it has its configuration; the injector's own port for it. */
const READY = "http://127.0.0.1:19000/ready";

/**
 * How a job's sidecar ends with it. Where the control plane knows native sidecars, Kubernetes ends it. Else the job's command is
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

const RUN = `
if command -v curl > /dev/null; then
  ready() { curl -sf -m 2 -o /dev/null ${READY}; }
  end() { curl -sf -m 5 -o /dev/null -X POST http://127.0.0.1:${END.port}${END.path}; }
elif command -v wget > /dev/null; then
  ready() { wget -q -T 2 -O /dev/null ${READY}; }
  end() { wget -q -T 5 -O /dev/null --post-data= http://127.0.0.1:${END.port}${END.path}; }
else
  echo "the image has neither curl nor wget, to tell the sidecar of the job's end" >&2
  exit 127
fi
tries=0
until ready || [ "$tries" -ge 60 ]; do tries=$((tries + 1)); sleep 1; done
"$@" &
child=$!
trap 'kill -TERM "$child"' TERM INT
wait "$child"; code=$?
# A signal ends the wait before the command.
while kill -0 "$child" 2> /dev/null; do wait "$child"; code=$?; done
end || echo "the sidecar was not told of the job's end" >&2
exit "$code"
`;
