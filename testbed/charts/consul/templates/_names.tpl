{{/*
Names, labels and switches.

consul.name, consul.fullname and consul.chart are also called from values that are templates themselves
(server.affinity is one by default), so they bear upstream's names.
*/}}

{{- define "consul.name" -}}
{{ .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "consul.fullname" -}}
{{- $long := printf "%s-%s" .Release.Name (.Values.nameOverride | default .Chart.Name) -}}
{{ coalesce .Values.fullnameOverride .Values.global.name $long | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "consul.chart" -}}
{{ printf "%s-helm" .Chart.Name | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/*
The parts that are on, as YAML for fromYaml. A switch that is "-" follows its default: (list switch default) → true | false
*/}}
{{- define "consul.switch" -}}
{{- ternary (last .) (first .) (eq (first . | toString) "-") | empty | not -}}
{{- end -}}

{{- define "consul.parts" -}}
{{- $v := .Values -}}
{{- $server := include "consul.switch" (list $v.server.enabled $v.global.enabled) | eq "true" -}}
{{- $ui := include "consul.switch" (list $v.ui.enabled $v.global.enabled) | eq "true" -}}
{{- $uiService := include "consul.switch" (list $v.ui.service.enabled $v.global.enabled) | eq "true" -}}
{{- $tproxy := $v.connectInject.transparentProxy.defaultEnabled -}}
{{- $tls := $v.global.tls -}}
server: {{ $server }}
{{/* there are servers to talk to, ours or someone else's */}}
servers: {{ or $server $v.externalServers.enabled | empty | not }}
inject: {{ include "consul.switch" (list $v.connectInject.enabled $v.global.enabled) }}
syncCatalog: {{ include "consul.switch" (list $v.syncCatalog.enabled $v.global.enabled) }}
dns: {{ include "consul.switch" (list $v.dns.enabled $tproxy) }}
dnsRedirection: {{ include "consul.switch" (list $v.dns.enableRedirection $tproxy) }}
uiService: {{ and $server $ui $uiService | empty | not }}
uiMetrics: {{ include "consul.switch" (list $v.ui.metrics.enabled $v.global.metrics.enabled) }}
proxyMetrics: {{ include "consul.switch" (list $v.connectInject.metrics.defaultEnabled $v.global.metrics.enabled) }}
agentMetrics: {{ and $v.global.metrics.enabled $v.global.metrics.enableAgentMetrics | empty | not }}
acls: {{ $v.global.acls.manageSystemACLs | empty | not }}
tls: {{ $tls.enabled | empty | not }}
{{/* the certificate of the servers is made here, by tls-init */}}
tlsInit: {{ and $server $tls.enabled (not $v.server.serverCert.secretName) | empty | not }}
ownCA: {{ and $tls.caCert.secretName $tls.caKey.secretName | empty | not }}
plainHTTP: {{ or (not $tls.enabled) (not $tls.httpsOnly) | empty | not }}
{{/* clients of the servers verify them by the CA in the Secret, not by the roots of the image */}}
caFile: {{ and $tls.enabled (not (and $v.externalServers.enabled $v.externalServers.useSystemRoots)) | empty | not }}
gossip: {{ or $v.global.gossipEncryption.autoGenerate (and $v.global.gossipEncryption.secretName $v.global.gossipEncryption.secretKey) | empty | not }}
{{- end -}}

{{/*
The head of an object: (dict "top" $ "name" "server" "component" "server").
Optional: cluster (no namespace), bare (no prefix before the name), extra (global.extraLabels too), annotations (YAML text),
hook, weight, policy (Helm hook).
*/}}
{{- define "consul.meta" -}}
metadata:
  name: {{ include "consul.fullname" .top }}-{{ .name }}
  {{- if not .cluster }}
  namespace: {{ .top.Release.Namespace }}
  {{- end }}
  labels:
    {{- include "consul.labels" . | nindent 4 }}
    heritage: {{ .top.Release.Service }}
  {{- if or .hook .annotations }}
  annotations:
    {{- with .hook }}
    helm.sh/hook: {{ . }}
    {{- end }}
    {{- with .weight }}
    helm.sh/hook-weight: {{ . | quote }}
    {{- end }}
    {{- with .policy }}
    helm.sh/hook-delete-policy: {{ . }}
    {{- end }}
    {{- with .annotations }}
    {{- tpl . $.top | trim | nindent 4 }}
    {{- end }}
  {{- end }}
{{- end -}}

{{/* The labels of a pod and of a selector of pods; objects add heritage. */}}
{{- define "consul.labels" -}}
app: {{ include "consul.name" .top }}
chart: {{ include "consul.chart" .top }}
release: {{ .top.Release.Name }}
component: {{ .component }}
{{- if .extra }}
{{- with .top.Values.global.extraLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The selector of a Service or a PodDisruptionBudget. */}}
{{- define "consul.selector" -}}
app: {{ include "consul.name" .top }}
release: {{ .top.Release.Name | quote }}
component: {{ .component }}
{{- end -}}

{{/*
Who a part is to the API server. Each is a whole document; arguments as for consul.meta.
consul.binding: kind is Role or ClusterRole; role names a foreign role where it is not the part's own; subject likewise.
*/}}
{{- define "consul.serviceAccount" -}}
---
apiVersion: v1
kind: ServiceAccount
{{ include "consul.meta" . }}
{{- with .top.Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ .name }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "consul.binding" -}}
{{- $own := printf "%s-%s" (include "consul.fullname" .top) .name -}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .kind }}Binding
{{ include "consul.meta" (merge (dict "cluster" (eq .kind "ClusterRole")) .) }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ .kind }}
  name: {{ .role | default $own }}
subjects:
  - kind: ServiceAccount
    name: {{ ternary (printf "%s-%s" (include "consul.fullname" .top) .subject) $own (hasKey . "subject") }}
    {{- if eq .kind "ClusterRole" }}
    namespace: {{ .top.Release.Namespace }}
    {{- end }}
{{- end -}}
