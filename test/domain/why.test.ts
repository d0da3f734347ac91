import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nextOf } from '../../src/domain/narrative/next.js';
import { why } from '../../src/domain/narrative/why.js';
import type { MetricResult } from '../../src/domain/findings.js';
import { initialState, type Takeover } from '../../src/domain/initial.js';
import type { Policy } from '../../src/domain/policy.js';
import type { RecordEntry } from '../../src/domain/record/record.js';
import type { RunState, Waiting } from '../../src/domain/state.js';
import { policyWith, V1, V2 } from '../domain/model.js';

const T0 = Date.parse('2026-01-02T10:00:00Z');
const NOW = T0 + 3_000;

/** At weight 20, ten seconds before its next check. */
function standing(changes: Partial<RunState> = {}): RunState {
  const at: Pick<Takeover, 'phase' | 'weight'> = { phase: 'Progressing', weight: 20 };
  const taken = {
    ...{ epoch: 1, failedChecks: 0, iterations: 0, applied: V2, promoted: V1.hash, markedInvalid: false },
    ...at,
  };
  const cause = { id: 'c', kind: 'target', by: 'kubectl' } as const;
  return {
    ...initialState({ cluster: 'test', namespace: 'test', name: 'podinfo' }, cause, taken, T0),
    policy: policyWith(),
    fresh: false,
    begun: true,
    waiting: tickAt(10),
    ...changes,
  };
}

const tickAt = (seconds: number): Waiting => ({ for: 'tick', at: T0 + seconds * 1000 });
const readiness = (of: 'primary' | 'canary', said?: string): Waiting => ({ for: 'readiness', of, said, saidAt: 0 });
const strategy = (of: Policy['strategy']): Policy => policyWith({ strategy: of });

const SLOW: MetricResult = {
  metric: 'success',
  ok: false,
  message: 'Halt podinfo.test advancement success rate 98.20% < 99%',
};
const UNREACHABLE: MetricResult = {
  metric: 'success',
  ok: false,
  message: 'Prometheus query failed: refused',
  providerError: true,
};

function checked(
  ok: boolean,
  metrics: readonly MetricResult[],
  hooks: { hook: string; ok: boolean; error?: string }[] = [],
) {
  return [
    { at: T0, what: 'weight', canary: 20 },
    { at: T0, what: 'analysis', weight: 20, ok, hooks, metrics },
  ] satisfies RecordEntry[];
}

function judgedBy(verdict: 'WAIT' | 'PASS'): readonly RecordEntry[] {
  const judged = { verdict, metrics: [], heard: true, windows: 3, says: 'errors: little so far' };
  return checked(true, []).map((entry) => (entry.what === 'analysis' ? { ...entry, judged } : entry));
}

const paused = { by: 'ana', reason: 'lunch', since: T0 };
const undoing = { by: 'ana', reason: 'broken', to: V1.hash };
const gate = { gate: 'confirm-promotion', hook: 'gate', since: T0 } as const;

/** What the run is like; why; what comes next; in how many seconds. */
const CASES: readonly [string, Partial<RunState>, string, string | undefined, number | undefined][] = [
  [
    'evidence that isn’t enough yet',
    { record: judgedBy('WAIT') },
    'weight 20 stands since 2026-01-02T10:00:00Z, evidence: not enough yet after 3 windows: errors: little so far',
    'next check: weight 30 if it passes',
    7,
  ],
  [
    'evidence that is',
    { record: judgedBy('PASS') },
    'weight 20 stands since 2026-01-02T10:00:00Z, the last check passed',
    'next check: weight 30 if it passes',
    7,
  ],
  [
    'a new weight',
    {},
    'weight 20 stands since 2026-01-02T10:00:00Z, nothing has been checked at it yet',
    'next check: weight 30 if it passes',
    7,
  ],
  [
    'a check that has failed',
    { failedChecks: 3, record: checked(false, [SLOW]) },
    'weight 20 holds: success rate 98.20% < 99% (3 of 10 failed checks)',
    'next check: weight 30 if it passes',
    7,
  ],
  [
    'the last check that may fail',
    { failedChecks: 9, record: checked(false, [], [{ hook: 'smoke', ok: false, error: 'status 500' }]) },
    'weight 20 holds: webhook smoke failed: status 500 (9 of 10 failed checks)',
    'next check: weight 30 if it passes, rollback if it fails',
    7,
  ],
  [
    'a metrics provider that is down',
    { unknownChecks: 2, record: checked(false, [UNREACHABLE]) },
    'weight 20 holds: no judgement, Prometheus query failed: refused (2 in a row)',
    'next check: weight 30 if it passes',
    7,
  ],
  [
    'a failure at an earlier weight',
    { failedChecks: 1, record: [...checked(false, [SLOW]), { at: T0, what: 'weight', canary: 30 }], weight: 30 },
    'weight 30 stands since 2026-01-02T10:00:00Z, nothing has been checked at it yet (1 of 10 failed checks)',
    'next check: weight 40 if it passes',
    7,
  ],
  [
    'the last weight',
    { weight: 50, record: checked(true, []) },
    'weight 50 stands since 2026-01-02T10:00:00Z, the last check passed',
    'next check: promotion if it passes',
    7,
  ],
  [
    'an A/B test',
    { weight: 100, iterations: 2, policy: strategy({ kind: 'ab', iterations: 5, stepWeightPromotion: 0 }) },
    'iteration 2 of 5 stands since 2026-01-02T10:00:00Z, nothing has been checked at it yet',
    'next check: iteration 3 of 5 if it passes',
    7,
  ],
  [
    'the last iteration',
    { weight: 0, iterations: 5, policy: strategy({ kind: 'blueGreen', iterations: 5, stepWeightPromotion: 0 }) },
    'iteration 5 of 5 stands since 2026-01-02T10:00:00Z, nothing has been checked at it yet',
    'next check: promotion if it passes',
    7,
  ],
  [
    'before the first traffic',
    { begun: false, weight: 0 },
    'the canary’s pods get ready for traffic',
    'first traffic for the canary',
    7,
  ],
  [
    'pre-rollout webhooks that fail',
    { begun: false, weight: 0, failedChecks: 1 },
    'no traffic yet: the pre-rollout webhooks have not passed (1 of 10 failed checks)',
    'first traffic for the canary',
    7,
  ],
  [
    'canary pods',
    { waiting: readiness('canary', 'waiting for rollout to finish: 0 of 1 updated replicas are available') },
    'waits for canary pods: 0 of 1 updated replicas are available',
    'goes on as soon as the canary pods are ready',
    undefined,
  ],
  [
    'primary pods that say nothing',
    { phase: 'Promoting', waiting: readiness('primary') },
    'waits for primary pods',
    'goes on as soon as the primary pods are ready',
    undefined,
  ],
  [
    'a gate',
    { phase: 'WaitingPromotion', gate },
    'waits for approval before promotion since 2026-01-02T10:00:00Z: webhook gate says no',
    'webhook gate is asked again, unless a person approves before',
    7,
  ],
  [
    'a gate before the rollout',
    { phase: 'Waiting', gate: { ...gate, gate: 'confirm-rollout' } },
    'waits for approval before the rollout since 2026-01-02T10:00:00Z: webhook gate says no',
    'webhook gate is asked again, unless a person approves before',
    7,
  ],
  ['a pause', { paused, gate }, 'paused by ana since 2026-01-02T10:00:00Z: lunch', 'resume, by a person', undefined],
  [
    'a pause without a reason',
    { paused: { ...paused, reason: '' } },
    'paused by ana since 2026-01-02T10:00:00Z',
    'resume, by a person',
    undefined,
  ],
  [
    'a suspended Canary',
    { waiting: { for: 'order' } },
    'suspended: spec.suspend is true',
    'goes on when spec.suspend is false',
    undefined,
  ],
  [
    'something to mend',
    { problem: { text: 'there is no Deployment podinfo', count: 3 } },
    'there is no Deployment podinfo (3 times in a row)',
    'looks again',
    7,
  ],
  [
    'an undo with warm pods',
    { phase: 'Promoting', undoing: { ...undoing, stage: 'divert' } },
    'the last promotion is being undone by ana: traffic goes to the warm pods of the former version',
    'all traffic to the warm pods of the former version',
    7,
  ],
  [
    'an undo whose traffic is there',
    { phase: 'Promoting', weight: 100, undoing: { ...undoing, stage: 'restore' } },
    'the last promotion is being undone by ana: the former version is put back into the primary; its warm pods serve meanwhile',
    'the former version back into the primary',
    7,
  ],
  [
    'an undo without warm pods',
    { phase: 'Promoting', weight: 0, undoing: { ...undoing, stage: 'home' }, waiting: readiness('primary', '0 of 1') },
    'the last promotion is being undone by ana: the primary rolls out the former version',
    'goes on as soon as the primary pods are ready',
    undefined,
  ],
  [
    'an order to promote',
    { promoteNow: true, waiting: tickAt(3) },
    'is promoted without further analysis',
    'promotion',
    undefined,
  ],
  [
    'a promotion in steps',
    { phase: 'Promoting', weight: 50, policy: strategy({ ...policyWith().strategy, stepWeightPromotion: 20 }) },
    'copies the canary to the primary and moves traffic back: 50% are still on the canary',
    'canary weight 30, when the primary’s pods are ready',
    7,
  ],
  [
    'a promotion',
    { phase: 'Promoting', weight: 0 },
    'copies the canary to the primary',
    'all traffic to the primary, when its pods are ready',
    7,
  ],
  [
    'the last step',
    { phase: 'Finalising', weight: 0 },
    'all traffic is on the promoted primary; the canary is scaled down',
    'the canary is scaled down',
    7,
  ],
  [
    'webhooks at the end',
    { phase: 'Succeeded', waiting: { for: 'hooks' } },
    'calls the post-rollout webhooks',
    'the end, when the webhooks have answered',
    undefined,
  ],
  [
    'a first look',
    { phase: '', policy: undefined, fresh: true },
    'looks at the Canary: asked for by kubectl',
    'first look',
    undefined,
  ],
  [
    'an end',
    { waiting: { for: 'nothing' }, ending: { kind: 'rolled-back', reason: 'failed checks threshold reached 10' } },
    'rolled-back: failed checks threshold reached 10',
    undefined,
    undefined,
  ],
];

describe('a run tells', () => {
  for (const [name, changes, expected, what, seconds] of CASES) {
    test(`why it stands, and what comes next: ${name}`, () => {
      const state = standing(changes);
      assert.equal(why(state), expected);
      const next = nextOf(state, NOW);
      assert.equal(next?.what, what);
      assert.equal(next?.at === undefined ? undefined : (next.at - NOW) / 1000, seconds);
    });
  }
});
