import type { TraefikConsoles } from "../ingress/consoles";
import type { Problem } from "../shared/problems";
import { mayMatch, Ranked } from "./hostOwners";

/** What a console answers on its host. */
export interface AtConsole {
  readonly rule: (host: string) => string;
  /** Some of its paths. */
  readonly paths: readonly string[];
}

/** Consul's UI asks by POST what its token may do; all else that it posts is a change. */
const AUTHORIZE = "/v1/internal/acl/authorize";

export const AT_CONSOLES: Readonly<Record<keyof NonNullable<TraefikConsoles["consoles"]>, AtConsole>> = {
  dashboard: {
    rule: (host) => `Host(\`${host}\`) && (PathPrefix(\`/api\`) || PathPrefix(\`/dashboard\`))`,
    paths: ["/api/", "/dashboard/"],
  },
  consulUi: {
    rule: (host) => `Host(\`${host}\`) && (Method(\`GET\`) || Method(\`HEAD\`) || Path(\`${AUTHORIZE}\`))`,
    paths: ["/ui/", AUTHORIZE],
  },
};

/** Problems of a route that names the host of a console, or would take what is asked of it. */
export function consoleHostProblems(
  [route]: readonly Ranked[],
  { consoles = {} }: TraefikConsoles,
  propertyPath: string,
): Problem[] {
  return Object.entries(consoles).flatMap(([name, console]) => {
    if (console === undefined) {
      return [];
    }
    const { rule, paths } = AT_CONSOLES[name as keyof typeof AT_CONSOLES];
    const host = console.host.toLowerCase();
    const rank = rule(host).length;
    if (route.hosts.includes(host)) {
      return [{ propertyPath, reason: `"${host}" is the host of a console of the ingress; give each its own` }];
    }
    return route.rank >= rank &&
      route.entryPoints.includes("websecure") &&
      paths.some((each) => mayMatch(route.rule, host, each))
      ? [
          {
            propertyPath,
            reason: `takes requests for "${host}", the host of a console of the ingress: it ranks ${route.rank}, and that ${rank}; name hosts, or set a priority below ${rank}`,
          },
        ]
      : [];
  });
}
