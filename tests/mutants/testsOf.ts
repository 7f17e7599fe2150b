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
  "components/chart/consulValues": "unit/consul",
  "components/ingress/traefikConsulIngress": "unit/ingress unit/tls",
  "components/ingress/traefikDeployment": "unit/ingress unit/tls unit/rotation unit/extras unit/edge",
  "components/ingress/traefikEdge": "unit/edge",
  "components/ingress/traefikService": "unit/ingress unit/edge unit/tls",
  "components/ingress/traefikTls": "unit/tls",
  "components/intentions/edges": "unit/intentions",
  "components/intentions/intentionProblems": "unit/intentions",
  "components/intentions/intentionWarnings": "unit/intentions",
  "components/intentions/intentionSet": "unit/jwt unit/configEntry",
  "components/intentions/intentions": "unit/owners unit/intentions unit/decision",
  "components/interrupted/foreign": "unit/interrupted",
  "components/interrupted/foreignEntries": "unit/interrupted",
  "components/interrupted/heldEntries": "unit/interrupted",
  "components/interrupted/helmRecord": "unit/interrupted unit/gone",
  "components/interrupted/hooks": "unit/interruptedHooks unit/gone",
  "components/interrupted/inProvider": "unit/interrupted",
  "components/interrupted/remains": "unit/interrupted",
  "components/interrupted/stuckHooks": "unit/interrupted",
  "components/isolation/networkPolicies": "unit/isolation",
  "components/mesh/configEntry": "unit/intentionSet unit/gone",
  "components/mesh/consulMeshArgs": "unit/consulMesh unit/consul",
  "components/mesh/consulMeshKnown": "unit/consulMesh unit/consulMeshProblems",
  "components/mesh/consulMeshProblems": "unit/consul",
  "components/mesh/consulRelease": "unit/consulMesh",
  "components/mesh/consulSecrets": "unit/rotation",
  "components/mesh/egress": "unit/egressProblems unit/egress unit/outputs",
  "components/pods/podSpecOverride": "unit/pods",
  "components/routing/tlsOptionChanges": "unit/tlsOptions",
  "policies/lib/carriers": "policies/sight",
  "policies/lib/charts": "policies/charts policies/consul",
  "policies/lib/consulAgent": "policies/agents policies/servers",
  "policies/lib/consulProvider": "policies/consulProvider policies/sight",
  "policies/lib/consulServers": "policies/serverFiles policies/agents policies/servers policies/charts",
  "policies/lib/doors": "policies/doors",
  "policies/lib/embedded": "policies/embedded",
  "policies/lib/environment": "policies/environment",
  "policies/lib/go": "policies/pods",
  "policies/lib/hcl": "policies/hcl",
  "policies/lib/intentions": "policies/protocols policies/intentions policies/entries",
  "policies/lib/json": "policies/embedded policies/hcl policies/keys policies/charts",
  "policies/lib/keys": "policies/keys policies/secrets",
  "policies/lib/meshPods": "policies/meshPods policies/mesh policies/pods",
  "policies/lib/objects": "policies/objects policies/charts",
  "policies/lib/operation": "policies/operation policies/patches",
  "policies/lib/patches": "policies/patches",
  "policies/lib/pods": "policies/pods policies/mesh",
  "policies/lib/traefik": "policies/traefik policies/traefikSources",
  "policies/lib/traefikAdminPort": "policies/adminPort",
  "policies/lib/traefikContainers": "policies/traefik policies/traefikSources",
  "policies/lib/traefikOptions": "policies/traefik policies/traefikSources",
  "policies/lib/traefikSources": "policies/traefik policies/traefikSources",
  "policies/lib/yaml": "policies/yaml",
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
