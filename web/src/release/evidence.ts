import type { Line } from '../api/types.js';
import { entriesOf } from './record.js';

type Judged = NonNullable<Extract<Line, { what: 'analysis' }>['judged']>;
type Verdict = Judged['verdict'];

/** The ratio of canary and primary after a window, with its interval. */
export interface RatioAt {
  readonly ratio?: number;
  readonly lower: number;
  readonly upper?: number;
}

/** The evidence about one metric. */
export interface MetricEvidence extends RatioAt {
  readonly metric: string;
  readonly verdict: Verdict;
  /** Of latency: the limit in seconds. There is no interval for it. */
  readonly edge?: number;
  readonly mean?: { readonly canary: number; readonly primary: number };
  readonly requests: number;
  /** 0 to 1. */
  readonly towardsRollback: number;
  readonly towardsProof: number;
  /** After each window, oldest first. */
  readonly course: readonly RatioAt[];
}

export interface Evidence {
  readonly verdict: Verdict;
  /** That counted. */
  readonly windows: number;
  readonly says: string;
  /** Why the last window is unknown, or didn't count. */
  readonly trouble: string | undefined;
  /** Why windows didn't count, and how many. */
  readonly passedOver: readonly { readonly why: string; readonly count: number }[];
  readonly metrics: readonly MetricEvidence[];
}

/** The counts of both versions so far; undefined where the release has no judgement. */
export function evidenceOf(record: readonly Line[]): Evidence | undefined {
  return fromLooks(entriesOf(record, 'analysis').flatMap(({ judged }) => judged ?? []));
}

/** The same for the promoted version since then, against the version before it; undefined where it isn't watched. */
export function evidenceAfter(record: readonly Line[]): Evidence | undefined {
  return fromLooks(entriesOf(record, 'watch').map(({ judged }) => judged));
}

function fromLooks(looks: readonly Judged[]): Evidence | undefined {
  const last = looks.at(-1);
  if (last === undefined) return undefined;
  const passed = looks.flatMap(({ passedOver, seen }) => (passedOver === undefined ? [] : [{ passedOver, seen }]));
  return {
    verdict: last.verdict,
    windows: last.windows,
    says: last.says,
    trouble: last.unknown ?? (last.passedOver === undefined ? undefined : (last.seen ?? last.passedOver)),
    passedOver: [...new Set(passed.map(({ passedOver }) => passedOver))].map((kind) => {
      const same = passed.filter(({ passedOver }) => passedOver === kind);
      return { why: same.at(-1)?.seen ?? kind, count: same.length };
    }),
    metrics: last.metrics.map(({ metric, verdict, edge, mean, canary, towardsFail, towardsPass, ...ratio }) => ({
      ...{ metric, verdict, requests: canary.requests },
      ...{ towardsRollback: towardsFail, towardsProof: towardsPass },
      ...(edge === undefined ? {} : { edge }),
      ...(mean === undefined ? {} : { mean: { canary: mean.canary, primary: mean.primary } }),
      ...ratioAt(ratio),
      course: looks.flatMap((look) => look.metrics.filter((one) => one.metric === metric).map(ratioAt)),
    })),
  };
}

/** Without other fields. */
export function ratioAt({ ratio, lower, upper }: RatioAt): RatioAt {
  return { ...(ratio === undefined ? {} : { ratio }), lower, ...(upper === undefined ? {} : { upper }) };
}

/** Ratios beyond an eighth and eight times are drawn at the edge. */
const WIDEST = 8;

/** How high a ratio is drawn, 0 (an eighth) to 1 (eight times); 0.5 is "as the primary". */
export function heightOf(ratio: number | undefined): number {
  if (ratio === undefined) return 1;
  const within = Math.min(Math.max(ratio, 1 / WIDEST), WIDEST);
  return 0.5 + Math.log(within) / (2 * Math.log(WIDEST));
}
