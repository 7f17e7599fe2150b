import { HARDENED, NON_ROOT } from "../../components/shared/podSecurity";
import { SERVICE_LABEL } from "../../components/services/sidecarAnnotations";
import { Cluster, ClusterError, each, KubernetesObject } from "../access/cluster";
import type { Declared } from "../access/declared";
import { livingPods, podFacts } from "../verify/readers/kubernetes";
import type { Question } from "./plan";
import { Got, outcomeOf } from "./outcome";
import { Address, answersIn, scriptOf } from "./script";

/** A question, and what it came to. */
export interface Asked {
  readonly question: Question;
  readonly got: Got;
}

export interface AskOptions {
  readonly image: string;
  /** Is told what goes on. */
  readonly progress?: (text: string) => void;
}

/** Seconds for the container to start, its image's pull within; and for all requests of a source. */
const START_SECONDS = 120;
const RUN_SECONDS = 600;
/** Sources that ask at the same time. */
const SOURCES_AT_ONCE = 4;

const FOR_GOOD = [
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "InvalidImageName",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
];

/** Asks each question from a pod of its source, by one ephemeral container a source. */
export async function askAll(
  cluster: Cluster,
  declared: Declared,
  questions: readonly Question[],
  options: AskOptions,
): Promise<Asked[]> {
  const before = await readyPods(cluster, declared);
  const addresses = await addressesOf(cluster, declared, before);
  const sources = [...new Set(questions.map(({ source }) => source))];
  const answered = await each(
    sources,
    async (source) => {
      const its = questions.filter((question) => question.source === source);
      const [pod] = before.get(source) ?? [];
      options.progress?.(`${source}: ${its.length} requests`);
      try {
        if (pod === undefined) {
          throw new Unasked(`no pod of ${source} is ready`, "npm run verify says why");
        }
        const log = await runIn(cluster, pod, scriptOf(its, placeIn(pod, addresses)), options.image);
        const answers = answersIn(log);
        return its.map((question, i) => ({ question, answer: answers.get(i) }));
      } catch (error) {
        const got = whyUnasked(error as Error);
        options.progress?.(`${source}: ${got.words}`);
        return its.map((question) => ({ question, got }));
      }
    },
    SOURCES_AT_ONCE,
  );
  const after = await readyPods(cluster, declared);
  const staysReady = (name: string) => {
    const uids = (after.get(name) ?? []).map(({ metadata }) => metadata.uid);
    return (before.get(name) ?? []).some(({ metadata }) => uids.includes(metadata.uid));
  };
  return answered
    .flat()
    .map((its) =>
      "got" in its
        ? its
        : { question: its.question, got: outcomeOf(its.question, its.answer, staysReady(its.question.destination)) },
    );
}

/** Why nothing was asked of a source. */
class Unasked extends Error {
  constructor(
    message: string,
    public readonly hint: string,
  ) {
    super(message);
  }
}

function whyUnasked(error: Error): Got {
  const hint =
    error instanceof Unasked
      ? error.hint
      : error instanceof ClusterError && error.status === 403
        ? "it needs the rights of docs/verify.md#the-probe; or a policy of the cluster refuses the container"
        : "npm run verify";
  return { what: "unclear", words: error.message, hint, unsent: true };
}

/** The pods that are ready, by the service. */
async function readyPods(cluster: Cluster, { services, ingress }: Declared): Promise<Map<string, KubernetesObject[]>> {
  const places = [
    ...services.map(({ name, namespace }) => ({ name, namespace, labels: `${SERVICE_LABEL}=${name}` })),
    ...(ingress === undefined
      ? []
      : [
          {
            name: ingress.serviceName,
            namespace: ingress.namespace,
            labels: `app=traefik,ingress=${ingress.serviceName}`,
          },
        ]),
  ];
  return new Map(
    await each(places, async ({ name, namespace, labels }) => {
      const pods = await cluster.list(`/api/v1/namespaces/${namespace}/pods`, labels);
      return [name, livingPods(pods).filter((pod) => podFacts(pod).ready)] as const;
    }),
  );
}

const KUBERNETES_SERVICE = "consul.hashicorp.com/kubernetes-service";

/** Where each service is called: its Kubernetes Service, which what joined may have under another name. */
async function addressesOf(
  cluster: Cluster,
  { services }: Declared,
  pods: ReadonlyMap<string, readonly KubernetesObject[]>,
): Promise<ReadonlyMap<string, Address>> {
  return new Map(
    await each(services, async ({ name, namespace }) => {
      const its: string = pods.get(name)?.[0]?.metadata.annotations?.[KUBERNETES_SERVICE] ?? name;
      const service = await cluster.find(`/api/v1/namespaces/${namespace}/services/${its}`);
      return [name, { host: `${its}.${namespace}.svc`, port: service?.spec.ports?.[0]?.port ?? 0 }] as const;
    }),
  );
}

/** Where questions of a pod go to: to the service; of Traefik to the entry point of the route, in its own pod. */
function placeIn(pod: KubernetesObject, addresses: ReadonlyMap<string, Address>) {
  const args: string[] = pod.spec.containers.flatMap(({ args = [] }: KubernetesObject) => args);
  return ({ destination, route }: Question): Address => {
    if (route === undefined) {
      return addresses.get(destination)!;
    }
    const [entryPoint] = route.router.entryPoints;
    const address = args.flatMap((arg) => /^--entrypoints\.([^.]+)\.address=.*:(\d+)/i.exec(arg)?.slice(1) ?? []);
    const at = address.findIndex((name) => name.toLowerCase() === entryPoint.toLowerCase());
    if (at < 0) {
      throw new Unasked(
        `Traefik has no entry point ${entryPoint}`,
        "does its Deployment have --entryPoints of this name?",
      );
    }
    return { host: "127.0.0.1", port: Number(address[at + 1]) };
  };
}

/** Users whose traffic goes past the sidecar, where a pod says so. */
const PAST_THE_SIDECAR = "consul.hashicorp.com/transparent-proxy-exclude-uids";

/** Runs a script in an ephemeral container of a pod, and gives what it printed. */
async function runIn(cluster: Cluster, pod: KubernetesObject, script: string, image: string): Promise<string> {
  const { namespace, name, annotations = {} } = pod.metadata;
  const at = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const excluded = String(annotations[PAST_THE_SIDECAR] ?? "").split(",");
  const user = [NON_ROOT, NON_ROOT - 1, NON_ROOT - 2].find((each) => !excluded.includes(String(each)));
  const container = {
    name: `mesh-probe-${Date.now().toString(36)}`,
    image,
    imagePullPolicy: "IfNotPresent",
    command: ["sh", "-c", script],
    securityContext: {
      ...HARDENED,
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
  await cluster.patch(`${at}/ephemeralcontainers`, { spec: { ephemeralContainers: [container] } });
  const begun = Date.now();
  for (;;) {
    const { status } = await cluster.get(at);
    const its = (status.ephemeralContainerStatuses ?? []).find(
      (each: KubernetesObject) => each.name === container.name,
    );
    const { terminated, running, waiting } = its?.state ?? {};
    if (terminated !== undefined) {
      if (terminated.exitCode !== 0) {
        throw new Unasked(
          `the container in ${name} ends with ${terminated.exitCode} ${terminated.message ?? ""}`.trim(),
          NO_SHELL,
        );
      }
      return (await cluster.request("GET", `${at}/log?container=${container.name}`)).text;
    }
    const seconds = (Date.now() - begun) / 1000;
    if (FOR_GOOD.includes(waiting?.reason) || seconds > (running === undefined ? START_SECONDS : RUN_SECONDS)) {
      const reason =
        running === undefined
          ? `does not start: ${waiting?.reason ?? "no reason is given"} ${waiting?.message ?? ""}`
          : "does not end";
      throw new Unasked(`the container in ${name} ${reason}`.trim(), NO_SHELL);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

const NO_SHELL = "--image has to be an image that the nodes can pull, with sh, base64, and curl 7.88 or newer";
