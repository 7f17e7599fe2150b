import { vaultAgentWarnings } from "../../components/services/vaultAgent";

const AGENT = "vault.hashicorp.com/agent-";
const on = (more: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries({ inject: "true", ...more }).map(([key, value]) => [AGENT + key, value]));
const FIRST = { "init-first": "true" };
const ONLY = { "pre-populate-only": "true" };
const EARLY =
  "has an init container call Vault before the sidecar runs, to which its calls are redirected already, so that the pod never starts; ";
const ENDLESS =
  'adds a container that never ends, so that the job does not either; set vault.hashicorp.com/agent-pre-populate-only to "true"';
const native = { native: true };
const old = { native: false };

test.each<[what: string, its: Parameters<typeof vaultAgentWarnings>[0], reasons: string[]]>([
  ["a service's comes last", { podAnnotations: on(), cni: false }, [`${EARLY}set ${AGENT}init-first to "true"`]],
  [
    "a service's comes last by its word",
    { podAnnotations: on({ "init-first": "false", "pre-populate": "true" }), cni: false },
    [`${EARLY}set ${AGENT}init-first to "true"`],
  ],
  [
    "a service's comes first, behind a CNI plugin",
    { podAnnotations: on(FIRST), cni: true },
    [`${EARLY}set ${AGENT}pre-populate to "false", and let the service's own container wait for the files`],
  ],
  [
    "an old job's comes last",
    { podAnnotations: on(ONLY), cni: false, job: old },
    [`${EARLY}set ${AGENT}init-first to "true"`],
  ],
  [
    "an old job's comes first, behind a CNI plugin",
    { podAnnotations: on({ ...FIRST, ...ONLY }), cni: true, job: old },
    [`${EARLY}let the job's own command ask Vault`],
  ],
  [
    "a job's comes before its native sidecar, behind a CNI plugin",
    { podAnnotations: on({ ...FIRST, ...ONLY }), cni: true, job: native },
    [`${EARLY}leave ${AGENT}init-first out`],
  ],
  ["a job's goes on", { podAnnotations: on(FIRST), cni: false, job: native }, [ENDLESS]],
])("where %s, Vault's agent is warned of", (_, its, reasons) => {
  const propertyPath = 'jobs[0].podAnnotations["vault.hashicorp.com/agent-inject"]';
  expect(vaultAgentWarnings(its, "jobs[0].podAnnotations")).toEqual(
    reasons.map((reason) => ({ propertyPath, reason })),
  );
});

test.each<[what: string, its: Parameters<typeof vaultAgentWarnings>[0]]>([
  ["is not there", { cni: true, job: old }],
  ["is turned off", { podAnnotations: on({ inject: "false" }), cni: true, job: old }],
  ["comes first", { podAnnotations: on(FIRST), cni: false }],
  ["comes beside the service alone", { podAnnotations: on({ "pre-populate": "false" }), cni: true }],
  ["comes after a native sidecar", { podAnnotations: on(ONLY), cni: false, job: native }],
  ["comes after a native sidecar, behind a CNI plugin", { podAnnotations: on(ONLY), cni: true, job: native }],
  ["comes before a native sidecar", { podAnnotations: on({ ...FIRST, ...ONLY }), cni: false, job: native }],
])("Vault's agent that %s is not", (_, its) => {
  expect(vaultAgentWarnings(its)).toEqual([]);
});
