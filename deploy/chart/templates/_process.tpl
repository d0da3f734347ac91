{{/*
The Deployment of a process, with its PodDisruptionBudget and its autoscaler.
A dict: root, name (the command), values, args (list), env (list), ports (list of name and number).
*/}}
{{- define "serinus.process" -}}
{{- $root := .root -}}
{{- $values := .values -}}
{{- $name := .name -}}
{{- $scales := and $values.autoscaling (index $values.autoscaling "enabled") -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "serinus.fullname" $root }}-{{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "serinus.labels" (list $root $name) | nindent 4 }}
spec:
  {{- if not $scales }}
  replicas: {{ $values.replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "serinus.selector" (list $root $name) | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "serinus.selector" (list $root $name) | nindent 8 }}
        {{- with $root.Values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        # Pods are replaced when a setting changes.
        checksum/config: {{ include (print $root.Template.BasePath "/config.yaml") $root | sha256sum }}
        {{- if $root.Values.monitoring.scrapeAnnotations }}
        prometheus.io/scrape: 'true'
        prometheus.io/port: '8081'
        {{- end }}
        {{- with $root.Values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "serinus.serviceAccount" (list $root $name) }}
      {{- with $root.Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      # What is under way gets 25 seconds to finish.
      terminationGracePeriodSeconds: 40
      securityContext:
        {{- include "serinus.podSecurity" $root | nindent 8 }}
      topologySpreadConstraints:
        - topologyKey: kubernetes.io/hostname
          maxSkew: 1
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "serinus.selector" (list $root $name) | nindent 14 }}
      {{- with $values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: serinus
          image: {{ include "serinus.image" $root | quote }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          args:
            {{- toYaml (concat (list (eq $name "watch" | ternary "watcher" $name)) .args (eq $root.Values.rbac.secrets "named" | ternary (list "--enable-config-tracking=false") list) (list "--health-host" "0.0.0.0" "--health-port" "8081") $values.extraArgs) | nindent 12 }}
          envFrom:
            - configMapRef:
                name: {{ include "serinus.fullname" $root }}
            # Its own: a process holds no key that only another one needs.
            {{- with $values.existingSecret }}
            - secretRef:
                name: {{ . }}
            {{- end }}
          {{- with concat (include "serinus.temporalKey" $root | fromYamlArray) .env $values.extraEnv }}
          env:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          ports:
            {{- range .ports }}
            - name: {{ .name }}
              containerPort: {{ .port }}
            {{- end }}
            - name: health
              containerPort: 8081
          startupProbe:
            httpGet: { path: /healthz, port: health }
            periodSeconds: 2
            failureThreshold: 30
          livenessProbe:
            httpGet: { path: /healthz, port: health }
            timeoutSeconds: 5
          readinessProbe:
            httpGet: { path: /readyz, port: health }
            periodSeconds: 5
            timeoutSeconds: 5
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          securityContext:
            {{- include "serinus.containerSecurity" $root | nindent 12 }}
          {{- if or $root.Values.temporal.tlsSecret $values.volumeMounts }}
          volumeMounts:
            {{- if $root.Values.temporal.tlsSecret }}
            - name: temporal-tls
              mountPath: /etc/serinus/temporal-tls
              readOnly: true
            {{- end }}
            {{- with $values.volumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          {{- end }}
      {{- if or $root.Values.temporal.tlsSecret $values.volumes }}
      volumes:
        {{- if $root.Values.temporal.tlsSecret }}
        - name: temporal-tls
          secret:
            secretName: {{ $root.Values.temporal.tlsSecret }}
        {{- end }}
        {{- with $values.volumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
{{- if $values.podDisruptionBudget.enabled }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "serinus.fullname" $root }}-{{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "serinus.labels" (list $root $name) | nindent 4 }}
spec:
  maxUnavailable: {{ $values.podDisruptionBudget.maxUnavailable }}
  selector:
    matchLabels:
      {{- include "serinus.selector" (list $root $name) | nindent 6 }}
{{- end }}
{{- if $scales }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "serinus.fullname" $root }}-{{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "serinus.labels" (list $root $name) | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "serinus.fullname" $root }}-{{ $name }}
  minReplicas: {{ $values.autoscaling.minReplicas }}
  maxReplicas: {{ $values.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ $values.autoscaling.targetCPUUtilizationPercentage }}
{{- end }}
{{- end -}}
