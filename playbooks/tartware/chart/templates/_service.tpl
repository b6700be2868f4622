{{/* Every object of one service. Called with the root as .root and the service's name and values as .name and .service. */}}
{{- define "tartware.service" }}
{{- include "tartware.account" . }}
{{- include "tartware.deployment" . }}
{{- include "tartware.clusterService" . }}
{{- if .root.Values.autoscaling.enabled }}{{ include "tartware.autoscaler" . }}{{ end }}
{{- if .root.Values.disruption.enabled }}{{ include "tartware.disruption" . }}{{ end }}
{{- if eq (include "tartware.monitored" .root) "true" }}{{ include "tartware.monitor" . }}{{ end }}
{{- if .service.host }}{{ include "tartware.ingress" . }}{{ end }}
{{- end }}

{{- define "tartware.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "tartware.labels" -}}
{{ include "tartware.selector" . }}
app.kubernetes.io/part-of: tartware
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{/* The reference that was given for this service, else registry, name and tag. */}}
{{- define "tartware.image" -}}
{{- $image := .root.Values.image -}}
{{- with get (.root.Values.images | default dict) .name }}{{ . }}{{ else -}}
{{- with $image.registry }}{{ trimSuffix "/" . }}/{{ end }}{{ .name }}:{{ $image.tag }}
{{- end -}}
{{- end }}

{{/* A number of the replica table at the chart's scale: rounded up, at least one. */}}
{{- define "tartware.scaled" -}}
{{ max 1 (int (ceil (divf .number .scale))) }}
{{- end }}

{{- define "tartware.monitored" -}}
{{- $wanted := toString .Values.monitoring.serviceMonitor -}}
{{- or (eq $wanted "true") (and (eq $wanted "auto") (.Capabilities.APIVersions.Has "monitoring.coreos.com/v1")) -}}
{{- end }}

{{- define "tartware.account" }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .name }}
  labels: {{- include "tartware.labels" . | nindent 4 }}
# No service asks the API server for anything.
automountServiceAccountToken: false
{{- end }}

{{- define "tartware.clusterService" }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .name }}
  labels: {{- include "tartware.labels" . | nindent 4 }}
spec:
  selector: {{- include "tartware.selector" . | nindent 4 }}
  ports:
    - { name: http, port: {{ .root.Values.port }}, targetPort: http }
{{- end }}

{{- define "tartware.disruption" }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .name }}
  labels: {{- include "tartware.labels" . | nindent 4 }}
spec:
  # Rounded up: a single pod may still be moved, or its node could never be drained.
  maxUnavailable: {{ .root.Values.disruption.maxUnavailable }}
  selector:
    matchLabels: {{- include "tartware.selector" . | nindent 6 }}
{{- end }}

{{- define "tartware.monitor" }}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: {{ .name }}
  labels:
    {{- include "tartware.labels" . | nindent 4 }}
    {{- with .root.Values.monitoring.labels }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  selector:
    matchLabels: {{- include "tartware.selector" . | nindent 6 }}
  endpoints:
    - { port: http, path: /metrics, interval: {{ .root.Values.monitoring.interval }} }
{{- end }}

{{- define "tartware.ingress" }}
{{- $ingress := .root.Values.ingress }}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .name }}
  labels: {{- include "tartware.labels" . | nindent 4 }}
  {{- with $ingress.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  ingressClassName: {{ $ingress.className }}
  {{- with $ingress.tlsSecret }}
  tls:
    - { hosts: [{{ $.service.host }}], secretName: {{ . }} }
  {{- end }}
  rules:
    - host: {{ .service.host }}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: { service: { name: {{ .name }}, port: { name: http } } }
{{- end }}
