import {
  PolicyConfigSchema,
  ResourceValidationPolicy,
  Severity,
  StackValidationPolicy,
  UnknownValueError,
} from "@pulumi/policy";
import { declaredBy, declaredIn } from "./carriers";
import { isConsulChart, RELEASE, Rendered, renderRelease } from "./charts";
import { Environment, environmentOf, ENVIRONMENTS } from "./environment";
import { ClusterObject, describe, PulumiResource } from "./objects";

/** What a policy may know beside the objects that it judges. */
export interface Circumstances<Config> {
  readonly environment: Environment;
  readonly config: Config;
}

/** A problem, and the object or else the resource that has it, where there is one. */
export interface Finding {
  readonly object?: ClusterObject;
  readonly urn?: string;
  readonly problem: string;
}

/** A rule of this pack: what it is, and how it judges. Each way to judge is optional. */
export interface Rule<Config> {
  readonly name: string;
  /** The rule in one sentence. */
  readonly description: string;
  readonly severity: Severity;
  /** What to do about a violation; ends each message. */
  readonly remedy: string;
  /** Reports without blocking. Default: blocks. */
  readonly advisory?: boolean;
  /** Where the rule holds. Default: everywhere. */
  readonly environments?: readonly Environment[];
  readonly config?: PolicyConfigSchema["properties"];
  /** Judges one object, before it is made; those of a chart too. */
  object?(object: ClusterObject, circumstances: Circumstances<Config>): Iterable<string>;
  /** Judges a Helm release itself, before it is made. */
  release?(release: PulumiResource, rendered: Rendered, circumstances: Circumstances<Config>): Iterable<string>;
  /** Judges what belongs together: the objects of a release before it is made, those without one at the end. */
  together?(objects: readonly ClusterObject[], circumstances: Circumstances<Config>): Iterable<Finding>;
  /** Judges the values of a release of Consul's chart that cannot be rendered, in place of `together`. */
  values?(values: unknown, circumstances: Circumstances<Config>): Iterable<string>;
  /** Judges all objects of the stack, at the end of a preview and of an update. */
  stack?(
    objects: readonly ClusterObject[],
    circumstances: Circumstances<Config>,
    resources: readonly StackResource[],
  ): Iterable<Finding>;
}

export interface StackResource extends PulumiResource {
  readonly propertyDependencies: Record<string, readonly PulumiResource[]>;
}

/**
 * Makes a policy of a rule. It fails closed: a rule that touches a value which is not known yet reports a violation,
 * where Pulumi by itself would turn the policy into advice and let the change pass.
 */
export function policy<Config extends object = object>(rule: Rule<Config>): ResourceValidationPolicy {
  const { environments = ENVIRONMENTS } = rule;
  const restricted = environments.length < ENVIRONMENTS.length;
  const circumstances = (urn: string, config: object): Circumstances<Config> => ({
    environment: environmentOf(urn, (config as { environment?: Environment }).environment),
    config: config as Config,
  });
  const message = ({ problem, object }: Finding) =>
    `${object === undefined ? "" : `${describe(object)}: `}${problem}. ${rule.remedy}.`;

  const properties: PolicyConfigSchema["properties"] = {
    exempt: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Names of Pulumi resources, as the program gives them, that this policy passes over",
    },
    ...rule.config,
    ...(restricted && {
      environment: {
        type: "string",
        enum: [...ENVIRONMENTS],
        description: `This policy holds in ${environments.join(" and ")}. Default: by the stack's name, else prod`,
      },
    }),
  };
  const result: ResourceValidationPolicy & Partial<StackValidationPolicy> = {
    name: rule.name,
    description: rule.description,
    severity: rule.severity,
    enforcementLevel: rule.advisory ? "advisory" : "mandatory",
    remediationSteps: rule.remedy,
    configSchema: { properties },
  };

  if (rule.object || rule.release || rule.together) {
    result.validateResource = async (args, report) => {
      const about = circumstances(args.urn, args.getConfig());
      if (!environments.includes(about.environment) || isExempt(args.urn, args.getConfig())) {
        return;
      }
      const say = (finding: Finding) => report(message(finding));
      const rendered = args.type === RELEASE ? await renderRelease(args) : undefined;
      const objects = rendered === undefined ? declaredBy(args) : "objects" in rendered ? rendered.objects : [];
      for (const object of rule.object ? objects : []) {
        closed(() => found(rule.object!(object, about), object), say, object);
      }
      if (rendered === undefined) {
        return;
      }
      if (rule.release) {
        closed(() => found(rule.release!(args, rendered, about)), say);
      }
      if (rule.together && "objects" in rendered) {
        closed(() => rule.together!(objects, about), say);
      }
      if (rule.values && "failure" in rendered && isConsulChart(args)) {
        closed(() => found(rule.values!(args.props.values, about)), say);
      }
    };
  }

  if (rule.together || rule.stack) {
    result.validateStack = async (args, report) => {
      const about = circumstances(args.resources[0]?.urn ?? "urn:pulumi:none::none", args.getConfig());
      if (!environments.includes(about.environment)) {
        return;
      }
      const say = (finding: Finding) => {
        const urn = finding.object?.urn ?? finding.urn;
        if (!isExempt(urn, args.getConfig())) {
          report(message(finding), urn);
        }
      };
      const direct = declaredIn(args.resources);
      if (rule.together) {
        closed(() => rule.together!(direct, about), say);
      }
      if (rule.stack) {
        const releases = await Promise.all(args.resources.filter(({ type }) => type === RELEASE).map(renderRelease));
        const objects = [...direct, ...releases.flatMap((each) => ("objects" in each ? each.objects : []))];
        closed(() => rule.stack!(objects, about, args.resources), say);
      }
    };
  }
  return result;
}

function isExempt(urn: string | undefined, config: { exempt?: string[] }): boolean {
  return urn !== undefined && (config.exempt ?? []).includes(urn.split("::").pop()!);
}

function* found(problems: Iterable<string>, object?: ClusterObject): Iterable<Finding> {
  for (const problem of problems) {
    yield { problem, object };
  }
}

/** Passes on what is found; that a value is not known is one more finding. */
function closed(judge: () => Iterable<Finding>, say: (finding: Finding) => void, object?: ClusterObject): void {
  try {
    for (const finding of judge()) {
      say(finding);
    }
  } catch (error) {
    if (!(error instanceof UnknownValueError)) {
      throw error;
    }
    say({ problem: `cannot be judged: ${(error as Error).message}; give it a plain value, not an output`, object });
  }
}
