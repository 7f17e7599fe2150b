import { OTHERS_STATUS, SERVED_STATUS } from "../../../components/routing/servedTags";
import { Category, check } from "../check";
import { Reading } from "../reading";
import { workloadProblems } from "./servers";

type Ingress = Pick<Reading, "ingress">;

const noPods = ({ ingress }: Ingress) => (ingress.pods.length === 0 ? "no pod of Traefik is ready" : undefined);
const answering = ({ ingress }: Ingress) => ingress.pods.filter((pod) => pod.error === undefined);

export const INGRESS: Category = {
  title: "ingress",
  when: "after",
  checks: [
    check({
      id: "traefik-ready",
      name: "Traefik's pods are ready",
      needs: ["ingress"],
      judge: ({ ingress }) => workloadProblems(ingress.workload, "Deployment traefik"),
      hint: "kubectl -n traefik-consul logs deployment/traefik; one that never gets ready has no login, or no leaf",
    }),
    check({
      id: "traefik-leaf",
      name: "Traefik holds its certificate and reads the catalog",
      needs: ["ingress"],
      skip: noPods,
      judge: ({ ingress }) =>
        ingress.pods
          .filter((pod) => pod.meshReady !== 200)
          .map((pod) => `${pod.name}: ${pod.error ?? `/mesh-ready is answered by ${pod.meshReady}`}`),
      hint: "a refused leaf is in Traefik's log at level DEBUG only: set traefikLogLevel to DEBUG",
    }),
    check({
      id: "traefik-routes",
      name: "each pod of Traefik serves every declared route",
      needs: ["ingress"],
      skip: noPods,
      judge: (reading) =>
        answering(reading).flatMap((pod) =>
          pod.served
            .filter(({ status }) => status !== SERVED_STATUS)
            .map(({ service, status }) =>
              status === OTHERS_STATUS
                ? `${pod.name} serves earlier routes of ${service} too`
                : `${pod.name} does not serve the routes of ${service}`,
            ),
        ),
      hint: "Traefik takes all of a service's tags or none: its log and dashboard say which it cannot make",
    }),
    check({
      id: "traefik-routers",
      name: "Traefik has no router of the catalog that is broken",
      needs: ["ingress"],
      skip: (reading) =>
        noPods(reading) ??
        (answering(reading).every((pod) => pod.routers === undefined)
          ? "the dashboard, which lists them, is off"
          : undefined),
      judge: (reading) =>
        answering(reading).flatMap((pod) =>
          (pod.routers ?? []).flatMap(({ name, problems }) => problems.map((its) => `${pod.name}: ${name}: ${its}`)),
        ),
      hint: "the line is Traefik's own; a middleware, a resolver or an entry point that it names is not there",
    }),
    check({
      id: "traefik-strangers",
      name: "nobody else publishes routes through Traefik",
      needs: ["declared", "ingress"],
      judge: ({ declared, ingress }) =>
        ingress.publishedRouters
          .filter(
            ({ router, service }) =>
              !ingress.declaredRouters.includes(router) &&
              ![declared, ...declared.neighbours].some(({ services }) => services.some(({ name }) => name === service)),
          )
          .map(({ router, service }) => `${service} publishes the router ${router}`),
      hint: "whoever may write tags to Consul may publish: declare the service in a stack, or take traefik.enable=true away from it",
      warning: true,
    }),
    check({
      id: "traefik-registered",
      name: "Traefik is in Consul's catalog",
      needs: ["ingress", "consul"],
      skip: ({ consul }) => (consul.catalogSync === undefined ? "there is no catalog sync" : undefined),
      judge: ({ ingress }) => (ingress.instances > 0 ? [] : ["its Service is not there"]),
      hint: "the catalog sync writes it: see catalog-sync",
    }),
    check({
      id: "traefik-ca-copy",
      name: "Traefik's copy of the CA is the CA",
      needs: ["ingress"],
      judge: ({ ingress: { ca } }) =>
        ca.copy === undefined
          ? ["the ConfigMap consul-ca-cert is not there"]
          : ca.copy.trim() === ca.source.trim()
            ? []
            : ["the ConfigMap consul-ca-cert has another certificate than Consul's Secret"],
      hint: "pulumi up copies it anew, and replaces Traefik's pods",
    }),
    check({
      id: "traefik-ca-read",
      name: "Traefik's pods started with this CA",
      needs: ["ingress"],
      skip: noPods,
      judge: ({ ingress }) =>
        ingress.pods
          .filter((pod) => pod.caSha256 !== ingress.ca.sourceSha256)
          .map((pod) => `${pod.name} started with another one`),
      hint: "Traefik reads it at its start: pulumi up, or kubectl -n traefik-consul rollout restart deployment/traefik",
    }),
    check({
      id: "traefik-address",
      name: "Traefik's Service has an address",
      needs: ["ingress"],
      judge: ({ ingress: { service } }) =>
        !service.found
          ? ["the Service traefik is not there"]
          : service.type === "LoadBalancer" && service.addresses.length === 0
            ? ["no load balancer has given it one"]
            : [],
      hint: "kubectl -n traefik-consul describe service traefik; without something that makes load balancers use NodePort",
    }),
  ],
};
