{{- define "chatroomd.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end -}}
{{- end }}

{{- define "chatroomd.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "chatroomd.labels" -}}
{{ include "chatroomd.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "chatroomd.secret" -}}
{{ .Values.existingSecret | default (include "chatroomd.name" .) }}
{{- end }}

{{- define "chatroomd.secretKeys" -}}
{{- $keys := keys .Values.secrets | sortAlpha -}}
{{- if .Values.existingSecret }}{{ $keys = .Values.secretKeys }}{{ end -}}
{{- if and (eq .Values.store "postgres") (not (has "database_url" $keys)) -}}
{{- fail "store: postgres needs database_url, in secrets or, with existingSecret, among secretKeys" -}}
{{- end -}}
{{- if and (eq .Values.store "embedded") (or (gt (int .Values.replicas) 1) .Values.autoscaling.enabled) -}}
{{- fail "store: embedded serves from one pod: replicas must be 1 and autoscaling off, or use store: postgres" -}}
{{- end -}}
{{- toJson $keys -}}
{{- end }}

{{- define "chatroomd.pod" -}}
metadata:
  labels: {{- include "chatroomd.selector" . | nindent 4 }}
  annotations:
    checksum/settings: {{ toJson .Values.settings | sha256sum }}
    {{- with .Values.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  automountServiceAccountToken: false
  # Else a release named chatroomd would have CHATROOMD_PORT=tcp://…, of its service, as the setting.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ add (int (.Values.settings.drain_time | default "10")) 20 }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: chatroomd
      image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      securityContext:
        readOnlyRootFilesystem: true
        allowPrivilegeEscalation: false
        capabilities: { drop: [ALL] }
      env:
        {{- range $name, $value := .Values.settings }}
        - name: CHATROOMD_{{ upper $name }}
          value: {{ $value | quote }}
        {{- end }}
        {{- range include "chatroomd.secretKeys" . | fromJsonArray }}
        - name: CHATROOMD_{{ upper . }}_FILE
          value: /run/secrets/chatroomd/{{ . }}
        {{- end }}
      ports:
        - { name: http, containerPort: 8080 }
        {{- with .Values.settings.metrics_port }}
        - { name: metrics, containerPort: {{ . }} }
        {{- end }}
      startupProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
      readinessProbe:
        httpGet: { path: /health/ready, port: http }
        periodSeconds: 3
        timeoutSeconds: 5
      resources: {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - { name: data, mountPath: /data }
        - { name: secrets, mountPath: /run/secrets/chatroomd, readOnly: true }
        - { name: tmp, mountPath: /tmp }
  volumes:
    - name: secrets
      secret: { secretName: {{ include "chatroomd.secret" . }}, defaultMode: 0440 }
    - name: tmp
      emptyDir: {}
    {{- if .Values.persistence.existingClaim }}
    - name: data
      persistentVolumeClaim: { claimName: {{ .Values.persistence.existingClaim }} }
    {{- else if eq .Values.store "postgres" }}
    - name: data
      emptyDir: {}
    {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
