import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Effect } from '../../src/domain/decision/effects.js';
import {
  contestedMessage,
  FIGHT_MS,
  FIGHT_REPAIRS,
  isContested,
  parseRepairs,
  reasonToLeave,
  REFUSED_MS,
  withRepairs,
  type Repair,
} from '../../src/domain/strays.js';
import { FAILING, Model, PASSING, policyWith, V1, V2, V3 } from './model.js';

const SERVICE = 'Service/podinfo-primary';

/** Runs with the drift appearing whenever `when` holds for the first time. @returns the repairs that were made then */
function repairs(m: Model, when: (m: Model) => boolean, times = 1): (Effect & { do: 'reconcile' })[] {
  const found: (Effect & { do: 'reconcile' })[] = [];
  let left = times;
  m.before = () => {
    if (left === 0 || m.drift.length > 0 || !when(m)) return;
    left -= 1;
    m.drift = [SERVICE];
    m.nudge();
  };
  m.breaks = (effect) => {
    if (effect.do === 'reconcile') found.push(effect);
    return undefined;
  };
  m.run();
  assert.equal(left, 0, `the drift never came up; ${m.state.phase}`);
  return found;
}

function analysed(changes: Parameters<typeof policyWith>[0] = {}): Model {
  const m = new Model({ policy: policyWith(changes) });
  m.analysis = () => PASSING;
  return m;
}

const PHASES: Readonly<Record<string, { model: () => Model; when: (m: Model) => boolean }>> = {
  'waiting for the canary’s pods': { model: analysed, when: (m) => m.state.waiting.for === 'readiness' },
  progressing: { model: analysed, when: (m) => m.weights?.canary === 20 },
  'at a gate': {
    model: () => {
      const m = analysed({ hooks: { 'confirm-promotion': ['gate'] } });
      m.answer = () => ({ results: [{ hook: 'gate', ok: false, error: 'no' }] });
      return m;
    },
    when: (m) => m.state.phase === 'WaitingPromotion',
  },
  promoting: { model: analysed, when: (m) => m.state.phase === 'Promoting' },
  'promoting in steps': {
    model: () => analysed({ strategy: { kind: 'canary', stepWeight: 50, maxWeight: 100, stepWeightPromotion: 20 } }),
    when: (m) => m.state.phase === 'Promoting' && m.weights?.canary === 60,
  },
  finalising: { model: analysed, when: (m) => m.state.phase === 'Finalising' },
};

describe('what is generated is put right', () => {
  for (const [phase, { model, when }] of Object.entries(PHASES)) {
    test(`while ${phase}, and the second time as the first`, () => {
      const m = model();
      const weights = m.weights;
      const made = repairs(m, when, 2);
      assert.equal(made.length, 2);
      assert.ok(weights);
    });
  }

  test('in a pause, which goes on', () => {
    const m = analysed();
    m.before = () => {
      if (m.weights?.canary === 20 && !m.state.paused) m.order('pause');
    };
    m.run();
    const made = repairs(m, () => true, 2);
    assert.equal(made.length, 2);
    assert.deepEqual([m.state.paused?.by, m.weights?.canary], ['alice', 20]);
    assert.equal(made[0]?.canary, 20, 'a route that has to be made anew gets the weights of the release');
  });

  test('while a promotion is undone: what leads to the warm pods goes on doing so', () => {
    const m = new Model({ taken: { phase: 'Succeeded', applied: V2, promoted: 'v2' } });
    m.primaryRuns = V2;
    m.previous = V1;
    m.warm = 'ready';
    m.order('undo', {}, { target: 'promoted', previous: { revision: 'v1', warm: true } });
    const [made] = repairs(m, ({ warm }) => warm === 'serving');
    assert.deepEqual(made && [made.diverted, made.canary, made.everybody], [true, 100, true]);
    assert.equal(m.state.ending?.kind, 'undone');
  });

  test('while the Canary is let go of: until the target serves, the primary does', () => {
    const m = new Model({ target: V1 });
    m.deleting = true;
    const made = repairs(m, ({ state }) => state.phase === 'Terminating');
    assert.equal(made.length, 1);
    assert.equal(m.state.ending?.kind, 'terminated');
  });

  test('while a Canary is initialised: only what the primary needs', () => {
    const m = new Model({ built: false, taken: { phase: '', applied: undefined, promoted: '' }, target: V1 });
    const [made] = repairs(m, ({ state, built }) => state.phase === 'Initializing' && built);
    assert.equal(made?.unserved, true);
    assert.equal(m.state.ending?.kind, 'initialized');
  });

  test('before a release is rolled back by its checks', () => {
    const m = new Model({ policy: policyWith({ threshold: 1 }) });
    m.analysis = () => FAILING;
    const made = repairs(m, ({ weights }) => weights?.canary === 10);
    assert.equal(made.length, 1);
    assert.equal(m.state.ending?.kind, 'rolled-back');
  });

  test('a primary that has to be made anew runs what was analysed, never what merely stands in the target', () => {
    const [analysing] = repairs(analysed(), ({ weights }) => weights?.canary === 20);
    assert.equal(analysing?.runs, 'v1');
    const [promoting] = repairs(analysed(), ({ state }) => state.phase === 'Promoting');
    assert.equal(promoting?.runs, 'v2');
    const failed = new Model({ taken: { phase: 'Failed', applied: V3, promoted: 'v1' }, target: V3 });
    const [resting] = repairs(failed, () => true);
    assert.equal(resting?.runs, 'v1');
  });

  test('what is left alone is said once for a revision, and nothing else waits for it', () => {
    const m = analysed();
    m.leftAlone = [contestedMessage({ object: SERVICE, field: 'spec.ports', by: 'kubectl-edit' })];
    m.run();
    assert.equal(m.events.filter((message) => message.includes('kubectl-edit')).length, 1, m.events.join('\n'));
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('looks of earlier versions are taken as those did', () => {
    const m = analysed();
    m.leftAlone = undefined;
    assert.equal(repairs(m, ({ weights }) => weights?.canary === 20, 2).length, 1);
  });
});

describe('whoever fights for a field', () => {
  const stray = { object: SERVICE, field: 'spec.selector' };
  const fought = (times: readonly number[]): readonly Repair[] =>
    times.reduce<readonly Repair[]>((all, now) => withRepairs(all, [{ stray }], now), []);

  test('is recognised by repetition within a time, for just that field', () => {
    const now = 5_000_000;
    const often = fought([now - 3, now - 2, now - 1]);
    assert.equal(FIGHT_REPAIRS, 3);
    assert.equal(isContested(stray, often, now), true);
    assert.equal(isContested({ ...stray, field: 'spec.ports' }, often, now), false);
    assert.equal(isContested({ object: SERVICE }, often, now), false);
    assert.equal(isContested(stray, fought([now - 2, now - 1]), now), false);
  });

  test('and left alone until that is long ago', () => {
    const now = 5_000_000;
    const often = fought([now, now + 1, now + 2]);
    assert.equal(isContested(stray, often, now + FIGHT_MS - 1), true);
    assert.equal(isContested(stray, often, now + FIGHT_MS), false);
    assert.deepEqual(withRepairs(often, [], now + 2 * FIGHT_MS), []);
  });

  test('what could not be put right is tried again after a while, and told with its reason', () => {
    const now = 5_000_000;
    const refused = (at: number, all: readonly Repair[] = []) => withRepairs(all, [{ stray, refused: 'no' }], at);
    const once = refused(now);
    assert.equal(reasonToLeave(stray, once, now + REFUSED_MS - 1), `${SERVICE} can't be put right: no`);
    assert.equal(reasonToLeave(stray, once, now + REFUSED_MS), undefined);
    const often = refused(now + 2, refused(now + 1, once));
    assert.equal(reasonToLeave(stray, often, now + REFUSED_MS + 2), `${SERVICE} can't be put right: no`);
    assert.equal(reasonToLeave(stray, withRepairs(once, [{ stray }], now + 1), now + 2), undefined);
  });

  test('what was written down of repairs may be anything', () => {
    const repairs = withRepairs([], [{ stray }], 7);
    assert.deepEqual(parseRepairs(JSON.stringify(repairs)), repairs);
    for (const text of [undefined, '', '{', 'null', '{}', '[1,{},{"object":"x","at":["y"]}]'])
      assert.deepEqual(parseRepairs(text), []);
  });

  test('is named where Kubernetes knows who it is', () => {
    assert.match(
      contestedMessage({ ...stray, by: 'kubectl-edit' }),
      /spec.selector of Service\/podinfo-primary .*kubectl-edit/,
    );
    assert.match(
      contestedMessage({ object: SERVICE }),
      /^Service\/podinfo-primary is removed or changed again and again:/,
    );
  });
});
