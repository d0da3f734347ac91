import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ProcessMeters } from '../../src/meters/process.js';

const CART = { name: 'cart', namespace: 'shop' };

/** The samples of one metric, `name{labels} value`. */
async function samples(meters: ProcessMeters, name: string): Promise<string[]> {
  const lines = (await meters.expose()).split('\n');
  return lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

describe('Flagger’s metrics of a worker', () => {
  test('successes and failures, by the target’s name', async () => {
    const meters = new ProcessMeters();
    const release = { strategy: 'canary', skipped: false, succeeded: true } as const;
    meters.finished(CART, release);
    meters.finished(CART, release);
    meters.finished(CART, { ...release, skipped: true });
    meters.finished(CART, { ...release, strategy: 'blueGreen' });
    meters.finished(CART, { ...release, strategy: 'ab', succeeded: false });
    // A failure is one of an analysis, whether that was to be skipped or not.
    meters.finished(CART, { ...release, skipped: true, succeeded: false });
    const labels = (strategy: string, status: string): string =>
      `{name="cart",namespace="shop",deployment_strategy="${strategy}",analysis_status="${status}"}`;
    assert.deepEqual(await samples(meters, 'flagger_canary_successes_total'), [
      `flagger_canary_successes_total${labels('canary', 'completed')} 2`,
      `flagger_canary_successes_total${labels('canary', 'skipped')} 1`,
      `flagger_canary_successes_total${labels('blue-green', 'completed')} 1`,
    ]);
    assert.deepEqual(await samples(meters, 'flagger_canary_failures_total'), [
      `flagger_canary_failures_total${labels('ab-testing', 'completed')} 1`,
      `flagger_canary_failures_total${labels('canary', 'completed')} 1`,
    ]);
  });

  test('how long looks took that came to the analysis, in Prometheus’s default buckets', async () => {
    const meters = new ProcessMeters();
    meters.analysed(CART, 0.3, []);
    const buckets = await samples(meters, 'flagger_canary_duration_seconds_bucket');
    assert.deepEqual(
      buckets.map((line) => /le="([^"]+)"/.exec(line)?.[1]),
      ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '+Inf'],
    );
    assert.match(buckets[6] ?? '', /name="cart",namespace="shop"\} 1$/);
    assert.deepEqual(await samples(meters, 'flagger_canary_duration_seconds_sum'), [
      'flagger_canary_duration_seconds_sum{name="cart",namespace="shop"} 0.3',
    ]);
  });

  test('the last value of each metric, durations in seconds, as long as it is recent', async () => {
    let now = 0;
    const meters = new ProcessMeters(() => now);
    const ok = true;
    meters.analysed(CART, 1, [
      { metric: 'request-success-rate', ok, value: 99.5 },
      { metric: 'request-duration', ok, value: 250 },
      { metric: 'nothing', ok: false },
    ]);
    const values = (): Promise<string[]> => samples(meters, 'flagger_canary_metric_analysis');
    const line = (metric: string, value: number): string =>
      `flagger_canary_metric_analysis{name="cart",namespace="shop",metric="${metric}"} ${value}`;
    assert.deepEqual(await values(), [line('request-success-rate', 99.5), line('request-duration', 0.25)]);
    now = 300_000;
    meters.analysed(CART, 1, [{ metric: 'request-success-rate', ok, value: 98 }]);
    assert.deepEqual(await values(), [line('request-success-rate', 98), line('request-duration', 0.25)]);
    now = 700_000;
    assert.deepEqual(await values(), [line('request-success-rate', 98)]);
  });
});

test('our own', async () => {
  const meters = new ProcessMeters();
  meters.called('confirm-promotion', false);
  meters.delivered('alert', 'refused');
  meters.rolledBack('deadman');
  meters.throttled({ namespace: 'shop', name: 'cart' });
  meters.attempted('observe', 'completed', 0.2);
  assert.deepEqual(
    [
      ...(await samples(meters, 'serinus_webhook_calls_total')),
      ...(await samples(meters, 'serinus_deliveries_total')),
      ...(await samples(meters, 'serinus_rollbacks_total')),
      ...(await samples(meters, 'serinus_throttled_canaries_total')),
      ...(await samples(meters, 'serinus_activity_duration_seconds_count')),
    ],
    [
      'serinus_webhook_calls_total{type="confirm-promotion",outcome="failed"} 1',
      'serinus_deliveries_total{kind="alert",outcome="refused"} 1',
      'serinus_rollbacks_total{by="deadman"} 1',
      'serinus_throttled_canaries_total{name="cart",namespace="shop"} 1',
      'serinus_activity_duration_seconds_count{activity="observe",outcome="completed"} 1',
    ],
  );
  assert.match(await meters.expose(), /^process_resident_memory_bytes \d/m);
});
