import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { percentile, Tally } from '../../demo/watch/tally.js';
import { answer } from './fixtures.js';

const WINDOW = 5_000;

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);

  test('is the first value that so many are not above', () => {
    assert.equal(percentile(hundred, 99), 99);
    assert.equal(percentile(hundred, 50), 50);
    assert.equal(percentile([7], 99), 7);
    assert.equal(percentile([1, 2], 99), 2);
    assert.equal(percentile([1, 2], 50), 1);
  });

  test('doesn’t depend on the order, and leaves it as it was', () => {
    const values = [30, 10, 20];
    assert.equal(percentile(values, 99), 30);
    assert.deepEqual(values, [30, 10, 20]);
  });

  test('0 is the least, 100 the greatest, of nothing there is none', () => {
    assert.equal(percentile(hundred, 0), 1);
    assert.equal(percentile(hundred, 100), 100);
    assert.equal(percentile([], 99), undefined);
  });
});

describe('the tally', () => {
  test('counts requests, by version and by what went wrong', () => {
    const tally = new Tally(WINDOW);
    tally.add(answer(), 0);
    tally.add(answer({ version: '6.0.1' }), 1);
    tally.add(answer({ version: undefined }), 2);
    tally.add(answer({ ok: false, version: '6.0.1', problem: 'status 500' }), 3);
    tally.add(answer({ ok: false, problem: undefined }), 4);
    tally.add(answer({ ok: false, problem: 'status 500' }), 5);
    assert.equal(tally.requests, 6);
    assert.equal(tally.failed, 3);
    assert.deepEqual(
      [...tally.byVersion],
      [
        ['6.0.0', 1],
        ['6.0.1', 1],
      ],
    );
    assert.deepEqual(
      [...tally.problems],
      [
        ['status 500', 2],
        ['no reason given', 1],
      ],
    );
  });

  test('knows the last seconds apart from all', () => {
    const tally = new Tally(WINDOW);
    tally.add(answer({ ok: false, tookMs: 900 }), 0);
    tally.add(answer({ tookMs: 20 }), 1_000);
    tally.add(answer({ version: '6.0.1', tookMs: 30 }), 2_000);
    const all = {
      requests: 3,
      failed: 1,
      byVersion: new Map([
        ['6.0.0', 1],
        ['6.0.1', 1],
      ]),
      p99Ms: 900,
    };
    assert.deepEqual(tally.recent(2_000), all);
    // What is just as old as the window is wide doesn't count any more.
    assert.deepEqual(tally.recent(WINDOW), { ...all, requests: 2, failed: 0, p99Ms: 30 });
    assert.deepEqual(tally.recent(20_000), { requests: 0, failed: 0, byVersion: new Map(), p99Ms: undefined });
    assert.equal(tally.requests, 3);
  });

  test('forgets old answers by itself, too', () => {
    const tally = new Tally(WINDOW);
    for (let at = 0; at < 100; at += 1) tally.add(answer(), at * 1_000);
    assert.equal(tally.recent(0).requests, 5, 'nobody has asked for later than this');
    assert.equal(tally.requests, 100);
  });
});
