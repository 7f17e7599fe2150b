import { AT_CONSOLES, type AtConsole } from "../routing/consoleHosts";
import { userListFile } from "../routing/middlewares";
import { isHostName, traefikOption } from "../shared/names";
import { Problem } from "../shared/problems";
import { ingressTlsProblems, RouteTls, routeTlsProblems } from "../routing/routeTls";
import { CA_MOUNT_PATH } from "../routing/traefikArguments";
import type { TraefikExtras } from "./traefikExtras";
import type { TraefikTlsOptions } from "./traefikTls";

/** Where a console is shown, by TLS and to users of a list alone. */
export interface ConsoleRoute {
  /** Host name, for nothing else. */
  readonly host: string;
  /** Name in `userLists`: who may look. */
  readonly userList: string;
  /**
   * @unset the certificate of the ingress that fits the host, and its default options
   */
  readonly tls?: RouteTls;
}

/** Consoles for people, on `websecure`. Without a login they are shown by `kubectl port-forward` alone. */
export interface TraefikConsoles {
  /**
   * Traefik's dashboard and Consul's UI on hosts of their own, for users of a list; see docs/consoles.md.
   * @setting traefikConsoles
   * @unset none
   */
  readonly consoles?: {
    /** Traefik's dashboard, at `/dashboard/`. */
    readonly dashboard?: ConsoleRoute;
    /** Consul's UI, at `/ui/`, to read: what is declared here is not to be changed there. */
    readonly consulUi?: ConsoleRoute;
  };
}

/**
 * The consoles as HTTP configuration of Traefik's file provider; `undefined` where there is none. `apiAddress` is that of
 * Consul's HTTPS API, which serves the UI and is verified with the mesh's CA.
 */
export function consolesConfiguration({ consoles = {} }: TraefikConsoles, apiAddress: string): object | undefined {
  const { dashboard, consulUi } = consoles;
  if (dashboard === undefined && consulUi === undefined) {
    return undefined;
  }
  const router = ({ host, userList, tls = {} }: ConsoleRoute, { rule }: AtConsole, service: string) => ({
    rule: rule(host),
    entryPoints: ["websecure"],
    middlewares: [`users-${userList}`],
    service,
    tls,
  });
  const lists = [...new Set([dashboard, consulUi].flatMap((console) => console?.userList ?? []))];
  return {
    routers: {
      ...(dashboard && {
        "console-dashboard": router(dashboard, AT_CONSOLES.dashboard, "api@internal"),
      }),
      ...(consulUi && { "console-consul-ui": router(consulUi, AT_CONSOLES.consulUi, "consul-ui") }),
    },
    middlewares: Object.fromEntries(
      lists.map((list) => [
        `users-${list}`,
        { basicAuth: { usersFile: userListFile(list), realm: list, removeHeader: true } },
      ]),
    ),
    ...(consulUi && {
      services: {
        "consul-ui": {
          loadBalancer: { serversTransport: "consul", servers: [{ url: `https://${apiAddress}` }] },
        },
      },
      serversTransports: { consul: { rootCAs: [`${CA_MOUNT_PATH}/tls.crt`] } },
    }),
  };
}

/** What is wrong with the consoles of an ingress; `prefix` is put before each path. */
export function consoleProblems(
  options: TraefikConsoles & TraefikExtras & TraefikTlsOptions,
  prefix: string,
): Problem[] {
  const { dashboard, consulUi } = options.consoles ?? {};
  const lists = Object.keys(options.userLists ?? {});
  const all = Object.entries({ dashboard, consulUi }).flatMap(([name, route]) =>
    route === undefined ? [] : [{ path: `${prefix}consoles.${name}`, ...route }],
  );
  return all.flatMap(({ path, host, userList, tls = {} }, i) => {
    const problems: Problem[] = [
      ...routeTlsProblems({ host, tls }, path),
      ...ingressTlsProblems([{ route: { host, tls }, path }], options),
    ];
    if (!isHostName(host)) {
      problems.push({ propertyPath: `${path}.host`, reason: `"${host}" is not a host name; use one of its own` });
    }
    if (i > 0 && all[0].host === host) {
      problems.push({
        propertyPath: `${path}.host`,
        reason: `"${host}" is that of ${all[0].path} too; give each its own`,
      });
    }
    if (!lists.includes(userList)) {
      const known = lists.length === 0 ? "there are none" : `known: ${lists.join(", ")}`;
      problems.push({
        propertyPath: `${path}.userList`,
        reason: `"${userList}" is not a user list; ${known}. Declare it in ${traefikOption("userLists")}`,
      });
    }
    return problems;
  });
}
