import type { Statement } from './statement.js';

const HERE = 'contract/promises.test.ts';

/** 10.3: what Flagger's documentation promises, by their first words there. */
export const PROMISES: Readonly<Record<string, Statement>> = {
  'Live traffic is switched': {
    says: 'to the primary only once that is ready',
    shown: {
      'domain/release.test.ts': [
        'a new Canary is initialised: the target serves until the primary does',
        'a primary that never becomes ready leaves the target serving',
      ],
    },
  },
  Triggers: {
    says: 'template, configs; retry by an annotation; replicas with the next release',
    shown: {
      'contract/lifecycle.test.ts': ['19: the template that was promoted is no change, another one is'],
      'release/lifecycle.shared.test.ts': [
        'a changed ConfigMap or Secret is a release of its own, and reaches the primary only by it',
      ],
      'contract/end-to-end.test.ts': [
        '10.2: after a failure: reverting starts no run, the bad image does, an annotation tries again',
      ],
      'workloads/primary.test.ts': [
        'with a promotion the target’s, unless an autoscaler sets it or somebody has scaled the target to zero',
      ],
    },
  },
  'Deployment must have one supported selector label': {
    says: 'and affinity on it is rewritten; another label spreads over both copies',
    shown: {
      'release/bad-input.shared.test.ts': ['a target without a supported selector label'],
      'workloads/affinity.test.ts': [
        'where the target is named by a selector label, the primary is meant',
        'everything else stays: other labels, other values, other kinds of affinity',
      ],
    },
  },
  'Manual edits of the VirtualService': {
    says: 'are overwritten',
    shown: { 'kubernetes/router-contract.ts': ['sees what somebody else has changed, names it, and mends it'] },
  },
  'HPA pauses traffic increase': {
    says: 'while either copy scales, through readiness',
    shown: {
      [HERE]: ['10.3: while the ${of} scales, the weight stays where it is'],
      'kubernetes/autoscalers.test.ts': [
        'the primary’s is made with the primary, comes back when it is deleted, and is left alone otherwise',
      ],
    },
  },
  'Minimum promotion time': {
    says: 'interval × (maxWeight / stepWeight), interval × iterations; rollback: interval × threshold',
    shown: {
      'check/duration.test.ts': ['is what the core takes when every check passes'],
      [HERE]: [
        '10.3: a promotion takes as many intervals as there are ${what}',
        '10.3: a rollback takes as many intervals as the threshold',
      ],
    },
  },
  'A failed confirm gate': {
    says: 'never counts as a failed check; while promotion waits, checks go on',
    shown: { [HERE]: ['10.3: a gate that is denied is no failed check; while a promotion waits, checks go on'] },
  },
  'Zero downtime': {
    says: 'primary first; Blue/Green routes to the canary before the primary changes; the canary stays until that is ready',
    shown: { [HERE]: ['10.3: Blue/Green: everybody is on the canary while the primary changes, and its pods go last'] },
  },
  'Documented but not so': {
    says: 'rollback hooks in Waiting, severity info by default, renewed cookies, phases of events, address and secretRef',
    shown: {
      'crds/manifests.test.ts': ['an alert provider has an address or a Secret'],
      'domain/notices.test.ts': [
        'are sent for a release with all types of webhooks, in order and with the phase of the moment',
      ],
      'kubernetes/deliver.test.ts': [
        'go to the providers it names, each from its severity on; address and token come from the Secret',
      ],
      'routers/istio-affinity.test.ts': ['the cookies stay as they are from step to step, whatever else changes'],
    },
  },
};
