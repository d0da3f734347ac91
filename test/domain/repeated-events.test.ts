import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Effect } from '../../src/domain/decision/effects.js';
import type { Readiness } from '../../src/domain/findings.js';
import type { Phase } from '../../src/domain/phases.js';
import type { Strategy } from '../../src/domain/policy.js';
import { FAILING, Model, PASSING, policyWith, PROVIDER_DOWN, V1, V2 } from './model.js';

const UNREADY: Readiness = { ready: false, retriable: true, reason: '1 of 4 available', available: true, progress: 1 };

const world = fc.record({
  phase: fc.constantFrom<Phase>('', 'Initializing', 'Initialized', 'Succeeded', 'Failed', 'Waiting', 'Progressing'),
  stranded: fc.boolean(),
  strategy: fc.constantFrom<Strategy>(
    { kind: 'canary', stepWeight: 20, maxWeight: 40, stepWeightPromotion: 20 },
    { kind: 'canary', stepWeight: 20, maxWeight: 40, stepWeightPromotion: 0, mirror: true },
    { kind: 'ab', iterations: 2, stepWeightPromotion: 0 },
    { kind: 'blueGreen', iterations: 2, stepWeightPromotion: 0 },
  ),
  gates: fc.subarray(['confirm-rollout', 'confirm-traffic-increase', 'confirm-promotion', 'rollback'] as const),
  opens: fc.boolean(),
  skipAnalysis: fc.boolean(),
  suspend: fc.boolean(),
  deleting: fc.boolean(),
  target: fc.constantFrom(V1, V2),
  primary: fc.constantFrom<Readiness | undefined>(undefined, UNREADY, { ...UNREADY, retriable: false }),
  canary: fc.constantFrom<Readiness | undefined>(undefined, UNREADY, { ...UNREADY, retriable: false }),
  problem: fc.constantFrom(undefined, undefined, 'httproutes "web" not found'),
  drift: fc.boolean(),
  verdict: fc.constantFrom(PASSING, PROVIDER_DOWN, FAILING),
  fails: fc.constantFrom<(Effect['do'] | 'rollBack')[]>(
    ...[
      [],
      ['weights'],
      ['reconcile'],
      ['promote'],
      ['scaleUp'],
      ['scaleDown'],
      ['restore'],
      ['build'],
      ['revert'],
    ].map((kinds) => kinds as Effect['do'][]),
    ['scaleLikePrimary'],
    ['settle', 'rollBack'],
  ),
  /** Somebody wakes the release now and then, though nothing is new. */
  nudged: fc.boolean(),
});

type Frozen = typeof world extends fc.Arbitrary<infer W> ? W : never;

/** Each event that was said, with the phase that it was said in. */
function play(given: Frozen): readonly string[] {
  const initial = given.phase === '' || given.phase === 'Initializing';
  const m = new Model({
    policy: policyWith({
      strategy: given.strategy,
      skipAnalysis: given.skipAnalysis,
      suspend: given.suspend,
      threshold: 3,
      progressDeadlineSeconds: 60,
      hooks: Object.fromEntries(given.gates.map((gate) => [gate, ['ask']])),
    }),
    target: given.target,
    built: !initial,
    taken: {
      phase: given.phase,
      ...(given.phase === 'Failed' && given.stranded ? { weight: 100, applied: V2 } : {}),
      ...(initial ? { applied: undefined, promoted: '' } : {}),
    },
  });
  m.deadlineSeconds = undefined;
  m.deleting = given.deleting;
  m.problem = given.problem;
  m.drift = given.drift ? ['Service/podinfo'] : [];
  m.analysis = () => given.verdict;
  m.answer = (question) => ({ results: [{ hook: 'ask', ok: question !== 'rollback' && given.opens, error: 'no' }] });
  const world = m.world.bind(m);
  m.world = () => ({
    ...world(),
    leftAlone: [],
    ...(given.primary ? { primary: given.primary } : {}),
    ...(given.canary ? { canary: given.canary } : {}),
  });
  m.breaks = ({ do: kind }) =>
    given.fails.includes(kind) ? { type: 'UserError', message: `${kind} is refused` } : undefined;
  m.breaksRollback = () =>
    given.fails.includes('rollBack') ? { type: 'UserError', message: 'the route is refused' } : undefined;
  const phases: Phase[] = [];
  m.before = (model) => {
    while (phases.length < model.events.length) phases.push(model.state.phase);
    if (given.nudged && model.turns % 7 === 0 && !model.state.ending) model.nudge();
  };
  m.run(600);
  return m.events.map((message, index) => `${phases[index] ?? m.state.phase}: ${message}`);
}

/** Each check that fails is an event of its own, and so is each rise that a gate lets through. */
const isCheck = (message: string): boolean =>
  message.includes('advancement success rate') || message.endsWith('Confirm-traffic-increase check ask passed');

describe('an event for a state is said once for each change of that state', () => {
  test('where nothing changes, nothing is said again: in every phase, whatever fails or is waited for', () => {
    fc.assert(
      fc.property(world, (given) => {
        const said = play(given).filter((message) => !isCheck(message));
        const again = said.filter((message, index) => said.indexOf(message) !== index);
        assert.deepEqual(again, [], said.join('\n'));
      }),
      { numRuns: 400 },
    );
  });

  test('what is left out is in the record and goes to listeners, once, when it has been done', () => {
    const m = new Model({
      policy: policyWith({ listeners: { events: true, alertsFrom: 'info' } }),
      built: false,
      taken: { phase: '', applied: undefined, promoted: '' },
      target: V1,
    });
    let refusals = 5;
    m.breaks = ({ do: kind }) =>
      kind === 'reconcile' && refusals-- > 0 ? { type: 'UserError', message: 'no such route' } : undefined;
    m.run();
    const available = 'all the metrics providers are available!';
    assert.equal(m.state.ending?.kind, 'initialized');
    assert.equal(m.events.filter((message) => message === available).length, 1);
    assert.equal(m.notices.filter((n) => n.kind === 'event' && n.message === available).length, 1);
    assert.equal(m.state.record.filter((e) => e.what === 'event' && e.message === available).length, 1);
  });

  test('a gate is asked once an interval, however often the release is woken', () => {
    for (const gate of ['confirm-rollout', 'confirm-traffic-increase', 'confirm-promotion'] as const) {
      const m = new Model({ policy: policyWith({ hooks: { [gate]: ['ask'] } }) });
      const asked: number[] = [];
      m.answer = () => {
        asked.push(m.now);
        return { results: [{ hook: 'ask', ok: false }] };
      };
      m.before = () => {
        if (m.turns % 2 === 0) return;
        m.now += 1_000;
        m.nudge();
      };
      m.run(400);
      assert.ok(asked.length > 3, gate);
      const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
      assert.ok(Math.min(...pauses) >= 10_000, `${gate}: ${pauses.join(', ')}`);
    }
  });
});
