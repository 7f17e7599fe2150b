/**
 * The values that Consul's chart knows: names and types, read by tools/chartKeys.ts from the chart of each version. A line is
 * a map and its keys; a key has its types (see chartKeys.ts) and, where not all versions have it, those that do.
 */
export const CONSUL_CHART_VERSIONS: readonly string[] = `
1.5.0 1.5.1 1.5.3 1.5.4 1.5.5 1.5.6 1.5.7 1.5.8 1.5.9 1.6.0 1.6.1 1.6.2 1.6.3 1.6.4 1.6.5 1.6.6 1.6.7 1.6.8 1.6.9 1.6.10 1.8.0 1.8.1 1.8.2 1.8.3 1.8.4 1.8.6 1.8.7 1.8.8 1.8.10 1.8.11 1.8.12 1.8.13 1.8.14 1.8.15 1.8.16 1.9.0 1.9.1 1.9.2 1.9.3 1.9.5 1.9.6 1.9.7 1.9.8 1.9.9 1.9.10 1.9.11 2.0.0 2.0.1 2.0.2 2.0.3
`
  .trim()
  .split(" ");

export const CONSUL_CHART_KEYS = `
- global:o server:o externalServers:o client:o dns:o ui:o syncCatalog:o connectInject:o meshGateway:o ingressGateways:o terminatingGateways:o webhookCertManager:o prometheus:o tests:o telemetryCollector:o fullnameOverride: nameOverride:
global enabled:b logLevel:s logJSON:b name:sz domain:s peering:o adminPartitions:o image:s imagePullSecrets:M imageK8S:s imagePullPolicy:s datacenter:s enablePodSecurityPolicies:b secretsBackend:o gossipEncryption:o recursors:S tls:o enableConsulNamespaces:b acls:o argocd:o enterpriseLicense:o federation:o metrics:o imageConsulDataplane:s openshift:o consulAPITimeout:s cloud:o@1.5.0-1.9.11 extraLabels:m trustedCAs:S experiments:S installK8sNetworkingCRDs:b@1.8.14-1.8.16,2.0.0-2.0.3 generateManifests:b@1.8.14-1.8.16,2.0.0-2.0.3 crds:o@1.8.14-1.8.16,2.0.0-2.0.3 podSecurityContext:o@1.8.14-1.8.16,2.0.0-2.0.3 generateManifestsStorageClassName:s@1.8.15-1.8.16,2.0.2-2.0.3 generateManifestsStorage:s@1.8.15-1.8.16,2.0.2-2.0.3 dualStack:o@1.9.0-2.0.3
global.peering enabled:b
global.adminPartitions enabled:b name:s
global.secretsBackend vault:o
global.secretsBackend.vault vaultNamespace:s enabled:b consulServerRole:s consulClientRole:s manageSystemACLsRole:s adminPartitionsRole:s connectInjectRole:s consulCARole:s agentAnnotations:sz ca:o connectCA:o connectInject:o
global.secretsBackend.vault.ca secretName:s secretKey:s
global.secretsBackend.vault.connectCA address:s authMethodPath:s rootPKIPath:s intermediatePKIPath:s additionalConfig:s
global.secretsBackend.vault.connectInject caCert:o tlsCert:o
global.secretsBackend.vault.connectInject.caCert secretName:sz
global.secretsBackend.vault.connectInject.tlsCert secretName:sz
global.gossipEncryption autoGenerate:b secretName:s secretKey:s logLevel:s
global.tls enabled:b logLevel:s enableAutoEncrypt:b serverAdditionalDNSSANs:S serverAdditionalIPSANs:S verify:b httpsOnly:b caCert:o caKey:o annotations:sz
global.tls.caCert secretName:sz secretKey:sz
global.tls.caKey secretName:sz secretKey:sz
global.acls manageSystemACLs:b logLevel:s bootstrapToken:o createReplicationToken:b replicationToken:o resources:o partitionToken:o tolerations:s nodeSelector:sz annotations:sz
global.acls.bootstrapToken secretName: secretKey:
global.acls.replicationToken secretName:sz secretKey:sz
global.acls.resources requests:m limits:m
global.acls.partitionToken secretName:sz secretKey:sz
global.argocd enabled:b
global.enterpriseLicense secretName:sz secretKey:sz enableLicenseAutoload:b
global.federation enabled:b createFederationSecret:b primaryDatacenter:sz primaryGateways:S k8sAuthMethodHost:sz logLevel:s
global.metrics enabled:b enableAgentMetrics:b disableAgentHostName:b enableHostMetrics:b agentMetricsRetentionTime:s enableGatewayMetrics:b enableTelemetryCollector:b prefixFilter:o datadog:o
global.metrics.prefixFilter allowList:S blockList:S
global.metrics.datadog enabled:b openMetricsPrometheus:o otlp:o dogstatsd:o namespace:s
global.metrics.datadog.openMetricsPrometheus enabled:b
global.metrics.datadog.otlp enabled:b protocol:s
global.metrics.datadog.dogstatsd enabled:b socketTransportType:s dogstatsdAddr:s dogstatsdPort:n dogstatsdTags:S
global.openshift enabled:b upgradeTo419From418:b@1.8.14-1.8.16,2.0.0-2.0.3 isOcpGreaterthan4_18:b@1.8.14-1.8.16,2.0.0-2.0.3 crds:o@1.8.14-1.8.16,2.0.0-2.0.3
global.cloud enabled:b@1.5.0-1.9.11 resourceId:o@1.5.0-1.9.11 clientId:o@1.5.0-1.9.11 clientSecret:o@1.5.0-1.9.11 apiHost:o@1.5.0-1.9.11 authUrl:o@1.5.0-1.9.11 scadaAddress:o@1.5.0-1.9.11
global.cloud.resourceId secretName:sz@1.5.0-1.9.11 secretKey:sz@1.5.0-1.9.11
global.cloud.clientId secretName:sz@1.5.0-1.9.11 secretKey:sz@1.5.0-1.9.11
global.cloud.clientSecret secretName:sz@1.5.0-1.9.11 secretKey:sz@1.5.0-1.9.11
global.cloud.apiHost secretName:sz@1.5.0-1.9.11 secretKey:sz@1.5.0-1.9.11
global.cloud.authUrl secretName:sz@1.5.0-1.9.11 secretKey:sz@1.5.0-1.9.11
global.cloud.scadaAddress secretName:sz@1.5.0-1.9.11 secretKey:sz@1.5.0-1.9.11
server enabled:bd logLevel:s image:sz replicas:n bootstrapExpect:nz serverCert:o exposeGossipAndRPCPorts:b ports:o storage:sn storageClass:sz persistentVolumeClaimRetentionPolicy:mz connect:b enableAgentDebug:b serviceAccount:o resources:o securityContext:m containerSecurityContext:o updatePartition:n disruptionBudget:o extraConfig:s extraVolumes:M extraContainers:M affinity:s tolerations:s topologySpreadConstraints:s nodeSelector:sz priorityClassName:s extraLabels:mz annotations:sz exposeService:o service:o extraEnvironmentVars:m snapshotAgent:o auditLogs:o limits:o
server.serverCert secretName:sz
server.ports serflan:o
server.ports.serflan port:n
server.serviceAccount annotations:sz
server.resources requests:m limits:m
server.containerSecurityContext server:mz aclInit:mz tlsInit:mz
server.disruptionBudget enabled:b maxUnavailable:nz
server.exposeService enabled:bd type:s nodePort:o annotations:sz
server.exposeService.nodePort http:nz https:nz serf:nz rpc:nz grpc:nz
server.service annotations:sz
server.snapshotAgent enabled:b interval:s configSecret:o resources:o caCert:sz extraEnvironmentVars:m@1.5.6-1.5.9,1.6.3-2.0.3 extraVolumes:M@1.5.6-1.5.9,1.6.3-2.0.3
server.snapshotAgent.configSecret secretName:sz secretKey:sz
server.snapshotAgent.resources requests:m limits:m
server.auditLogs enabled:b sinks:M
server.limits requestLimits:o
server.limits.requestLimits mode:s readRate:n writeRate:n
externalServers enabled:b hosts:S httpsPort:n grpcPort:n tlsServerName:sz useSystemRoots:b k8sAuthMethodHost:sz skipServerWatch:b
client enabled:b logLevel:s image:sz join:Sz dataDirectoryHostPath:sz grpc:b nodeMeta:m exposeGossipPorts:b serviceAccount:o resources:o securityContext:m containerSecurityContext:o extraConfig:s extraVolumes:M extraContainers:M tolerations:s nodeSelector:sz affinity:sz priorityClassName:s annotations:sz extraLabels:mz extraEnvironmentVars:m dnsPolicy:sz hostNetwork:b updateStrategy:sz livenessProbe:ms@1.8.1-2.0.3 readinessProbe:m@1.8.1-2.0.3 aclInit:o@1.8.7-1.8.16,1.9.2-2.0.3
client.serviceAccount annotations:sz
client.resources requests:m limits:m
client.containerSecurityContext client:mz aclInit:mz tlsInit:mz
dns enabled:bd enableRedirection:bd type:s clusterIP:sz annotations:sz additionalSpec:sz proxy:o@1.6.0-2.0.3
ui enabled:bd service:o ingress:o metrics:o dashboardURLTemplates:o
ui.service enabled:b type:sz port:o nodePort:o annotations:sz additionalSpec:sz
ui.service.port http:n https:n
ui.service.nodePort http:nz https:nz
ui.ingress enabled:b ingressClassName:s pathType:s hosts:M tls:M annotations:sz
ui.metrics enabled:bd provider:s baseURL:s
ui.dashboardURLTemplates service:s
syncCatalog enabled:b image:sz default:b priorityClassName:s toConsul:b toK8S:b k8sPrefix:sz k8sAllowNamespaces:S k8sDenyNamespaces:S k8sSourceNamespace:sz consulNamespaces:o addK8SNamespaceSuffix:b consulPrefix:sz k8sTag:sz consulNodeName:s syncClusterIPServices:b syncLoadBalancerEndpoints:b ingress:o nodePortSyncType:s aclSyncToken:o nodeSelector:sz affinity:sz tolerations:sz serviceAccount:o resources:o logLevel:s consulWriteInterval:sz extraLabels:mz annotations:sz metrics:o@1.6.0-2.0.3 cleanupNodeOnRemoval:b@1.6.1-2.0.3
syncCatalog.consulNamespaces consulDestinationNamespace:s mirroringK8S:b mirroringK8SPrefix:s
syncCatalog.ingress enabled:b loadBalancerIPs:b
syncCatalog.aclSyncToken secretName:sz secretKey:sz
syncCatalog.serviceAccount annotations:sz
syncCatalog.resources requests:m limits:m
connectInject enabled:b replicas:n image:sz default:b transparentProxy:o disruptionBudget:o apiGateway:o cni:o consulNode:o metrics:o envoyExtraArgs:sz priorityClassName:s extraLabels:mz annotations:sz imageConsul:sz logLevel:s serviceAccount:o resources:o failurePolicy:s namespaceSelector:s k8sAllowNamespaces:S k8sDenyNamespaces:S consulNamespaces:o nodeSelector:sz affinity:sz tolerations:sz aclBindingRuleSelector:s overrideAuthMethodName:s aclInjectToken:o sidecarProxy:o initContainer:o dataplaneAsSidecarInitContainer:o@1.6.9-1.6.10,1.8.2-2.0.3 globalConfigACLToken:o@2.0.0-2.0.3
connectInject.transparentProxy defaultEnabled:b defaultOverwriteProbes:b
connectInject.disruptionBudget enabled:b maxUnavailable:nz minAvailable:nz
connectInject.apiGateway manageExternalCRDs:b manageNonStandardCRDs:b managedGatewayClass:o serviceAccount:o
connectInject.apiGateway.managedGatewayClass nodeSelector: tolerations: serviceType:s copyAnnotations:o metrics:o resources:o deployment:o openshiftSCCName:s mapPrivilegedContainerPorts:n service:@1.5.0-1.5.7,1.5.9-1.5.9 serviceAccount:@1.5.0-1.5.7,1.5.9-1.5.9 resourceJob:o@1.5.3-2.0.3 scaling:o@2.0.0-2.0.3
connectInject.apiGateway.managedGatewayClass.copyAnnotations service:
connectInject.apiGateway.managedGatewayClass.metrics enabled:bd port:nz path:sz
connectInject.apiGateway.managedGatewayClass.resources requests:m limits:m
connectInject.apiGateway.managedGatewayClass.deployment defaultInstances:n maxInstances:n minInstances:n
connectInject.apiGateway.serviceAccount annotations:sz
connectInject.cni enabled:b logLevel:sz namespace:sz cniBinDir:s cniNetDir:s multus:b resources:o resourceQuota:m securityContext:m updateStrategy:sz@1.5.0-1.6.10 autorotateToken:b@1.8.0-2.0.3 tokenExpiration:n@1.8.0-2.0.3
connectInject.cni.resources requests:m limits:m
connectInject.consulNode meta:mz
connectInject.metrics defaultEnabled:bd defaultEnableMerging:b defaultMergedMetricsPort:n defaultPrometheusScrapePort:n defaultPrometheusScrapePath:s
connectInject.serviceAccount annotations:sz
connectInject.resources requests:m limits:m
connectInject.consulNamespaces consulDestinationNamespace:s mirroringK8S:b mirroringK8SPrefix:s
connectInject.aclInjectToken secretName:sz secretKey:sz
connectInject.sidecarProxy concurrency:ns resources:o lifecycle:o defaultStartupFailureSeconds:n defaultLivenessFailureSeconds:n
connectInject.sidecarProxy.resources requests:m limits:m
connectInject.sidecarProxy.lifecycle defaultEnabled:b defaultEnableShutdownDrainListeners:b defaultShutdownGracePeriodSeconds:n defaultStartupGracePeriodSeconds:n defaultGracefulPort:n defaultGracefulShutdownPath:s defaultGracefulStartupPath:s
connectInject.initContainer resources:o
connectInject.initContainer.resources requests:m limits:m
meshGateway enabled:b logLevel:s replicas:n wanAddress:o service:o hostNetwork:b dnsPolicy:sz consulServiceName:s containerPort:n hostPort:nz serviceAccount:o resources:o initServiceInitContainer:o affinity:sz tolerations:sz topologySpreadConstraints:s nodeSelector:sz priorityClassName:s annotations:sz
meshGateway.wanAddress source:s port:n static:s
meshGateway.service type:s port:n nodePort:nz annotations:sz additionalSpec:sz
meshGateway.serviceAccount annotations:sz
meshGateway.resources requests:m limits:m
meshGateway.initServiceInitContainer resources:o
meshGateway.initServiceInitContainer.resources requests:m limits:m
ingressGateways enabled:b logLevel:s defaults:o gateways:M
ingressGateways.defaults replicas:n service:o serviceAccount:o resources:o affinity:sz tolerations:sz topologySpreadConstraints:s nodeSelector:sz priorityClassName:s terminationGracePeriodSeconds:n annotations:sz consulNamespace:s
ingressGateways.defaults.service type:s ports:M annotations:sz additionalSpec:sz
ingressGateways.defaults.serviceAccount annotations:sz
ingressGateways.defaults.resources requests:m limits:m
terminatingGateways enabled:b logLevel:s defaults:o gateways:M
terminatingGateways.defaults replicas:n extraVolumes:M resources:o affinity:sz tolerations:sz topologySpreadConstraints:s nodeSelector:sz priorityClassName:s annotations:sz serviceAccount:o consulNamespace:s
terminatingGateways.defaults.resources requests:m limits:m
terminatingGateways.defaults.serviceAccount annotations:sz
webhookCertManager tolerations:sz nodeSelector:sz resources:o@1.5.3-2.0.3
prometheus enabled:b
tests enabled:b
telemetryCollector enabled:b logLevel:s image:s resources:o replicas:n customExporterConfig:sz service:o serviceAccount:o cloud:o@1.5.0-1.9.11 initContainer:o nodeSelector:sz priorityClassName:s extraEnvironmentVars:m
telemetryCollector.resources requests:m limits:m
telemetryCollector.service annotations:sz
telemetryCollector.serviceAccount annotations:sz
telemetryCollector.cloud resourceId:o@1.5.0-1.9.11 clientId:o@1.5.0-1.9.11 clientSecret:o@1.5.0-1.9.11
telemetryCollector.cloud.resourceId secretName:sz@1.5.0-1.9.11 secretKey:sz@1.5.0-1.9.11
telemetryCollector.cloud.clientId secretName:sz@1.5.0-1.9.11 secretKey:sz@1.5.0-1.9.11
telemetryCollector.cloud.clientSecret secretName:sz@1.5.0-1.9.11 secretKey:sz@1.5.0-1.9.11
telemetryCollector.initContainer resources:m
connectInject.cni.resourceQuota pods:
connectInject.apiGateway.managedGatewayClass.copyAnnotations.service annotations:
connectInject.apiGateway.managedGatewayClass.service annotations:@1.5.0-1.5.7,1.5.9-1.5.9
connectInject.apiGateway.managedGatewayClass.serviceAccount annotations:@1.5.0-1.5.7,1.5.9-1.5.9
connectInject.apiGateway.managedGatewayClass.resourceJob resources:o@1.5.3-2.0.3
connectInject.apiGateway.managedGatewayClass.resourceJob.resources requests:m@1.5.3-2.0.3 limits:m@1.5.3-2.0.3
webhookCertManager.resources requests:m@1.5.3-2.0.3 limits:m@1.5.3-2.0.3
dns.proxy enabled:b@1.6.0-2.0.3 replicas:n@1.6.0-2.0.3 port:n@1.6.0-2.0.3 aclToken:o@1.6.0-2.0.3 logLevel:@1.6.0-2.0.3
dns.proxy.aclToken secretName:sz@1.6.0-2.0.3 secretKey:sz@1.6.0-2.0.3
syncCatalog.metrics enabled:b@1.6.0-2.0.3 port:nz@1.6.0-2.0.3 path:sz@1.6.0-2.0.3
connectInject.dataplaneAsSidecarInitContainer defaultEnabled:b@1.6.9-1.6.10,1.8.2-2.0.3 initialProbeCheckDelaySeconds:n@1.6.9-1.6.10,1.8.2-2.0.3 probeCheckPeriodSeconds:n@1.6.9-1.6.10,1.8.2-2.0.3 probeCheckFailureThreshold:n@1.6.9-1.6.10,1.8.2-2.0.3 probeCheckTimeoutSeconds:n@1.6.9-1.6.10,1.8.2-2.0.3
client.aclInit startupStagger:o@1.8.7-1.8.16,1.9.2-2.0.3
client.aclInit.startupStagger enabled:b@1.8.7-1.8.16,1.9.2-2.0.3 minSeconds:n@1.8.7-1.8.16,1.9.2-2.0.3 maxSeconds:n@1.8.7-1.8.16,1.9.2-2.0.3
global.crds enableTcpRoute:b@1.8.14-1.8.16,2.0.0-2.0.3 consulapi:o@1.8.14-1.8.16,2.0.0-2.0.3
global.crds.consulapi enabled:b@1.8.14-1.8.16,2.0.0-2.0.3
global.podSecurityContext enabled:b@1.8.14-1.8.16,2.0.0-2.0.3
global.openshift.crds enableTcpRoute:b@1.8.14-1.8.16,2.0.0-2.0.3 consulapi:o@1.8.14-1.8.16,2.0.0-2.0.3
global.openshift.crds.consulapi enabled:b@1.8.14-1.8.16,2.0.0-2.0.3
global.dualStack enabled:b@1.9.0-2.0.3
connectInject.apiGateway.managedGatewayClass.scaling enabled:b@2.0.0-2.0.3
connectInject.globalConfigACLToken secretName:sz@2.0.0-2.0.3 secretKey:sz@2.0.0-2.0.3
`;
