import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCanary } from '../../src/crds/canary.js';
import { presentTraffic } from '../../src/check/live/traffic.js';
import { canaryWith, OPTIONS } from '../crds/fixtures.js';
import { json, never } from '../harness/http/server.js';
import { DOWN, prometheus } from '../metrics/fixtures.js';

const NOW = 1_700_000_000_000;

function canaryAt(metricsServer: string) {
  const parsed = parseCanary(canaryWith({ 'spec.metricsServer': metricsServer }), OPTIONS);
  assert.ok(parsed.ok);
  return parsed.value;
}

const series = (code: string, grown: number) => ({
  metric: { node: '10.0.0.9', code },
  values: [
    [NOW / 1000 - 700, '50'],
    [NOW / 1000 - 10, String(50 + grown)],
  ],
});
const matrix = (result: readonly unknown[]) => json(200, { status: 'success', data: { resultType: 'matrix', result } });

void describe('the traffic that a Canary has now', () => {
  void it('is counted over ten minutes, as a release counts it', async (t) => {
    const { url } = await prometheus(t, () => matrix([series('200', 5970), series('502', 30)]));
    assert.deepEqual(await presentTraffic(canaryAt(url), 'apisix', NOW, never), {
      requestsPerSecond: 10,
      errors: 0.005,
      from: 'measured',
    });
  });

  void it('isn’t known without requests, without an answer, and where metrics don’t tell versions apart', async (t) => {
    const silent = await prometheus(t, () => matrix([]));
    const down = await prometheus(t, () => DOWN);
    const reasons = [
      await presentTraffic(canaryAt(silent.url), 'apisix', NOW, never),
      await presentTraffic(canaryAt(down.url), 'apisix', NOW, never),
      await presentTraffic(canaryAt(silent.url), 'knative', NOW, never),
    ].map((found) => ('unknown' in found ? found.unknown : 'known'));
    assert.match(reasons[0] ?? '', /no requests were counted/);
    assert.match(reasons[1] ?? '', /503/);
    assert.match(reasons[2] ?? '', /don’t distinguish requests to the canary/);
  });
});
