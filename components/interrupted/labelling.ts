import * as pulumi from "@pulumi/pulumi";
import { WITHOUT_OBJECT } from "./hooks";

type Labels = Readonly<Record<string, string>>;
/** What of an object, or of a template in it, is read. */
interface Labelled {
  readonly metadata?: { readonly labels?: object };
  readonly spec?: unknown;
}

/** Gives objects labels, and the pods that they make; what has a label of that name keeps its own. */
export function labelling(labels: Labels): pulumi.ResourceTransformation {
  return ({ type, props, opts }) =>
    !type.startsWith("kubernetes:") || WITHOUT_OBJECT.test(type) || (opts as pulumi.CustomResourceOptions).id
      ? undefined
      : { props: { ...withLabels(props, labels), spec: withPodLabels(props.spec, labels) }, opts };
}

function withLabels<O extends Labelled>(object: O, labels: Labels): O {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, labels: { ...labels, ...metadata?.labels } } };
}

/** The same of the template of pods in a spec: a Deployment's or a Job's, or, within the template of Jobs, a CronJob's. */
function withPodLabels(spec: unknown, labels: Labels): unknown {
  const { template, jobTemplate } = (spec ?? {}) as { readonly template?: Labelled; readonly jobTemplate?: Labelled };
  return template !== undefined
    ? { ...(spec as object), template: withLabels(template, labels) }
    : jobTemplate !== undefined
      ? {
          ...(spec as object),
          jobTemplate: { ...withLabels(jobTemplate, labels), spec: withPodLabels(jobTemplate.spec, labels) },
        }
      : spec;
}
