import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Line, Live, LiveGate, Release } from '../src/api/types.js';
import { liveOf } from '../src/release/live-from.js';
import { drawnOf } from '../src/release/series.js';
import { happened, ofKind } from '../src/release/happenings.js';
import { railOf, type RailStep } from '../src/release/rail.js';
import { linked, moved } from '../src/release/window-links.js';
import { cellOf, columnsOf, lookOf } from '../src/release/matrix.js';
import { windowsOf, type Judged, type Window } from '../src/release/windows.js';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();

const weight = (second: number, canary: number): Line => ({ at: at(second), what: 'weight', canary });
const phase = (second: number, name: string): Line => ({ at: at(second), what: 'phase', phase: name });
const check = (
  second: number,
  canary: number,
  value: number,
  more: object = {},
): Extract<Line, { what: 'analysis' }> => ({
  at: at(second),
  what: 'analysis',
  weight: canary,
  ok: value >= 99,
  hooks: [],
  metrics: [{ metric: 'request-success-rate', ok: value >= 99, value, min: 99, ...more }],
});

function release(record: readonly Line[], more: Partial<Release> = {}): Release {
  return {
    id: 'test.shop.1',
    canary: { namespace: 'test', name: 'shop' },
    phase: 'Progressing',
    weight: 0,
    triggeredBy: 'ci',
    run: 'running',
    startedAt: at(0),
    ended: false,
    record: [...record],
    recordDropped: 0,
    ...more,
  };
}

function live(more: Partial<Live>, record: readonly Line[] = [], of: Partial<Release> = {}): Live {
  return {
    canary: { namespace: 'test', name: 'shop' },
    phase: 'Progressing',
    release: release(record, of),
    strategy: { kind: 'canary', steps: [25, 50], intervalSeconds: 10, threshold: 3 },
    weight: { wanted: 0 },
    tree: [],
    gates: [],
    links: {},
    ...more,
  };
}

const named = (step: RailStep): string =>
  step.part === 'weight'
    ? String(step.weight)
    : step.part === 'gate'
      ? `${step.gate}${step.atWeight ?? ''}`
      : step.part;
const rail = (one: Live): string[] => railOf(one).map((step) => `${named(step)} ${step.state}`);
const gate = (name: string, status: LiveGate['status'], policy?: string): LiveGate => ({
  gate: name,
  status,
  hooks: [],
  ...(policy !== undefined && { policy }),
});

describe('the steps of a release', () => {
  test('lead from the first pod to the end; one of them is now', () => {
    assert.deepEqual(rail(live({ weight: { wanted: 25 } })), [
      'start done',
      '25 current',
      '50 ahead',
      'promotion ahead',
      'end ahead',
    ]);
    assert.deepEqual(rail(live({ weight: { wanted: 0 } }))[0], 'start current');
    assert.deepEqual(rail(live({ phase: 'Promoting', weight: { wanted: 50 } })).slice(-2), [
      'promotion current',
      'end ahead',
    ]);
  });

  test('a weight that a person has set between two steps is at the one below', () => {
    assert.deepEqual(rail(live({ weight: { wanted: 30 } })).slice(1, 3), ['25 current', '50 ahead']);
    assert.deepEqual(rail(live({ weight: { wanted: 5 } })).slice(0, 2), ['start done', '25 current']);
  });

  test('gates are where they are asked, and closed ones are where it stands', () => {
    const gates = [
      gate('rollout', 'approved', 'rollout'),
      gate('weight', 'closed', 'weight at 50'),
      gate('confirm-promotion', 'ahead'),
    ];
    assert.deepEqual(rail(live({ gates, weight: { wanted: 25 } })), [
      'rollout done',
      'start done',
      '25 done',
      'weight50 current',
      '50 ahead',
      'confirm-promotion ahead',
      'promotion ahead',
      'end ahead',
    ]);
    const promotion = [gate('confirm-promotion', 'closed')];
    assert.ok(
      rail(live({ phase: 'WaitingPromotion', gates: promotion, weight: { wanted: 50 } })).includes(
        'confirm-promotion current',
      ),
    );
  });

  test('of one that was taken back, some are never reached', () => {
    const record = [phase(1, 'Progressing'), weight(2, 25), check(3, 25, 50), weight(4, 0)];
    const over = { ended: true, outcome: 'rolled-back' };
    assert.deepEqual(rail(live({ phase: 'Failed' }, record, over)), [
      'start done',
      '25 failed',
      '50 skipped',
      'promotion skipped',
      'end skipped',
    ]);
    const late = [...record, phase(5, 'Promoting')];
    assert.ok(rail(live({ phase: 'Failed' }, late, over)).includes('promotion failed'));
  });

  test('of one that is read from the archive are those of its course', () => {
    const course = {
      strategy: { kind: 'canary', steps: [25, 50], intervalSeconds: 10, threshold: 3 },
      gates: [gate('weight', 'ahead', 'weight at 50')],
    } as const;
    const past = release([weight(1, 25)], {
      ...{ ended: true, outcome: 'rolled-back', phase: 'Failed', source: 'archive' },
      course: { ...course, strategy: { ...course.strategy, steps: [25, 50] }, gates: [...course.gates] },
    });
    assert.deepEqual(rail(liveOf(past)), [
      'start done',
      '25 failed',
      'weight50 skipped',
      '50 skipped',
      'promotion skipped',
      'end skipped',
    ]);
    const { course: _, ...old } = past;
    assert.deepEqual(rail(liveOf(old)), []);
  });

  test('of one that was promoted, all are done', () => {
    const steps = railOf(live({ phase: 'Succeeded' }, [], { ended: true, outcome: 'promoted' }));
    assert.ok(steps.length > 0 && steps.every(({ state }) => state === 'done'));
  });

  test('of an undo lead back to the former version, by its warm pods where there are some', () => {
    const order: Line = { at: at(0), what: 'order', order: 'undo', by: 'ann', reason: 'broken', channel: 'ui' };
    const undone = { ended: true, outcome: 'undone' };
    const under = live({ phase: 'Promoting', weight: { wanted: 100 } }, [order, phase(0, 'Promoting'), weight(1, 100)]);
    assert.deepEqual(rail(under), ['divert done', 'restore current', 'end ahead']);
    assert.deepEqual(rail(live({ phase: 'Promoting' }, [order])), ['restore current', 'end ahead']);
    const record = [order, phase(0, 'Promoting'), weight(1, 100), weight(3, 0)];
    assert.deepEqual(rail(live({ phase: 'Failed' }, record, undone)), ['divert done', 'restore done', 'end done']);
    const refused = [{ ...order, refused: 'a release is under way' }];
    assert.equal(rail(live({ weight: { wanted: 25 } }, refused))[1], '25 current');
  });

  test('an A/B test goes by its checks; where nothing is known, nothing is shown', () => {
    const strategy = { kind: 'ab' as const, iterations: { done: 2, of: 5 }, intervalSeconds: 10, threshold: 3 };
    assert.deepEqual(rail(live({ strategy, weight: { wanted: 100 } })).slice(0, 2), [
      'start done',
      'iterations current',
    ]);
    assert.deepEqual(railOf({ ...live({}), strategy: undefined }), []);
  });
});

describe('what is drawn', () => {
  const record = [weight(5, 25), check(10, 25, 99.5), check(20, 25, 80), weight(22, 0)];

  test('has one axis, from the start to the end, or to now', () => {
    const drawn = drawnOf(record, { startedAt: at(0), endedAt: at(30) }, 0);
    assert.deepEqual(
      [drawn.from, drawn.to].map((time) => time - drawn.from),
      [0, 30],
    );
    assert.deepEqual(
      drawn.weight.map((point) => [point.at - drawn.from, point.value]),
      [
        [0, 0],
        [5, 25],
        [22, 0],
        [30, 0],
      ],
    );
    const under = drawnOf([], { startedAt: at(0) }, Date.parse(at(40)));
    assert.equal(under.to - under.from, 40);
  });

  test('has each metric with its limit, and what failed', () => {
    const [series] = drawnOf(record, { startedAt: at(0) }, 0).metrics;
    assert.equal(series?.min, 99);
    assert.deepEqual(
      series.points.map(({ value, verdict }) => [value, verdict]),
      [
        [99.5, 'passed'],
        [80, 'failed'],
      ],
    );
  });

  describe('marks the time in which people were waited for', () => {
    const order = (seconds: number, name: string, more = {}): Line => ({
      ...{ at: at(seconds), what: 'order', order: name, by: 'alice', reason: '', channel: 'ui' },
      ...more,
    });
    const event = (seconds: number, message: string): Line => ({
      ...{ at: at(seconds), what: 'event', type: 'Normal', message },
    });
    const phase = (seconds: number, name: string): Line => ({ at: at(seconds), what: 'phase', phase: name });
    const ask = 'Halt cart.shop advancement waiting for 2 approvals of sre';
    const cases: readonly [string, readonly Line[], readonly [number, number][]][] = [
      ['a pause, to its end', [order(5, 'pause'), order(9, 'resume')], [[5, 9]]],
      ['a pause that goes on', [order(5, 'pause'), event(7, 'Advance cart.shop')], [[5, 30]]],
      ['a pause that was refused', [order(5, 'pause', { refused: 'no' })], []],
      ['a pause that somebody aborts', [order(5, 'pause'), order(8, 'abort'), phase(8, 'Failed')], [[5, 8]]],
      ['a phase', [phase(5, 'WaitingPromotion'), order(8, 'approve'), phase(9, 'Promoting')], [[5, 9]]],
      [
        'a gate of the policy',
        [event(5, ask), event(7, 'Approved cart.shop weight by bob (1 of 2)'), weight(9, 50)],
        [[5, 9]],
      ],
      ['evidence is nobody', [event(5, 'Halt cart.shop advancement waiting for evidence at weight 5')], []],
    ];
    for (const [name, lines, expected] of cases)
      test(name, () => {
        const { held, from } = drawnOf(lines, { startedAt: at(0), endedAt: at(30) }, 0);
        assert.deepEqual(
          held.map((one) => [one.from - from, one.to - from]),
          expected,
        );
      });
  });

  test('has the ratio of both versions with its interval, where one is claimed', () => {
    const arms = { canary: { requests: 100, bad: 2 }, primary: { requests: 100, bad: 1 } };
    const metric = {
      metric: 'failures',
      verdict: 'WAIT' as const,
      ratio: 2,
      lower: 0.5,
      towardsFail: 0,
      towardsPass: 0,
      ...arms,
    };
    const metrics = [metric, { ...metric, metric: 'latency', edge: 0.5 }];
    const judged = { verdict: 'WAIT' as const, metrics, heard: true, windows: 1, says: '' };
    const { ratios, from } = drawnOf([{ ...check(10, 25, 100), judged }], { startedAt: at(0) }, 0);
    assert.deepEqual(ratios, [{ metric: 'failures', points: [{ at: from + 10, ratio: 2, lower: 0.5 }] }]);
  });

  test('has the share that was seen, where it was', () => {
    const seen = { percent: 24, requests: 50, windowSeconds: 10, at: 0 };
    const lines: Line[] = [
      { ...check(10, 25, 100), seen },
      { ...check(20, 25, 100), seen: { unknown: 'no metrics' } },
    ];
    assert.deepEqual(
      drawnOf(lines, { startedAt: at(0) }, 0).seen.map(({ value }) => value),
      [24],
    );
  });
});

describe('checks', () => {
  test('that no provider could judge are neither passed nor failed', () => {
    const line = { ...check(1, 25, 0, { providerError: true, message: 'down', value: undefined }), ok: false };
    const [window] = windowsOf([line]);
    assert.equal(window?.verdict, 'unknown');
    assert.equal(window.judged[0]?.error, 'down');
    assert.ok(!('value' in (window.judged[0] ?? {})));
  });

  test('tell of webhooks first, with what was wrong', () => {
    const line = { ...check(1, 25, 100), ok: false, hooks: [{ hook: 'load', ok: false, error: '500' }] };
    const [window] = windowsOf([line]);
    assert.deepEqual(
      window?.judged.map(({ kind, verdict }) => [kind, verdict]),
      [
        ['hook', 'failed'],
        ['metric', 'passed'],
      ],
    );
    assert.equal(window.verdict, 'failed');
  });
});

test('of what happened, problems and orders are seen alone', () => {
  const at = '2026-01-01T12:00:00Z';
  const record: Line[] = [
    { at, what: 'event', type: 'Normal', message: 'New revision detected!' },
    { at, what: 'event', type: 'Warning', message: 'Halt shop.test advancement' },
    { at, what: 'order', order: 'pause', by: 'alice', reason: '', channel: 'ui' },
  ];
  const of = (kind: 'all' | 'problems' | 'people') => ofKind(happened(record), kind).map(({ tone }) => tone);
  assert.deepEqual([of('all'), of('problems'), of('people')], [['person', 'warn', 'plain'], ['warn'], ['person']]);
});

test('what happened is told once: the newest first, checks in their own place', () => {
  const record: Line[] = [
    { at: at(1), what: 'event', type: 'Normal', message: 'Advance shop.test canary weight 25' },
    weight(1, 25),
    check(2, 25, 100),
    weight(3, 0),
    { at: at(4), what: 'order', order: 'setWeight', by: 'ann', reason: 'so', channel: 'ui', refused: 'no' },
    { at: at(5), what: 'unknown', kind: 'something-new', fields: {} },
  ];
  assert.deepEqual(
    happened(record).map(({ what, tone }) => [what, tone]),
    [
      ['order', 'person'],
      ['weight', 'plain'],
      ['said', 'plain'],
    ],
  );
});

test('halts in a row that say the same are one, with how often', () => {
  const halt = (second: number, message: string): Line => ({ at: at(second), what: 'event', type: 'Warning', message });
  const lines = happened([
    halt(1, 'Halt shop.test advancement success rate 61.20% < 99%'),
    halt(2, 'Halt shop.test advancement success rate 58.00% < 99%'),
    halt(3, 'Halt shop.test advancement request duration 612ms > 500ms'),
    halt(4, 'Halt shop.test advancement success rate 60.00% < 99%'),
    { at: at(5), what: 'event', type: 'Normal', message: 'Advance shop.test canary weight 25' },
    { at: at(6), what: 'event', type: 'Normal', message: 'Advance shop.test canary weight 50' },
  ]);
  assert.deepEqual(
    lines.map((one) => [one.at, one.repeated]),
    [
      [at(6), undefined],
      [at(5), undefined],
      [at(4), undefined],
      [at(3), undefined],
      [at(2), 2],
    ],
  );
  assert.ok(lines.at(-1)?.what === 'said' && lines.at(-1)?.tone === 'warn');
});

describe('links to queries', () => {
  const span = (second: number) => ({ from: Date.parse(at(second)), to: Date.parse(at(second + 10)) });

  test('are of exactly the time that a check looked back on', () => {
    const windows = windowsOf([check(10, 25, 100, { window: span(0) }), check(20, 25, 100, { window: span(10) })]);
    const href = `http://metrics/graph?expr=up&from=${span(10).from}&to=${span(10).to}`;
    const hrefs = linked(windows, [{ metric: 'request-success-rate', href }]).map(({ judged }) => judged[0]?.href);
    assert.deepEqual(hrefs, [`http://metrics/graph?expr=up&from=${span(0).from}&to=${span(0).to}`, href]);
    assert.deepEqual(
      linked(windows, undefined).map(({ judged }) => judged[0]?.href),
      [undefined, undefined],
    );
  });

  test('know a time that is written as a day and a clock', () => {
    const end = (second: number): string =>
      `http://p/graph?g0.end_input=${encodeURIComponent(at(second).slice(0, 19).replace('T', ' '))}`;
    assert.equal(moved(end(20), span(10), span(0)), end(10));
  });
});

describe('the matrix of checks', () => {
  const metric = (name: string, more: object) => ({ kind: 'metric', name, verdict: 'passed', ...more }) as Judged;
  const window = (...judged: Judged[]): Window => ({ at: '', weight: 10, verdict: 'passed', judged });
  const hook: Judged = { kind: 'hook', name: 'smoke', verdict: 'passed' };

  test('has a column for all that was ever asked, with the limits of the last check', () => {
    const windows = [window(metric('a', { min: 1 })), window(metric('b', {}), hook, metric('a', { min: 2 }))];
    assert.deepEqual(columnsOf(windows), [
      { kind: 'hook', name: 'smoke' },
      { kind: 'metric', name: 'a', min: 2 },
      { kind: 'metric', name: 'b' },
    ]);
    assert.equal(windows[0] && cellOf(windows[0], { kind: 'hook', name: 'smoke' }), undefined);
  });

  test('shows what is near its limit, by the room that there is', () => {
    const cases: readonly [string, Judged][] = [
      ['passed', metric('request-success-rate', { value: 99.9, min: 99 })],
      ['near', metric('request-success-rate', { value: 99.1, min: 99 })],
      ['passed', metric('request-duration', { value: 121, max: 500 })],
      ['near', metric('request-duration', { value: 480, max: 500 })],
      ['near', metric('own', { value: 1, min: 0.9, max: 9 })],
      ['passed', metric('own', { value: 5, min: 0.9, max: 9 })],
      ['passed', metric('own', { value: 5 })],
      ['failed', metric('own', { value: 5, max: 1, verdict: 'failed' })],
      ['unknown', metric('own', { verdict: 'unknown' })],
      ['passed', hook],
    ];
    for (const [look, judged] of cases) assert.equal(lookOf(judged), look, JSON.stringify(judged));
  });
});
