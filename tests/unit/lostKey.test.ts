import * as pulumi from "@pulumi/pulumi";
import { refuseLostKey } from "../../components/interrupted/lostKey";
import { ApiServer } from "../apiServer";

const LABEL = ["consul-traefik-mesh/stack", "shop.prod"] as const;
const TOKEN = { name: "consul-bootstrap-token", namespace: "consul-system" };
const LONG_AGO = "2026-11-01T00:00:00Z";
const base64 = (text: string) => Buffer.from(text).toString("base64");
let server: ApiServer;
let kubeconfig: string;

beforeEach(async () => {
  server = new ApiServer();
  kubeconfig = await server.listen();
});
afterEach(() => server.close());

/** What `up` says as it is about to write this token. */
function said(value: pulumi.Output<string>): Promise<string | undefined> {
  const key = { secretKey: "token", value, input: "bootstrapTokenSecret" };
  return refuseLostKey({ newInputs: { metadata: TOKEN } }, key, { kubeconfig }, LABEL).then(
    () => undefined,
    (error: Error) => error.message,
  );
}
const generated = (value: string) => pulumi.secret(value);
/** As a preview has what a resource will make that is to be made. */
const toCome = () => Object.assign(generated(""), { isKnown: Promise.resolve(false) }) as pulumi.Output<string>;
const there = (metadata: object = {}, data: object | null = { token: base64("of-before") }) =>
  server.add("v1", "Secret", {
    metadata: { ...TOKEN, labels: { [LABEL[0]]: LABEL[1] }, ...metadata },
    ...(data && { data }),
  });

test.each<[when: string, value: () => pulumi.Output<string>]>([
  ["is another", () => generated("another")],
  ["is yet to be generated", toCome],
])("a token that only the cluster still has is not overwritten where the stack's %s", async (_, value) => {
  there();
  expect(await said(value())).toBe(
    "Secret consul-system/consul-bootstrap-token has a token that this stack generated once and that its state no longer has: the state is " +
      "lost, or in another backend. The Secret was left as it is, since Consul may use it. Restore the state (pulumi stack import); or keep " +
      "this Secret as one of your own, in a namespace that a destroy leaves: set consulCreateNamespace to false and " +
      "consulBootstrapTokenSecret to { secretName: consul-bootstrap-token, secretKey: token }; in a program, createNamespace and " +
      "bootstrapTokenSecret",
  );
});

test("the same token is: an up that was interrupted left it there, and in the state", async () => {
  there();
  expect(await said(generated("of-before"))).toBeUndefined();
});

test.each<[what: string, set: () => unknown]>([
  ["no Secret", () => undefined],
  ["one without that key", () => there({}, { other: base64("of-before") })],
  ["one without data", () => there({}, null)],
  ["one that is being deleted", () => there({ deletionTimestamp: LONG_AGO })],
  ["somebody else's, who is named elsewhere", () => there({ labels: {} })],
  ["one that nobody may see", () => (there(), (server.refusal = 403))],
])("nothing is refused for the sake of %s", async (_, set) => {
  set();
  expect(await said(toCome())).toBeUndefined();
});
