import { policy } from "./lib/policy";
import { Source } from "./lib/traefikContainers";
import { isFalse, Options } from "./lib/traefikOptions";
import { referred, sourcesOf } from "./lib/traefikSources";

/** Where Traefik has the option; a file that may be anybody's counts for these alone. */
const SKIPS =
  /^((tcp)?serverstransport|providers|(http|tcp)\.serverstransports|http\.middlewares|tracing|metrics|accesslog|log)\..*insecureskipverify$/;
const ENDPOINT = "providers.consulcatalog.endpoint";
const LOCAL = /^(https?:\/\/)?(localhost|127\.[\d.]+|\[::1\])(:|$)|^unix:/i;

/** Traefik fetches its identity from Consul: whoever answers in Consul's place, unverified, decides who Traefik is. */
export const traefikVerifies = policy({
  name: "traefik-verifies-tls",
  description: "Traefik verifies the certificate of whatever it connects to.",
  severity: "critical",
  remedy:
    "Remove insecureSkipVerify, set the endpoint's scheme to https and give the CA; Consul's servers have the name consul-server.<namespace>.svc",
  *object(object) {
    for (const source of sourcesOf(object)) {
      yield* problems(source);
    }
  },
  *stack(objects) {
    yield* referred(objects, problems);
  },
});

function* problems({ where, options, sure }: Source): Iterable<string> {
  for (const [option, value] of options) {
    if (!isFalse(value) && (sure ? /(^|\.)insecureskipverify$/ : SKIPS).test(option)) {
      yield `${where} sets insecureSkipVerify`;
    }
  }
  if (isPlain(options)) {
    yield `${where} reaches Consul at ${options.get(`${ENDPOINT}.address`) ?? "its address"} in plain HTTP`;
  }
}

/** Consul's client speaks HTTP unless it is told otherwise; to an agent beside it that does no harm. */
function isPlain(options: Options): boolean {
  const scheme = options.get(`${ENDPOINT}.scheme`)?.toLowerCase();
  const address = options.get(`${ENDPOINT}.address`);
  const safe = scheme === "https" || LOCAL.test(String(address)) || /^https:/i.test(String(address));
  return !safe && (address !== undefined || scheme !== undefined);
}
