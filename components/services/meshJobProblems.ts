import { containerProblems, largeParts, podSizeProblems, rightsProblems } from "../pods/containerProblems";
import { shown } from "../shared/grammars";
import type { MeshJobOptions } from "./meshJob";
import { rangeProblems } from "../shared/names";
import { otherMeshProblems } from "../pods/metadataProblems";
import { podOptionProblems } from "../pods/podOptionProblems";
import { NON_ROOT } from "../shared/podSecurity";
import { Problem } from "../shared/problems";
import { serviceNameProblems } from "../shared/serviceNames";

/** What a job's Service leads to, since each has to have a port: nothing listens there. */
export const NO_PORT = 9;

/** Inputs of a schedule. */
const OF_SCHEDULE = [
  "timeZone",
  "concurrencyPolicy",
  "suspend",
  "startingDeadlineSeconds",
  "successfulJobsHistoryLimit",
  "failedJobsHistoryLimit",
] as const;

/** From what to what numbers may be; Kubernetes looks for runs that are due every ten seconds. */
const RANGES = [
  ["backoffLimit", 0, 1000],
  ["activeDeadlineSeconds", 1, 604800],
  ["startingDeadlineSeconds", 10, 604800],
  ["successfulJobsHistoryLimit", 0, 1000],
  ["failedJobsHistoryLimit", 0, 1000],
  ["parallelism", 1, 1000],
  ["completions", 1, 100000],
] as const;

/** Characters of a CronJob's name: its Jobs' have eleven more [Kubernetes ValidateCronJob]. */
const MAX_CRON_NAME = 52;

/**
 * What is wrong with a job; `prefix` is put before each path. `partWithoutNativeSidecar` is what of the mesh is too old to end its
 * sidecar by itself.
 */
export function meshJobProblems(
  serviceName: string,
  args: MeshJobOptions,
  partWithoutNativeSidecar: string | undefined,
  prefix = "",
): Problem[] {
  const { schedule, command = [], podSpec = {} } = args;
  const problem = (input: string, reason: string) => [{ propertyPath: prefix + input, reason }];
  const context = { serviceName, port: NO_PORT, protocol: "tcp", writablePaths: args.writablePaths };
  const ofSchedule = OF_SCHEDULE.filter((each) => args[each] !== undefined);
  const problems = [
    ...serviceNameProblems(`${prefix}serviceName`, serviceName, false),
    ...nameLengthProblems(serviceName, args, `${prefix}serviceName`),
    ...containerProblems(args, prefix),
    ...rightsProblems(args, prefix),
    ...otherMeshProblems(args.podLabels, `${prefix}podLabels`),
    ...otherMeshProblems(args.podAnnotations, `${prefix}podAnnotations`),
    ...rangeProblems(`${prefix}runAsUser`, args.runAsUser ?? NON_ROOT, 0, 2 ** 31 - 1),
    ...podOptionProblems(args, { ...context, runAsUser: args.runAsUser, neededGraceSeconds: 0, ends: true }, prefix),
    ...("restartPolicy" in podSpec && podSpec.restartPolicy === "Always"
      ? problem("podSpec.restartPolicy", "has a job begin again whenever it ends; leave it out")
      : []),
    ...(schedule === undefined ? [] : scheduleProblems(`${prefix}schedule`, schedule)),
    ...(schedule === undefined
      ? ofSchedule.flatMap((input) => problem(input, "belongs to a schedule, which is not set; leave it out"))
      : []),
    ...(args.timeZone === undefined || isTimeZone(args.timeZone)
      ? []
      : problem("timeZone", `${shown(args.timeZone)} is not a time zone; use one such as Europe/Paris`)),
    ...RANGES.flatMap(([input, least, most]) => rangeProblems(prefix + input, args[input] ?? least, least, most)),
    ...(args.completionMode === "Indexed" && args.completions === undefined
      ? problem("completionMode", "Indexed numbers the pods that have to end well, and completions is not set; set it")
      : []),
    ...(args.calls ?? []).flatMap(({ destination }, i) =>
      destination === "*" ? problem(`calls[${i}].destination`, "means every service; name the one that is called") : [],
    ),
    ...(partWithoutNativeSidecar !== undefined && command.length === 0
      ? problem(
          "command",
          `is not set, and ${partWithoutNativeSidecar} ends no sidecar by itself: the command is what tells it to. Give the program that the image runs, in an image with sh and curl or wget; or use control plane 1.9 on Kubernetes 1.29`,
        )
      : []),
  ];
  return problems.length > 0 ? problems : podSizeProblems([...largeParts(args), command], [], `${prefix}env`);
}

/** What has a job's name too long for what Kubernetes makes of it, with which no Job or no pod could be made. */
function nameLengthProblems(
  name: string,
  { schedule, completionMode, completions = 1 }: MeshJobOptions,
  propertyPath: string,
): Problem[] {
  const [cron, indexed] = [schedule !== undefined, completionMode === "Indexed"];
  // With its number it is the pod's host name [Kubernetes ValidateJob].
  const most = (cron ? MAX_CRON_NAME : 63) - (indexed ? `-${completions - 1}`.length : 0);
  const parts = [...(cron ? ["a schedule"] : []), ...(indexed ? ["numbered pods"] : [])];
  return parts.length > 0 && name.length > most
    ? [{ propertyPath, reason: `is too long for a job with ${parts.join(" and ")}; use ${most} characters at most` }]
    : [];
}

/** The fields of a schedule: the least, the most, and names that stand for numbers [robfig/cron ParseStandard]. */
const FIELDS: readonly (readonly [name: string, least: number, most: number, names: string])[] = [
  ["minute", 0, 59, ""],
  ["hour", 0, 23, ""],
  ["day of the month", 1, 31, ""],
  ["month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"],
  ["day of the week", 0, 6, "sun mon tue wed thu fri sat"],
];

/** What is wrong with when a job runs. */
export function scheduleProblems(path: string, schedule: string): Problem[] {
  const problem = (reason: string) => [{ propertyPath: path, reason: `${shown(schedule)} ${reason}` }];
  if (/^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(schedule)) {
    return [];
  }
  if (/TZ=/.test(schedule)) {
    return problem("has a time zone, which Kubernetes takes only as timeZone; set it there");
  }
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) {
    return problem('is not a schedule; use five fields, such as "0 3 * * *", or one such as @daily');
  }
  return fields.flatMap((field, i) => {
    const [name, least, most, names] = FIELDS[i];
    const number = (text: string) => {
      const named = names.split(" ").indexOf(text.toLowerCase());
      return named >= 0 && names !== "" ? named + least : /^\d+$/.test(text) ? Number(text) : NaN;
    };
    const right = field.split(",").every((part) => {
      const [range, step = "1", ...more] = part.split("/");
      const [from, to = from, ...beyond] =
        range === "*" || range === "?" ? [String(least), String(most)] : range.split("-");
      return (
        more.length + beyond.length === 0 &&
        Number(step) >= 1 &&
        /^\d+$/.test(step) &&
        number(from) >= least &&
        number(from) <= number(to) &&
        number(to) <= most
      );
    });
    return right ? [] : problem(`has "${field}" for the ${name}, which is from ${least} to ${most}`);
  });
}

/** Whether Kubernetes knows a time zone: as files are named, so that it tells capitals apart, which Node.js does not. */
function isTimeZone(name: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    const capitals = name === timeZone || name.toLowerCase() !== timeZone.toLowerCase();
    return capitals && name.split("/").every((part) => /^[A-Z]/.test(part));
  } catch {
    return false;
  }
}
