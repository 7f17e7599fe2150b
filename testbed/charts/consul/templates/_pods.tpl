{{/*
What the pods of the parts have in common.
*/}}

{{/* No part of the mesh is injected itself; (dict "top" $ "more" <YAML text, may be a template>) */}}
{{- define "consul.podAnnotations" -}}
consul.hashicorp.com/connect-inject: "false"
consul.hashicorp.com/mesh-inject: "false"
{{- with .more }}
{{ tpl . $.top | trim }}
{{- end }}
{{- end -}}

{{/* global.extraLabels are already in consul.labels; (dict "top" $ "component" … "more" <map>) */}}
{{- define "consul.podLabels" -}}
{{ include "consul.labels" (dict "top" .top "component" .component "extra" true) }}
{{- with .more }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "consul.pullPolicy" -}}
{{- with .Values.global.imagePullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
{{- end -}}

{{/* A value that is a YAML string in upstream's chart, or already a map or list: under its key. (dict "top" $ "key" … "value" …) */}}
{{- define "consul.given" -}}
{{- with .value }}
{{- if kindIs "string" . }}
{{ $.key }}: {{ tpl . $.top | trim | nindent 2 }}
{{- else }}
{{ $.key }}: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* User 100 exists in every image of Consul; the rest is what the Pod Security standard "restricted" asks. */}}
{{- define "consul.restricted" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 100
  readOnlyRootFilesystem: true
  allowPrivilegeEscalation: false
  seccompProfile:
    type: RuntimeDefault
  capabilities:
    drop: [ALL]
    add: [NET_BIND_SERVICE]
{{- end -}}

{{/* Where the servers are, and how to be sure of them: the environment of every control-plane command. */}}
{{- define "consul.serverEnv" -}}
{{- $ext := .Values.externalServers -}}
{{- $on := include "consul.parts" . | fromYaml -}}
- name: CONSUL_ADDRESSES
  value: {{ ternary (first ($ext.hosts | default (list ""))) (printf "%s-server.%s.svc" (include "consul.fullname" .) .Release.Namespace) $ext.enabled }}
- name: CONSUL_GRPC_PORT
  value: {{ ternary $ext.grpcPort 8502 $ext.enabled | int | quote }}
- name: CONSUL_HTTP_PORT
  value: {{ ternary $ext.httpsPort (ternary 8501 8500 $on.tls) $ext.enabled | int | quote }}
- name: CONSUL_DATACENTER
  value: {{ .Values.global.datacenter }}
- name: CONSUL_API_TIMEOUT
  value: {{ .Values.global.consulAPITimeout }}
{{- if $on.tls }}
- name: CONSUL_USE_TLS
  value: "true"
{{- if $on.caFile }}
- name: CONSUL_CACERT_FILE
  value: /consul/tls/ca/tls.crt
{{- end }}
{{- if and $ext.enabled $ext.tlsServerName }}
- name: CONSUL_TLS_SERVER_NAME
  value: {{ $ext.tlsServerName }}
{{- end }}
{{- end }}
{{- if and $ext.enabled $ext.skipServerWatch }}
- name: CONSUL_SKIP_SERVER_WATCH
  value: "true"
{{- end }}
{{- end -}}

{{/* How a long-running part gets its own ACL token: (dict "top" $ "component" … "token" <aclInjectToken …>) */}}
{{- define "consul.loginEnv" -}}
{{- if .top.Values.global.acls.manageSystemACLs }}
- name: CONSUL_LOGIN_AUTH_METHOD
  value: {{ include "consul.fullname" .top }}-k8s-component-auth-method
- name: CONSUL_LOGIN_DATACENTER
  value: {{ .top.Values.global.datacenter }}
- name: CONSUL_LOGIN_META
  value: component={{ .component }},pod=$(NAMESPACE)/$(POD_NAME)
{{- end }}
{{- if and .token.secretName .token.secretKey }}
- name: CONSUL_ACL_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ .token.secretName }}
      key: {{ .token.secretKey }}
{{- end }}
{{- end -}}

{{- define "consul.fieldEnv" -}}
- name: {{ first . }}
  valueFrom:
    fieldRef:
      fieldPath: {{ last . }}
{{- end -}}

{{/* The CA certificate of the servers, as a volume and as a mount. */}}
{{- define "consul.caVolume" -}}
{{- $ca := .Values.global.tls.caCert -}}
- name: consul-ca-cert
  secret:
    secretName: {{ $ca.secretName | default (printf "%s-ca-cert" (include "consul.fullname" .)) }}
    items:
      - key: {{ $ca.secretKey | default "tls.crt" }}
        path: tls.crt
{{- end -}}

{{- define "consul.caMount" -}}
- name: consul-ca-cert
  mountPath: /consul/tls/ca
  readOnly: true
{{- end -}}

{{/*
A Job down to its pod's service account; the caller goes on with containers, at the indentation of a pod's spec (6).
Arguments as for consul.meta, and podAnnotations, securityContext (of the pod).
*/}}
{{- define "consul.jobHead" -}}
---
apiVersion: batch/v1
kind: Job
{{ include "consul.meta" (merge (dict "extra" true) .) }}
spec:
  template:
    metadata:
      name: {{ include "consul.fullname" .top }}-{{ .name }}
      labels:
        {{- include "consul.podLabels" . | nindent 8 }}
      annotations:
        {{- include "consul.podAnnotations" (dict "top" .top "more" .podAnnotations) | nindent 8 }}
    spec:
      restartPolicy: Never
      serviceAccountName: {{ include "consul.fullname" .top }}-{{ .name }}
      {{- with .securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end -}}

{{/* What upstream grants a short job. */}}
{{- define "consul.jobResources" -}}
requests: {memory: 50Mi, cpu: 50m}
limits: {memory: 50Mi, cpu: 50m}
{{- end -}}

{{/*
A time of a probe in seconds: upstream's, or the testbed's where testbed.quick; (list $ upstream's quick)
*/}}
{{- define "consul.pace" -}}
{{ ternary (index . 2) (index . 1) (first .).Values.testbed.quick }}
{{- end -}}
