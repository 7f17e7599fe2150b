import { Readers } from "../reading";
import { readAccess, readApi, readQuorum, readTrust } from "./consul";
import { readDeclared } from "./declared";
import { readEntries, readIntentions } from "./entries";
import { readIngress } from "./ingress";
import { readJobs } from "./jobs";
import { readCluster, readConsulWorkloads, readGround, readPermissions, readPolicies, readRelease } from "./kubernetes";
import { readProbe } from "./probe";
import { readServices, readSidecars } from "./services";
import { readSettings } from "./settings";
import { readAdmission, readWebhooks } from "./webhooks";

export const READERS: Readers = {
  declared: readDeclared,
  settings: readSettings,
  cluster: readCluster,
  permissions: readPermissions,
  ground: readGround,
  probe: readProbe,
  consul: readConsulWorkloads,
  release: readRelease,
  api: readApi,
  quorum: readQuorum,
  trust: readTrust,
  webhooks: readWebhooks,
  admission: readAdmission,
  services: readServices,
  jobs: readJobs,
  sidecars: readSidecars,
  ingress: readIngress,
  entries: readEntries,
  intentions: readIntentions,
  access: readAccess,
  policies: readPolicies,
};
