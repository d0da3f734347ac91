import type { JudgementSettings } from '../crds/judgement.js';
import { ERRORS } from '../crds/judgement.js';
import type { WindowCounts } from '../judgement/counts.js';
import { judge, NOTHING_SHOWN, type Judgement, type ReleaseEvidence } from '../judgement/release.js';
import type { Rules } from '../judgement/rules.js';
import type { SlowCounts } from '../judgement/slowness.js';
import { inWords } from '../judgement/words.js';

/** One recorded reading of both versions' counts. */
export interface RecordedLook {
  /** Percent on the canary. */
  readonly weight: number;
  /** The closed span that was counted, milliseconds since 1970. */
  readonly window: { readonly from: number; readonly to: number };
  /**
   * The requests as divided, where the canary was compared with a baseline, which has the primary's place in `counts`.
   */
  readonly requests?: { readonly canary: number; readonly primary: number; readonly baseline: number } | undefined;
  /** By metric. */
  readonly counts: Readonly<Record<string, WindowCounts>>;
  readonly latency?: SlowCounts | undefined;
  /** φ by metric, where it was measured. */
  readonly dispersions: Readonly<Record<string, number>>;
}

export interface RecordedRelease {
  readonly looks: readonly RecordedLook[];
  readonly outcome: string | undefined;
}

/** How another policy would have ended a recorded release, as far as its record shows. */
export interface Backtested {
  /**
   * `waits`: it was promoted, and by then the policy had no proof of it. `goes-on`: it was ended before the policy
   * would have. `unknown`: nothing was counted.
   */
  readonly end: 'rolled-back' | 'promoted' | 'waits' | 'goes-on' | 'unknown';
  /** From its first counted request until the decision, in seconds; undefined where there is none. */
  readonly seconds?: number;
  /** The same until it was proven good. */
  readonly provenAfter?: number;
  /** Number of windows judged. */
  readonly windows: number;
  readonly says: string;
  /** Metrics of the policy without recorded counts: they are left out. */
  readonly uncounted: readonly string[];
}

const PROMOTED = 'promoted';

/**
 * Judges the counts of a recorded release by another policy: each of its windows once, in their order. Weights are the
 * release's own; thresholds, people and webhooks are left out.
 */
export function backtest(recorded: RecordedRelease, settings: JudgementSettings): Backtested {
  const looks = backtesting(recorded, settings);
  for (;;) {
    const { done, value } = looks.next();
    if (done) return value;
  }
}

/** The same look by look, for those who can't be busy for all of them at once: each costs about a millisecond. */
export function* backtesting(
  { looks, outcome }: RecordedRelease,
  settings: JudgementSettings,
): Generator<undefined, Backtested, undefined> {
  const [first] = looks;
  const { rules, uncounted } = countedRules(settings.rules, looks);
  if (!first || rules.metrics.length === 0) {
    return { end: 'unknown', windows: 0, says: 'nothing was counted', uncounted };
  }
  const after = (look: RecordedLook) => Math.round((look.window.to - first.window.from) / 1000);
  let evidence: ReleaseEvidence = NOTHING_SHOWN;
  let judgement: Judgement | undefined;
  let provenAfter: number | undefined;
  let windows = 0;
  for (const look of looks) {
    if (windows > 0) yield;
    windows += 1;
    ({ evidence, judgement } = judge(evidence, windowOf(look), rules));
    const { verdict } = judgement;
    if (verdict === 'PASS') provenAfter ??= after(look);
    if (verdict !== 'FAIL') continue;
    const says = inWords(judgement, rules, { counts: look.counts, windows: evidence.windows });
    return { end: 'rolled-back', seconds: after(look), windows, says, uncounted };
  }
  const says = judgement ? inWords(judgement, rules, { counts: {}, windows: evidence.windows }) : '';
  const common = { windows, says, uncounted, ...(provenAfter === undefined ? {} : { provenAfter }) };
  if (outcome !== PROMOTED) return { end: 'goes-on', ...common };
  const isEnough = settings.promotion === 'guard' || judgement?.verdict === 'PASS';
  return isEnough ? { end: 'promoted', ...common } : { end: 'waits', ...common };
}

function windowOf({ weight, requests, counts, latency, dispersions }: RecordedLook) {
  const { canary, primary } = counts[ERRORS] ?? NOBODY;
  return {
    ...{ weight, counts, dispersions },
    requests: requests
      ? { ...requests, primary: requests.primary + requests.baseline }
      : { canary: canary.requests, primary: primary.requests },
    ...(latency ? { latency } : {}),
  };
}

const NOBODY: WindowCounts = { canary: { requests: 0, bad: 0 }, primary: { requests: 0, bad: 0 } };

/** The metrics that can be judged share the whole budget. */
function countedRules(rules: Rules, looks: readonly RecordedLook[]) {
  const isCounted = ({ name, byEdges }: Rules['metrics'][number]) =>
    looks.some(({ counts, latency }) => (byEdges ? latency !== undefined : counts[name] !== undefined));
  const counted = rules.metrics.filter(isCounted);
  return {
    rules: { ...rules, metrics: counted.map((metric) => ({ ...metric, share: 1 / counted.length })) },
    uncounted: rules.metrics.filter((metric) => !isCounted(metric)).map(({ name }) => name),
  };
}
