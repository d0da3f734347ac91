import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { OrderName } from '../../src/domain/orders/catalogue.js';
import type { CanaryStrategy, Strategy } from '../../src/domain/policy.js';
import { resumed } from '../../src/domain/initial.js';
import { isActive } from '../../src/domain/phases.js';
import type { RunState } from '../../src/domain/state.js';
import { canaryAt, nextWeight } from '../../src/domain/weights.js';
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
  /** As a problem, but nobody mends it while the release is under way. */
  | { readonly kind: 'stuck' }
  | { readonly kind: 'nudge' }
  | { readonly kind: 'break' };

const READY_SECONDS = fc.constantFrom(0, 3, undefined);

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
      'retry',
      'undo',
    ),
    weight: fc.integer({ min: -5, max: 120 }),
  }),
  fc.record({
    kind: fc.constant('image' as const),
    revision: fc.constantFrom('v1' as const, 'v2' as const, 'v3' as const),
  }),
  fc.record({ kind: fc.constant('foreign' as const), weight: fc.integer({ min: 0, max: 100 }) }),
  fc.record({ kind: fc.constant('canary' as const), ready: READY_SECONDS }),
  fc.record({ kind: fc.constant('primary' as const), ready: READY_SECONDS }),
  fc.record({ kind: fc.constant('problem' as const), on: fc.boolean() }),
  fc.record({ kind: fc.constant('stuck' as const) }),
  fc.record({ kind: fc.constant('nudge' as const) }),
  fc.record({ kind: fc.constant('break' as const) }),
);

/** Answers one after the other, over and over. */
const answers = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 20 });

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
  gateAnswers: answers(fc.boolean()),
  verdicts: answers(fc.constantFrom('pass', 'pass', 'pass', 'fail', 'unknown')),
  troubles: fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), trouble), { maxLength: 6 }),
});

type Story = typeof story extends fc.Arbitrary<infer S> ? S : never;

const REVISIONS = { v1: V1, v2: V2, v3: V3 };

/** A release, and the versions that have shown to be healthy, or that a person wanted without asking. */
interface Played {
  readonly m: Model;
  readonly healthy: ReadonlySet<string>;
}

/** @param restarted the run is handed over to another, as plain JSON, before every turn */
function play(given: Story, restarted = false): Played {
  const hooks = Object.fromEntries(given.gates.map((gate) => [gate, ['hook']]));
  const m = new Model({
    policy: policyWith({
      strategy: given.strategy,
      threshold: given.threshold,
      skipAnalysis: given.skipAnalysis,
      progressDeadlineSeconds: 60,
      hooks,
    }),
  });
  const healthy = new Set(['v1']);
  const turns = { verdict: 0, answer: 0 };
  let failedLast = false;
  m.analysis = () => {
    const verdict = given.verdicts[turns.verdict++ % given.verdicts.length];
    failedLast = verdict !== 'pass';
    if (verdict === 'pass') healthy.add(m.target.hash);
    return verdict === 'pass' ? PASSING : verdict === 'fail' ? FAILING : PROVIDER_DOWN;
  };
  m.answer = (question) => {
    const open = given.gateAnswers[turns.answer++ % given.gateAnswers.length] ?? false;
    // A rollback webhook that says yes is a story of its own.
    return { results: [{ hook: 'hook', ok: question === 'rollback' ? false : open, error: 'denied' }] };
  };
  let broken = false;
  let isStuck = false;
  let before = 0;
  let since = 0;
  const steered = given.troubles.some(([, { kind }]) => kind === 'order' || kind === 'foreign');
  m.before = () => {
    if (restarted) m.state = resumed(JSON.parse(JSON.stringify(m.state)) as RunState);
    const { strategy } = m.policy;
    const max = maxWeightOf(strategy);
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
    if (m.policy.skipAnalysis && m.world().canary.ready) healthy.add(m.target.hash);
    if (m.state.promoteNow || m.state.skipStep === true) healthy.add(m.target.hash);
    for (const [turn, happening] of given.troubles) {
      if (turn !== m.turns) continue;
      if (happening.kind === 'stuck') isStuck = true;
      cause(m, happening, () => (broken = true));
      // What somebody sets by hand is no step of the release.
      if (happening.kind === 'foreign') before = m.weights?.canary ?? 0;
    }
    const isUnderWay = isActive(m.state.phase) && m.state.phase !== 'Waiting';
    // Somebody comes back to whatever was left standing.
    if (m.turns > 80) {
      if (!(isStuck && isUnderWay)) m.problem = undefined;
      broken = false;
      if (m.state.paused) m.order('resume');
      if (m.state.gate) m.order('approve');
      if (m.canaryReadySeconds === undefined) m.canaryReadySeconds = 3;
      if (m.primaryReadySeconds === undefined && !isUnderWay) m.primaryReadySeconds = 3;
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
  return { m, healthy };
}

function maxWeightOf(strategy: Strategy): number {
  return strategy.kind === 'canary' ? strategy.maxWeight : 100;
}

function cause(m: Model, trouble: Trouble, breakNext: () => void): void {
  switch (trouble.kind) {
    case 'order':
      m.order(trouble.order, trouble.order === 'setWeight' ? { weight: trouble.weight } : {});
      break;
    case 'image':
      m.setImage(REVISIONS[trouble.revision]);
      break;
    case 'foreign':
      if (m.state.phase === 'Progressing' && m.state.begun && m.weights?.canary !== 0) {
        m.weights = canaryAt(Math.min(trouble.weight, maxWeightOf(m.policy.strategy)));
      }
      break;
    case 'canary':
      m.canaryReadySeconds = trouble.ready;
      break;
    case 'primary':
      m.primaryReadySeconds = trouble.ready;
      break;
    case 'problem':
      m.problem = trouble.on ? 'something is missing' : undefined;
      break;
    case 'stuck':
      m.problem = 'nobody accepts the route';
      break;
    case 'nudge':
      m.nudge();
      break;
    case 'break':
      breakNext();
      break;
  }
}

describe('whatever happens to a release', () => {
  test('it ends, with all traffic on a version that was healthy', () => {
    fc.assert(
      fc.property(story, (given) => {
        const { m, healthy } = play(given);
        const { ending } = m.state;
        assert.ok(ending, `it has not ended: ${m.state.phase}, waiting for ${JSON.stringify(m.state.waiting)}`);
        if (ending.kind === 'promotion-failed') {
          // The primary could not follow: the canary, which has passed, serves everybody.
          assert.equal(m.weights?.canary, 100);
          assert.equal(m.targetReplicas, 1);
          assert.ok(healthy.has(m.target.hash), `${m.target.hash} serves`);
          return;
        }
        assert.deepEqual(m.weights, { primary: 100, canary: 0 }, ending.kind);
        assert.ok(healthy.has(m.primaryRuns.hash), `${m.primaryRuns.hash} serves`);
        assert.equal(m.targetReplicas, 0);
        assert.equal(m.status.canaryWeight, 0);
        if (ending.kind === 'promoted') {
          assert.equal(m.status.phase, 'Succeeded');
          assert.equal(m.primaryRuns.hash, m.state.promoted);
        } else {
          assert.ok(['Failed', 'Initialized', 'Succeeded'].includes(m.status.phase), m.status.phase);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('told again from the beginning, or handed over before every turn, it is the same story', () => {
    fc.assert(
      fc.property(story, (given) => {
        const reported = [play(given), play(given), play(given, true)].map(({ m }) => ({
          ...{ events: m.events, weights: m.weightsSeen, effects: m.effects, status: m.status, notices: m.notices },
          ...{ now: m.now, ending: m.state.ending, record: m.state.record, primary: m.primaryRuns },
        }));
        assert.deepEqual(reported[1], reported[0]);
        assert.deepEqual(reported[2], reported[0]);
      }),
      { numRuns: 150 },
    );
  });

  test('the record names every weight that was set, in order', () => {
    fc.assert(
      fc.property(story, (given) => {
        const { m } = play(given);
        const recorded = m.state.record.flatMap((entry) => (entry.what === 'weight' ? [entry.canary] : []));
        if (m.state.recordDropped === 0) assert.deepEqual(recorded, m.weightsSeen);
      }),
      { numRuns: 200 },
    );
  });

  test('the state stays small plain JSON', () => {
    fc.assert(
      fc.property(story, (given) => {
        const { m } = play(given);
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
