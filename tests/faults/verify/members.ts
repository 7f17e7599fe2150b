import { execFileSync } from "node:child_process";
import { kubectl } from "../../e2e/cluster";
import { nameOf, podsOf, traefiks } from "../../e2e/pods";
import { all, Ask, at, created, edited, Fault, firewalled, hanging, Harm, scaled, told, touch } from "./harm";

/** What goes wrong with services, the ingress, intentions and tokens. */

const INGRESS = "traefik-system-ingress";
const NOWHERE = { Node: "by-hand", Address: "10.9.9.9" };

/** Registers an instance in Consul's catalog, as whoever may write there can. */
const registered = (Service: object) =>
  told(async (ask) => {
    await ask("PUT", "catalog/register", { ...NOWHERE, Service: { Address: NOWHERE.Address, Port: 80, ...Service } });
    return () => ask("PUT", "catalog/deregister", { Node: NOWHERE.Node });
  });
const stranger = (...tags: string[]) =>
  registered({
    Service: "stranger",
    Connect: { Native: true },
    Tags: ["traefik.enable=true", "traefik.consulcatalog.connect=true", ...tags],
  });

/** Writes an instance that is there otherwise; its service has to be written again by `Heal`. */
const rewritten = (service: string, change: (instance: any) => object) =>
  told(async (ask) => {
    const [{ Node, Service }] = await ask("GET", `health/service/${service}`);
    const put = (its: object) =>
      ask("PUT", "catalog/register", { Node: Node.Node, Address: Node.Address, SkipNodeUpdate: true, Service: its });
    await put({ ...Service, ...change(Service) });
    return () => put(Service);
  });

const ofConfig = (kind: string, name: string, change: object) =>
  told(async (ask) => {
    const before = await ask("GET", `config/${kind}/${name}`);
    await ask("PUT", "config", { ...before, ...change });
    return () => ask("PUT", "config", before);
  });

/** Where Envoy goes on with what it had, Consul sends nothing anew when that is wanted again, and the refusal stays to be seen. */
const refused =
  (harm: Harm): Harm =>
  async () => {
    const heal = await harm();
    return async () => {
      await heal();
      await kubectl("rollout", "restart", ...at.services("deployment", "echo"));
      await kubectl("rollout", "status", ...at.services("deployment", "echo"), "--timeout=120s");
    };
  };

/** Takes intentions from Consul behind the back of their custom resource. */
const withoutIntentions = (destination: string) =>
  told(async (ask) => {
    await ask("DELETE", `config/service-intentions/${destination}`);
    return () => touch("serviceintentions", "--all", "-n", "consul-system");
  });

const intentions = (destination: string, source: object) => ({
  apiVersion: "consul.hashicorp.com/v1alpha1",
  kind: "ServiceIntentions",
  metadata: { name: "by-hand", namespace: "mesh-services" },
  spec: { destination: { name: destination }, sources: [source] },
});

/** A pod with a service's labels, as one makes to look at something. */
const bystander: Harm = async () => {
  const { spec } = JSON.parse(await kubectl("get", ...at.services("deployment", "echo"), "-o", "json"));
  const metadata = { name: "by-hand", namespace: "mesh-services", labels: spec.selector.matchLabels };
  return created({ apiVersion: "v1", kind: "Pod", metadata, spec: spec.template.spec })();
};

const failedRun: Harm = async () => {
  const make = ["create", "job", "report-by-hand", "-n", "mesh-services", "--from=cronjob/report"];
  const job = JSON.parse(await kubectl(...make, "--dry-run=client", "-o", "json"));
  job.spec.activeDeadlineSeconds = 1;
  execFileSync("kubectl", ["create", "-f", "-"], { input: JSON.stringify(job), stdio: ["pipe", "ignore", "pipe"] });
  return () => kubectl("delete", ...at.services("job", "report-by-hand"));
};

const ipOf = async (service: string) => (await podsOf("mesh-services", `app=${service}`))[0].status.podIP;

/** The first router of whoami's that shows that its routes are served. */
const servedRouter: () => Promise<string> = async () => {
  const { spec } = JSON.parse(await kubectl("get", ...at.services("deployment", "whoami"), "-o", "json"));
  const tags: string = spec.template.metadata.annotations["consul.hashicorp.com/service-tags"];
  return /routers\.(whoami-served-[0-9a-f]{8})\./.exec(tags)![1];
};

const SYNC = "consul.hashicorp.com/service";
const THEN_NO_PAGE = "the page that shows it is a route of the Service in the catalog";
const service = (edit: (object: any) => void) => edited(at.traefik("service", "traefik"), edit);

const tokensOfIngress = async (ask: Ask): Promise<any[]> =>
  (await ask("GET", "acl/tokens")).filter((token: any) =>
    token.ServiceIdentities?.some(({ ServiceName }: any) => ServiceName === INGRESS),
  );
const ANONYMOUS = "acl/token/00000000-0000-0000-0000-000000000002";

export const MEMBERS: Record<string, Fault> = {
  "service-pods-ready": { harm: scaled(at.services("deployment", "whoami"), 1) },
  "service-pods-injected": { harm: bystander },
  "service-registered": {
    harm: told(async (ask) => {
      const [{ Node, Service }] = await ask("GET", "health/service/echo");
      await ask("PUT", "catalog/deregister", { Node: Node.Node, ServiceID: Service.ID });
      return () => touch("endpoints", "echo", "-n", "mesh-services");
    }),
  },
  "service-ghosts": { harm: registered({ Service: "echo", ID: "echo-by-hand" }) },
  "service-healthy": {
    harm: told(async (ask) => {
      const [{ Node, Service, Checks }] = await ask("GET", "health/service/echo");
      const check = Checks.find(({ ServiceID }: any) => ServiceID === Service.ID);
      const put = (changes: object) =>
        ask("PUT", "catalog/register", {
          Node: Node.Node,
          Address: Node.Address,
          SkipNodeUpdate: true,
          Check: { ...check, ...changes },
        });
      await put({ Status: "critical" });
      return () => put({});
    }),
  },
  "service-tags": { harm: rewritten("whoami-sidecar-proxy", ({ Tags }) => ({ Tags: [...Tags, "by-hand"] })) },
  "service-protocol": { harm: ofConfig("service-defaults", "echo", { Protocol: "tcp" }) },
  "jobs-run": { harm: failedRun },
  "sidecar-connected": {
    harm: firewalled("FORWARD", async () => [
      ...["-s", await ipOf("echo"), "-p", "tcp", "--dport", "8502"],
      ...["-j", "REJECT", "--reject-with", "tcp-reset"],
    ]),
  },
  "sidecar-configuration": {
    harm: refused(
      ofConfig("service-defaults", "echo", {
        EnvoyExtensions: [
          {
            Name: "builtin/lua",
            Arguments: { ProxyType: "connect-proxy", Listener: "inbound", Script: "this is no Lua (" },
          },
        ],
      }),
    ),
  },
  "traefik-ready": { harm: scaled(at.traefik("deployment", "traefik"), 1) },
  "traefik-leaf": { harm: service(({ metadata }) => (metadata.annotations[`${SYNC}-tags`] = "")) },
  "traefik-routes": {
    harm: async () => {
      const router = await servedRouter();
      const tag = (its: string) => `traefik.http.routers.${router}.${its}`;
      return stranger(tag("rule=Path(`/by-hand`)"), tag("entrypoints=admin"), tag("service=ping@internal"))();
    },
  },
  "traefik-routers": {
    harm: stranger(
      "traefik.http.routers.by-hand.rule=Host(`by-hand.localhost`)",
      "traefik.http.routers.by-hand.middlewares=nobody-made-it",
    ),
    besides: { "traefik-strangers": "what is broken is the route of somebody whom no stack declares" },
  },
  "traefik-strangers": { harm: stranger("traefik.http.routers.by-hand.rule=Host(`by-hand.localhost`)") },
  "traefik-registered": {
    // By its annotation alone the sync of control plane 1.5.3 does not take it out.
    harm: all(
      scaled(at.consul("deployment", "consul-sync-catalog"), 0),
      told(async (ask) => {
        for (const { Node: node, ServiceID } of await ask("GET", `catalog/service/${INGRESS}`)) {
          await ask("PUT", "catalog/deregister", { Node: node, ServiceID });
        }
        return undefined; // the sync writes it again
      }),
    ),
    besides: { "catalog-sync": "it is what writes the entry", "traefik-leaf": THEN_NO_PAGE },
  },
  "traefik-ca-copy": {
    harm: edited(at.traefik("configmap", "consul-ca-cert"), ({ data }) => (data["tls.crt"] = "another")),
  },
  "traefik-ca-read": {
    harm: async () => {
      const [pod] = await traefiks();
      const annotate = (value: string) =>
        kubectl("annotate", "--overwrite", "pod", nameOf(pod), "-n", "traefik-consul", `${CA_READ}=${value}`);
      await annotate("another");
      return () => annotate(pod.metadata.annotations[CA_READ]);
    },
  },
  "traefik-address": {
    harm: service(({ spec }) => (spec.type = "LoadBalancer")),
    besides: { "traefik-registered": "the sync writes none without an address", "traefik-leaf": THEN_NO_PAGE },
  },
  "entries-there": {
    harm: edited(at.consul("servicedefaults", "echo"), ({ spec }) => (spec.maxInboundConnections = 9)),
  },
  "entries-synced": {
    harm: created(intentions("elsewhere", { name: "echo", permissions: [{ action: "allow" }] })),
  },
  "intentions-applied": { harm: withoutIntentions("whoami") },
  "intentions-undeclared": { harm: created(intentions("elsewhere", { name: "echo", action: "allow" })) },
  "deny-all": { harm: withoutIntentions("*") },
  "no-token-no-answer": {
    harm: told(async (ask) => {
      const before = await ask("GET", ANONYMOUS);
      await ask("PUT", ANONYMOUS, { ...before, Policies: [{ Name: "global-management" }] });
      return () => ask("PUT", ANONYMOUS, { ...before, Policies: before.Policies ?? [] });
    }),
  },
  "traefik-token": {
    harm: all(
      hanging("traefik-consul", "app=traefik", "consul-login"),
      told(async (ask) => {
        const [{ AccessorID }] = await tokensOfIngress(ask);
        await ask("DELETE", `acl/token/${AccessorID}`);
        return undefined; // its sidecar gets another
      }),
    ),
  },
  "stale-tokens": {
    harm: told(async (ask) => {
      const { AccessorID } = await ask("PUT", "acl/token", {
        Description: 'token created via login: {"pod":"traefik-consul/traefik-gone"}',
        ServiceIdentities: [{ ServiceName: INGRESS }],
      });
      return () => ask("DELETE", `acl/token/${AccessorID}`);
    }),
  },
};

const CA_READ = "consul-traefik-mesh/ca-sha256";
