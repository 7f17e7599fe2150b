import { textAt } from "./lib/json";
import { policy } from "./lib/policy";
import { Source } from "./lib/traefikContainers";
import { referred, sourcesOf } from "./lib/traefikSources";

const STAGING = /acme-staging/i;

/** The staging server's certificates are for trying out: no browser trusts them, and users learn to click warnings away. */
export const acmeStaging = policy({
  name: "no-acme-staging",
  description: "Certificates in production come from no ACME staging server.",
  severity: "medium",
  remedy: "Leave the resolver's caServer out, or name the production server",
  environments: ["prod"],
  *object(object) {
    for (const source of sourcesOf(object)) {
      yield* problems(source);
    }
    if (object.group === "cert-manager.io" && STAGING.test(String(textAt(object.body, "spec", "acme", "server")))) {
      yield "spec.acme.server names an ACME staging server";
    }
  },
  *stack(objects) {
    yield* referred(objects, problems);
  },
});

function* problems({ where, options }: Source): Iterable<string> {
  for (const [option, value] of options) {
    if (/certificatesresolvers\..*\.caserver/.test(option) && STAGING.test(value)) {
      yield `${where} names an ACME staging server`;
    }
  }
}
