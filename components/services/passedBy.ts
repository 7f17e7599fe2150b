import { perRun } from "../shared/perRun";
import { failProgram } from "../shared/programEnds";
import { describeProblems, Problem } from "../shared/problems";

/** A service's pods among the workloads that its transform has seen. */
interface Sought {
  readonly what: string;
  readonly workload: string;
  readonly passed: Set<string>;
  found: boolean;
}

/** Those of a run; what is not found by its end fails it: all that a program declares has come by then. */
const soughtHere = perRun(() => {
  const all: Sought[] = [];
  process.once("beforeExit", () => {
    const problems = all.flatMap(notFound);
    failProgram(problems.length === 0 ? [] : [describeProblems("workloads of the mesh", problems)]);
  });
  return all;
});

/** Looks for a service's pods from its first workload on. */
export function seek(what: string, workload: string) {
  let sought: Sought | undefined;
  return (path: string, found: boolean): void => {
    if (sought === undefined) {
      sought = { what, workload, passed: new Set(), found: false };
      soughtHere().push(sought);
    }
    sought.passed.add(path);
    sought.found ||= found;
  };
}

function notFound({ what, workload, passed, found }: Sought): Problem[] {
  return found
    ? []
    : [
        {
          propertyPath: `${what}: workload`,
          reason: `no ${workload} came by its transform, so that its pods stay outside the mesh; name the one that is meant, of ${[...passed].join(", ")}`,
        },
      ];
}
