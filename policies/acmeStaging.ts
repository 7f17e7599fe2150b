import { textAt } from "./lib/json";
import { policy } from "./lib/policy";
import { traefikSettings } from "./lib/traefik";

/** The staging server's certificates are for trying out: no browser trusts them, and users learn to click warnings away. */
export const acmeStaging = policy({
  name: "no-acme-staging",
  description: "Certificates in production come from no ACME staging server.",
  severity: "medium",
  remedy: "Leave the resolver's caServer out, or name the production server",
  environments: ["prod"],
  *object(object) {
    const issuer = object.group === "cert-manager.io" ? textAt(object.body, "spec", "acme", "server") : undefined;
    const texts = [...traefikSettings(object), { where: "spec.acme.server", text: String(issuer) }];
    for (const { where, text } of texts) {
      if (/acme-staging/i.test(text)) {
        yield `${where} names an ACME staging server`;
      }
    }
  },
});
