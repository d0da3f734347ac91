import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { edgesToJudge } from '../../../src/judgement/latency.js';
import { asCounters, nativeSelector } from '../../../src/metrics/counts/native.js';
import { countDurations } from '../../../src/metrics/counts/read.js';
import type { DurationQuery } from '../../../src/metrics/counts/sources.js';
import { ProviderError } from '../../../src/metrics/errors.js';
import type { Series } from '../../../src/metrics/port.js';
import { createProvider } from '../../../src/metrics/registry.js';
import { never, serve } from '../../harness/http/server.js';
import { waitFor } from '../../../lab/process/wait.js';
import { startPrometheus } from '../prometheus/real.js';

type Buckets = readonly (readonly [left: number, right: number, count: number])[];

function histogram(...samples: readonly Buckets[]): Series {
  return {
    labels: { pod: 'a' },
    samples: [],
    histograms: samples.map((buckets, at) => ({
      at,
      count: buckets.reduce((sum, [, , count]) => sum + count, 0),
      buckets: buckets.map(([left, right, count]) => ({ left, right, count })),
    })),
  };
}

const edges = (series: readonly Series[], chosen?: readonly number[]) =>
  Object.fromEntries(
    asCounters(series, chosen).map(({ labels, samples }): [string, number[]] => [
      labels['le'] ?? '',
      samples.map(({ value }) => value),
    ]),
  );

void describe('native histograms as counters', () => {
  void it('one with borders of its own: those, and how many values were at most each', () => {
    const buckets: Buckets = [
      [-Infinity, 0.1, 3],
      [0.25, 0.7, 2],
      [0.7, Infinity, 1],
    ];
    assert.deepEqual(edges([histogram(buckets)]), { '0.1': [3], '0.7': [5], '+Inf': [6] });
  });

  void it('an exponential one: powers of two, also those between which nothing has fallen', () => {
    const fine = 2 ** (1 / 8);
    const buckets: Buckets = [
      [-1e-128, 1e-128, 1],
      [0.25 / fine, 0.25, 4],
      [0.25, 0.25 * fine, 2],
      [1 / fine, 1, 3],
    ];
    assert.deepEqual(edges([histogram(buckets)]), { '0.25': [5], '0.5': [7], '1': [10], '+Inf': [10] });
    // It has become coarser.
    const coarse: Buckets = [
      [0.125, 0.25, 9],
      [0.5, 1, 8],
    ];
    assert.deepEqual(edges([histogram(buckets, coarse)])['0.25'], [5, 9]);
    // So coarse that not every power of two is a border.
    assert.deepEqual(Object.keys(edges([histogram(buckets, [[0.25, 1, 9]])])), ['1', '0.25', '+Inf']);
  });

  void it('edges that were chosen are counted, whether or not anything lies about them', () => {
    assert.deepEqual(edges([histogram([[2, 4, 7]])], [0.5, 4]), { '0.5': [0], '4': [7], '+Inf': [7] });
    assert.throws(() => edges([histogram([[2, 4, 7]])], [3]), ProviderError);
    assert.deepEqual(edges([{ labels: {}, samples: [{ at: 1, value: 1 }] }], [1]), {});
  });

  void it('its name is that of the buckets without their end', () => {
    assert.equal(nativeSelector('x_seconds_bucket{a="_bucket{"}'), 'x_seconds{a="_bucket{"}');
  });
});

/** Of a histogram that tells the versions apart by the label `v`. */
function durations(counter: string): DurationQuery {
  return {
    selector: `${counter}_bucket{app="shop"}`,
    sideOf: ({ v }) => (v === 'canary' || v === 'primary' ? v : undefined),
    perSecond: 1,
    edgeOf: ({ le = '' }) => (le === '+Inf' ? Infinity : Number(le)),
  };
}

void describe('native histograms of a real Prometheus', () => {
  void it('a classic one that it keeps as a native one, and an exponential one: each value counts once', async (t) => {
    const slow = { canary: 0, primary: 0 };
    const quick = { canary: 0, primary: 0 };
    const classic = (v: 'canary' | 'primary') => {
      const line = (le: string, value: number) => `d_seconds_bucket{app="shop",v="${v}",le="${le}"} ${value}\n`;
      const all = quick[v] + slow[v];
      const rest = `d_seconds_sum{app="shop",v="${v}"} ${all}\nd_seconds_count{app="shop",v="${v}"} ${all}\n`;
      return `${line('0.1', quick[v])}${line('0.3', quick[v])}${line('1', all)}${line('+Inf', all)}${rest}`;
    };
    const exporter = await serve(t, (_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
      response.end(`# TYPE d_seconds histogram\n${classic('canary')}${classic('primary')}`);
    });
    const kept = { scrape_native_histograms: true, convert_classic_histograms_to_nhcb: true };
    const address = await startPrometheus(t, new URL(exporter.url).host, kept);
    const server = createProvider({
      provider: {
        ...{ type: 'prometheus', address, headers: {}, secretRef: undefined },
        ...{ region: undefined, insecureSkipVerify: false },
      },
    });
    const since = Date.now() - 10_000;
    const push = async (counts: Readonly<Record<'canary' | 'primary', readonly [quick: number, slow: number]>>) => {
      const answer = await fetch(`${address}/api/v1/otlp/v1/metrics`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(exponential(counts, since, Date.now())),
      });
      assert.equal(answer.status, 200, await answer.text());
    };
    const read = (counter: string, from: number, chosen?: readonly number[]) =>
      countDurations(server, durations(counter), { span: { from, to: Date.now() }, chosen }, never);
    const all = (counter: string, from: number, wanted: number, chosen?: readonly number[]) => {
      return waitFor(
        `${wanted} values of ${counter}`,
        async () => {
          const found = await read(counter, from, chosen);
          return found.canary.requests + found.primary.requests === wanted ? found : undefined;
        },
        { timeoutMs: 60_000 },
      );
    };

    [quick.canary, quick.primary, slow.primary] = [40, 300, 60];
    await push({ canary: [40, 0], primary: [300, 60] });
    const scraped = await all('d_seconds', since, 400);
    const sent = await all('e_seconds', since, 400);
    assert.deepEqual(scraped.primary, { requests: 360, slower: scraped.edges.map((edge) => (edge < 1 ? 60 : 0)) });
    assert.ok(scraped.edges.includes(0.1) && scraped.edges.includes(1));
    assert.deepEqual(sent.primary, { requests: 360, slower: sent.edges.map((edge) => (edge < 1 ? 60 : 0)) });
    assert.deepEqual(sent.edges, [0.0625, 0.125, 0.25, 0.5, 1]);
    assert.equal(edgesToJudge(sent.primary).length, 5);

    // Before the millisecond in which is sent.
    const from = Date.now() - 1;
    slow.canary += 10;
    await push({ canary: [40, 10], primary: [300, 60] });
    for (const [counter, chosen] of [
      ['d_seconds', [0.1, 1]],
      ['e_seconds', [0.125, 1]],
    ] as const) {
      const later = await all(counter, from, 10, chosen);
      assert.deepEqual(later.canary, { requests: 10, slower: [10, 0] });
      assert.deepEqual(later.primary, { requests: 0, slower: [0, 0] });
    }
  });
});

/** As OpenTelemetry sends it: quick values up to 1/16 of a second, slow ones up to 1. */
function exponential(
  counts: Readonly<Record<'canary' | 'primary', readonly [quick: number, slow: number]>>,
  since: number,
  now: number,
) {
  const dataPoints = Object.entries(counts).map(([v, [quick, slow]]) => ({
    attributes: [
      { key: 'app', value: { stringValue: 'shop' } },
      { key: 'v', value: { stringValue: v } },
    ],
    ...{ startTimeUnixNano: `${since}000000`, timeUnixNano: `${now}000000`, count: `${quick + slow}`, sum: 1 },
    // Of scale 0 the bucket -5 ends at 2^-4, and -1 at 1.
    ...{ scale: 0, zeroCount: '0', positive: { offset: -5, bucketCounts: [`${quick}`, '0', '0', '0', `${slow}`] } },
    negative: {},
  }));
  const metric = { name: 'e_seconds', exponentialHistogram: { aggregationTemporality: 2, dataPoints } };
  return { resourceMetrics: [{ resource: {}, scopeMetrics: [{ metrics: [metric] }] }] };
}
