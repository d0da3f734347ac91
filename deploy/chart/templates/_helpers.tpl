{{- define "serinus.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "serinus.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "serinus.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "serinus.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What selects the pods of a component: list of the root and the component's name. */}}
{{- define "serinus.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "serinus.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Labels of an object: list of the root and the component's name. */}}
{{- define "serinus.labels" -}}
{{- $root := index . 0 -}}
{{ include "serinus.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "serinus.image" -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}

{{- define "serinus.temporalAddress" -}}
{{- if .Values.temporal.trial.enabled -}}
{{ include "serinus.fullname" . }}-temporal:7233
{{- else -}}
{{- required "temporal.address is missing: set it to host:port of Temporal's frontend, or temporal.trial.enabled to true" .Values.temporal.address -}}
{{- end -}}
{{- end -}}

{{/* The variable of Temporal's API key, for a process that talks to Temporal. */}}
{{- define "serinus.temporalKey" -}}
{{- with .Values.temporal.apiKeySecret }}
- name: TEMPORAL_API_KEY
  valueFrom:
    secretKeyRef: { name: {{ . }}, key: apiKey }
{{- else -}}
[]
{{- end }}
{{- end -}}

{{/* Of every container: nothing is written, nothing is raised. */}}
{{- define "serinus.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "serinus.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "serinus.serviceAccount" -}}
{{ include "serinus.fullname" (index . 0) }}-{{ index . 1 }}
{{- end -}}

{{/* A dict: root, component, storage, class. */}}
{{- define "serinus.claim" -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ include "serinus.fullname" .root }}-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "serinus.labels" (list .root .component) | nindent 4 }}
spec:
  accessModes: [ReadWriteOnce]
  {{- with .class }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests:
      storage: {{ .storage }}
{{- end -}}

{{/* Everywhere but where clouds keep the credentials of the machine: AWS, Google, Azure, and others at the same addresses. */}}
{{- define "serinus.elsewhere" -}}
- namespaceSelector: {}
- ipBlock:
    cidr: 0.0.0.0/0
    {{- if not .metadataServices }}
    except: [169.254.169.254/32, 169.254.170.2/32, 169.254.170.23/32, 100.100.100.200/32, 168.63.129.16/32]
    {{- end }}
- ipBlock:
    cidr: ::/0
    {{- if not .metadataServices }}
    except: ['fd00:ec2::254/128', 'fd00:ec2::23/128', 'fd20:ce::254/128']
    {{- end }}
{{- end -}}
