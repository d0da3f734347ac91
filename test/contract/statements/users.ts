import type { Statement } from './statement.js';

const MANIFESTS = 'kubernetes/cases/manifests.test.ts';

/** What Flagger's users rely on, or have asked for most; and what was found under attack. One statement for each. */
export const USERS: Readonly<Record<string, Statement>> = {
  'KEDA: a pause': {
    says: 'the primary inherits none',
    shown: {
      [MANIFESTS]: ['keda-paused'],
      'workloads/autoscalers.test.ts': [
        'no order to KEDA for the target is one for the primary, which keeps its own',
        'is the target’s, for the primary, and never paused with it',
      ],
    },
    differs: 'KEDA: a recreated primary may come back paused at zero, or paused in any way',
  },
  'KEDA: names in queries': {
    says: 'a name is replaced where it is one, not within a longer word',
    shown: {
      [MANIFESTS]: ['keda-envoy-name'],
      'workloads/autoscalers.test.ts': [
        'asks for the primary where the target’s asks for the target or its canary, and nowhere else',
      ],
    },
    differs: "KEDA: the target's name is replaced wherever its letters stand in a query",
  },
  'KEDA: other annotations of a ScaledObject': {
    says: 'the primary’s has them, also after a promotion',
    shown: {
      'kubernetes/cases/primary.test.ts': [
        'a team has paused its ScaledObject; the primary’s scales, and stays so with a promotion',
      ],
    },
    differs: "KEDA: a promotion drops the annotations of the primary's ScaledObject",
  },
  'an autoscaler that the Canary no longer names': {
    says: 'its copy goes, of either kind, with no release',
    shown: {
      [MANIFESTS]: ['autoscaler-left-behind'],
      'kubernetes/autoscalers.test.ts': [
        'one that the Canary refers to no more goes with the reference, and nobody else’s does',
        'which takes the place of a HorizontalPodAutoscaler leaves none behind, and the other way round',
      ],
    },
    differs: "The primary's autoscaler stays when `autoscalerRef` changes or goes",
  },
  'primaryScalerReplicas alone': {
    says: 'apply at once',
    shown: {
      [MANIFESTS]: ['autoscaler-left-behind'],
      'kubernetes/autoscalers.test.ts': [
        'bounds of the Canary’s own apply at once, and what it no longer says is the target’s again',
      ],
    },
    differs: '`primaryScalerReplicas` alone waits for the next release',
  },
  'anti-affinity and spread': {
    says: 'go by the label’s value, whatever the Deployment is called',
    shown: {
      [MANIFESTS]: ['primary-leftovers'],
      'workloads/affinity.test.ts': ['the pods are known by the value of their label, whatever the target is called'],
    },
    differs: "Affinity is rewritten where it has the target's name under any selector label",
  },
  'fields that the target no longer has': {
    says: 'go from the primary with the next promotion',
    shown: { 'kubernetes/cases/primary.test.ts': ['a label that isn’t the Deployment’s name, and a field that goes'] },
  },
  'node ports and further ports of an own Service': {
    says: 'stay, with the Canary and after it',
    shown: {
      [MANIFESTS]: ['own-service-with-more-ports'],
      'kubernetes/cases/primary.test.ts': ['a Service that was there keeps them, with and after the Canary'],
      'workloads/taken-service.test.ts': [
        'of a Service that was there, the Canary’s port leads where the Canary says, and all else stays',
      ],
    },
    differs: 'A Service that was there before loses its further ports and renamed node ports',
  },
  'Datadog’s points': {
    says: 'the newest whose time has ended counts',
    shown: {
      'metrics/datadog/datadog.test.ts': [
        'a newest point without a value is passed over',
        'a point whose time has not ended counts only where there is no other',
      ],
    },
    differs: 'The oldest point of ten intervals counts',
  },
  'Istio’s sticky route': {
    says: 'has its name',
    shown: {
      'routers/istio-affinity.test.ts': ['the canary gives its clients a cookie, and clients with it come back to it'],
    },
    differs: "Istio's sticky routes",
  },
  'Skipper’s predicates': {
    says: 'are told apart with blanks and without',
    shown: { 'kubernetes/routers/skipper.ts': ['With blanks or without, and with what separates predicates'] },
    differs: 'At each that stands between predicates',
  },
  'old formats of Microsoft Teams': {
    says: 'go to old addresses',
    shown: {
      'alerts/payloads.test.ts': [
        'gets the older card at an address of a connector',
        'gets no set of facts where there are none, and no older card elsewhere',
      ],
    },
    differs: 'The same at addresses of connectors',
  },
  'old formats of Google Chat': {
    says: 'the newer everywhere: addresses of both are the same',
    shown: { 'alerts/payloads.test.ts': ['takes a card of version 2, and a text for where cards do not show'] },
    differs: 'A card of version 2 and a text, at all addresses',
  },
  'Traefik’s old API group': {
    says: 'where the newer one is missing, that is said by name',
    shown: {
      'kubernetes/missing-kind.test.ts': [
        'a provider whose kind the cluster has not, or under an older group: the run says what is missing, and the target serves on',
      ],
    },
    differs: '`traefik.io` only, which Traefik has from 2.10 on',
  },
  'all selector labels': {
    says: 'are kept, by primary and Services',
    shown: {
      [MANIFESTS]: ['releases-of-one-chart'],
      'workloads/selector.test.ts': ['the primary selects by all labels of the target, with one of them rewritten'],
    },
    differs: 'Primary and Services select by one label of the target',
  },
  'several Ingresses or routes': {
    says: 'have the same weights',
    shown: {
      'kubernetes/several-sources.test.ts': [
        'all of them have the same weights, and what is made goes with the name',
        'one that can’t be reached keeps no other on the canary',
      ],
      'kubernetes/own-route.test.ts': ['may be several, and takes the place of one that was made for the Canary'],
    },
  },
  'an HTTPRoute of one’s own': {
    says: 'rules, filters and ports stay',
    shown: {
      'kubernetes/own-route.test.ts': [
        'is left exactly as it is, while the canary has no part of it',
        'is divided where it leads to the service, and whatever else is in a rule keeps its share',
      ],
    },
    differs: "One of the users' own, too (`spec.routeRef`), of which only weights are changed",
  },
  'autoscaler changes without a release': {
    says: 'reach the primary’s where the Canary asks for it',
    shown: {
      'kubernetes/autoscalers.test.ts': [
        'the target’s changes reach the primary’s at once where the Canary asks for it',
      ],
    },
  },
  'a PodDisruptionBudget for the primary': {
    says: 'is there where the target has one',
    shown: {
      'kubernetes/disruption-budgets.test.ts': [
        'the primary has a budget of its own from its first pod on, which says what the users’ says',
        'it selects what the primary selects, and none of the target’s pods',
      ],
    },
    differs: 'The primary has no PodDisruptionBudget',
  },
  'credentials for the metrics server': {
    says: 'come from a Secret, for every question',
    shown: {
      'metrics/server-credentials.test.ts': [
        'the metrics server is asked with ${what} of the Secret, for every question',
        'without one it is asked without, and a Secret that is missing is named',
      ],
    },
  },
  'failures in a row': {
    says: 'have a limit of their own',
    shown: { 'domain/release.test.ts': ['bad for so many checks in a row: rolled back, whatever the threshold'] },
  },
  'NGINX: clients who stay': {
    says: 'are the controller’s own affinity: they stay by its cookie, and come home with everybody else',
    shown: {
      'routers/nginx.test.ts': [
        'clients who stay with the canary by their cookie come home with everybody else (theirs: ${theirs})',
        'without affinity nothing is said of it',
      ],
    },
    differs: '`sessionAffinity` on a provider without it is ignored',
  },
  'templates that a viewer may not get': {
    says: 'are told by no route, `desired` included',
    shown: { 'security/templates.test.ts': ['is shown to nobody who may not get the target, by any route'] },
  },
  'links for approvals': {
    says: 'are for one gate, one weight and one revision',
    shown: {
      'links/token.test.ts': ['can’t be changed, and one that doesn’t say is refused'],
      'api/links.test.ts': ['for one revision orders nothing of another one'],
      'domain/occasions.test.ts': ['${kind} ${meant} counts at that gate, at that weight, for that revision only'],
    },
  },
  redirects: {
    says: 'to other hosts are followed by nothing, and bodies are shown to nobody',
    shown: {
      'security/redirects.test.ts': [
        'is followed by nothing that goes out: ${status}',
        'is shown to nobody where it is asked for values',
        'is shown to nobody where the answer is a failure: ${status}',
      ],
    },
    differs: 'Redirects of webhooks and metrics servers are followed anywhere',
  },
  'wrong tokens': {
    says: 'of an address lock nobody out who has a right one',
    shown: {
      'security/tokens.test.ts': [
        'are slowed down, and keep nobody out who has a valid one',
        'are refused at once where they come faster than they are looked at, but for who was here before',
      ],
    },
  },
  'no authentication behind a proxy': {
    says: 'what is forwarded is refused, and no setting allows it',
    shown: { 'auth/kubernetes-own.test.ts': ['is refused: ${name}', 'can’t be allowed by a setting'] },
  },
  'requests that cannot be right': {
    says: 'are answered with 4xx, on every route',
    shown: {
      'security/hostile-requests.test.ts': [
        'in its path, the answer is one of 4xx',
        'in its query, once, twice or in brackets, the answer names it or is an answer',
        'in its headers, too',
        'in its body, the answer names the field',
        'at random, as much of it as there is time for',
      ],
    },
  },
  'names of Kubernetes’ own': {
    says: 'come from no session, token of an issuer or file',
    shown: {
      'auth/kubernetes-own.test.ts': [
        'is nobody’s where it names ${username}',
        'has no group of Kubernetes’ own but the one that everybody has',
        'nobody in Slack is one of Kubernetes’ own',
      ],
      'auth/parts.test.ts': ['has prefixes, which also tell Kubernetes’ own groups from those of the issuer'],
    },
  },
  'network policies': {
    says: 'are there by default',
    shown: {
      'packaging/chart.test.ts': ['has a NetworkPolicy for each pod, without being asked'],
      'packaging/kustomize.test.ts': ['limits who reaches each process, and keeps the machine’s credentials from it'],
    },
  },
  'Secrets by name': {
    says: 'a mode without rights to list or watch any',
    shown: {
      'kubernetes/named-secrets.test.ts': ['a release by the rights that are left'],
      'security/config-rights.test.ts': [
        'where configs aren’t tracked, watch lists no Secret: it needs no right to them',
      ],
    },
  },
};
