import type { Statement } from './statement.js';

const LIFECYCLE = 'contract/lifecycle.test.ts';

/** 10.1, "Lifecycle": what Flagger's own tests assert, by number. */
export const LIFECYCLE_ASSERTED: Readonly<Record<number, Statement>> = {
  1: {
    says: 'the primary is made first; Initialized, and no pods of the target',
    shown: {
      [LIFECYCLE]: ['1: the primary is made first; Initialized once it is ready, with no pods of the target left'],
    },
  },
  2: {
    says: 'a changed template scales the target up',
    shown: {
      [LIFECYCLE]: ['2: a changed pod template scales the target up'],
      'kubernetes/autoscalers.test.ts': [
        'a target that comes back from zero gets as many pods as its autoscaler asks for at least',
      ],
    },
  },
  3: {
    says: 'failed checks at the threshold: Failed, and Flagger’s gauges',
    shown: {
      [LIFECYCLE]: [
        '3: failed checks at the threshold: Failed, and all traffic on the primary (in the tick that reaches it)',
      ],
      'meters/process.test.ts': ['successes and failures, by the target’s name'],
      'kubernetes/canary-gauges.test.ts': ['Flagger’s gauges show the Canaries of the cluster as they are'],
    },
    differs: 'The tick after the threshold is reached rolls back',
  },
  4: {
    says: 'skipAnalysis: Succeeded at once, and counted',
    shown: {
      [LIFECYCLE]: ['4: skipAnalysis goes straight to Succeeded'],
      'meters/process.test.ts': ['successes and failures, by the target’s name'],
    },
  },
  5: {
    says: 'stepWeight 100, stepWeightPromotion 50',
    shown: { [LIFECYCLE]: ['5: stepWeight 100 and stepWeightPromotion 50'] },
  },
  6: { says: 'Blue/Green with one iteration', shown: { [LIFECYCLE]: ['6: Blue/Green with one iteration'] } },
  7: {
    says: 'a second change in mid-analysis',
    shown: { [LIFECYCLE]: ['7: a second change in mid-analysis takes the traffic off the canary, and starts over'] },
  },
  8: {
    says: 'changed configs in mid-run',
    shown: {
      [LIFECYCLE]: ['8: changed configs restart the analysis, and reach the primary by its promotion'],
      'kubernetes/configs.test.ts': ['the primary uses copies, which follow by promotion only'],
    },
  },
  9: { says: 'mirroring', shown: { [LIFECYCLE]: ['9: mirroring comes first, then requests'] } },
  10: {
    says: 'A/B',
    shown: {
      [LIFECYCLE]: ['10: A/B: the audience from the first step on; promoted after as many checks as iterations'],
    },
  },
  11: {
    says: 'a primary stuck in its promotion',
    shown: { [LIFECYCLE]: ['11: a primary stuck in ${phase}: Failed, all traffic on the canary, whose pods stay'] },
  },
  12: {
    says: 'Service targets and weights',
    shown: { [LIFECYCLE]: ['12: ${name}'] },
    differs: 'A step goes beyond `maxWeight`',
  },
  13: {
    says: 'a DaemonSet is as a Deployment; at zero it asks for a node that isn’t there, which is no change',
    shown: {
      [LIFECYCLE]: ['13: a DaemonSet takes the same course as a Deployment: ${name}'],
      'workloads/primary.test.ts': ['asks for a node that isn’t there, and its primary doesn’t'],
      'kubernetes/workloads.test.ts': ['down to zero and up again is no new revision, and users’ fields stay'],
    },
  },
  14: { says: 'order of events', shown: { [LIFECYCLE]: ['14: the order of events with hooks of every type'] } },
  15: { says: 'order of events, skipped', shown: { [LIFECYCLE]: ['15: the order of events without analysis'] } },
};
