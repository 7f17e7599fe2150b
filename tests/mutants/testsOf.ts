import * as fs from "node:fs";

/** Which tests play the mutants of a file: test files, and what the tests' names contain. */
export interface Tests {
  readonly files: readonly string[];
  readonly named?: string;
}

/**
 * Of components and of what policies share, the test files that know them best, after the one of the same name; the fastest
 * first. All tests together would take hours, as those of whole programs run nearly all the code.
 */
const KNOWN: Record<string, string> = {
  "components/chart/chartValueProblems": "unit/chartValues",
  "components/chart/consulChartKeys": "unit/chartValues",
  "components/chart/consulValues": "unit/consul",
  "components/chart/heldValues": "unit/chartValues unit/mergedValues unit/consulMesh",
  "components/chart/mergedValues": "unit/mergedKinds unit/mergedValues",
  "components/ingress/acmeDnsProviders": "unit/tls unit/traefikProblems",
  "components/ingress/acmeSecrets": "unit/tls",
  "components/ingress/certificateResolvers": "unit/tls unit/traefikProblems unit/laterIngress",
  "components/ingress/kubernetesCrd": "unit/extras unit/ingress",
  "components/ingress/metrics": "unit/ingress unit/extras",
  "components/ingress/plugins": "unit/extras unit/routing",
  "components/ingress/staticRefusals": "unit/staticOptions",
  "components/ingress/servedRoutes": "unit/membership unit/forms",
  "components/ingress/traefikConsulIngress":
    "unit/ingress unit/edge unit/tls unit/laterIngress unit/membership unit/traefikPod unit/forms",
  "components/ingress/traefikDeployment":
    "unit/ingress unit/tls unit/rotation unit/extras unit/edge unit/traefikPod unit/traefikDrain",
  "components/ingress/traefikEdge": "unit/edge",
  "components/ingress/traefikExtras": "unit/extras",
  "components/ingress/traefikInputs": "unit/forms",
  "components/ingress/traefikOptions": "unit/staticOptions unit/traefikArguments unit/ingress",
  "components/ingress/traefikProblems": "unit/ingress",
  "components/ingress/traefikService": "unit/ingress unit/edge unit/tls",
  "components/ingress/traefikTls": "unit/tls",
  "components/intentions/edges": "unit/intentions",
  "components/intentions/intentionProblems": "unit/intentions",
  "components/intentions/intentionSet": "unit/awaited unit/jwtProvider unit/configEntry unit/membership unit/forms",
  "components/intentions/intentionWarnings": "unit/intentions",
  "components/intentions/intentions": "unit/owners unit/intentions unit/decision",
  "components/intentions/jwtProvider": "unit/jwt unit/membership unit/forms",
  "components/intentions/jwtProviders": "unit/jwt unit/forms",
  "components/intentions/keySets": "unit/jwt",
  "components/intentions/meshIntentions": "unit/intentions unit/meshJob unit/teams",
  "components/intentions/ruleKeys": "unit/keys",
  "components/interrupted/foreign": "unit/interrupted",
  "components/interrupted/foreignEntries": "unit/atDestroy unit/interrupted",
  "components/interrupted/heldEntries": "unit/interrupted",
  "components/interrupted/hooks": "unit/hooks unit/interruptedHooks",
  "components/interrupted/inProvider": "unit/atDestroy unit/interrupted",
  "components/interrupted/kubeconfig": "unit/clusterApi unit/apiServer",
  "components/interrupted/leftovers": "unit/gone",
  "components/interrupted/remains": "unit/atDestroy unit/interrupted",
  "components/interrupted/stuckHooks": "unit/atDestroy unit/interrupted",
  "components/interrupted/way": "unit/clusterProvider unit/membership unit/apiServer",
  "components/isolation/networkPolicies": "unit/isolation unit/membership unit/forms",
  "components/isolation/policedNamespaces": "unit/networkPolicies",
  "components/mesh/configEntry": "unit/intentionSet unit/gone",
  "components/mesh/consulMesh": "unit/consulMesh unit/membership",
  "components/mesh/consulMeshArgs": "unit/consulMesh unit/consul",
  "components/mesh/consulMeshKnown": "unit/consulMesh unit/consulMeshProblems",
  "components/mesh/consulMeshProblems": "unit/consul",
  "components/mesh/consulRelease": "unit/consulMesh",
  "components/mesh/consulSecrets": "unit/rotation",
  "components/mesh/egress": "unit/egressProblems unit/egress unit/outputs unit/membership",
  "components/mesh/externalServices": "unit/inputs unit/intentions",
  "components/mesh/gatewayAddresses": "unit/egressProblems",
  "components/mesh/meshReach": "unit/consulMeshProblems unit/isolation",
  "components/mesh/resolverTimeout": "unit/memberEntries unit/traffic",
  "components/pods/accountOptions": "unit/podProblems unit/joinProblems",
  "components/pods/containerProblems": "unit/podProblems unit/inputs",
  "components/pods/containerResources": "unit/podProblems unit/inputs",
  "components/pods/envProblems": "unit/podProblems unit/inputs",
  "components/pods/judgedLater": "unit/forms",
  "components/pods/metadataProblems": "unit/podProblems unit/inputs",
  "components/pods/podOptionProblems": "unit/podProblems unit/inputs",
  "components/pods/podSpecOverride": "unit/pods",
  "components/pods/podTemplate": "unit/pods",
  "components/pods/probes": "unit/podProblems unit/inputs",
  "components/pods/rollingUpdate": "unit/podProblems",
  "components/pods/scaling": "unit/workloads",
  "components/pods/scalingProblems": "unit/podProblems unit/inputs",
  "components/pods/sidecarConflicts": "unit/podSpecOverride",
  "components/pods/volumeProblems": "unit/podProblems unit/inputs",
  "components/routing/canary": "unit/loadBalancing",
  "components/routing/laterRoutes": "unit/standIns unit/laterRoutes unit/forms",
  "components/routing/middlewareReferences": "unit/middlewareMeanings",
  "components/routing/optionKinds": "unit/middlewareOptions",
  "components/routing/tlsOptionChanges": "unit/tlsOptions",
  "components/services/jobSidecar": "unit/meshJob",
  "components/services/jobTemplate": "unit/meshJob",
  "components/services/joinTemplate": "unit/meshWorkload",
  "components/services/joinTransform": "unit/meshWorkload",
  "components/services/member": "unit/versions",
  "components/services/memberService": "unit/memberEntries",
  "components/services/meshJob": "unit/membership unit/forms",
  "components/services/meshJobProblems": "unit/meshJob",
  "components/services/meshService": "unit/awaited unit/membership unit/forms",
  "components/services/meshServiceProblems": "unit/podProblems unit/inputs",
  "components/services/meshWorkload": "unit/awaited unit/membership unit/forms",
  "components/services/meshWorkloadProblems": "unit/joinProblems",
  "components/services/passedBy": "unit/meshWorkload",
  "components/services/requestTimeout": "unit/memberEntries unit/traffic",
  "components/services/routeKeys": "unit/keys",
  "components/shared/meshModel": "unit/meshJob unit/teams",
  "components/shared/names": "unit/consul unit/routing",
  "components/shared/perRun": "unit/gone",
  "components/shared/problems": "unit/outputs unit/edge",
  "components/shared/rotationAnnotation": "unit/rotation",
  "components/shared/serviceNames": "unit/inputs unit/intentions",
  "components/shared/sha256": "unit/script",
  "components/shared/stackState": "unit/gone unit/memberAccount",
  "policies/index": "policies/documented",
  "policies/lib/carriers": "policies/sight",
  "policies/lib/charts": "policies/charts policies/consul",
  "policies/lib/consulAgent": "policies/agents policies/servers policies/embedded",
  "policies/lib/consulFiles": "policies/serverFiles",
  "policies/lib/consulProvider": "policies/consulProvider policies/sight",
  "policies/lib/consulServers": "policies/serverFiles policies/agents policies/servers policies/charts",
  "policies/lib/decisions": "policies/ignoredChanges policies/sight",
  "policies/lib/doors": "policies/doors",
  "policies/lib/embedded": "policies/embedded",
  "policies/lib/environment": "policies/environment",
  "policies/lib/go": "policies/pods",
  "policies/lib/hcl": "policies/hcl policies/embedded",
  "policies/lib/injector": "policies/mesh policies/meshPods",
  "policies/lib/intentions": "policies/protocols policies/intentions policies/entries",
  "policies/lib/json":
    "policies/namespaces policies/intentions policies/embedded policies/hcl policies/keys policies/charts",
  "policies/lib/keys": "policies/keys policies/secrets",
  "policies/lib/meshPods": "policies/meshPods policies/mesh policies/pods",
  "policies/lib/objects": "policies/objects policies/charts policies/embedded",
  "policies/lib/operation": "policies/operation policies/patches policies/meshPods policies/secrets",
  "policies/lib/patches": "policies/patches",
  "policies/lib/pods": "policies/pods policies/mesh",
  "policies/lib/policy":
    "policies/operation policies/patches policies/charts policies/documented policies/environment policies/embedded policies/serverFiles",
  "policies/lib/rbac": "policies/ignoredChanges policies/secrets",
  "policies/lib/texts": "policies/serverFiles policies/traefikReading policies/traefikSources",
  "policies/lib/traefik":
    "policies/traefikReading policies/traefik policies/traefikSources policies/pods policies/secrets",
  "policies/lib/traefikAdminPort": "policies/adminPort",
  "policies/lib/traefikContainers": "policies/traefikReading policies/traefik policies/traefikSources",
  "policies/lib/traefikOptions":
    "policies/traefikReading policies/traefik policies/traefikSources policies/trustedProxies",
  "policies/lib/traefikSources": "policies/traefikReading policies/traefik policies/traefikSources",
  "policies/lib/yaml": "policies/yaml",
  "settings/files": "unit/settingsFiles",
  "settings/joined": "unit/settingsFiles",
  "settings/problems": "unit/settingsProblems unit/settings unit/teams",
  "settings/read": "unit/settings unit/read unit/settingsFiles",
  "settings/settingsSchema": "unit/settings",
  "settings/shape": "unit/settings unit/pods",
};

/** Tests of a file: for a policy those named by it, for what is not known all. */
export function testsOf(file: string): Tests {
  const policy =
    /^policies\/\w+\.ts$/.test(file) && /^ {2}name: "([\w-]+)",$/m.exec(fs.readFileSync(file, "utf8"))?.[1];
  if (policy) {
    const naming = (test: string) =>
      /\/documented\./.test(test) || fs.readFileSync(test, "utf8").includes(`"${policy}"`);
    return { files: testFiles("policies").filter(naming), named: policy };
  }
  const [, , name] = /(\w+)\/(\w+)\.ts$/.exec(file)!;
  const own = `unit/${name}`;
  const listed = KNOWN[file.replace(/\.ts$/, "")]?.split(" ") ?? [];
  const known = listed.includes(own) ? listed : [own, ...listed];
  const files = known.map((each) => `tests/${each}.test.ts`).filter((each) => fs.existsSync(each));
  return { files: files.length > 0 ? files : [...testFiles("unit"), ...testFiles("policies")] };
}

const testFiles = (suite: string) =>
  fs
    .readdirSync(`tests/${suite}`)
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `tests/${suite}/${name}`);
