import { hostsOf } from "./rules";

/** A host whose TLS options are others after a change. */
export interface TlsOptionChange {
  readonly host: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Hosts that go from one set of TLS options to another, none of the two the default ones. While pods of both kinds run, Traefik
 * finds both for one host and uses its default options for it, which may ask less of clients than either. `before` and `after`
 * are the tags of all services.
 */
export function tlsOptionChanges(before: readonly string[], after: readonly string[]): TlsOptionChange[] {
  const [old, now] = [optionsByHost(before), optionsByHost(after)];
  return [...now].flatMap(([host, to]) => {
    const from = old.get(host);
    return from === undefined || from === to ? [] : [{ host, from, to }];
  });
}

function optionsByHost(tags: readonly string[]): Map<string, string> {
  const options = new Map<string, string>();
  const rules = new Map<string, string>();
  for (const tag of tags) {
    const [, router, option, value] = /^traefik\.http\.routers\.([^.]+)\.(rule|tls\.options)=(.*)/.exec(tag) ?? [];
    (option === "rule" ? rules : options).set(router, value);
  }
  return new Map(
    [...rules].flatMap(([router, rule]) => {
      const name = options.get(router)?.replace(/@file$/, "");
      return name === undefined ? [] : hostsOf(rule).map((host) => [host, name] as const);
    }),
  );
}
