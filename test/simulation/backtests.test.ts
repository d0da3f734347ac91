import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Backtests } from '../../src/api/backtest/backtests.js';
import { Problem } from '../../src/api/problems/problem.js';
import { readJudgement } from '../../src/crds/judgement.js';
import { JUDGEMENT_ANNOTATION } from '../../src/crds/own-settings.js';

// Releases of many windows, and many releases, must not keep a process from everything else.

const FILTER = { cluster: 'default', namespace: 'shop', name: 'cart' };

function policy() {
  const strategy = { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0 } as const;
  const read = readJudgement(
    { [JUDGEMENT_ANNOTATION]: 'preset: careful' },
    { strategy, provider: 'apisix', routed: true, metrics: [] },
  );
  assert.ok(read.ok && read.judgement);
  return read.judgement;
}

/** Releases of so many windows each. */
function kept(releases: number, windows: number) {
  const ids = Array.from({ length: releases }, () => `shop.cart.${randomUUID()}`);
  const counts = { errors: { canary: { requests: 10, bad: 0 }, primary: { requests: 90, bad: 0 } } };
  const record = Array.from({ length: windows }, (_, i) => ({
    ...{ at: '', what: 'analysis', weight: 10, ok: true, hooks: [], metrics: [] },
    judged: { window: { from: i * 1000, to: (i + 1) * 1000 }, counts, metrics: [] },
  }));
  const startedAt = new Date(0).toISOString();
  const items = ids.map((id) => ({ id, open: false }));
  return {
    listing: { page: () => Promise.resolve({ items }) } as never,
    finder: { find: ({ runId }: { runId: string }) => Promise.resolve({ id: runId, startedAt, record }) } as never,
  };
}

test('others have their turn meanwhile, and what takes too long is left out', async () => {
  const { finder, listing } = kept(50, 2_000);
  const backtests = new Backtests(finder, listing, { totalMs: 600, sliceMs: 10, atOnce: 1 });
  let turns = 0;
  let running = true;
  const others = (async () => {
    while (running) {
      turns += 1;
      await nextTurn();
    }
  })();
  const { items, untested } = await backtests.run(FILTER, 50, policy());
  running = false;
  await others;
  assert.ok(untested > 0, 'a hundred thousand windows take longer than that');
  assert.equal(items.length + untested, 50);
  // Without, they would have one at the end.
  assert.ok(turns > 5, `others had ${turns} turns`);
});

test('no more at once than a process has time for', async () => {
  const { finder, listing } = kept(1, 500);
  const backtests = new Backtests(finder, listing, { totalMs: 60_000, sliceMs: 1, atOnce: 1 });
  const first = backtests.run(FILTER, 1, policy());
  await assert.rejects(
    backtests.run(FILTER, 1, policy()),
    (error) => error instanceof Problem && error.problem === 'rate-limited',
  );
  assert.equal((await first).items.length, 1);
  assert.equal((await backtests.run(FILTER, 1, policy())).items.length, 1, 'and then the next one');
});
