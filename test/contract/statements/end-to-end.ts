import type { Statement } from './statement.js';

const HERE = 'contract/end-to-end.test.ts';

/** 10.2: Flagger's end-to-end scenarios, by their first words there. */
export const END_TO_END: Readonly<Record<string, Statement>> = {
  'Bootstrap to Initialized': {
    says: 'a new Canary is initialised',
    shown: {
      'release/walkthrough.test.ts': ['the walkthrough, word for word: what appears, what is said, how it ends'],
    },
  },
  'image change promoted': {
    says: 'a good version is promoted',
    shown: { 'release/promote.shared.test.ts': ['a good version is promoted, and no request fails on the way'] },
  },
  '500s': {
    says: 'a version that answers errors is Failed',
    shown: { 'release/promote.shared.test.ts': ['a version that fails is rolled back, and the primary is untouched'] },
  },
  'revert to the promoted image while Failed': {
    says: 'reverting starts no run, the bad image again does, and an annotation tries once more',
    shown: {
      [HERE]: ['10.2: after a failure: reverting starts no run, the bad image does, an annotation tries again'],
    },
  },
  'A/B by header and by cookie': {
    says: 'the audience meets the canary',
    shown: {
      'release/strategies.shared.test.ts': ['A/B test: who matches always meets the canary, everybody else never does'],
      'kubernetes/routers/nginx.ts': ['canary-by-header', 'canary-by-cookie'],
    },
  },
  'B/G with gates': {
    says: 'Blue/Green waits at its gates',
    shown: {
      'domain/strategies.test.ts': [
        'one approval opens both questions of the promotion gate',
        'while the gate is closed iterations are not counted on',
      ],
    },
  },
  'session affinity': {
    says: 'verified with real cookies, which are gone after the run',
    shown: {
      'release/strategies.shared.test.ts': ['session affinity: a client that has met the canary stays with it'],
      'kubernetes/gatewayapi.test.ts': [
        'a client that has met the canary stays there for as long as that canary is tried, and loses its cookie after',
      ],
    },
  },
  delegation: {
    says: 'an Istio VirtualService that is delegated to',
    shown: {
      'routers/istio.test.ts': ['has neither where another one delegates to it, and says so where they are asked for'],
      'kubernetes/routers/istio.ts': ['is delegated to'],
    },
  },
  'skip-analysis with a bad image': {
    says: 'Failed, and the primary keeps the old image',
    shown: { [HERE]: ['10.2: skipAnalysis with a bad image: Failed, and the primary keeps the old one'] },
  },
  'HPA change reaches the primary only by a release': {
    says: 'autoscalers of the primary wait for a release',
    shown: {
      'kubernetes/autoscalers.test.ts': [
        'the primary’s is made with the primary, comes back when it is deleted, and is left alone otherwise',
        'a promotion takes the target’s changes over, and leaves the number of pods to the autoscaler',
      ],
    },
  },
  'KEDA pause/resume': {
    says: 'the target’s ScaledObject is paused at zero',
    shown: {
      'kubernetes/autoscalers.test.ts': [
        'is paused while its target is at zero, and resumed before the target grows; the primary’s never is',
      ],
    },
  },
  DaemonSet: {
    says: 'a DaemonSet is released',
    shown: {
      'release/daemonset.shared.test.ts': [
        'a DaemonSet is released with no request lost: at rest it has no pods, and its primary has one on every node',
      ],
    },
  },
  revertOnDeletion: {
    says: 'restores replicas, the Service’s selector and the VirtualService',
    shown: {
      'release/lifecycle.shared.test.ts': [
        'revertOnDeletion gives the target its pods and its Service back; no request fails',
      ],
      'kubernetes/istio.test.ts': [
        'a VirtualService that was there before is taken over, and says again at the end what it said',
      ],
    },
  },
};
