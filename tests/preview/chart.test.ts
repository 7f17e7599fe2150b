import * as path from "node:path";
import { brokenClauses, CHART_CONTRACT } from "../../tools/chartContract";
import type { Rendered } from "../../tools/renderedChart";
import { render } from "../../tools/checkChart";

let objects: Rendered[];

beforeAll(() => {
  objects = render(path.resolve(__dirname, "../../testbed/charts/consul"));
});

test("the testbed's chart gives all that the product counts on in upstream's", () => {
  expect(brokenClauses(objects).map((clause) => clause.what)).toEqual([]);
});

test("of a chart that gives nothing, nothing but what is said of all that it makes holds", () => {
  const without = brokenClauses([]).length;
  expect(CHART_CONTRACT.length - without).toBe(2);
});

const named = (kind: string, name: string) => (o: Rendered) => o.kind === kind && o.metadata?.name === name;
const server = named("StatefulSet", "consul-server");
const injector = named("Deployment", "consul-connect-injector");
const gateway = named("Deployment", "consul-terminating-gateway");
/** The object's text with a word in place of another. */
const says = (from: string, to: string) => (o: Rendered) => {
  const text = JSON.stringify(o);
  expect(text).toContain(from);
  return JSON.parse(text.replaceAll(from, to));
};
const job = (command: string) => (o: Rendered) => o.kind === "Job" && JSON.stringify(o).includes(command);
const serverConfig = named("ConfigMap", "consul-server-config");

test.each<[change: string, which: (o: Rendered) => boolean, change: (o: Rendered) => Rendered, broken: RegExp]>([
  ["another name of the servers", server, says('"name":"consul-server"', '"name":"consul-servers"'), /^StatefulSet/],
  ["another label of the servers", server, says('"component":"server"', '"component":"servers"'), /consul-server have/],
  ["another webhook port", injector, says('"containerPort":8080', '"containerPort":9443'), /port 8080/],
  ["another API port", server, says('"containerPort":8501', '"containerPort":8443'), /port 8501/],
  ["another name of the container", server, says('"name":"consul","', '"name":"server","'), /container consul/],
  ["the UI at another port", named("Service", "consul-ui"), says('"port":443', '"port":8443'), /consul-ui has/],
  ["tls-init once", job("tls-init "), says("pre-install,pre-upgrade", "pre-install"), /tls-init/],
  ["another prefix", job("server-acl-init "), says("-resource-prefix=consul", "-resource-prefix=mesh"), /server-acl/],
  ["another auth method", injector, says("consul-k8s-auth-method", "k8s-auth-method"), /auth method/],
  ["injection of all", injector, says("-default-inject=false", "-default-inject=true"), /leaves pods alone/],
  ["another variable of the token", server, says("ACL_BOOTSTRAP_TOKEN", "TOKEN"), /ACL_BOOTSTRAP_TOKEN/],
  ["another Secret of the key", server, says("given-gossip", "gossip"), /GOSSIP_KEY/],
  ["no checksum", server, says("consul.hashicorp.com/config-checksum", "checksum"), /extraConfig/],
  ["no further container", server, says('"name":"leaf-gate"', '"name":"gate"'), /extraContainers/],
  ["another certificate's volume", server, says('"name":"consul-server-cert"', '"name":"tls"'), /consul-server-cert/],
  ["plain HTTP", serverConfig, says('\\"http\\": -1', '\\"http\\": 8500'), /plain HTTP/],
  [
    "a kind that is gone",
    named("CustomResourceDefinition", "serviceintentions.consul.hashicorp.com"),
    () => ({}),
    /serviceintentions/,
  ],
  ["another port of the gateway", gateway, says('"containerPort":8443', '"containerPort":9443'), /port 8443/],
  ["the gateway's CAs elsewhere", gateway, says("/consul/userconfig/", "/consul/"), /consul-destination-cas at/],
  ["another claim", server, says("data-consul-system", "data"), /PersistentVolumeClaim/],
  ["a pod that may escalate", injector, says('"allowPrivilegeEscalation":false', '"x":false'), /restricted/],
])("a chart with %s is told", (_, which, change, broken) => {
  expect(objects.filter(which)).not.toHaveLength(0);
  const changed = objects.map((o) => (which(o) ? change(o) : o));
  expect(brokenClauses(changed).map((clause) => clause.what)).toContainEqual(expect.stringMatching(broken));
});
