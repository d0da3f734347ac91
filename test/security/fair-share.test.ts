import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CanaryContext } from '../../src/canary/read.js';
import { createChecks } from '../../src/checks/live-checks.js';
import { parseCanary } from '../../src/crds/canary.js';
import { FairShare, othersFirst, spending } from '../../src/fair-share.js';
import type { ClusterCache } from '../../src/kube/cache.js';
import type { KubeObject } from '../../src/kube/object.js';
import type { Logger } from '../../src/logging.js';
import { ProcessMeters } from '../../src/meters/process.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { canaryWith, OPTIONS } from '../crds/fixtures.js';

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
const ALLOWANCE = { burstMs: 1_000, msPerSecond: 100, patienceMs: 60_000, againMs: 600_000, longestMs: 5_000 };

/** Keeps the processor busy. */
function burn(ms: number): void {
  const before = process.cpuUsage();
  for (let spent = 0; spent < ms * 1000;) {
    const { user, system } = process.cpuUsage(before);
    spent = user + system;
  }
}

describe('what a Canary may take of the processor', () => {
  test('is a burst, then a share; what is more is waited for, not forgotten', () => {
    let now = 0;
    const share = new FairShare(ALLOWANCE, () => now);
    share.take('a/hostile', 900);
    assert.equal(share.waitMs('a/hostile'), 0);
    share.take('a/hostile', 300);
    assert.equal(share.waitMs('a/hostile'), 2_000, '200 ms at 100 ms a second');
    assert.equal(share.waitMs('b/calm'), 0, 'each has its own');
    share.take('a/hostile', 60_000);
    assert.equal(share.waitMs('a/hostile'), 5_000, 'its releases go on, however slowly');
    now += 1_000_000;
    assert.equal(share.waitMs('a/hostile'), 0);
  });

  test('is reported for a Canary that takes more for a minute, once in a while, and only as long as it does', () => {
    let now = 0;
    const share = new FairShare(ALLOWANCE, () => now);
    const reported: number[] = [];
    const look = (ms: number): void => {
      share.take('a/hostile', ms);
      const overdrawnMs = share.overuseToReport('a/hostile');
      if (overdrawnMs !== undefined) reported.push(overdrawnMs);
    };
    for (; now < 59_000; now += 1_000) look(200);
    assert.deepEqual(reported, []);
    assert.equal(share.isExceeded('a/hostile'), false);
    for (; now < 500_000; now += 1_000) look(200);
    assert.equal(reported.length, 1);
    assert.equal(share.isExceeded('a/hostile'), true);
    for (; now < 900_000; now += 1_000) look(200);
    assert.equal(reported.length, 2, 'again after ten minutes');
    now += 1_000_000;
    assert.equal(share.isExceeded('a/hostile'), false);
  });

  test('is counted where it is spent, for whom it is spent', async () => {
    const share = new FairShare({ ...ALLOWANCE, burstMs: 50, msPerSecond: 0.1, longestMs: 1 });
    await share.for('a/hostile', async () => {
      await nextTurn();
      spending(() => burn(60));
      spending(() => burn(60), 'a/other');
    });
    spending(() => burn(60));
    for (const key of ['a/hostile', 'a/other']) assert.ok(share.waitMs(key) > 0, key);
    assert.equal(share.waitMs('b/calm'), 0);
  });

  test('gives others their turn in the midst of it', async () => {
    const share = new FairShare();
    const order: string[] = [];
    const hostile = share.for('a/hostile', async () => {
      for (let at = 0; at < 5; at += 1) {
        await othersFirst();
        spending(() => burn(25));
        order.push('hostile');
      }
    });
    const calm = (async () => {
      for (let at = 0; at < 5; at += 1) {
        await nextTurn();
        order.push('calm');
      }
    })();
    await Promise.all([hostile, calm]);
    assert.ok(order.indexOf('calm') < order.lastIndexOf('hostile'), order.join());
    assert.ok(order.lastIndexOf('calm') < order.lastIndexOf('hostile') + 3, order.join());
  });
});

test('metrics whose templates cost as much as templates may stop nobody for longer than one of them', async () => {
  const costly = `{{ $x := "aaaaaaaaaa" }}${'{{ $x = print $x $x }}'.repeat(13)}{{ $y := "" }}${'{{ $y = printf "%q" $x }}'.repeat(9)}up`;
  const template: KubeObject = {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'MetricTemplate',
    metadata: { name: 'costly', namespace: 'test', generation: 1 },
    spec: { provider: { type: 'prometheus', address: 'http://prometheus' }, query: costly },
  };
  const metrics = Array.from({ length: 24 }, (_, at) => ({
    name: `metric-${at}`,
    interval: '1m',
    templateRef: { name: 'costly' },
    thresholdRange: { max: 1 },
  }));
  const parsed = parseCanary(canaryWith({ 'spec.analysis.metrics': metrics }), OPTIONS);
  assert.ok(parsed.ok);
  const cache = { get: () => Promise.resolve(template) } as unknown as ClusterCache;
  const checks = createChecks(cache, DEFAULT_SETTINGS, new ProcessMeters(), SILENT);
  const share = new FairShare({ ...ALLOWANCE, burstMs: 100, msPerSecond: 0.1, longestMs: 20 });

  let isOver = false;
  let turns = 0;
  let longestMs = 0;
  const others = (async () => {
    let before = process.cpuUsage();
    while (!isOver) {
      await nextTurn();
      const { user, system } = process.cpuUsage(before);
      longestMs = Math.max(longestMs, (user + system) / 1000);
      before = process.cpuUsage();
      turns += 1;
    }
  })();
  const mistake = await share.for('test/podinfo', () => checks.mistake({ canary: parsed.value } as CanaryContext));
  isOver = true;
  await others;
  assert.equal(mistake, undefined);
  assert.ok(turns >= 12, `others had ${turns} turns`);
  assert.ok(longestMs < 1_000, `others waited for ${longestMs} ms of the processor`);
  assert.ok(share.waitMs('test/podinfo') > 0, 'and it is known whose it was');
});
