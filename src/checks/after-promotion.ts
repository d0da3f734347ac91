import type { JudgementSettings } from '../crds/judgement.js';
import type { JudgementMemory } from '../domain/decision/judged.js';
import type { AfterLook } from '../domain/aftercare/aftercare.js';
import { messageOf } from '../errors.js';
import { judge, judgementOf, NOTHING_SHOWN, type ReleaseEvidence } from '../judgement/release.js';
import { inWordsAfter } from '../judgement/words.js';
import type { MetricsContext, MetricsSources } from '../metrics/context.js';
import { readBesidePast, type BesidePast } from '../metrics/counts/beside-past.js';
import { evidenceIn, isUnread, shownOf } from './evidence.js';

/** The question about a version after its promotion. Times are milliseconds since 1970. */
export interface AskedAfter {
  /** When the promoted version began to serve all users. */
  readonly began: number;
  /** No window ends later. */
  readonly until: number;
  /** When the release began: the past for comparisons ends here. */
  readonly since: number;
  /** The judge's memory of the release itself, and of the time after it. */
  readonly release?: JudgementMemory | undefined;
  readonly known?: JudgementMemory | undefined;
}

/** The promoted version has all of the traffic: there is no split to check. */
const EVERYBODY = 100;

/**
 * Reads the promoted version's counts since the last observation, and compares them with those of the version before
 * it, in a time of the same length before the release. Each window of the past is used once, as is each of the present.
 */
export async function judgeAfterPromotion(
  context: MetricsContext,
  sources: Pick<MetricsSources, 'canaryAddresses' | 'secret'>,
  settings: JudgementSettings,
  { began, until, since, release, known }: AskedAfter,
  signal: AbortSignal,
): Promise<AfterLook> {
  const before = evidenceIn(known, settings) ?? NOTHING_SHOWN;
  const ofRelease = evidenceIn(release, settings);
  const settled = began + settings.settleSeconds * 1000;
  const from = Math.max(known?.until ?? 0, settled);
  if (from >= until) return asBefore(before, settings);
  const isFirst = before === NOTHING_SHOWN;
  const scatters = isFirst && settings.measured.length > 0 && ofRelease?.dispersions === undefined;
  try {
    const window = await readBesidePast(
      context,
      sources,
      settings,
      {
        ...{ from, until, shiftMs: until - since },
        edges: before.latency?.edges ?? ofRelease?.latency?.edges,
        ...(scatters ? { scatterBefore: since } : {}),
      },
      signal,
    );
    if (!window) return asBefore(before, settings);
    const dispersions = ofRelease?.dispersions;
    return judged(before, dispersions ? { ...window, dispersions } : window, settings);
  } catch (error) {
    if (!isUnread(error) || signal.aborted) throw error;
    const { judged: seen } = asBefore(before, settings);
    return { judged: { ...seen, unknown: messageOf(error) } };
  }
}

function judged(
  before: ReleaseEvidence,
  { span, past, requests, counts, latency, dispersions }: BesidePast,
  { rules, digest }: JudgementSettings,
): AfterLook {
  const window = {
    ...{ weight: EVERYBODY, requests, counts },
    ...(latency ? { latency } : {}),
    ...(dispersions ? { dispersions } : {}),
  };
  const { evidence, judgement } = judge(before, window, rules);
  return {
    past,
    memory: { until: span.to, digest, evidence },
    judged: {
      ...shownOf(judgement, evidence, EVERYBODY),
      ...{ window: span, counts },
      ...(latency ? { latency } : {}),
      ...(judgement.passedOver === undefined ? {} : { passedOver: judgement.passedOver, seen: AS_BAD_BEFORE }),
      says: inWordsAfter(judgement, rules, { counts, windows: evidence.windows }),
    },
  };
}

const AS_BAD_BEFORE = 'requests failed as they did before the release';

/** Nothing new was read. */
function asBefore(before: ReleaseEvidence, { rules }: JudgementSettings): AfterLook {
  const judgement = judgementOf(before, rules);
  const says = inWordsAfter(judgement, rules, { counts: {}, windows: before.windows });
  return { judged: { ...shownOf(judgement, before, EVERYBODY), says } };
}
