import { PolicyPack } from "@pulumi/policy";
import { aclGrants } from "./aclGrants";
import { acmeStaging } from "./acmeStaging";
import { consulAcls } from "./consulAcls";
import { consulApiIsolated } from "./consulApiIsolated";
import { consulAvailability } from "./consulAvailability";
import { consulGossipKey } from "./consulGossipKey";
import { consulSecrets } from "./consulSecrets";
import { consulTls } from "./consulTls";
import { denyAll } from "./denyAll";
import { destinationsInMesh } from "./destinationsInMesh";
import { ignoredChanges } from "./ignoredChanges";
import { imagesPinned } from "./imagesPinned";
import { inboundPorts } from "./inboundPorts";
import { injectionInForce } from "./injectionInForce";
import { intentionsAccepted } from "./intentionsAccepted";
import { intentionsConsistent } from "./intentionsConsistent";
import { layer7Permissions } from "./layer7Permissions";
import { meshAnnotations } from "./meshAnnotations";
import { meshSettings } from "./meshSettings";
import { noKeyCopied } from "./noKeyCopied";
import { objectsInSight } from "./objectsInSight";
import { otherWaysIn } from "./otherWaysIn";
import { ownServiceAccount } from "./ownServiceAccount";
import { permissiveMtls } from "./permissiveMtls";
import { proxyBypass } from "./proxyBypass";
import { proxyOverrides } from "./proxyOverrides";
import { redirects } from "./redirects";
import { releasesRendered } from "./releasesRendered";
import { secretInValues } from "./secretInValues";
import { secretReaders } from "./secretReaders";
import { traefikDashboard } from "./traefikDashboard";
import { traefikInMesh } from "./traefikInMesh";
import { traefikInSight } from "./traefikInSight";
import { traefikVerifies } from "./traefikVerifies";
import { trustedProxies } from "./trustedProxies";
import { wildcardAllow } from "./wildcardAllow";

new PolicyPack("consul-traefik-mesh", {
  description: "What a change to the mesh may not do, judged before it is made",
  policies: [
    denyAll,
    wildcardAllow,
    intentionsAccepted,
    intentionsConsistent,
    layer7Permissions,
    redirects,
    destinationsInMesh,
    otherWaysIn,
    permissiveMtls,
    meshSettings,
    injectionInForce,
    inboundPorts,
    proxyBypass,
    proxyOverrides,
    meshAnnotations,
    ownServiceAccount,
    consulTls,
    consulAcls,
    aclGrants,
    consulGossipKey,
    consulAvailability,
    consulApiIsolated,
    traefikVerifies,
    traefikInMesh,
    traefikInSight,
    traefikDashboard,
    acmeStaging,
    noKeyCopied,
    consulSecrets,
    secretReaders,
    imagesPinned,
    secretInValues,
    releasesRendered,
    objectsInSight,
    ignoredChanges,
    trustedProxies,
  ],
});
