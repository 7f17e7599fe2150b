import {
  PolicyConfigSchema,
  ResourceValidationPolicy,
  Severity,
  StackValidationPolicy,
  UnknownValueError,
} from "@pulumi/policy";
import { declaredBy, declaredIn } from "./carriers";
import { isConsulChart, RELEASE, Rendered, renderRelease } from "./charts";
import { embedded } from "./embedded";
import { Environment, environmentOf, ENVIRONMENTS } from "./environment";
import { ClusterObject, describe, nameOf, PulumiResource } from "./objects";
import { atEnd, patchesShown, remember, shownBeside } from "./operation";
import { patched } from "./patches";

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
  /** Judges what belongs together: the objects of a release `alone` before it is made, and all at the end. */
  together?(objects: readonly ClusterObject[], circumstances: Circumstances<Config>, alone: boolean): Iterable<Finding>;
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
  const message = ({ problem, object }: Finding) => {
    const said = object?.inSecret === undefined ? problem : "has a config entry in it that breaks this rule";
    return `${object === undefined ? "" : `${describe(object)}: `}${said}. ${rule.remedy}.`;
  };

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

  /** What is found in objects: in each of those that count, and in all of them together. */
  const findings = (
    objects: readonly ClusterObject[],
    counts: (object: ClusterObject) => boolean,
    about: Circumstances<Config>,
    alone: boolean,
  ): Finding[] => [
    ...objects
      .filter(counts)
      .flatMap((object) => [object, ...embedded(object)])
      .flatMap((object) => (rule.object ? closed(() => found(rule.object!(object, about), object), object) : [])),
    ...(rule.together ? closed(() => rule.together!(objects, about, alone)) : []),
  ];

  result.validateResource = async (args, report) => {
    const about = circumstances(args.urn, args.getConfig());
    const rendered = args.type === RELEASE ? await renderRelease(args) : undefined;
    const own = rendered === undefined ? declaredBy(args) : "objects" in rendered ? rendered.objects : [];
    remember(args, own);
    if (!environments.includes(about.environment) || isExempt(args.urn, args.getConfig())) {
      return;
    }
    const say = (finding: Finding) => report(message(finding));
    const counted = ({ urn }: ClusterObject) => !isExempt(urn, args.getConfig());
    if (own.some(({ patch }) => patch)) {
      // Only what the patch makes wrong is its own.
      const others = shownBeside(args.urn).filter(counted);
      const isOwn = ({ urn, patchedBy = [] }: ClusterObject) => urn === args.urn || patchedBy.includes(args.urn);
      const after = patched([...others, ...own]);
      const touched = new Set(after.filter(isOwn).map(identity));
      const before = findings(patched(others), (object) => touched.has(identity(object)), about, false);
      without(before, findings(after, isOwn, about, false)).forEach(say);
      return;
    }
    const objects = patched([...own, ...patchesShown().filter(counted)]).filter(({ urn }) => urn === args.urn);
    if (rendered === undefined) {
      // What belongs together with a single object is known at the end.
      for (const object of rule.object ? [...objects, ...objects.flatMap(embedded)] : []) {
        closed(() => found(rule.object!(object, about), object), object).forEach(say);
      }
      return;
    }
    if (rule.release) {
      closed(() => found(rule.release!(args, rendered, about))).forEach(say);
    }
    if ("objects" in rendered) {
      findings(objects, () => true, about, true).forEach(say);
    } else if (rule.values && isConsulChart(args)) {
      closed(() => found(rule.values!(args.props.values, about))).forEach(say);
    }
  };

  if (rule.together || rule.stack) {
    result.validateStack = async (args, report) => {
      if (args.resources.length === 0) {
        return;
      }
      const about = circumstances(args.resources[0].urn, args.getConfig());
      if (!environments.includes(about.environment)) {
        return;
      }
      const say = (finding: Finding) => {
        const urn = finding.object?.urn ?? finding.urn;
        if (!isExempt(urn, args.getConfig())) {
          report(message(finding), urn);
        }
      };
      const direct = declaredIn(atEnd(args.resources)).filter(
        ({ patch, urn }) => !patch || !isExempt(urn, args.getConfig()),
      );
      const releases = await Promise.all(args.resources.filter(({ type }) => type === RELEASE).map(renderRelease));
      const rendered = releases.map((each) => ("objects" in each ? each.objects : []));
      const objects = patched([...direct, ...rendered.flat()]);
      if (rule.together) {
        // What is wrong with a release alone was said before it was made.
        const patches = direct.filter(({ patch }) => patch);
        const said = rendered.flatMap((release) =>
          closed(() => rule.together!(patched([...release, ...patches]), about, true)),
        );
        without(
          said,
          closed(() => rule.together!(objects, about, false)),
        ).forEach(say);
      }
      if (rule.stack) {
        closed(() => rule.stack!(objects, about, args.resources)).forEach(say);
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

/** What is found; that a value is not known is one more finding. */
function closed(judge: () => Iterable<Finding>, object?: ClusterObject): Finding[] {
  const all: Finding[] = [];
  try {
    for (const finding of judge()) {
      all.push(finding);
    }
  } catch (error) {
    if (!(error instanceof UnknownValueError)) {
      throw error;
    }
    all.push({
      problem: `cannot be judged: ${(error as Error).message}; give it a plain value, not an output`,
      object,
    });
  }
  return all;
}

/** The findings that are not among those known. */
function without(known: readonly Finding[], all: readonly Finding[]): Finding[] {
  const key = ({ object, urn, problem }: Finding) => JSON.stringify([object ? identity(object) : urn, problem]);
  const keys = new Set(known.map(key));
  return all.filter((finding) => !keys.has(key(finding)));
}

function identity(object: ClusterObject): string {
  return `${object.urn} ${object.kind} ${nameOf(object)}`;
}
