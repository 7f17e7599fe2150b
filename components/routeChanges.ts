/**
 * Routers that change under their name from one set of a service's tags to another, as `http whoami`. While pods of both
 * kinds run, Traefik finds two definitions of one name, which it refuses, and serves neither (tests/consul shows it). What
 * spreads requests over a service's instances is part of each of its HTTP routers; an instance's own weight is not.
 */
export function changedRouters(before: readonly string[], after: readonly string[]): string[] {
  const [old, now] = [definitions(before), definitions(after)];
  return [...now].filter(([name, tags]) => old.has(name) && old.get(name) !== tags).map(([name]) => name);
}

/** All that defines each router: its own tags, those of its middlewares, and those of the service that it leads to. */
function definitions(tags: readonly string[]): Map<string, string> {
  const found = new Map<string, string[]>();
  for (const tag of tags) {
    const [, kind, router] = /^traefik\.(http|tcp)\.routers\.([^.=]+)\./.exec(tag) ?? [];
    if (router !== undefined) {
      const name = `${kind} ${router}`;
      found.set(name, [...(found.get(name) ?? []), tag]);
    }
  }
  return new Map(
    [...found].map(([name, own]) => {
      const kind = name.split(" ")[0];
      const chain = own.flatMap((tag) => /\.middlewares=(.*)$/.exec(tag)?.[1].split(",") ?? []);
      const others = tags.filter(
        (tag) =>
          chain.some((middleware) => tag.startsWith(`traefik.${kind}.middlewares.${middleware}.`)) ||
          (tag.startsWith(`traefik.${kind}.services.`) && !tag.includes(".loadbalancer.server.")),
      );
      return [name, [...own, ...others].sort().join("\n")];
    }),
  );
}
