import { Category, check } from "../check";
import { Instance, Reading, ServiceFacts } from "../reading";

const none = ({ services }: Pick<Reading, "services">) =>
  services.length === 0 ? "the stack declares no service" : undefined;

/** What is wrong with each service, under its name. */
function of(judge: (service: ServiceFacts) => string[]) {
  return ({ services }: Pick<Reading, "services">) =>
    services.flatMap((service) => judge(service).map((problem) => `${service.name}: ${problem}`));
}

const podsOf = (service: ServiceFacts) => service.workloads.flatMap((workload) => workload.pods);
const leaving = (service: ServiceFacts) => service.workloads.flatMap((workload) => workload.leaving);
/** Only these are expected in Consul: a pod that starts registers late, and its own check tells of it. */
const inMesh = (service: ServiceFacts) => podsOf(service).filter((pod) => pod.ready && pod.injected);
const kinds = (service: ServiceFacts): [string, readonly Instance[]][] => [
  ["instance", service.instances],
  ["sidecar", service.proxies],
];

export const SERVICES: Category = {
  title: "services",
  when: "after",
  checks: [
    check({
      id: "service-pods-ready",
      name: "each service has its pods, ready",
      needs: ["services"],
      skip: none,
      judge: of(({ workloads }) =>
        workloads.flatMap(({ name, wanted, pods }) => [
          ...pods.filter((pod) => !pod.ready).map((pod) => `${pod.name}: ${pod.reason}`),
          ...(pods.filter((pod) => pod.ready).length < wanted
            ? [`${pods.filter((pod) => pod.ready).length} of ${wanted} pods of ${name} are ready`]
            : []),
        ]),
      ),
      hint: "kubectl -n NAMESPACE describe pod NAME, and logs -c consul-dataplane for its sidecar",
    }),
    check({
      id: "service-pods-injected",
      name: "each pod of a service has a sidecar",
      needs: ["services"],
      skip: none,
      judge: of((service) =>
        podsOf(service)
          .filter((pod) => !pod.injected)
          .map((pod) => `${pod.name} has none`),
      ),
      hint: "it was made while the injector's webhook was not asked: delete the pod, and see injection-works",
    }),
    check({
      id: "service-registered",
      name: "each pod is in Consul's catalog, with its sidecar, at its address",
      needs: ["services"],
      skip: none,
      judge: of((service) =>
        kinds(service).flatMap(([kind, instances]) =>
          inMesh(service)
            .filter((pod) => !instances.some((its) => its.pod === pod.name && its.address === pod.ip))
            .map((pod) => `no ${kind} for ${pod.name} at ${pod.ip}`),
        ),
      ),
      hint: "kubectl -n consul-system logs deployment/consul-connect-injector: it writes what Kubernetes' endpoints tell it",
    }),
    check({
      id: "service-ghosts",
      name: "no instance that gets calls is without a pod",
      needs: ["services"],
      skip: none,
      judge: of((service) =>
        (service.workloads.length === 0 ? [] : kinds(service)).flatMap(([kind, instances]) =>
          instances
            // The injector leaves one that drains for a while, as failing: nobody is sent to it.
            .filter((its) => its.failing.length === 0 && !leaving(service).includes(its.pod))
            .filter((its) => !podsOf(service).some((pod) => pod.name === its.pod))
            .map((its) => `an ${kind} of ${its.pod || "no pod"} at ${its.address}`),
        ),
      ),
      hint: "callers are sent to it: restart the injector, which clears away what has no pod; one that another system registered goes there",
    }),
    check({
      id: "service-healthy",
      name: "Consul finds every instance healthy",
      needs: ["services"],
      skip: none,
      judge: of((service) =>
        kinds(service).flatMap(([, instances]) =>
          instances
            .filter((its) => inMesh(service).some((pod) => pod.name === its.pod))
            .flatMap((its) => its.failing.map((failing) => `${its.pod}: ${failing}`)),
        ),
      ),
      hint: "it gets no calls until its check passes; the check is the pod's own readiness",
    }),
    check({
      id: "service-tags",
      name: "tags are in Consul as they were declared",
      needs: ["services"],
      skip: none,
      judge: of((service) =>
        service.workloads.flatMap(({ tags, pods }) =>
          service.proxies
            .filter((its) => pods.some((pod) => pod.name === its.pod))
            .flatMap((its) => tagProblems(its, tags)),
        ),
      ),
      hint: "Traefik reads its routes there. Tags are written when a pod starts: pulumi refresh, then pulumi up",
    }),
    check({
      id: "service-protocol",
      name: "each service speaks in Consul what it was declared to",
      needs: ["intentions"],
      skip: ({ intentions }) => (intentions.protocols.length === 0 ? "the stack declares no service" : undefined),
      judge: ({ intentions }) =>
        intentions.protocols
          .filter(({ declared, inConsul }) => declared !== inConsul)
          .map(({ service, declared, inConsul }) => `${service}: ${declared} declared, ${inConsul} in Consul`),
      hint: "its ServiceDefaults was changed or removed: pulumi refresh, then pulumi up",
    }),
    check({
      id: "jobs-run",
      name: "each job's last run did not fail, and its pods have sidecars",
      needs: ["jobs"],
      skip: ({ jobs }) => (jobs.length === 0 ? "the stack declares no job" : undefined),
      judge: ({ jobs }) =>
        jobs.flatMap(({ name, found, failed, outside }) => [
          ...(found ? [] : [`${name}: its CronJob is gone`]),
          ...(failed === undefined ? [] : [`${name}: ${failed}`]),
          ...outside.map((pod) => `${name}: ${pod} has no sidecar`),
        ]),
      hint: "kubectl -n NAMESPACE logs job/NAME; a call that no intention allows fails like any other: npm run verify shows these",
    }),
    check({
      id: "sidecar-connected",
      name: "each sidecar is connected to Consul",
      needs: ["sidecars"],
      skip: withoutSidecars,
      judge: ({ sidecars }) =>
        sidecars
          .filter((its) => its.error !== undefined || !its.connected)
          .map(
            (its) => `${its.pod}: ${its.error ?? "it has no stream to a server, and goes on with what it knew last"}`,
          ),
      hint: "kubectl -n NAMESPACE logs NAME -c consul-dataplane: it has to reach the servers on 8502",
    }),
    check({
      id: "sidecar-configuration",
      name: "no sidecar refuses its configuration",
      needs: ["sidecars"],
      skip: withoutSidecars,
      judge: ({ sidecars }) => sidecars.flatMap((its) => its.rejected.map((rejected) => `${its.pod}: ${rejected}`)),
      hint: "Envoy goes on with what it had; the line says what it does not take, mostly of an EnvoyExtension or an override",
    }),
    check({
      id: "sidecar-certificate",
      name: "each sidecar has a certificate that has not expired",
      needs: ["sidecars", "trust"],
      skip: withoutSidecars,
      judge: ({ sidecars, trust }) =>
        sidecars
          .filter((its) => its.error === undefined && its.leafNotAfter < trust.now)
          .map((its) => `${its.pod}: ${its.leafNotAfter === 0 ? "it has none" : "it has expired"}`),
      hint: "certificates come with the configuration: see sidecar-connected, and the clock of the node",
    }),
  ],
};

function withoutSidecars({ sidecars }: Pick<Reading, "sidecars">): string | undefined {
  return sidecars.length === 0 ? "no pod of a service is ready" : undefined;
}

function tagProblems(instance: Instance, declared: readonly string[]): string[] {
  const wanted = declared.map((tag) => (tag === "$POD_NAME" ? instance.pod : tag));
  const missing = wanted.filter((tag) => !instance.tags.includes(tag)).map((tag) => `${instance.pod} lacks ${tag}`);
  const more = instance.tags.filter((tag) => !wanted.includes(tag)).map((tag) => `${instance.pod} has ${tag} besides`);
  return [...missing, ...more];
}
