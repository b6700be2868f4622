{{- define "tartware.autoscaler" }}
{{- $autoscaling := .root.Values.autoscaling }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ .name }}-hpa
  labels: {{- include "tartware.labels" . | nindent 4 }}
  # The replica table is divided by this: whoever reads the limits knows why they are what they are.
  annotations: { tars-console.dev/scale: '1:{{ .root.Values.scale }}' }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ .name }} }
  {{- $limits := get (.root.Values.limits | default dict) .name | default dict }}
  minReplicas: {{ $limits.minimum | default (include "tartware.scaled" (dict "number" .service.replicas.minimum "scale" .root.Values.scale)) }}
  maxReplicas: {{ $limits.maximum | default (include "tartware.scaled" (dict "number" .service.replicas.maximum "scale" .root.Values.scale)) }}
  metrics:
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: {{ $autoscaling.cpu }} } }
    - type: Resource
      resource: { name: memory, target: { type: Utilization, averageUtilization: {{ $autoscaling.memory }} } }
    {{- if $autoscaling.customMetrics }}
    {{- range .service.metrics }}
    - type: Pods
      pods:
        metric: { name: {{ .name }} }
        target: { type: AverageValue, averageValue: {{ .average | quote }} }
    {{- end }}
    {{- end }}
  behavior:
    {{- range $direction := list "scaleUp" "scaleDown" }}
    {{- $rule := get $autoscaling $direction }}
    {{ $direction }}:
      stabilizationWindowSeconds: {{ $rule.stabilizationWindowSeconds }}
      policies:
        - { type: Percent, value: {{ $rule.percent }}, periodSeconds: {{ $rule.periodSeconds }} }
    {{- end }}
{{- end }}
