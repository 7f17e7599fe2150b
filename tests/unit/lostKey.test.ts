import { refuseLostKey } from "../../components/interrupted/lostKey";
import { ApiServer, useApiServer } from "../apiServer";
import { refusal } from "../refusal";

const LABEL = ["consul-traefik-mesh/stack", "shop.prod"] as const;
const OURS = { [LABEL[0]]: LABEL[1] };
const TOKEN = { secretName: "consul-bootstrap-token", namespace: "consul-system" };
const JOB = "consul-rotate-next-token-1a2b3c4d";
const LONG_AGO = "2026-11-01T00:00:00Z";
let server: ApiServer;
let kubeconfig: string;
useApiServer((...its) => ([server, kubeconfig] = its));

/** What `up` says as it is about to generate the token: for the word of this Job, if there is one. */
function said(job?: string): Promise<string | undefined> {
  const key = { ...TOKEN, secretKey: "token", rotation: "bootstrapToken", job };
  return refusal(refuseLostKey(key, { kubeconfig }, LABEL));
}
const { secretName, namespace } = TOKEN;
const there = (metadata: object = {}, data: object | null = { token: "b2Y=" }) =>
  server.add("v1", "Secret", {
    metadata: { name: secretName, namespace, labels: OURS, ...metadata },
    ...(data && { data }),
  });
const rotated = (metadata: object = {}) =>
  server.add("batch/v1", "Job", { metadata: { name: JOB, namespace, labels: OURS, ...metadata } });

test("a token that Consul uses is not generated anew where nothing would tell Consul", async () => {
  there();
  expect(await said()).toBe(
    "Secret consul-system/consul-bootstrap-token has a token that this stack generated. Another would be written over it, of which Consul " +
      "would not know. Is the state lost, or in another backend? Then restore it (pulumi stack import). Was the resource to be replaced " +
      "(pulumi up --replace, pulumi state taint)? Undo that. To have Consul use a new one, set rotations.bootstrapToken to a word, such " +
      "as a date. Nothing has been changed",
  );
});

test("nor for a word by which it was rotated before", async () => {
  there();
  rotated();
  expect(await said(JOB)).toContain("set rotations.bootstrapToken to another word");
});

test.each<[what: string, set: () => unknown]>([
  ["that is another word", () => undefined],
  ["whose Job is being deleted", () => rotated({ deletionTimestamp: LONG_AGO })],
  ["of another stack", () => rotated({ labels: {} })],
])("a token is rotated by a word %s", async (_, set) => {
  there();
  set();
  expect(await said(JOB)).toBeUndefined();
});

test.each<[what: string, set: () => unknown]>([
  ["no Secret", () => undefined],
  ["one without that key", () => there({}, { other: "b2Y=" })],
  ["one without data", () => there({}, null)],
  ["one that is being deleted", () => there({ deletionTimestamp: LONG_AGO })],
  ["somebody else's, who is named elsewhere", () => there({ labels: {} })],
  ["one that nobody may see", () => (there(), (server.refusal = 403))],
])("nothing is refused for the sake of %s", async (_, set) => {
  set();
  expect(await said()).toBeUndefined();
});
