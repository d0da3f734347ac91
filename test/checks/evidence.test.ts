import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { judgeByCounts, shareIn } from '../../src/checks/evidence.js';
import { readJudgement, type JudgementSettings } from '../../src/crds/judgement.js';
import { JUDGEMENT_ANNOTATION } from '../../src/crds/own-settings.js';
import type { JudgementMemory } from '../../src/domain/decision/judged.js';
import { contextOf, DOWN, NOTHING, number, prometheus, sourcesOf } from '../metrics/fixtures.js';
import { json, never } from '../harness/http/server.js';

const SINCE = 1_700_000_000_000;
const CANARY = '10.0.0.1';
const BASELINE = '10.0.0.2';

function settings(text: string): JudgementSettings {
  const strategy = { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0 } as const;
  const read = readJudgement(
    { [JUDGEMENT_ANNOTATION]: text },
    { strategy, provider: 'apisix', routed: true, metrics: [] },
  );
  assert.ok(read.ok && read.judgement);
  return read.judgement;
}

/** A gateway's counters at the beginning of the span and within it. */
function counted(growth: Readonly<Record<string, number>>) {
  const result = Object.entries(growth).map(([key, grown]) => {
    const [node = '', code = ''] = key.split(' ');
    const values = [
      [SINCE / 1000, '1000'],
      [SINCE / 1000 + 20, String(1000 + grown)],
    ];
    return { metric: { node, code }, values };
  });
  return matrix(result);
}

function matrix(result: readonly unknown[]) {
  return json(200, { status: 'success', data: { resultType: 'matrix', result } });
}

async function judged(
  t: TestContext,
  growth: Readonly<Record<string, number>> | 'down' | 'no samples',
  { text = 'preset: balanced', weight = 10, memory }: { text?: string; weight?: number; memory?: JudgementMemory } = {},
) {
  const { url, queries } = await prometheus(t, (query) => {
    if (growth === 'down') return DOWN;
    if (growth === 'no samples') return NOTHING;
    return query.includes('time()') ? number(SINCE / 1000 + 30) : counted(growth);
  });
  const asked = { weight, weightSince: SINCE, judgement: memory };
  const found = await judgeByCounts(
    contextOf(url, []),
    { ...sourcesOf({ addresses: [CANARY] }), baselineAddresses: () => Promise.resolve([BASELINE]) },
    settings(text),
    asked,
    never,
  );
  return { ...found, queries };
}

void describe('what a look at the counts comes to', () => {
  void it('both versions of all outcomes by two queries, and one for the past; the window by the server’s clock', async (t) => {
    const {
      judged: found,
      memory,
      queries,
    } = await judged(t, {
      [`${CANARY} 200`]: 90,
      [`${CANARY} 500`]: 10,
      '10.0.0.9 200': 895,
      '10.0.0.9 502': 5,
    });
    assert.equal(queries.length, 3);
    assert.deepEqual(found?.window, { from: SINCE + 5_000, to: SINCE + 29_000 });
    assert.equal(memory?.until, SINCE + 29_000);
    assert.deepEqual(found.counts, {
      errors: { canary: { requests: 100, bad: 10 }, primary: { requests: 900, bad: 5 } },
    });
    assert.equal(found.verdict, 'FAIL');
    assert.match(found.says, /^errors: the canary is bad 18 times as often as the primary \(between /);
    assert.deepEqual(shareIn({ judged: found }, 7).seen, { percent: 10, requests: 1000, windowSeconds: 24, at: 7 });
  });

  void it('with a fresh baseline it is that which the canary is compared with, by as many queries', async (t) => {
    const growth = { [`${CANARY} 200`]: 85, [`${CANARY} 500`]: 15, [`${BASELINE} 200`]: 84, [`${BASELINE} 500`]: 16 };
    // The primary, with its warm caches, fails never.
    const all = { ...growth, '10.0.0.9 200': 800 };
    const beside = await judged(t, all, { text: 'baseline: fresh' });
    assert.deepEqual(beside.judged?.counts, {
      errors: { canary: { requests: 100, bad: 15 }, primary: { requests: 100, bad: 16 } },
    });
    assert.deepEqual(beside.judged.requests, { canary: 100, primary: 800, baseline: 100 });
    assert.deepEqual([beside.judged.verdict, beside.judged.passedOver], ['WAIT', undefined]);
    assert.equal(beside.queries.length, 3);
    const { seen } = shareIn({ judged: beside.judged }, 7);
    assert.deepEqual(seen, { percent: 10, requests: 1000, windowSeconds: 24, at: 7 });
    const without = await judged(t, all);
    assert.equal(without.judged?.verdict, 'FAIL', 'against the primary it would have been rolled back');
    assert.equal(without.judged.requests, undefined);
  });

  void it('a baseline that gets no requests is no equal share: the window doesn’t count, and says so', async (t) => {
    const growth = { [`${CANARY} 200`]: 1000, '10.0.0.9 200': 9000 };
    const { judged: found } = await judged(t, growth, { text: 'baseline: fresh' });
    assert.deepEqual([found?.passedOver, found?.verdict], ['split', 'WAIT']);
    assert.equal(found?.seen, 'the canary got 10 % and its baseline 0 % of 10000 requests, not 10 % each');
  });

  void it('evidence goes on from what was remembered, and the window from where the last one ended', async (t) => {
    const growth = { [`${CANARY} 200`]: 97, [`${CANARY} 500`]: 3, '10.0.0.9 200': 900 };
    const first = await judged(t, growth);
    assert.ok(first.memory);
    const later = { ...first.memory, until: SINCE + 10_000 };
    const second = await judged(t, growth, { memory: JSON.parse(JSON.stringify(later)) as JudgementMemory });
    assert.equal(second.judged?.window?.from, SINCE + 10_000);
    assert.deepEqual([first.judged?.windows, second.judged.windows], [1, 2]);
    assert.equal(second.judged.metrics[0]?.canary.requests, 200);
  });

  void it('a release asks two queries a window and one more at its beginning, whatever it remembers', async (t) => {
    const growth = { [`${CANARY} 200`]: 97, '10.0.0.9 200': 900 };
    const ofRelease = async (windows: number) => {
      let [memory, count]: [JudgementMemory | undefined, number] = [undefined, 0];
      for (let i = 0; i < windows; i += 1) {
        const found: Awaited<ReturnType<typeof judged>> = await judged(t, growth, {
          ...(memory ? { memory: { ...memory, until: SINCE + 10_000 } } : {}),
        });
        memory = found.memory;
        count += found.queries.length;
      }
      return count;
    };
    // Flagger asks one for each metric and look, 10 here, of one version.
    assert.equal(await ofRelease(10), 2 * 10 + 1);
  });

  void it('means by the sums and numbers of values; too large ones are never judged', async (t) => {
    const text = `means:
  - name: basket
    canary: { sum: 'basket_sum{v="canary"}', count: 'basket_count{v="canary"}' }
    primary: { sum: 'basket_sum{v="primary"}', count: 'basket_count{v="primary"}' }
    atMost: 200
    worse: lower`;
    const look = async (sumOfCanary: number) => {
      const grown = (query: string): Readonly<Record<string, number>> => {
        if (query.includes('apisix_http_status')) return {};
        if (query.includes('basket_count')) return { a: query.includes('canary') ? 100 : 900 };
        return { a: query.includes('canary') ? sumOfCanary : 36_000 };
      };
      const { url } = await prometheus(t, (query) =>
        query.includes('time()') ? number(SINCE / 1000 + 30) : counted(grown(query)),
      );
      const asked = { weight: 10, weightSince: SINCE, judgement: undefined };
      return judgeByCounts(contextOf(url, []), sourcesOf({ addresses: [CANARY] }), settings(text), asked, never);
    };
    const { judged: found } = await look(2_000);
    const basket = { canary: { requests: 100, bad: 10 }, primary: { requests: 900, bad: 180 } };
    assert.deepEqual(found?.counts?.['basket'], basket);
    assert.deepEqual(found.metrics[1]?.mean, { canary: 20, primary: 40, limit: 0.8 });
    const beyond = await look(30_000);
    assert.match(beyond.judged?.unknown ?? '', /basket: the window has a mean of 300, above atMost: 200/);
    assert.equal(beyond.memory, undefined);
  });

  void it('latency by edges that the primary’s past has chosen, which are kept', async (t) => {
    const past = { '100': 900, '250': 990, '+Inf': 1000 };
    const now = { '100': [20, 800], '250': [60, 890], '+Inf': [100, 900] } as const;
    const series = (node: string, le: string, at: number, grown: number) => ({
      metric: { node, le },
      values: [
        [at, '1000'],
        [at + 20, String(1000 + grown)],
      ],
    });
    const { url, queries } = await prometheus(t, (query) => {
      if (query.includes('time()')) return number(SINCE / 1000 + 30);
      if (query.includes('apisix_http_status')) return matrix([]);
      const isPast = query.includes('[915s]') || query.includes('900');
      const before = SINCE / 1000 - 500;
      if (isPast) return matrix(Object.entries(past).map(([le, n]) => series('10.0.0.9', le, before, n)));
      return matrix(
        Object.entries(now).flatMap(([le, [mine, others]]) => [
          series(CANARY, le, SINCE / 1000, mine),
          series('10.0.0.9', le, SINCE / 1000, others),
        ]),
      );
    });
    const asked = { weight: 10, weightSince: SINCE, judgement: undefined };
    const text = settings('preset: balanced\nlatency: {}');
    const found = await judgeByCounts(contextOf(url, []), sourcesOf({ addresses: [CANARY] }), text, asked, never);
    assert.deepEqual(found.judged?.latency, {
      edges: [0.1, 0.25],
      canary: { requests: 100, slower: [80, 40] },
      primary: { requests: 900, slower: [100, 10] },
    });
    assert.equal(found.judged.verdict, 'FAIL');
    assert.equal(queries.length, 6);
    const again = await judgeByCounts(
      contextOf(url, []),
      sourcesOf({ addresses: [CANARY] }),
      text,
      { ...asked, judgement: found.memory && { ...found.memory, until: SINCE + 10_000 } },
      never,
    );
    assert.deepEqual(again.judged?.latency?.edges, [0.1, 0.25]);
    assert.equal(queries.length, 9);
  });

  /** The primary's counters in the half hour before: each minute 1000 requests, and failures every `every` minutes. */
  const pastOf = (every: number, minutes = 33) => {
    const at = (minute: number) => SINCE / 1000 - 60 * (minutes - minute) + 1;
    const points = Array.from({ length: minutes }, (_, minute) => minute);
    const counter = (code: string, value: (minute: number) => number) => ({
      metric: { node: '10.0.0.9', code },
      values: points.map((minute) => [at(minute), String(5_000 + value(minute))]),
    });
    return matrix([
      counter('200', (minute) => 1000 * minute),
      counter('500', (minute) => 10 * every * Math.floor(minute / every)),
    ]);
  };

  void it('how failures of the primary’s past scatter weighs the evidence down, from the first window on', async (t) => {
    const window = { [`${CANARY} 200`]: 91, [`${CANARY} 500`]: 9, '10.0.0.9 200': 880, '10.0.0.9 500': 20 };
    const look = async (past: ReturnType<typeof matrix>, memory?: JudgementMemory, text = 'preset: balanced') => {
      const { url } = await prometheus(t, (query) => {
        if (query.includes('time()')) return number(SINCE / 1000 + 30);
        return query.includes('[1920000ms]') ? past : counted(window);
      });
      const asked = { weight: 10, weightSince: SINCE, judgement: memory };
      return judgeByCounts(contextOf(url, []), sourcesOf({ addresses: [CANARY] }), settings(text), asked, never);
    };
    const calm = await look(pastOf(1));
    assert.equal(calm.judged?.metrics[0]?.dispersion, undefined);
    const burst = await look(pastOf(4));
    const { dispersion = 0, towardsFail = 1, lower = 9 } = burst.judged?.metrics[0] ?? {};
    assert.ok(dispersion > 25 && dispersion < 35, `${dispersion}`);
    const undamped = calm.judged?.metrics[0];
    assert.ok(towardsFail < (undamped?.towardsFail ?? 0) && lower < (undamped?.lower ?? 0));
    // Later looks keep to what was measured before the first.
    const kept = await look(pastOf(1), JSON.parse(JSON.stringify(burst.memory)) as JudgementMemory);
    assert.equal(kept.judged?.metrics[0]?.dispersion, dispersion);
    // Too short a past tells nothing; and who says φ isn't measured.
    const short = await look(pastOf(4, 20));
    assert.deepEqual(short.judged, calm.judged);
    const said = await look(pastOf(4), undefined, 'preset: balanced\nerrors: { dispersion: 1 }');
    assert.equal(said.judged?.metrics[0]?.dispersion, undefined);
  });

  void it('what another policy has remembered doesn’t count, except for where its window ended', async (t) => {
    const growth = { [`${CANARY} 200`]: 100, '10.0.0.9 200': 900 };
    const memory = { until: SINCE + 12_000, digest: 'other', evidence: { windows: 7 } };
    const found = await judged(t, growth, { memory });
    assert.equal(found.judged?.windows, 1);
    assert.equal(found.judged.window?.from, SINCE + 12_000);
  });

  void it('a canary without traffic isn’t asked about', async (t) => {
    const { judged: found, queries } = await judged(t, {}, { weight: 0 });
    assert.deepEqual([found, queries], [undefined, []]);
  });

  void it('a server that fails, or has no samples of that time, leaves the window unknown and the memory alone', async (t) => {
    for (const [answer, why] of [
      ['down', /503/],
      ['no samples', /has no samples of 2023-11-14T/],
    ] as const) {
      const { judged: found, memory } = await judged(t, answer);
      assert.match(found?.unknown ?? '', why);
      assert.equal(memory, undefined);
      assert.equal(found?.verdict, 'WAIT');
    }
  });

  void it('a window in which requests went elsewhere is dealt with, and doesn’t count', async (t) => {
    const { judged: found, memory } = await judged(t, { '10.0.0.9 200': 3000 });
    assert.deepEqual([found?.passedOver, found?.heard, found?.windows], ['split', false, 0]);
    assert.equal(found?.seen, 'the canary got 0 % of 3000 requests, not 10 %');
    assert.ok(memory);
  });

  void it('nothing is kept of a window that is too short yet', async (t) => {
    const memory = { until: SINCE + 28_500, digest: settings('preset: balanced').digest, evidence: undefined };
    const { judged: found, memory: after, queries } = await judged(t, {}, { memory });
    assert.deepEqual([found?.verdict, found?.window, after, queries.length], ['WAIT', undefined, undefined, 1]);
  });
});
