{{/*
What this chart does not do it refuses, rather than to let a value pass unnoticed that changes upstream's chart;
and values that contradict each other, as upstream's does. Called once, by server.yaml, which is always rendered.
*/}}
{{- define "consul.refuse" -}}
{{- $v := .Values -}}
{{- $on := include "consul.parts" . | fromYaml -}}

{{- range $path := list
  "global.peering.enabled" "global.adminPartitions.enabled" "global.enableConsulNamespaces" "global.enablePodSecurityPolicies"
  "global.secretsBackend.vault.enabled" "global.acls.createReplicationToken" "global.acls.replicationToken.secretName"
  "global.acls.partitionToken.secretName" "global.argocd.enabled" "global.enterpriseLicense.secretName" "global.federation.enabled"
  "global.metrics.enableTelemetryCollector" "global.metrics.datadog.enabled" "global.metrics.datadog.dogstatsd.enabled"
  "global.metrics.datadog.otlp.enabled" "global.openshift.enabled" "global.cloud.enabled" "global.trustedCAs" "global.experiments"
  "global.bootstrapACLs" "server.disableFsGroupSecurityContext" "server.snapshotAgent.enabled" "server.auditLogs.enabled"
  "client.enabled" "connectInject.cni.enabled" "meshGateway.enabled" "ingressGateways.enabled"
  "prometheus.enabled" "telemetryCollector.enabled" "apiGateway" }}
  {{- $at := $v -}}
  {{- range splitList "." $path }}
    {{- $at = ternary (get (ternary $at dict (kindIs "map" $at)) .) "" (kindIs "map" $at) -}}
  {{- end }}
  {{- if $at }}
    {{- fail (printf "%s: the testbed's Consul chart cannot do this; take upstream's chart (see testbed/charts/consul/README.md)" $path) }}
  {{- end }}
{{- end }}

{{- $expose := $v.server.exposeService.enabled -}}
{{- if and $expose (ne (toString $expose) "-") }}
  {{- fail "server.exposeService.enabled: the testbed's Consul chart cannot do this; take upstream's chart (see testbed/charts/consul/README.md)" }}
{{- end }}

{{- range $path, $secret := dict
  "global.gossipEncryption" $v.global.gossipEncryption
  "global.acls.bootstrapToken" $v.global.acls.bootstrapToken }}
  {{- if ne (empty $secret.secretName) (empty $secret.secretKey) }}
    {{- fail (printf "%s: secretName and secretKey go together, one of them is missing" $path) }}
  {{- end }}
{{- end }}
{{- if and $v.global.gossipEncryption.autoGenerate $v.global.gossipEncryption.secretName }}
  {{- fail "global.gossipEncryption: either autoGenerate or a Secret of your own, not both" }}
{{- end }}
{{- if not (has ($v.global.imagePullPolicy | toString) (list "" "Always" "IfNotPresent" "Never")) }}
  {{- fail (printf "global.imagePullPolicy: %q is none of Always, IfNotPresent, Never and \"\"" $v.global.imagePullPolicy) }}
{{- end }}
{{- if and $on.server $v.externalServers.enabled }}
  {{- fail "server.enabled and externalServers.enabled: one of them, not both" }}
{{- end }}
{{- if and $v.externalServers.enabled (not $v.externalServers.hosts) }}
  {{- fail "externalServers.hosts: needed with externalServers.enabled" }}
{{- end }}
{{- if and $v.externalServers.skipServerWatch (not $v.externalServers.enabled) }}
  {{- fail "externalServers.skipServerWatch: needs externalServers.enabled" }}
{{- end }}
{{- if $on.server }}
  {{- if and $v.server.bootstrapExpect (lt (int $v.server.bootstrapExpect) (int $v.server.replicas)) }}
    {{- fail "server.bootstrapExpect: fewer than server.replicas" }}
  {{- end }}
  {{- if and $v.server.serverCert.secretName (not $v.global.tls.caCert.secretName) }}
    {{- fail "server.serverCert.secretName: needs global.tls.caCert, the certificate's issuer" }}
  {{- end }}
  {{- if not (has $v.server.limits.requestLimits.mode (list "disabled" "permissive" "enforce")) }}
    {{- fail "server.limits.requestLimits.mode: one of disabled, permissive, enforce" }}
  {{- end }}
  {{- range $key, $instead := dict "enable_debug" "server.enableAgentDebug" "disable_hostname" "global.metrics.disableAgentHostName"
      "enable_host_metrics" "global.metrics.enableHostMetrics" "prefix_filter" "global.metrics.prefixFilter" }}
    {{- if contains $key ($v.server.extraConfig | toString) }}
      {{- fail (printf "server.extraConfig: set %s by %s" $key $instead) }}
    {{- end }}
  {{- end }}
  {{- if and $v.global.metrics.disableAgentHostName (ne (empty $v.global.metrics.enabled) (empty $v.global.metrics.enableAgentMetrics)) }}
    {{- fail "global.metrics.disableAgentHostName: needs both global.metrics.enabled and global.metrics.enableAgentMetrics" }}
  {{- end }}
{{- end }}
{{- end -}}
