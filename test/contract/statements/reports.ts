import type { Statement } from './statement.js';

/** What public reports of others' tools, and manifests of teams, have shown to go wrong: each is shown to be right here. */
export const REPORTS: Readonly<Record<string, Statement>> = {
  'generated name belongs to user': {
    says: 'what bears a generated name is never written nor deleted',
    shown: {
      'kubernetes/cases/manifests.test.ts': ['generated-names-taken'],
      'kubernetes/ownership.test.ts': ['whose an object is'],
      'kubernetes/contest.test.ts': ['are refused by name, with no word of others'],
      'kubernetes/configs.test.ts': ['a copy’s name that is a user’s own is refused, and theirs stays as it is'],
    },
  },
  'one config, two Canaries': {
    says: 'each has a copy of its own, and keeps it: through the other’s promotion, and through its deletion',
    shown: {
      'kubernetes/cases/manifests.test.ts': ['shared-config'],
      'kubernetes/configs.test.ts': [
        'each of two Canaries that use one ConfigMap has a copy of its own',
        'a copy that was left to one of two is shared, and written by neither',
      ],
    },
  },
  'one chart, two releases': {
    says: 'nobody’s users get the other’s answers',
    shown: {
      'kubernetes/cases/manifests.test.ts': ['releases-of-one-chart'],
      'kubernetes/contest.test.ts': ['two releases of one chart are kept apart'],
    },
  },
  'some pods missing': {
    says: 'a deadline, and a judgement meanwhile',
    shown: {
      'domain/unready.test.ts': ['some of the pods never come: rolled back, with the reason'],
      'release/unready.shared.test.ts': [
        'a canary that never gets all of its pods is rolled back at the deadline, by the release’s own clock',
        'a failing canary that lacks a pod is judged and rolled back in the usual number of checks',
      ],
    },
  },
  'old version back after a failed promotion': {
    says: 'it is the fix, and brings everybody home',
    shown: {
      'domain/rescue.test.ts': [
        'the old version back is the fix, where ${what} of the primary serves',
        'something new meets nobody before its analysis, where the primary’s pods suffice',
      ],
      'release/unready.shared.test.ts': [
        'after a failed promotion the old version back brings the traffic home, without a failed request',
      ],
    },
  },
  'undo to too few pods': {
    says: 'the pods are there before the users',
    shown: {
      'release/undo.shared.test.ts': [
        'an undo after the primary has grown: the warm pods are as many before users come to them',
        'an undo for which a quota has no room: users stay with the primary, which gets the old version back',
      ],
    },
  },
  'leftover autoscalers': {
    says: 'none is left behind, and bounds apply',
    shown: {
      'kubernetes/cases/manifests.test.ts': ['autoscaler-left-behind'],
    },
  },
  'primary leftovers': {
    says: 'affinity by the label’s value; what goes from the target goes from the primary',
    shown: {
      'kubernetes/cases/manifests.test.ts': ['primary-leftovers'],
      'kubernetes/cases/primary.test.ts': ['a label that isn’t the Deployment’s name, and a field that goes'],
    },
  },
  'copy deleted, primary down': {
    says: 'it is made again, and the fix gets out',
    shown: {
      'kubernetes/cases/manifests.test.ts': ['config-copy-deleted'],
      'kubernetes/repair-matrix.test.ts': ['${phase}: ${fault}'],
      'release/unready.shared.test.ts': [
        'a primary whose pods crash soon after each start is mended by the release of a new image',
      ],
      'domain/rescue.test.ts': [
        'of a primary that serves nobody: everybody gets the canary as soon as it can serve (${strategy.kind})',
      ],
    },
  },
  'node port and second port': {
    says: 'an own Service keeps both',
    shown: {
      'kubernetes/cases/manifests.test.ts': ['own-service-with-more-ports'],
      'kubernetes/cases/primary.test.ts': ['a Service that was there keeps them, with and after the Canary'],
    },
  },
  'the analysis of 2019': {
    says: 'canaryAnalysis is told its name',
    shown: {
      'kubernetes/cases/manifests.test.ts': ['analysis-of-2019'],
      'crds/fields.test.ts': ['the analysis of 2019 gets its present name as a hint'],
      'check/lints.test.ts': ['the whole analysis has its old name, and is missing'],
    },
  },
  'fields that the schema prunes': {
    says: 'all of them are named',
    shown: {
      'kubernetes/cases/manifests.test.ts': ['pruned-fields'],
      'crds/fields.test.ts': [
        'are all named, however deep they are',
        'are known from what kubectl has kept, when the API server has dropped them',
      ],
    },
  },
  'query for a trigger that doesn’t exist': {
    says: 'it is said before a release',
    shown: {
      'kubernetes/cases/manifests.test.ts': ['keda-trigger-named-in-metadata'],
      'check/lints.test.ts': ['the trigger has its name in its metadata'],
    },
  },
  'CORS by the Gateway API': {
    says: 'as it is asked for, or refused where the cluster doesn’t know it',
    shown: {
      'kubernetes/cases/manifests.test.ts': ['cors-at-a-gateway'],
      'kubernetes/routers/gatewayapi.ts': [
        'timeouts and other origins',
        'timeouts and other origins, which its first implementations did not know, are left out',
      ],
    },
  },
  'KEDA paused': {
    says: 'the primary inherits no pause',
    shown: {
      'kubernetes/cases/manifests.test.ts': ['keda-paused'],
      'kubernetes/cases/primary.test.ts': [
        'a team has paused its ScaledObject; the primary’s scales, and stays so with a promotion',
      ],
    },
  },
  'KEDA and a name that Envoy gives': {
    says: 'the primary is asked about',
    shown: { 'kubernetes/cases/manifests.test.ts': ['keda-envoy-name'] },
  },
};
