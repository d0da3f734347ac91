import type { AnalysisState } from '../domain/decision/analysis-state.js';
import { ERRORS, type JudgementSettings } from '../crds/judgement.js';
import type { Analysis } from '../domain/findings.js';
import type { Judged, JudgementMemory } from '../domain/decision/judged.js';
import { messageOf, TransientError, UserError } from '../errors.js';
import { judge, judgementOf, NOTHING_SHOWN, type Judgement, type ReleaseEvidence } from '../judgement/release.js';
import { inWords, passedOverInWords } from '../judgement/words.js';
import type { MetricsContext, MetricsSources } from '../metrics/context.js';
import { readWindow, type CountedWindow } from '../metrics/counts/window.js';
import { Halted } from '../metrics/analysis/halt.js';

type Asked = Pick<AnalysisState, 'weight' | 'weightSince' | 'judgement'>;
type Found = Pick<Analysis, 'judged' | 'memory'>;

/**
 * Reads both versions' counts since the last observation, and judges them. The result is part of the workflow's
 * history, so that replay computes nothing; the next window begins where this one ended, so that no request counts
 * twice, whichever process dies in between.
 *
 * @returns nothing where the canary has no traffic yet
 */
export async function judgeByCounts(
  context: MetricsContext,
  sources: Pick<MetricsSources, 'canaryAddresses' | 'baselineAddresses' | 'secret'>,
  settings: JudgementSettings,
  { weight, weightSince, judgement: known }: Asked,
  signal: AbortSignal,
): Promise<Found> {
  if (weight === 0) return {};
  const before = evidenceIn(known, settings) ?? NOTHING_SHOWN;
  const from = Math.max(known?.until ?? 0, weightSince + settings.settleSeconds * 1000);
  try {
    const isFirst = before === NOTHING_SHOWN && settings.measured.length > 0;
    const asked = { from, edges: before.latency?.edges, ...(isFirst ? { trafficSince: weightSince } : {}) };
    const window = await readWindow(context, sources, settings, asked, signal);
    if (!window) return { judged: asBefore(before, settings, weight) };
    return judged(before, window, settings, { weight, began: known?.began ?? weightSince });
  } catch (error) {
    if (!isUnread(error) || signal.aborted) throw error;
    return { judged: { ...asBefore(before, settings, weight), unknown: messageOf(error) } };
  }
}

function judged(
  before: ReleaseEvidence,
  { span, requests, counts, latency, dispersions }: CountedWindow,
  { rules, digest }: JudgementSettings,
  { weight, began }: { readonly weight: number; readonly began: number },
): Found {
  const counted = {
    weight,
    requests,
    counts,
    ...(latency ? { latency } : {}),
    ...(dispersions ? { dispersions } : {}),
  };
  const { evidence, judgement } = judge(before, counted, rules);
  const memory: JudgementMemory = { until: span.to, digest, evidence, began };
  const seen = passedOverInWords(judgement, requests, weight);
  const shown = shownOf(judgement, evidence, weight);
  return {
    memory,
    judged: {
      ...shown,
      window: span,
      ...(requests.baseline === undefined ? {} : { requests: dividedIn(requests, requests.baseline) }),
      counts,
      ...(latency ? { latency } : {}),
      ...(judgement.passedOver === undefined ? {} : { passedOver: judgement.passedOver }),
      ...(seen === undefined ? {} : { seen }),
      says: inWords(judgement, rules, { counts, windows: evidence.windows }),
    },
  };
}

function dividedIn({ canary, primary }: CountedWindow['requests'], baseline: number) {
  return { canary, primary: primary - baseline, baseline };
}

/** Nothing new was read. */
function asBefore(before: ReleaseEvidence, { rules }: JudgementSettings, weight: number): Judged {
  const judgement = judgementOf(before, rules);
  return {
    ...shownOf(judgement, before, weight),
    says: inWords(judgement, rules, { counts: {}, windows: before.windows }),
  };
}

export function shownOf(
  { verdict, metrics }: Judgement,
  evidence: ReleaseEvidence,
  weight: number,
): Omit<Judged, 'says'> {
  const heard = evidence.weight === weight && evidence.split.canary > 0;
  return { verdict, metrics, heard, windows: evidence.windows };
}

/** A window that can't be read is unknown: it is read again with the next one. */
export function isUnread(error: unknown): boolean {
  return error instanceof Halted || error instanceof TransientError || error instanceof UserError;
}

/** Evidence found by the same policy: another policy starts anew. */
export function evidenceIn(
  memory: JudgementMemory | undefined,
  { digest }: Pick<JudgementSettings, 'digest'>,
): ReleaseEvidence | undefined {
  return memory?.digest === digest && isEvidence(memory.evidence) ? memory.evidence : undefined;
}

/** What {@link judgeByCounts} has written; a run of another version may have written something else. */
function isEvidence(value: unknown): value is ReleaseEvidence {
  if (typeof value !== 'object' || value === null) return false;
  return 'metrics' in value && 'split' in value && 'weight' in value && 'windows' in value && 'passedOver' in value;
}

/** How the requests of the window were divided, without further queries. */
export function shareIn({ judged }: Found, at: number): Pick<Analysis, 'seen'> {
  if (judged?.unknown !== undefined) return { seen: { unknown: judged.unknown } };
  const { window, counts, requests: divided } = judged ?? {};
  const errors = counts?.[ERRORS];
  if (!window || !errors) return {};
  const ofCanary = errors.canary.requests;
  const requests = divided ? divided.canary + divided.primary + divided.baseline : ofCanary + errors.primary.requests;
  if (requests === 0) return {};
  const percent = Math.round((1000 * ofCanary) / requests) / 10;
  return { seen: { percent, requests, windowSeconds: Math.round((window.to - window.from) / 1000), at } };
}
