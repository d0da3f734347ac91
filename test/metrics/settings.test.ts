import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { Command } from 'commander';
import type { CanaryContext } from '../../src/canary/read.js';
import type { Meters } from '../../src/meters/port.js';
import { createChecks } from '../../src/checks/live-checks.js';
import { addEngineFlags, settingsOf, type EngineFlags } from '../../src/cli/flags/engine-flags.js';
import { parseCanary } from '../../src/crds/canary.js';
import type { ClusterCache } from '../../src/kube/cache.js';
import type { Settings } from '../../src/settings.js';
import { canaryWith, OPTIONS } from '../crds/fixtures.js';
import { answeringTogether, DOWN, NOTHING, number, partsOf, prometheus } from './fixtures.js';
import { never } from '../harness/http/server.js';

function settings(...args: readonly string[]): Settings {
  const command = addEngineFlags(new Command('all').exitOverride().configureOutput({ writeErr: () => undefined }));
  command.parse(args, { from: 'user' });
  return settingsOf(command.opts<EngineFlags>());
}

describe('flags of metrics', () => {
  test('Serinus’ rules by default', () => {
    const { builtinQueries, metricWindow, providerErrors } = settings();
    assert.deepEqual([builtinQueries, metricWindow, providerErrors], ['canary-only', 'weight', 'hold']);
  });

  test('each can be set to Flagger’s', () => {
    const flags = ['--builtin-queries', '--metric-window', '--provider-errors'];
    const { builtinQueries, metricWindow, providerErrors } = settings(...flags.flatMap((flag) => [flag, 'flagger']));
    assert.deepEqual([builtinQueries, metricWindow, providerErrors], ['flagger', 'flagger', 'flagger']);
  });

  test('by the environment too', (t) => {
    const variables = { SERINUS_METRIC_WINDOW: 'flagger', SERINUS_PROVIDER_ERRORS: 'flagger' };
    Object.assign(process.env, variables);
    t.after(() => {
      for (const name of Object.keys(variables)) delete process.env[name];
    });
    const { metricWindow, providerErrors } = settings();
    assert.deepEqual([metricWindow, providerErrors], ['flagger', 'flagger']);
  });

  for (const flag of ['--metric-window', '--provider-errors']) {
    test(`${flag} takes nothing else`, () => assert.throws(() => settings(flag, 'sometimes'), /Allowed choices are/));
  }
});

const silent = () => undefined;
/** What a release sees that has had its weight for 20 seconds, and the queried ranges. */
async function analysed(
  t: TestContext,
  answer: (query: string) => ReturnType<typeof number>,
  rules: readonly string[],
) {
  const { url, queries } = await prometheus(t, answeringTogether(answer));
  const metrics = [{ name: 'request-success-rate', interval: '1m', thresholdRange: { min: 99 } }];
  const edits = {
    'spec.provider': 'istio',
    'spec.metricsServer': url,
    'spec.analysis.metrics': metrics,
    'spec.analysis.webhooks': [],
  };
  const parsed = parseCanary(canaryWith(edits), OPTIONS);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  // An analysis of Istio's metrics asks for nothing else.
  const bench = { canary: parsed.value } as CanaryContext;
  const nobody = {} as ClusterCache & Meters;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const checks = createChecks(nobody, settings(...rules), nobody, log);
  const standing = { applied: undefined, policy: undefined, weight: 0, weightSince: Date.now() - 20_500 };
  const { metrics: results, seen } = await checks.analysis(bench, standing, { occasion: 'test', signal: never });
  // How the requests were divided is asked beside it, and judges nothing.
  const judged = queries.flatMap(partsOf).filter((query) => query.includes('response_code'));
  return {
    result: results[0],
    ranges: judged.map((query) => /\[(\w+)\]/.exec(query)?.[1]),
    seen,
    requests: queries.length,
  };
}

describe('a release under way', () => {
  test('looks back to its last change of weight', async (t) => {
    const { result, ranges, requests } = await analysed(t, () => number(100), []);
    assert.equal(result?.ok, true);
    assert.deepEqual(ranges, ['20s']);
    assert.equal(requests, 1);
    assert.equal((result.window?.to ?? 0) - (result.window?.from ?? 0), 20_000);
  });

  test('shows what share of the requests the canary has got since then', async (t) => {
    const share = (query: string) => number(query.includes('increase') ? 1200.4 : query.includes('/') ? 19.96 : 100);
    const { seen } = await analysed(t, share, []);
    assert.ok(seen && !('unknown' in seen), JSON.stringify(seen));
    assert.deepEqual({ ...seen, at: 0 }, { percent: 20, requests: 1200, windowSeconds: 20, at: 0 });
  });

  test('is judged although nobody can tell how the requests were divided', async (t) => {
    const broken = (query: string) => (query.includes('response_code') ? number(100) : DOWN);
    const { result, seen } = await analysed(t, broken, []);
    assert.equal(result?.ok, true);
    assert.ok(seen && 'unknown' in seen, JSON.stringify(seen));
  });

  test('as far as in Flagger, where that is wanted', async (t) => {
    const { ranges } = await analysed(t, () => number(100), ['--metric-window', 'flagger']);
    assert.deepEqual(ranges, ['1m']);
  });

  test('waits where it is too early to tell', async (t) => {
    const { result } = await analysed(t, (query) => (query.includes('[20s]') ? NOTHING : number(100)), []);
    assert.equal(result?.providerError, true);
  });

  for (const [rules, held] of [
    [[], true],
    [['--provider-errors', 'flagger'], undefined],
  ] as const) {
    test(`a failing provider ${held ? 'holds it' : 'is a failed check'}`, async (t) => {
      const { result } = await analysed(t, () => DOWN, rules);
      assert.equal(result?.ok, false);
      assert.equal(result.providerError, held);
    });
  }
});
