import { generation } from "../shared/generations";

/** Below this path of its admin entry point Traefik says of a service which generation of its routes it serves. */
const SERVED_PATH = "/served/";

/** What Traefik answers at the path of a generation that it serves, and no other with it. */
export const SERVED_STATUS = 302;
/** What it answers while it also serves another one. */
export const OTHERS_STATUS = 200;

/**
 * Tags by which Traefik shows that it serves what `tags` publish, and nothing else of that service. It takes all tags of an
 * instance or none, so these are there when those are. The first router's chain is that of all routes: where Traefik cannot
 * make one of them, it has this router neither. None of the chain is run, since the redirection comes before it. The second
 * answers, by the longer rule, at every path but its own: where another generation's is asked for.
 */
export function servedTags(service: string, tags: readonly string[]): string[] {
  const id = generation(tags);
  const [served, others] = [`${service}-served-${id}`, `${service}-others-${id}`];
  const chain = tags.flatMap(
    (tag) => /^traefik\.http\.routers\.[^.]+\.middlewares=(.*)$/.exec(tag)?.[1].split(",") ?? [],
  );
  const path = servedPath(service, tags);
  const router = (name: string, rule: string) => [
    `traefik.http.routers.${name}.rule=${rule}`,
    `traefik.http.routers.${name}.entrypoints=admin`,
    `traefik.http.routers.${name}.service=ping@internal`,
  ];
  return [
    ...router(served, `Path(\`${path}\`)`),
    `traefik.http.middlewares.${served}.redirectregex.regex=^.*$`,
    `traefik.http.middlewares.${served}.redirectregex.replacement=${SERVED_PATH}`,
    `traefik.http.routers.${served}.middlewares=${[...new Set([served, ...chain])].join(",")}`,
    ...router(others, `PathPrefix(\`${SERVED_PATH}${service}/\`) && !Path(\`${path}\`)`),
  ];
}

/** Where Traefik is asked whether it serves what these tags of a service publish. */
export function servedPath(service: string, tags: readonly string[]): string {
  return `${SERVED_PATH}${service}/${generation(tags)}`;
}
