import { isOfStrangers } from "../components/shared/trustedRanges";
import { policy } from "./lib/policy";
import { Source } from "./lib/traefikContainers";
import { isFalse } from "./lib/traefikOptions";
import { referred, sourcesOf } from "./lib/traefikSources";

/** Whom Traefik believes when he says whose connection or request it is. */
const BELIEVES = /entrypoints\.([^.]+)\.(forwardedheaders|proxyprotocol)\.(insecure|trustedips)$/;

/** Who is believed can be any client: to `ipAllowList`, to `rateLimit`, and in the log. */
export const trustedProxies = policy({
  name: "traefik-trusts-proxies",
  description: "Traefik trusts only its own proxies, and no client, about where a request comes from.",
  severity: "high",
  remedy: "Name the proxies' addresses in trustedIPs, and leave insecure out",
  environments: ["staging", "prod"],
  *object(object) {
    for (const source of sourcesOf(object)) {
      yield* problems(source);
    }
  },
  *stack(objects) {
    yield* referred(objects, problems);
  },
});

function* problems({ where, options }: Source): Iterable<string> {
  for (const [option, value] of options) {
    const found = BELIEVES.exec(option);
    if (found === null) {
      continue;
    }
    const [, entryPoint, part, key] = found;
    const ranges = value.split(",").map((range) => range.trim());
    const strangers = key === "trustedips" ? ranges.filter(isOfStrangers) : isFalse(value) ? [] : ["everybody"];
    for (const who of strangers) {
      yield `${where} trusts ${who} at the entry point ${entryPoint}, by ${part}`;
    }
  }
}
