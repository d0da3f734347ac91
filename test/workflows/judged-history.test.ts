import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Judged } from '../../src/domain/decision/judged.js';
import { judge, NOTHING_SHOWN, type ReleaseEvidence } from '../../src/judgement/release.js';
import { inWords } from '../../src/judgement/words.js';
import { PASSING } from '../domain/model.js';
import { FakeCluster } from '../harness/temporal/fake-cluster.js';
import { openBench } from '../harness/temporal/workflow-bench.js';
import { until } from '../harness/until.js';

// What a window with three judged metrics costs in Temporal: a release that waits for a proof goes on for hours.

const METRICS = ['errors', 'checkouts', 'searches'];
const LIMITS = { tolerated: 1.25, unacceptable: 2, floor: 0.0001, dispersion: 1 };
const RULES = {
  budgets: { falseRollback: 0.01, wrongPromotion: 1e-9 },
  metrics: METRICS.map((name) => ({ name, share: 1 / 3, limits: LIMITS })),
  tripwire: { share: 0.5, requests: 20 },
  split: { tolerance: 0.25, budget: 0.001 },
};
const WAIT = { seconds: 3_600, text: '1h', then: 'hold' } as const;

/** Windows of 30 seconds at a hundred requests a second, of which 0.5 % fail. */
function looking() {
  let evidence: ReleaseEvidence = NOTHING_SHOWN;
  let at = Date.parse('2026-03-01T12:00:00Z');
  return () => {
    const arm = (requests: number) => ({ requests, bad: Math.round(requests / 200) });
    const counts = Object.fromEntries(METRICS.map((name) => [name, { canary: arm(750), primary: arm(2250) }]));
    const requests = { canary: 750, primary: 2250 };
    const found = judge(evidence, { weight: 25, requests, counts }, RULES);
    ({ evidence } = found);
    const window = { from: at, to: (at += 30_000) };
    const { verdict, metrics } = found.judgement;
    const says = inWords(found.judgement, RULES, { counts, windows: evidence.windows });
    const judged: Judged = { verdict, metrics, window, counts, heard: true, windows: evidence.windows, says };
    const memory = { until: at, digest: 'd', evidence, began: 0 };
    return { ...PASSING, judged, memory };
  };
}

test('a window with three judged metrics takes few events, and as many bytes however long the release waits', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = {
    ...cluster.policy,
    judgement: { digest: 'd', steps: 'prove', promotion: 'prove', wait: WAIT },
  };
  const look = looking();
  let windows = 0;
  cluster.analysis = () => {
    windows += 1;
    return look();
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit({ revision: 'v2' });
  const at = async (count: number) => {
    await until(() => windows >= count, `${count} windows`, 120_000);
    const { historyLength, historySize = 0 } = await bench.handle.describe();
    return { windows, historyLength, historySize };
  };
  const [first, middle, last] = [await at(4), await at(12), await at(20)];
  const each = (from: typeof first, to: typeof first) => ({
    events: (to.historyLength - from.historyLength) / (to.windows - from.windows),
    bytes: (to.historySize - from.historySize) / (to.windows - from.windows),
  });
  const [early, late] = [each(first, middle), each(middle, last)];
  t.diagnostic(
    `a window: ${late.events.toFixed(1)} events, ${Math.round(late.bytes)} bytes (${Math.round(early.bytes)} before)`,
  );
  assert.ok(late.events <= 15, `${late.events} events`);
  assert.ok(late.bytes <= 12_000, `${late.bytes} bytes`);
  assert.ok(late.bytes < 1.3 * early.bytes, `${early.bytes} bytes, later ${late.bytes}`);
  await bench.handle.terminate();
});
