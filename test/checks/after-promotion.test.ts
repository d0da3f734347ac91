import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { judgeAfterPromotion, type AskedAfter } from '../../src/checks/after-promotion.js';
import { readJudgement, type JudgementSettings } from '../../src/crds/judgement.js';
import { JUDGEMENT_ANNOTATION } from '../../src/crds/own-settings.js';
import type { JudgementMemory } from '../../src/domain/decision/judged.js';
import { json, never } from '../harness/http/server.js';
import { contextOf, DOWN, NOTHING, number, prometheus, sourcesOf } from '../metrics/fixtures.js';

/** Promoted an hour after the release had its first traffic; watched for half an hour. */
const SINCE = 1_700_000_000_000;
const BEGAN = SINCE + 3_600_000;
const UNTIL = BEGAN + 1_800_000;
const SHIFT = UNTIL - SINCE;

function settings(text: string): JudgementSettings {
  const strategy = { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0 } as const;
  const course = { strategy, provider: 'apisix', routed: true, metrics: [] };
  const read = readJudgement({ [JUDGEMENT_ANNOTATION]: text }, course);
  assert.ok(read.ok && read.judgement, JSON.stringify(read));
  return read.judgement;
}

const TEXT = 'watch: { for: 30m }\nerrors: { dispersion: 1 }\nsettle: 1s';

interface Arm {
  readonly requests: number;
  readonly bad: number;
}

/** A Prometheus with counters of before the release and of now: of the canary, which is gone, there are some as well. */
async function look(
  t: TestContext,
  { now, past }: { readonly now: Arm; readonly past: Arm | 'forgotten' | 'down' },
  { text = TEXT, clock = BEGAN + 60_000, ...more }: Partial<AskedAfter> & { text?: string; clock?: number } = {},
) {
  const { url, queries } = await prometheus(t, (query, at) => {
    if (past === 'down') return DOWN;
    if (query.includes('time()')) return number(clock / 1000);
    if (query.startsWith('count(up')) return past === 'forgotten' ? NOTHING : number(1);
    const arm = at <= SINCE && past !== 'forgotten' ? past : now;
    const series = (node: string, code: string, grown: number) => ({
      metric: { node, code },
      values: [
        [at / 1000 - 1_000, '5'],
        [at / 1000 - 1, String(5 + grown)],
      ],
    });
    const result = [
      series('10.0.0.9', '200', arm.requests - arm.bad),
      series('10.0.0.9', '500', arm.bad),
      series('10.0.0.1', '500', 77),
    ];
    return json(200, { status: 'success', data: { resultType: 'matrix', result } });
  });
  const asked = { began: BEGAN, until: UNTIL, since: SINCE, ...more };
  const found = await judgeAfterPromotion(contextOf(url, []), sourcesOf({}), settings(text), asked, never);
  return { ...found, queries };
}

void describe('what serves everybody against what did before the release', () => {
  void it('a window of now and one as long of before, each of which lies as far from the end as the other', async (t) => {
    const { judged, past, memory, queries } = await look(t, {
      now: { requests: 1000, bad: 5 },
      past: { requests: 900, bad: 4 },
    });
    assert.deepEqual(judged.window, { from: BEGAN + 1_000, to: BEGAN + 59_000 });
    assert.deepEqual(past, { from: BEGAN + 1_000 - SHIFT, to: BEGAN + 59_000 - SHIFT });
    assert.ok(past.to <= SINCE, 'the canary’s time is no past');
    assert.deepEqual(judged.counts?.['errors'], {
      canary: { requests: 1000, bad: 5 },
      primary: { requests: 900, bad: 4 },
    });
    assert.equal(memory?.until, BEGAN + 59_000);
    assert.equal(judged.verdict, 'WAIT');
    assert.match(judged.says, /^errors: bad [\d.]+ times as often as before the release .*, 1000 requests so far$/);
    assert.equal(queries.length, 4, queries.join('\n'));
  });

  void it('a version that fails more often is distinguished from the one before it', async (t) => {
    const { judged } = await look(t, { now: { requests: 1000, bad: 60 }, past: { requests: 1000, bad: 5 } });
    assert.equal(judged.verdict, 'FAIL');
    assert.match(
      judged.says,
      /^errors: bad 12 times as often as before the release \(between .*\), limit 1.3, after 1 window$/,
    );
  });

  void it('the last window ends with the watch, and nothing is read after it', async (t) => {
    const last = await look(
      t,
      { now: { requests: 100, bad: 0 }, past: { requests: 100, bad: 0 } },
      { clock: UNTIL + 600_000, known: { until: UNTIL - 30_000, digest: settings(TEXT).digest, evidence: undefined } },
    );
    assert.deepEqual(last.judged.window, { from: UNTIL - 30_000, to: UNTIL });
    assert.deepEqual(last.past, { from: SINCE - 30_000, to: SINCE });
    const after = await look(t, { now: { requests: 1, bad: 1 }, past: 'down' }, { known: last.memory });
    assert.deepEqual([after.memory, after.queries.length], [undefined, 0]);
  });

  void it('evidence goes on from what was remembered; that of the release itself isn’t counted again', async (t) => {
    const counts = { now: { requests: 500, bad: 3 }, past: { requests: 500, bad: 3 } };
    const first = await look(t, counts);
    const second = await look(t, counts, {
      known: JSON.parse(JSON.stringify(first.memory)) as JudgementMemory,
      clock: BEGAN + 120_000,
      release: first.memory,
    });
    assert.deepEqual([first.judged.windows, second.judged.windows], [1, 2]);
    assert.equal(second.judged.window?.from, first.judged.window?.to);
  });

  void it('φ is the release’s, by which its own evidence was weighed down', async (t) => {
    const text = 'watch: {}\nsettle: 1s';
    const { digest } = settings(text);
    const evidence = { metrics: {}, split: {}, weight: 10, windows: 9, passedOver: 0, dispersions: { errors: 4 } };
    const counts = { now: { requests: 1000, bad: 60 }, past: { requests: 1000, bad: 5 } };
    const { judged } = await look(t, counts, { text, release: { until: SINCE, digest, evidence } });
    assert.equal(judged.metrics[0]?.dispersion, 4);
    assert.equal(judged.verdict, 'WAIT', 'bursts are no regression');
  });

  void it('without a past nothing is judged, and it is said why', async (t) => {
    const forgotten = await look(t, { now: { requests: 1000, bad: 500 }, past: 'forgotten' });
    assert.match(forgotten.judged.unknown ?? '', /no samples of .*, so there is no past to compare with/);
    assert.deepEqual([forgotten.judged.verdict, forgotten.memory], ['WAIT', undefined]);
    const down = await look(t, { now: { requests: 1000, bad: 500 }, past: 'down' });
    assert.notEqual(down.judged.unknown, undefined);
  });

  void it('what failed as badly before the release is no regression', async (t) => {
    const { judged } = await look(t, { now: { requests: 100, bad: 60 }, past: { requests: 100, bad: 60 } });
    assert.deepEqual([judged.passedOver, judged.verdict], ['both-bad', 'WAIT']);
    assert.equal(judged.seen, 'requests failed as they did before the release');
  });
});
