import { X509Certificate } from "node:crypto";
import { ClusterError, KubernetesObject } from "../../access/cluster";
import { secretPart } from "../../access/consulClient";
import { AdmissionFacts, NotRead, Source, WebhookFacts } from "../reading";
import { meshOf } from "./kubernetes";
import { isInjected } from "./services";

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";

export async function readWebhooks(source: Source): Promise<WebhookFacts> {
  const cluster = await source.cluster();
  const { namespace } = await meshOf(source);
  const { injector } = await source.read("consul");
  if ((injector?.ready ?? 0) === 0) {
    throw new NotRead("the injector does not run");
  }
  const [mutating, validating, shown] = await Promise.all([
    cluster.list(`${ADMISSION}/mutatingwebhookconfigurations`),
    cluster.list(`${ADMISSION}/validatingwebhookconfigurations`),
    secretPart(cluster, namespace, "consul-connect-inject-webhook-cert", "tls.crt"),
  ]);
  const certificate = new X509Certificate(shown);
  const its = [...mutating, ...validating].flatMap(({ metadata, webhooks = [] }) =>
    (webhooks as KubernetesObject[])
      .filter(({ clientConfig }) => clientConfig.service?.namespace === namespace)
      .map((webhook) => ({ ...webhook, configuration: metadata.name }) as KubernetesObject),
  );
  const webhooks = [];
  for (const { configuration, name, clientConfig, failurePolicy } of its) {
    const slices = await cluster.list(
      `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
      `kubernetes.io/service-name=${clientConfig.service.name}`,
    );
    webhooks.push({
      name: `${configuration}, ${name}`,
      trusted: bundle(clientConfig.caBundle).some(
        (ca) => certificate.checkIssued(ca) && certificate.verify(ca.publicKey),
      ),
      endpoints: slices
        .flatMap(({ endpoints }) => endpoints ?? [])
        .filter((endpoint: KubernetesObject) => endpoint.conditions?.ready !== false).length,
      failurePolicy,
    });
  }
  return { webhooks };
}

/** Only where the webhooks are in order: that they are not is judged once. */
export async function readAdmission(source: Source): Promise<AdmissionFacts> {
  const { webhooks } = await source.read("webhooks");
  if (webhooks.length === 0 || webhooks.some(({ trusted, endpoints }) => !trusted || endpoints === 0)) {
    throw new NotRead("Consul's webhooks are not in order");
  }
  const { namespace } = await meshOf(source);
  return { injection: await injection(source), refusal: await refusal(source, namespace) };
}

/** The certificates of a `caBundle`. */
function bundle(base64: string | undefined): X509Certificate[] {
  const pem = Buffer.from(base64 ?? "", "base64").toString();
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []).map(
    (one) => new X509Certificate(one),
  );
}

/** What the injector makes of a pod of the first service that has one, by a dry run. */
async function injection(source: Source): Promise<AdmissionFacts["injection"]> {
  const cluster = await source.cluster();
  const { services } = await source.read("declared");
  const workload = services
    .flatMap((service) => service.workloads)
    .find(({ kind, replicas }) => kind === "Deployment" && replicas !== 0);
  const object =
    workload && (await cluster.find(`/apis/apps/v1/namespaces/${workload.namespace}/deployments/${workload.name}`));
  if (workload === undefined || object === undefined) {
    return undefined;
  }
  const { metadata, spec } = object.spec.template;
  try {
    const pod = await cluster.post(`/api/v1/namespaces/${workload.namespace}/pods?dryRun=All`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...metadata, name: undefined, generateName: `${workload.name}-verify-` },
      spec,
    });
    return { sidecar: isInjected(pod) };
  } catch (error) {
    return { sidecar: false, error: (error as Error).message, untried: untried(error, "pods") };
  }
}

/** That the user may not make such an object, not even as a trial. */
function untried(error: unknown, resource: string): string | undefined {
  const refused = new RegExp(`cannot create resource "${resource}"`).test((error as Error).message);
  return refused ? `you may not create ${resource}, not even as a trial` : undefined;
}

/** What the webhook of config entries says of one without sources, by a dry run. */
async function refusal(source: Source, namespace: string): Promise<AdmissionFacts["refusal"]> {
  const cluster = await source.cluster();
  try {
    await cluster.post(`/apis/consul.hashicorp.com/v1alpha1/namespaces/${namespace}/serviceintentions?dryRun=All`, {
      apiVersion: "consul.hashicorp.com/v1alpha1",
      kind: "ServiceIntentions",
      metadata: { name: "verify-refused" },
      spec: { destination: { name: "verify-refused" }, sources: [] },
    });
    return { refused: false, answer: "it was accepted" };
  } catch (error) {
    const { message } = error as Error;
    const denied = error instanceof ClusterError && /admission webhook .* denied/.test(message);
    return { refused: denied, answer: message, untried: untried(error, "serviceintentions") };
  }
}
