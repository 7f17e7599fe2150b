import * as path from "node:path";
import { givenNameProblems, userListFile } from "../routing/middlewares";
import { dataKeyProblems, objectNameProblems } from "../shared/names";
import { PodPart } from "../shared/podPart";
import { Problem } from "../shared/problems";
import type { UserListArgs } from "./traefikInputs";

/** Where the users of `basicAuth` or `digestAuth` come from: a Secret with lines as `htpasswd` or `htdigest` write them. */
export interface UserList {
  /** A Secret in Traefik's namespace; Traefik's pods start when it is there. */
  readonly secretName: string;
  /**
   * Its key.
   * @default users
   */
  readonly key?: string;
}

/**
 * User lists as files of Traefik's pod. Tags stand in Consul's catalog for all to read, so no user may be in one; and the
 * Secrets are mounted by their names, so that no user passes through Pulumi.
 */
export function userListsPart(lists: Readonly<Record<string, UserListArgs>>): PodPart {
  const volumeOf = (list: string) => `users-${list}`;
  return {
    volumes: Object.entries(lists).map(([list, { secretName, key = "users" }]) => ({
      name: volumeOf(list),
      secret: { secretName, items: [{ key, path: path.basename(userListFile(list)) }] },
    })),
    mounts: Object.keys(lists).map((list) => ({
      name: volumeOf(list),
      mountPath: path.dirname(userListFile(list)),
      readOnly: true,
    })),
  };
}

/** What is wrong with the user lists of an ingress. */
export function userListProblems(lists: Readonly<Record<string, UserList>>, prefix: string): Problem[] {
  return Object.entries(lists).flatMap(([list, { secretName, key = "users" }]) => {
    const at = `${prefix}.${list}`;
    return [
      // With what its volume's name begins with.
      ...givenNameProblems(at, list, 63 - "users-".length),
      ...objectNameProblems(`${at}.secretName`, secretName, "a Secret in Traefik's namespace"),
      ...dataKeyProblems(`${at}.key`, key),
    ];
  });
}
