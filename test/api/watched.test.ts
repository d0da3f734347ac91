import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Aftercare } from '../../src/domain/aftercare/aftercare.js';
import type { Judged } from '../../src/domain/decision/judged.js';
import { withWatch } from '../../src/api/releases/watched.js';
import type { Release } from '../../src/api/schema/release.js';

const AT = Date.parse('2026-01-31T12:00:00Z');

const RELEASE: Release = {
  ...{
    id: 'test.podinfo.r',
    phase: 'Succeeded',
    weight: 0,
    triggeredBy: 'alice',
    run: 'completed',
    outcome: 'promoted',
  },
  ...{ startedAt: '2026-01-31T11:00:00Z', canary: { namespace: 'test', name: 'podinfo' }, ended: true },
  ...{ verdict: 'Promoted: 1 check passed', recordDropped: 0 },
  record: [{ at: '2026-01-31T11:10:00Z', what: 'analysis', weight: 50, ok: true, hooks: [], metrics: [] }],
};

const judged = (verdict: Judged['verdict'], says: string): Judged => ({
  ...{ verdict, metrics: [], heard: true, windows: 3, says },
});

const watching = (verdict: Judged['verdict'], more: Partial<Aftercare> = {}): Aftercare => ({
  ...{ canary: { cluster: 'c', namespace: 'test', name: 'podinfo' }, release: 'test.podinfo.r' },
  ...{ revision: { hash: 'v2', configs: {} }, policy: { seconds: 1800, text: '30m', then: 'ask' } },
  ...{ periodMs: 15_000, began: AT, until: AT + 1_800_000, since: AT - 1, nextAt: AT },
  record: [{ at: AT, what: 'watch', judged: judged(verdict, 'errors: bad 5 times'), past: { from: 1, to: 2 } }],
  ...more,
});

const seen = (aftercare: Aftercare | undefined) =>
  withWatch({ aftercare: () => Promise.resolve(aftercare) }, RELEASE, 'aftercare/c/test.podinfo.r');

describe('a release that has ended, and what was seen since', () => {
  test('while it is watched: until when, and what there is by now', async () => {
    const { watch, verdict, record } = await seen(watching('WAIT'));
    const until = '2026-01-31T12:30:00.000Z';
    assert.deepEqual(watch, { stands: 'watching', until, says: 'errors: bad 5 times', then: 'ask' });
    assert.equal(verdict, 'Promoted: 1 check passed');
    assert.deepEqual(
      record.map(({ what }) => what),
      ['analysis', 'watch'],
    );
  });

  test('a regression is part of its verdict', async () => {
    const { watch, verdict } = await seen(
      watching('FAIL', { end: { kind: 'regressed', says: 'errors: bad 5 times' } }),
    );
    assert.equal(watch?.stands, 'regressed');
    assert.equal(verdict, 'Promoted: 1 check passed, then worse than before: errors: bad 5 times');
  });

  test('where nobody watches it, or nobody can tell, it is as it was', async () => {
    assert.equal(await seen(undefined), RELEASE);
    const unasked = { aftercare: () => Promise.reject(new Error('nobody is asked')) };
    assert.equal(await withWatch(unasked, RELEASE, undefined), RELEASE);
  });
});
