import { policy } from "./lib/policy";
import { traefikSettings } from "./lib/traefik";

/** Named in any of Traefik's ways, and not set to false: the option alone means true. */
const SKIPS = /insecureSkipVerify(?!["']?\s*[=:]\s*["']?false)/i;

/** Traefik fetches its identity from Consul: whoever answers in Consul's place, unverified, decides who Traefik is. */
export const traefikVerifies = policy({
  name: "traefik-verifies-tls",
  description: "Traefik verifies the certificate of whatever it connects to.",
  severity: "critical",
  remedy:
    "Remove insecureSkipVerify and give the CA instead; Consul's servers have the name consul-server.<namespace>.svc",
  *object(object) {
    for (const { where, text } of traefikSettings(object)) {
      if (SKIPS.test(text)) {
        yield `${where} sets insecureSkipVerify`;
      }
    }
  },
});
