{{- define "detection-api.labels" -}}
app: detection-api
app.kubernetes.io/name: detection-api
app.kubernetes.io/part-of: detection-api
{{- end -}}
