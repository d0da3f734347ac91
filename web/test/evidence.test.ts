import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Line } from '../src/api/types.js';
import { evidenceAfter, evidenceOf, heightOf } from '../src/release/evidence.js';

type Judged = NonNullable<Extract<Line, { what: 'analysis' }>['judged']>;

const arm = (requests: number, bad: number) => ({ requests, bad });

const judged = (more: Partial<Judged>): Judged => ({
  ...{ verdict: 'WAIT', heard: true, windows: 1, says: 'errors: not enough yet' },
  metrics: [
    {
      ...{ metric: 'errors', verdict: 'WAIT', ratio: 1.8, lower: 1.2, upper: 2.9, towardsFail: 0.4, towardsPass: 0 },
      ...{ canary: arm(900, 9), primary: arm(8100, 45) },
    },
  ],
  ...more,
});

const look = (one?: Judged): Line => ({
  ...{ at: '2026-01-01T12:00:00.000Z', what: 'analysis', weight: 10, ok: true, hooks: [], metrics: [] },
  ...(one ? { judged: one } : {}),
});

describe('what requests to both versions say', () => {
  test('nothing, where nobody counts them', () => {
    assert.equal(evidenceOf([look()]), undefined);
  });

  test('what was seen since the promotion stands apart', () => {
    const since: Line = {
      at: '2026-01-01T13:00:00.000Z',
      what: 'watch',
      judged: judged({ windows: 7, verdict: 'FAIL' }),
    };
    const record = [look(judged({})), since];
    assert.deepEqual([evidenceOf(record)?.windows, evidenceOf(record)?.verdict], [1, 'WAIT']);
    assert.deepEqual([evidenceAfter(record)?.windows, evidenceAfter(record)?.verdict], [7, 'FAIL']);
    assert.equal(evidenceAfter([look(judged({}))]), undefined);
  });

  test('the last look, and how it came to that', () => {
    const wide = judged({}).metrics.map(({ upper: _upper, ...metric }) => ({ ...metric, lower: 0.1 }));
    const found = evidenceOf([look(judged({ metrics: wide })), look(judged({ windows: 2 }))]);
    assert.deepEqual([found?.windows, found?.trouble, found?.passedOver], [2, undefined, []]);
    const [errors] = found?.metrics ?? [];
    assert.deepEqual([errors?.ratio, errors?.lower, errors?.upper, errors?.requests], [1.8, 1.2, 2.9, 900]);
    assert.deepEqual(errors?.course, [
      { ratio: 1.8, lower: 0.1 },
      { ratio: 1.8, lower: 1.2, upper: 2.9 },
    ]);
  });

  test('windows that did not count, by why', () => {
    const split = judged({ passedOver: 'split', seen: 'the canary got 0 % of 300 requests, not 10 %' });
    const both = judged({ passedOver: 'both-bad', seen: 'both versions fail' });
    const found = evidenceOf([look(split), look(both), look(both)]);
    assert.equal(found?.trouble, 'both versions fail');
    assert.deepEqual(found.passedOver, [
      { why: 'the canary got 0 % of 300 requests, not 10 %', count: 1 },
      { why: 'both versions fail', count: 2 },
    ]);
    assert.equal(evidenceOf([look(both), look(judged({}))])?.trouble, undefined);
    assert.equal(evidenceOf([look(judged({ unknown: 'the server is down' }))])?.trouble, 'the server is down');
  });

  test('ratios are drawn by their logarithm, and at the edge beyond eight times', () => {
    assert.equal(heightOf(1), 0.5);
    assert.deepEqual([heightOf(8), heightOf(100), heightOf(undefined), heightOf(0)], [1, 1, 1, 0]);
    assert.ok(Math.abs(heightOf(2) + heightOf(0.5) - 1) < 1e-9);
  });
});
