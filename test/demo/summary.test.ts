import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complaintsAbout, weightsOf } from '../../demo/release/result.js';
import { summaryOf } from '../../demo/summary.js';
import { EventFeed } from '../../demo/watch/events.js';
import type { RecordEntry } from '../../src/domain/record/record.js';
import { result } from './fixtures.js';

const ABOUT = { planned: 2, seconds: 150, temporalUi: null, serinus: 'http://127.0.0.1:1' };
const bad = { kind: 'bad', version: '6.0.2', expected: 'rolled-back', attacked: false } as const;
const rolledBack = result({ plan: bad, outcome: 'rolled-back', failedRequests: 49 });

test('all is well when every release that was planned went as it should', () => {
  const { ok, releases, seconds, ...rest } = summaryOf([result(), rolledBack], ABOUT);
  assert.deepEqual([ok, seconds], [true, 150]);
  assert.deepEqual(rest, { temporalUi: null, serinus: 'http://127.0.0.1:1' });
  assert.deepEqual(
    releases.map(({ kind, version, expected, outcome, asExpected }) => [kind, version, expected, outcome, asExpected]),
    [
      ['good', '6.0.1', 'promoted', 'promoted', true],
      ['bad', '6.0.2', 'rolled-back', 'rolled-back', true],
    ],
  );
  assert.ok(!('plan' in (releases[0] ?? {})));
});

test('it isn’t when one is missing, when one went otherwise, or when something broke', () => {
  assert.equal(summaryOf([result()], ABOUT).ok, false);
  assert.equal(summaryOf([result(), result({ plan: bad })], ABOUT).ok, false);
  assert.equal(summaryOf([result({ failedRequests: 1 }), rolledBack], ABOUT).ok, false);
  const broken = summaryOf([result(), rolledBack], { ...ABOUT, error: 'the lab has gone' });
  assert.deepEqual([broken.ok, broken.error], [false, 'the lab has gone']);
});

test('failed requests are a complaint about a good version only', () => {
  assert.deepEqual(complaintsAbout(rolledBack), []);
  assert.deepEqual(complaintsAbout(result({ failedRequests: 1 })), ['not one request should have failed']);
  assert.deepEqual(complaintsAbout(result({ outcome: 'aborted' })), ['it should have been promoted']);
});

test('weights are those that were set, without repetitions', () => {
  const weight = (canary: number): RecordEntry => ({ at: 0, what: 'weight', canary });
  const phase: RecordEntry = { at: 0, what: 'phase', phase: 'Progressing' };
  assert.deepEqual(
    weightsOf([phase, weight(10), weight(10), phase, weight(20), weight(0), weight(10)]),
    [10, 20, 0, 10],
  );
  assert.deepEqual(weightsOf([]), []);
});

test('each Event is shown once, in the order of the names', () => {
  const feed = new EventFeed();
  const event = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: 'test' },
    type: 'Normal',
    message: name,
  });
  const reported = (names: readonly string[]) => feed.news(names.map(event)).map(({ message }) => message);
  assert.deepEqual(reported(['podinfo.2', 'podinfo.1']), ['podinfo.1', 'podinfo.2']);
  assert.deepEqual(reported(['podinfo.1', 'podinfo.3', 'podinfo.2']), ['podinfo.3']);
  assert.deepEqual(reported(['podinfo.3']), []);
});
