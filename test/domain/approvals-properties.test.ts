import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { countedFor, gateView, objectionTo, ruleAt, rulesBeforeRise } from '../../src/domain/approvals/approvals.js';
import { type ApprovalRule } from '../../src/domain/approvals/rules.js';
import { POLICY_GATES } from '../../src/domain/approvals/gates.js';
import type { OrderName } from '../../src/domain/orders/catalogue.js';
import type { Order } from '../../src/domain/orders/orders.js';
import type { Strategy } from '../../src/domain/policy.js';
import type { RunState } from '../../src/domain/state.js';
import { FAILING, Model, PASSING, policyWith, V1, V2, V3 } from './model.js';

const HOUR = 3_600_000;
const PEOPLE = ['alice', 'bob', 'carol', 'dave'] as const;
const GROUPS = { alice: ['sre'], bob: ['sre', 'dev'], carol: ['dev'], dave: undefined } as const;

const rule: fc.Arbitrary<ApprovalRule> = fc
  .record({
    gate: fc.constantFrom(...POLICY_GATES),
    at: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
    needed: fc.integer({ min: 1, max: 3 }),
    groups: fc.subarray(['sre', 'dev']),
    notByTrigger: fc.boolean(),
    expires: fc.option(fc.record({ hours: fc.integer({ min: 1, max: 5 }), into: fc.constantFrom('reject', 'hold') }), {
      nil: undefined,
    }),
  })
  .map(({ gate, at, expires, ...rest }) => ({
    gate,
    ...(gate === 'weight' && at !== undefined ? { atWeight: at } : {}),
    ...rest,
    ...(expires ? { expires: { after: `${expires.hours}h`, ms: expires.hours * HOUR, into: expires.into } } : {}),
  }));

const rules = fc.uniqueArray(rule, { maxLength: 5, selector: ({ gate, atWeight }) => `${gate} ${atWeight}` });

const strategy: fc.Arbitrary<Strategy> = fc.constantFrom<Strategy>(
  { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0 },
  { kind: 'canary', weights: [5, 25, 50], maxWeight: 50, stepWeightPromotion: 0 },
  { kind: 'canary', stepWeight: 20, maxWeight: 60, stepWeightPromotion: 0, mirror: true },
  { kind: 'ab', iterations: 2, stepWeightPromotion: 0 },
  { kind: 'blueGreen', iterations: 2, stepWeightPromotion: 0 },
);

type Event =
  | { readonly kind: 'order'; readonly order: OrderName; readonly by: (typeof PEOPLE)[number]; readonly weight: number }
  | { readonly kind: 'policy'; readonly rules: readonly ApprovalRule[] }
  | { readonly kind: 'image'; readonly revision: 'v1' | 'v2' | 'v3' }
  | { readonly kind: 'request'; readonly by: (typeof PEOPLE)[number] }
  | { readonly kind: 'time' }
  | { readonly kind: 'bad'; readonly on: boolean };

const people = fc.constantFrom(...PEOPLE);
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      order: fc.constantFrom<OrderName>(
        'approve',
        'approve',
        'approve',
        'approve',
        'promote',
        'setWeight',
        'skipStep',
        'pause',
        'resume',
      ),
      by: people,
      weight: fc.integer({ min: 0, max: 60 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('policy' as const), rules }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('image' as const),
      revision: fc.constantFrom('v1' as const, 'v2' as const, 'v3' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('request' as const), by: people }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('time' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bad' as const), on: fc.boolean() }) },
);

const story = fc.record({
  rules,
  strategy,
  skipAnalysis: fc.boolean(),
  threshold: fc.integer({ min: 1, max: 3 }),
  events: fc.array(fc.tuple(fc.integer({ min: 1, max: 15 }), event), { maxLength: 25 }),
});

type Story = typeof story extends fc.Arbitrary<infer S> ? S : never;

const REVISIONS = { v1: V1, v2: V2, v3: V3 };

/** Whether enough people of the right sort have approved, counted anew from the record of who gave which order. */
function isApproved(state: RunState, demanded: ApprovalRule): boolean {
  const given = (state.approvals?.given ?? []).filter(
    ({ gate, atWeight }) => gate === demanded.gate && atWeight === demanded.atWeight,
  );
  const names = given.filter(
    ({ by, groups }) => objectionTo(state, demanded, { by, ...(groups ? { groups } : {}) }) === undefined,
  );
  return new Set(names.map(({ by }) => by)).size >= demanded.needed;
}

/** Plays a story, and looks at each change of traffic with the state before it. */
function play(given: Story, moved: (before: RunState, after: Model, from: number, to: number) => void): Model {
  const withRules = (list: readonly ApprovalRule[]) =>
    policyWith({
      strategy: given.strategy,
      skipAnalysis: given.skipAnalysis,
      threshold: given.threshold,
      ...(list.length === 0 ? {} : { approvals: { digest: JSON.stringify(list), rules: list } }),
    });
  const m = new Model({ policy: withRules(given.rules) });
  let bad = false;
  m.analysis = () => (bad ? FAILING : PASSING);
  let count = 0;
  const happen = (one: Event): void => {
    switch (one.kind) {
      case 'order': {
        const groups = GROUPS[one.by];
        const base = { order: one.order, by: one.by, reason: '', requestId: `o${(count += 1)}`, channel: 'api' };
        const more =
          one.order === 'setWeight' ? { weight: one.weight } : groups && one.order === 'approve' ? { groups } : {};
        m.send({ type: 'order', order: { ...base, ...more } as Order });
        return;
      }
      case 'policy':
        m.policy = withRules(one.rules);
        m.send({ type: 'submitted', change: { id: `p${(count += 1)}`, kind: 'spec', by: 'watch' } });
        return;
      case 'image':
        m.setImage(REVISIONS[one.revision]);
        return;
      case 'request':
        m.send({ type: 'submitted', change: { id: `r${(count += 1)}`, kind: 'request', by: one.by } });
        return;
      case 'time':
        m.now += HOUR;
        m.nudge();
        return;
      case 'bad':
        bad = one.on;
        return;
    }
  };
  for (const [turns, one] of [...given.events, [30, { kind: 'bad', on: false }] as const]) {
    for (let i = 0; i < turns && !m.state.ending; i += 1) {
      const before = m.state;
      const from = m.weights?.canary ?? 0;
      m.run(1);
      const to = m.weights?.canary ?? 0;
      moved(before, m, from, to);
    }
    if (m.state.ending) break;
    happen(one);
  }
  return m;
}

describe('whoever approves whatever, whenever', () => {
  test('no traffic goes beyond a gate that is closed', () => {
    fc.assert(
      fc.property(story, (given) => {
        play(given, (before, after, from, to) => {
          const { policy } = after.state;
          if (!policy || after.state.stranded || to <= from || after.state.phase !== 'Progressing') return;
          for (const demanded of rulesBeforeRise({ policy }, from, to)) {
            assert.ok(isApproved(before, demanded), `${from} → ${to} past ${JSON.stringify(demanded)}`);
          }
          const first = ruleAt({ policy }, { gate: 'rollout' });
          if (first && from === 0 && !before.begun)
            assert.ok(isApproved(before, first), 'before its rollout was approved');
        });
      }),
      { numRuns: 600 },
    );
  });

  test('nothing is copied to the primary before its promotion has been approved, nor started before its rollout', () => {
    fc.assert(
      fc.property(story, (given) => {
        let runs = V1.hash;
        let replicas = 0;
        play(given, (before, after) => {
          const { policy } = after.state;
          if (after.primaryRuns.hash !== runs && policy) {
            runs = after.primaryRuns.hash;
            const last = ruleAt({ policy }, { gate: 'promotion' });
            if (last) assert.ok(isApproved(before, last), `${runs} was promoted`);
          }
          if (after.targetReplicas > replicas && policy) {
            const first = ruleAt({ policy }, { gate: 'rollout' });
            if (first) assert.ok(isApproved(before, first), 'pods were started');
          }
          replicas = after.targetReplicas;
        });
      }),
      { numRuns: 600 },
    );
  });

  test('what is shown of a gate is what counts, and a gate with nothing to check has one timer at the most', () => {
    fc.assert(
      fc.property(story, (given) => {
        // Who sets a weight has the release look once more, an interval later.
        const events = given.events.filter(([, one]) => one.kind !== 'order' || one.order !== 'setWeight');
        play({ ...given, events }, (_before, after) => {
          const { gate, policy, waiting } = after.state;
          const view = gateView(after.state);
          if (!gate || !policy || view?.policy === undefined || !('revision' in gate) || !gate.revision) return;
          const demanded = 'hook' in gate ? undefined : ruleAt({ policy }, gate);
          if (!demanded) return;
          assert.equal(view.given.length, countedFor(after.state, demanded, gate.revision).length);
          assert.equal(new Set(view.given.map(({ by }) => by)).size, view.given.length, 'somebody counts twice');
          const isIdle = (after.weights?.canary ?? 0) === 0 && !after.weights?.mirrored && !after.state.paused;
          const isClosed = view.given.length < view.needed;
          if (!isIdle || !isClosed || after.state.fresh || waiting.for !== 'tick' || waiting.at <= after.now) return;
          assert.equal(waiting.at, view.expiresAt, `it looks again at ${waiting.at} for nothing`);
        });
      }),
      { numRuns: 600 },
    );
  });

  test('a gate that nobody opens ends as the policy says', () => {
    fc.assert(
      fc.property(rule, strategy, (only, how) => {
        const m = new Model({
          policy: policyWith({
            intervalSeconds: 300,
            strategy: how,
            threshold: 1,
            approvals: { digest: 'd', rules: [only] },
          }),
        });
        if (only.gate === 'rollback') m.analysis = () => FAILING;
        for (let turn = 0; turn < 200 && !m.state.gate && !m.state.ending; turn += 1) m.run(1);
        if (m.state.gate === undefined) return;
        const { since } = m.state.gate;
        const limit = since + (only.expires?.ms ?? 10 * HOUR);
        for (let turn = 0; turn < 20_000 && m.now <= limit && !m.state.ending; turn += 1) {
          if (m.run(1).state.waiting.for === 'order') m.now += HOUR;
        }
        if (only.expires?.into === 'reject') {
          assert.equal(m.state.ending?.kind, only.gate === 'rollback' ? 'rolled-back' : 'rejected');
          assert.equal(m.now, limit);
          assert.deepEqual(m.weights, { primary: 100, canary: 0 });
          assert.equal(m.targetReplicas, 0);
        } else {
          assert.equal(m.state.ending, undefined);
          assert.ok(m.state.gate);
          if (only.gate === 'rollback') assert.deepEqual(m.weights, { primary: 100, canary: 0 });
        }
      }),
      { numRuns: 150 },
    );
  });
});
