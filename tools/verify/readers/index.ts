import { declaredIn } from "../../access/declared";
import { Readers } from "../reading";
import { readAccess, readApi, readTrust } from "./consul";
import { readEntries, readIntentions } from "./entries";
import { readIngress } from "./ingress";
import { readCluster, readConsulWorkloads, readGround, readPermissions, readPolicies } from "./kubernetes";
import { readProbe } from "./probe";
import { readServices, readSidecars } from "./services";
import { readSettings } from "./settings";
import { readAdmission, readWebhooks } from "./webhooks";

export const READERS: Readers = {
  declared: async (source) => declaredIn(await source.stack.export()),
  settings: readSettings,
  cluster: readCluster,
  permissions: readPermissions,
  ground: readGround,
  probe: readProbe,
  consul: readConsulWorkloads,
  api: readApi,
  trust: readTrust,
  webhooks: readWebhooks,
  admission: readAdmission,
  services: readServices,
  sidecars: readSidecars,
  ingress: readIngress,
  entries: readEntries,
  intentions: readIntentions,
  access: readAccess,
  policies: readPolicies,
};
