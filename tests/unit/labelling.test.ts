import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labelling } from "../../components/interrupted/labelling";
import { programOf } from "../program";
import { find, record } from "../recorder";
import { ofStack } from "../settings";

const LABELS = { team: "shop", "example.com/cost-center": "42" };
const STACK = { "consul-traefik-mesh/stack": "consul-traefik-mesh.test" };
const web = { name: "web", image: "web:1", port: 80, routes: [{ host: "web.test" }], podLabels: { team: "own" } };
const jobs = [
  { name: "report", image: "report:1" },
  { name: "nightly", image: "report:1", schedule: "@daily" },
];
const program = (settings: object) =>
  programOf({ ...ofStack("dev"), services: [web], jobs, intentions: [], ...settings });

test("each object of a stack, and each pod, has the labels that are set", async () => {
  const recorded = await program({ labels: LABELS });
  const objects = recorded.filter(({ type }) => /^kubernetes:(?!helm|yaml)/.test(type) && !/(Patch|List)$/.test(type));
  expect(objects.length).toBeGreaterThan(15);
  for (const { props } of objects) {
    expect(props.metadata.labels).toMatchObject({ ...LABELS, ...STACK });
  }
  const templates = objects.flatMap(({ name, props: { spec } }) => {
    const { template } = spec?.jobTemplate?.spec ?? spec ?? {};
    return template === undefined ? [] : [[name, template.metadata.labels] as const];
  });
  const names = templates.map(([name]) => name.replace(/-[0-9a-f]{8}$/, "")).sort();
  expect(names).toEqual(["nightly-cron-job", "report-job", "served-routes", "traefik-deployment", "web-deployment"]);
  for (const [name, labels] of templates) {
    expect(labels).toMatchObject(name === "web-deployment" ? { ...LABELS, team: "own" } : LABELS);
  }
});

test("without labels nothing is as it would not be", async () => {
  const [without, empty] = await Promise.all([await program({}), await program({ labels: {} })]);
  expect(empty).toEqual(without);
  expect(find(without, "web-service").props.metadata.labels).toEqual(STACK);
});

describe("of what a component makes,", () => {
  const made = async (what: (opts: pulumi.CustomResourceOptions) => unknown) => {
    const recorded = await record(() => {
      const parent = new pulumi.ComponentResource(
        "test:index:Shop",
        "shop",
        {},
        { transformations: [labelling(LABELS)] },
      );
      what({ parent });
    });
    return find(recorded, "it").props;
  };

  test("an object keeps what it has", async () => {
    const metadata = { name: "it", labels: { team: "own", app: "web" } };
    const data = { key: "value" };
    expect(await made((opts) => new k8s.core.v1.ConfigMap("it", { metadata, data }, opts))).toEqual({
      ...{ apiVersion: "v1", kind: "ConfigMap", data },
      metadata: { name: "it", labels: { ...LABELS, team: "own", app: "web" } },
    });
  });

  test("one without metadata gets labels too", async () => {
    const props = await made((opts) => new k8s.core.v1.ConfigMap("it", {}, opts));
    expect(props.metadata).toEqual({ labels: LABELS });
  });

  test("a template of pods keeps the rest", async () => {
    const spec = {
      replicas: 2,
      selector: {},
      template: { metadata: { annotations: { a: "b" } }, spec: { containers: [] } },
    };
    const props = await made((opts) => new k8s.apps.v1.Deployment("it", { spec }, opts));
    expect(props.spec).toEqual({
      ...spec,
      template: { ...spec.template, metadata: { annotations: { a: "b" }, labels: LABELS } },
    });
  });

  test("a template of Jobs has it, and what it makes", async () => {
    const template = { spec: { containers: [] } };
    const spec = { schedule: "@daily", jobTemplate: { spec: { backoffLimit: 1, template } } };
    const props = await made((opts) => new k8s.batch.v1.CronJob("it", { spec }, opts));
    expect(props.spec).toEqual({
      schedule: "@daily",
      jobTemplate: {
        metadata: { labels: LABELS },
        spec: { backoffLimit: 1, template: { ...template, metadata: { labels: LABELS } } },
      },
    });
  });

  test.each<[string, (opts: pulumi.CustomResourceOptions) => unknown]>([
    ["a release", (opts) => new k8s.helm.v3.Release("it", { chart: "it" }, opts)],
    ["a patch", (opts) => new k8s.core.v1.ConfigMapPatch("it", { data: {} }, opts)],
    ["what is no object of Kubernetes'", (opts) => new TestResource("it", { ...opts })],
  ])("%s gets none", async (_, what) => {
    expect((await made(what)).metadata).toBeUndefined();
  });

  test("what is read gets none", () => {
    const opts = { id: "shop/it" } as pulumi.ResourceOptions;
    const of = { type: "kubernetes:core/v1:ConfigMap", name: "it", props: {}, opts };
    expect(labelling(LABELS)(of as pulumi.ResourceTransformationArgs)).toBeUndefined();
  });
});

class TestResource extends pulumi.CustomResource {
  constructor(name: string, opts: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, {}, opts);
  }
}
