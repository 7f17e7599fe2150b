{{/*
The servers' configuration files: the data of the two ConfigMaps, and what the checksum on the pods is made of.
*/}}
{{- define "consul.serverConfig" -}}
{{- $v := .Values -}}
{{- $on := include "consul.parts" . | fromYaml -}}
{{- $serf := int $v.server.ports.serflan.port -}}
{{- $main := dict
  "server" true
  "datacenter" $v.global.datacenter
  "domain" $v.global.domain
  "data_dir" "/consul/data"
  "bind_addr" "0.0.0.0"
  "client_addr" "0.0.0.0"
  "bootstrap_expect" ($v.server.bootstrapExpect | default $v.server.replicas | int)
  "retry_join" (list (printf "%s-server.%s.svc:%d" (include "consul.fullname" .) .Release.Namespace $serf))
  "leave_on_terminate" true
  "autopilot" (dict "min_quorum" (add1 (div (int $v.server.replicas) 2)) "disable_upgrade_migration" true)
  "connect" (dict "enabled" $v.server.connect)
  "enable_debug" $v.server.enableAgentDebug
  "recursors" $v.global.recursors
  "limits" (dict "request_limits" (dict "mode" $v.server.limits.requestLimits.mode
    "read_rate" $v.server.limits.requestLimits.readRate "write_rate" $v.server.limits.requestLimits.writeRate))
  "ports" (dict "serf_lan" $serf "grpc" (ternary -1 8502 $on.tls) "grpc_tls" (ternary 8502 -1 $on.tls))
-}}
{{- if and $v.testbed.quick (eq (int $v.server.replicas) 1) }}{{ $_ := set $main "performance" (dict "raft_multiplier" 1) }}{{ end -}}
{{- with $v.server.logLevel }}{{ $_ := set $main "log_level" (upper .) }}{{ end -}}
server.json: |
  {{- toPrettyJson $main | nindent 2 }}
central-config.json: |
  {"enable_central_service_config": true}
{{- if $on.acls }}
acl-config.json: |
  {{- dict "acl" (dict "enabled" true "default_policy" "deny" "down_policy" "extend-cache" "enable_token_persistence" true) | toPrettyJson | nindent 2 }}
{{- end }}
{{- if $on.tls }}
{{- $tls := dict "defaults" (dict "ca_file" "/consul/tls/ca/tls.crt" "cert_file" "/consul/tls/server/tls.crt" "key_file" "/consul/tls/server/tls.key") }}
{{- if $v.global.tls.verify }}
{{- $_ := set $tls.defaults "verify_outgoing" true }}
{{- $_ := set $tls "internal_rpc" (dict "verify_incoming" true "verify_server_hostname" true) }}
{{- $_ := set $tls "grpc" (dict "verify_incoming" false) }}
{{- end }}
{{- $file := dict "tls" $tls "ports" (dict "https" 8501) }}
{{- if $v.global.tls.httpsOnly }}{{ $_ := set $file.ports "http" -1 }}{{ end }}
{{- if $v.global.tls.enableAutoEncrypt }}{{ $_ := set $file "auto_encrypt" (dict "allow_tls" true) }}{{ end }}
tls-config.json: |
  {{- toPrettyJson $file | nindent 2 }}
{{- end }}
{{- if $v.ui.enabled }}
{{- $ui := dict "enabled" true }}
{{- if $on.uiMetrics }}
{{- $_ := set $ui "metrics_provider" $v.ui.metrics.provider }}
{{- $_ := set $ui "metrics_proxy" (dict "base_url" $v.ui.metrics.baseURL) }}
{{- end }}
{{- with $v.ui.dashboardURLTemplates.service }}{{ $_ := set $ui "dashboard_url_templates" (dict "service" .) }}{{ end }}
ui-config.json: |
  {{- dict "ui_config" $ui | toPrettyJson | nindent 2 }}
{{- end }}
{{- if $on.agentMetrics }}
{{- $metrics := $v.global.metrics }}
{{- $telemetry := dict "prometheus_retention_time" $metrics.agentMetricsRetentionTime
  "disable_hostname" $metrics.disableAgentHostName "enable_host_metrics" $metrics.enableHostMetrics }}
{{- $filter := list }}
{{- range $metrics.prefixFilter.allowList }}{{ $filter = append $filter (printf "+%s" .) }}{{ end }}
{{- range $metrics.prefixFilter.blockList }}{{ $filter = append $filter (printf "-%s" .) }}{{ end }}
{{- with $filter }}{{ $_ := set $telemetry "prefix_filter" . }}{{ end }}
telemetry-config.json: |
  {{- dict "telemetry" $telemetry | toPrettyJson | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "consul.serverExtraConfig" -}}
extra-from-values.json: |
  {{- tpl .Values.server.extraConfig . | trimAll "\"" | trim | nindent 2 }}
{{- end -}}
