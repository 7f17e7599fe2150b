import { cases, blocks, passes, useAnalyzer } from "./cases";
import { traefik } from "./resources";

useAnalyzer();
/** By the words of a stack's name: a rule of staging and prod, and one of prod alone, tell which of the three it is taken for. */
const DEV = ["dev", "development", "local", "team-dev", "Local_7"];
const STAGING = ["staging", "stage", "stg", "dev-staging", "local.stg", "stage/dev"];
const PROD = ["prod", "production", "productive", "prd", "live", "main", "master", "public", "release", "stable"];
const UNTOLD = ["devprod", "blue", "7"];

const token = { type: "consul:index/aclToken:AclToken", name: "t", props: { policies: ["global-management"] } };
cases("no-acl-for-everything", [
  ...DEV.map((stack) => passes(`in dev, which is ${stack}`, [token], { stack })),
  ...[...STAGING, ...PROD, ...UNTOLD].map((stack) => blocks(`outside dev, as in ${stack}`, [token], "all", { stack })),
  blocks("where the configuration says so", [token], "all", { stack: "dev", config: { environment: "staging" } }),
]);

const staging = traefik({
  args: ["--certificatesresolvers.le.acme.caserver=https://acme-staging-v02.api.letsencrypt.org/directory"],
});
cases("no-acme-staging", [
  ...[...DEV, ...STAGING].map((stack) => passes(`before prod, as in ${stack}`, [staging], { stack })),
  ...[...PROD.flatMap((word) => [word, `dev-${word}`, `staging.${word}`]), ...UNTOLD].map((stack) =>
    blocks(`in prod, which is ${stack}`, [staging], "", { stack }),
  ),
]);
