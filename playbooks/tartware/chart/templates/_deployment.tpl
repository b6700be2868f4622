{{- define "tartware.deployment" }}
{{- $values := .root.Values }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .name }}
  labels: {{- include "tartware.labels" . | nindent 4 }}
spec:
  {{- if not $values.autoscaling.enabled }}
  replicas: {{ include "tartware.scaled" (dict "number" .service.replicas.minimum "scale" $values.scale) }}
  {{- end }}
  selector:
    matchLabels: {{- include "tartware.selector" . | nindent 6 }}
  strategy:
    rollingUpdate: { maxSurge: 25%, maxUnavailable: 0 }
  template:
    metadata:
      labels: {{- include "tartware.labels" . | nindent 8 }}
      annotations:
        prometheus.io/scrape: 'true'
        prometheus.io/port: {{ $values.port | quote }}
        prometheus.io/path: /metrics
    spec:
      serviceAccountName: {{ .name }}
      automountServiceAccountToken: false
      {{- with .service.priorityClass }}
      priorityClassName: {{ . }}
      {{- end }}
      {{- with $values.image.pullSecrets }}
      imagePullSecrets: {{- range . }}{{ dict "name" . | list | toYaml | nindent 8 }}{{ end }}
      {{- end }}
      securityContext: {{- toYaml $values.podSecurityContext | nindent 8 }}
      terminationGracePeriodSeconds: {{ .service.terminationGracePeriodSeconds }}
      topologySpreadConstraints:
        {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
        - maxSkew: 1
          topologyKey: {{ . }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {{- include "tartware.selector" $ | nindent 14 }}
        {{- end }}
      containers:
        - name: {{ .name }}
          image: {{ include "tartware.image" . }}
          imagePullPolicy: {{ $values.image.pullPolicy }}
          ports:
            - { name: http, containerPort: {{ $values.port }} }
          env:
            - { name: PORT, value: {{ $values.port | quote }} }
            - { name: SERVICE_NAME, value: {{ .name }} }
            {{- range $values.secrets }}
            - name: {{ .env }}
              valueFrom: { secretKeyRef: { name: {{ .secret }}, key: {{ .key }} } }
            {{- end }}
            {{- range $name, $value := .service.env }}
            - { name: {{ $name }}, value: {{ $value | quote }} }
            {{- end }}
          {{- with $values.configuration }}
          envFrom: {{- range . }}{{ dict "configMapRef" (dict "name" .) | list | toYaml | nindent 12 }}{{ end }}
          {{- end }}
          securityContext: {{- toYaml $values.securityContext | nindent 12 }}
          resources: {{- toYaml .service.resources | nindent 12 }}
          {{- range $probe, $settings := .service.probes }}
          {{ $probe }}Probe:
            httpGet: { path: {{ $settings.path }}, port: http }
            {{- toYaml (omit $settings "path") | nindent 12 }}
          {{- end }}
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
      volumes:
        # The root file system is read-only; what a program writes meanwhile goes here and is gone with the pod.
        - { name: tmp, emptyDir: { sizeLimit: 256Mi } }
{{- end }}
