import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { doraOf, type DoraFigures, type Measured } from '../../src/archive/dora.js';
import { release, START } from './fixtures.js';

const DAY = 24 * 60;
/** The first of ten days, from {@link START}. */
const since = new Date(START);
const until = new Date(START + 10 * DAY * 60_000);

const promoted = (minutes: number, fields: Partial<Measured> = {}): Measured => release(minutes, fields);
const failed = (minutes: number, outcome = 'rolled-back'): Measured => release(minutes, { outcome });
const a = promoted(DAY);

const cases: readonly (readonly [string, readonly Measured[], DoraFigures])[] = [
  [
    'nothing was released',
    [],
    {
      deploymentFrequency: { deployments: 0, perDay: 0 },
      changeFailureRate: { changes: 0, failed: 0 },
      timeToRestore: { count: 0 },
      leadTime: { count: 0 },
    },
  ],
  [
    'all went well; of two the commit is known',
    [
      promoted(60, { commitTime: new Date(START).toISOString() }),
      promoted(DAY, { commitTime: new Date(START).toISOString() }),
      promoted(2 * DAY),
    ],
    {
      deploymentFrequency: { deployments: 3, perDay: 0.3 },
      changeFailureRate: { changes: 3, failed: 0, percent: 0 },
      timeToRestore: { count: 0 },
      leadTime: { count: 2, medianSeconds: (3600 + 86_400) / 2 },
    },
  ],
  [
    'one of four was rolled back, which took its ten minutes',
    [promoted(1), promoted(2), failed(3), promoted(4)],
    {
      deploymentFrequency: { deployments: 3, perDay: 0.3 },
      changeFailureRate: { changes: 4, failed: 1, percent: 25 },
      timeToRestore: { count: 1, medianSeconds: 600 },
      leadTime: { count: 0 },
    },
  ],
  [
    'what the janitor put right and what the demo showed are no work of a team’s',
    [
      promoted(1),
      promoted(2, { cause: { kind: 'recover', by: 'janitor' } }),
      promoted(3, { cause: { kind: 'target', by: 'serinus-demo' } }),
      failed(4),
      release(5, { outcome: 'rolled-back', cause: { kind: 'target', by: 'serinus-demo' } }),
    ],
    {
      deploymentFrequency: { deployments: 1, perDay: 0.1 },
      changeFailureRate: { changes: 2, failed: 1, percent: 50 },
      timeToRestore: { count: 1, medianSeconds: 600 },
      leadTime: { count: 0 },
    },
  ],
  [
    'each way to fail counts, and what decided nothing doesn’t',
    ['rolled-back', 'aborted', 'promotion-failed', 'died', 'rejected', 'superseded', 'reconciled', 'fenced'].map(
      (outcome, index) => failed(index, outcome),
    ),
    {
      deploymentFrequency: { deployments: 0, perDay: 0 },
      changeFailureRate: { changes: 4, failed: 4, percent: 100 },
      timeToRestore: { count: 4, medianSeconds: 600 },
      leadTime: { count: 0 },
    },
  ],
  [
    'what a run that died has left, another one rolls back: one change that has failed',
    [failed(1, 'died'), release(2, { outcome: 'rolled-back', cause: { kind: 'recover', by: 'janitor' } })],
    {
      deploymentFrequency: { deployments: 0, perDay: 0 },
      changeFailureRate: { changes: 1, failed: 1, percent: 100 },
      timeToRestore: { count: 1, medianSeconds: 600 },
      leadTime: { count: 0 },
    },
  ],
  [
    'one was promoted and undone an hour later: a deployment more, but no change more',
    [a, promoted(DAY + 60, { restores: a.id }), promoted(2 * DAY)],
    {
      deploymentFrequency: { deployments: 3, perDay: 0.3 },
      changeFailureRate: { changes: 2, failed: 1, percent: 50 },
      timeToRestore: { count: 1, medianSeconds: 3600 },
      leadTime: { count: 0 },
    },
  ],
  [
    'what undid it came after the time that is looked at, or isn’t there any more',
    [a, promoted(11 * DAY, { restores: a.id }), promoted(2 * DAY, { undoneBy: 'shop.cart.gone' })],
    {
      deploymentFrequency: { deployments: 2, perDay: 0.2 },
      changeFailureRate: { changes: 2, failed: 2, percent: 100 },
      timeToRestore: { count: 1, medianSeconds: 10 * 86_400 },
      leadTime: { count: 0 },
    },
  ],
  [
    'the time that is looked at begins with its first moment and ends before its last',
    [promoted(0), promoted(-1), promoted(10 * DAY), promoted(10 * DAY - 1)],
    {
      deploymentFrequency: { deployments: 2, perDay: 0.2 },
      changeFailureRate: { changes: 2, failed: 0, percent: 0 },
      timeToRestore: { count: 0 },
      leadTime: { count: 0 },
    },
  ],
];

describe('the figures of delivery', () => {
  for (const [what, releases, figures] of cases) {
    test(what, () => assert.deepEqual(doraOf(releases, since, until), figures));
  }

  test('the median of an odd number is the one in the middle', () => {
    const lead = [1, 50, 2].map((minutes) => promoted(minutes, { commitTime: new Date(START).toISOString() }));
    assert.deepEqual(doraOf(lead, since, until).leadTime, { count: 3, medianSeconds: 120 });
  });
});
