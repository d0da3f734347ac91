import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { OrderName } from '../../src/domain/orders.js';
import type { CanaryStrategy, Strategy } from '../../src/domain/policy.js';
import { nextWeight } from '../../src/domain/weights.js';
import { FAILING, Model, PASSING, policyWith, PROVIDER_DOWN, V1, V2, V3 } from './model.js';

const stepWeightPromotion = fc.constantFrom(0, 0, 10, 34, 100);
const mirrors = fc.constantFrom({}, { mirror: true as const });

const growing: fc.Arbitrary<CanaryStrategy> = fc
  .record({
    stepWeight: fc.integer({ min: 1, max: 60 }),
    weights: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 }), {
      nil: undefined,
    }),
    maxWeight: fc.integer({ min: 1, max: 100 }),
    stepWeightPromotion,
    mirror: mirrors,
  })
  .map(({ stepWeight, weights, maxWeight, stepWeightPromotion, mirror }): CanaryStrategy => {
    if (weights === undefined) return { kind: 'canary', stepWeight, maxWeight, stepWeightPromotion, ...mirror };
    const ascending = [...weights].sort((a, b) => a - b);
    return { kind: 'canary', weights: ascending, maxWeight: ascending.at(-1) ?? 100, stepWeightPromotion, ...mirror };
  });

const iterations = fc.integer({ min: 1, max: 5 });

const strategy: fc.Arbitrary<Strategy> = fc.oneof(
  { weight: 2, arbitrary: growing },
  fc.record({ kind: fc.constant('ab' as const), iterations, stepWeightPromotion }),
  fc
    .record({ kind: fc.constant('blueGreen' as const), iterations, stepWeightPromotion, mirror: mirrors })
    .map(({ mirror, ...rest }) => ({ ...rest, ...mirror })),
);

type Trouble =
  | { readonly kind: 'order'; readonly order: OrderName; readonly weight: number }
  | { readonly kind: 'image'; readonly revision: 'v1' | 'v2' | 'v3' }
  | { readonly kind: 'foreign'; readonly weight: number }
  | { readonly kind: 'canary'; readonly ready: number | undefined }
  | { readonly kind: 'primary'; readonly ready: number | undefined }
  | { readonly kind: 'problem'; readonly on: boolean }
  | { readonly kind: 'nudge' }
  | { readonly kind: 'break' };

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  fc.record({
    kind: fc.constant('order' as const),
    order: fc.constantFrom<OrderName>(
      'approve',
      'reject',
      'pause',
      'resume',
      'abort',
      'promote',
      'setWeight',
      'skipStep',
    ),
    weight: fc.integer({ min: -5, max: 120 }),
  }),
  fc.record({
    kind: fc.constant('image' as const),
    revision: fc.constantFrom('v1' as const, 'v2' as const, 'v3' as const),
  }),
  fc.record({ kind: fc.constant('canary' as const), ready: fc.constantFrom(0, 3, undefined) }),
  fc.record({ kind: fc.constant('problem' as const), on: fc.boolean() }),
  fc.record({ kind: fc.constant('nudge' as const) }),
  fc.record({ kind: fc.constant('break' as const) }),
);

const story = fc.record({
  strategy,
  threshold: fc.integer({ min: 1, max: 5 }),
  skipAnalysis: fc.boolean(),
  gates: fc.subarray([
    'confirm-rollout',
    'confirm-traffic-increase',
    'confirm-promotion',
    'pre-rollout',
    'rollback',
  ] as const),
  gateAnswers: fc.infiniteStream(fc.boolean()),
  verdicts: fc.infiniteStream(fc.constantFrom('pass', 'pass', 'pass', 'fail', 'unknown')),
  troubles: fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), trouble), { maxLength: 6 }),
});

const REVISIONS = { v1: V1, v2: V2, v3: V3 };

function play(given: typeof story extends fc.Arbitrary<infer S> ? S : never): Model {
  const hooks = Object.fromEntries(given.gates.map((gate) => [gate, ['hook']]));
  const m = new Model({
    policy: policyWith({
      strategy: given.strategy,
      threshold: given.threshold,
      skipAnalysis: given.skipAnalysis,
      hooks,
    }),
  });
  let failedLast = false;
  m.analysis = () => {
    const verdict = String(given.verdicts.next().value);
    failedLast = verdict !== 'pass';
    return verdict === 'pass' ? PASSING : verdict === 'fail' ? FAILING : PROVIDER_DOWN;
  };
  m.answer = (question) => {
    const open = Boolean(given.gateAnswers.next().value);
    // A rollback webhook that says yes is a story of its own.
    return { results: [{ hook: 'hook', ok: question === 'rollback' ? false : open, error: 'denied' }] };
  };
  let broken = false;
  let before = 0;
  let since = 0;
  const steered = given.troubles.some(([, { kind }]) => kind === 'order');
  m.before = () => {
    const { strategy } = m.policy;
    const max = strategy.kind === 'canary' ? strategy.maxWeight : 100;
    const weight = m.weights?.canary ?? 0;
    if (m.state.phase === 'Progressing' && !m.state.stranded)
      assert.ok(weight <= max, `weight ${weight} is above maxWeight ${max}`);
    if (weight > before && m.state.phase === 'Progressing')
      assert.equal(failedLast, false, 'the weight moved after a failed check');
    if (weight > before && before > 0 && m.state.phase === 'Progressing' && !steered) {
      assert.ok(m.now - since >= 10_000, `weight ${before} stood for ${m.now - since} ms only`);
    }
    if (weight !== before) since = m.now;
    failedLast = false;
    before = weight;
    for (const [turn, happening] of given.troubles) if (turn === m.turns) cause(m, happening, () => (broken = true));
    // Somebody comes back to whatever was left standing.
    if (m.turns > 80) {
      m.problem = undefined;
      broken = false;
      if (m.state.paused) m.order('resume');
      if (m.state.gate) m.order('approve');
      if (m.canaryReadySeconds === undefined) m.canaryReadySeconds = 3;
    }
  };
  m.breaks = (effect) => {
    if (!broken || effect.do !== 'weights') return undefined;
    broken = false;
    return { type: 'UserError', message: 'no such route' };
  };
  for (let i = 0; i < 40 && !m.state.ending; i += 1) {
    m.run(200);
    if (m.state.paused) m.order('resume');
  }
  return m;
}

function cause(m: Model, trouble: Trouble, breakNext: () => void): void {
  switch (trouble.kind) {
    case 'order':
      m.order(trouble.order, trouble.order === 'setWeight' ? { weight: trouble.weight } : {});
      break;
    case 'image':
      m.setImage(REVISIONS[trouble.revision]);
      break;
    case 'canary':
      m.canaryReadySeconds = trouble.ready;
      break;
    case 'problem':
      m.problem = trouble.on ? 'something is missing' : undefined;
      break;
    case 'nudge':
      m.nudge();
      break;
    case 'break':
      breakNext();
      break;
    default:
      break;
  }
}

describe('whatever happens to a release', () => {
  test('it ends, with all traffic on a version that was healthy', () => {
    fc.assert(
      fc.property(story, (given) => {
        const m = play(given);
        assert.ok(m.state.ending, `it has not ended: ${m.state.phase}, waiting for ${JSON.stringify(m.state.waiting)}`);
        assert.deepEqual(m.weights, { primary: 100, canary: 0 }, m.state.ending.kind);
        assert.equal(m.targetReplicas, 0);
        assert.equal(m.status.canaryWeight, 0);
        if (m.state.ending.kind === 'promoted') {
          assert.equal(m.status.phase, 'Succeeded');
          assert.equal(m.primaryRuns.hash, m.state.promoted);
        } else {
          assert.ok(['Failed', 'Initialized', 'Succeeded'].includes(m.status.phase), m.status.phase);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('the record names every weight that was set, in order', () => {
    fc.assert(
      fc.property(story, (given) => {
        const m = play(given);
        const recorded = m.state.record.flatMap((entry) => (entry.what === 'weight' ? [entry.canary] : []));
        if (m.state.recordDropped === 0) assert.deepEqual(recorded, m.weightsSeen);
      }),
      { numRuns: 200 },
    );
  });

  test('the state stays small plain JSON', () => {
    fc.assert(
      fc.property(story, (given) => {
        const m = play(given);
        const text = JSON.stringify(m.state);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(JSON.parse(text))));
        assert.ok(text.length < 64_000, `${text.length} characters`);
      }),
      { numRuns: 100 },
    );
  });
});

test('nextWeight grows strictly, stays within maxWeight, and ends', () => {
  fc.assert(
    fc.property(growing, (given) => {
      let weight = 0;
      for (let steps = 0; ; steps += 1) {
        const next = nextWeight(given, weight);
        if (next === undefined) break;
        assert.ok(next > weight && next <= given.maxWeight);
        weight = next;
        assert.ok(steps <= 100);
      }
      assert.equal(weight, given.maxWeight);
    }),
  );
});
