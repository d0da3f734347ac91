import type { JudgementSettings } from '../../crds/judgement.js';
import type { MetricsContext, MetricsSources } from '../context.js';
import { ProviderError } from '../errors.js';
import type { MetricsProvider } from '../port.js';
import type { CountedSpan } from './increase.js';
import { countableSpan } from './read.js';
import { countAll, counterOf, dispersionsBefore, type CountedWindow } from './window.js';

/** A window of the promoted version, and one of the same length of the version before it. */
export interface BesidePast extends CountedWindow {
  /** The window that it is compared with. */
  readonly past: CountedSpan;
}

interface PastAsked {
  /** Milliseconds since 1970. */
  readonly from: number;
  /** No window ends later. */
  readonly until: number;
  /** The time between a moment and its counterpart in the past, milliseconds. */
  readonly shiftMs: number;
  /** The edges at which latency is judged already, in seconds. */
  readonly edges?: readonly number[] | undefined;
  /** The end of the past, if the scatter of its failures is to be measured. */
  readonly scatterBefore?: number | undefined;
}

/**
 * The version that serves all users now against the one before the release: the primary's requests of a window take the
 * canary's place, and those of the window `shiftMs` earlier the primary's. Consecutive windows don't overlap, neither
 * now nor in the past.
 *
 * @returns undefined where the window is still too short
 * @throws Halted, ProviderError, QueryRefused
 */
export async function readBesidePast(
  context: MetricsContext,
  sources: Pick<MetricsSources, 'canaryAddresses' | 'secret'>,
  settings: Pick<JudgementSettings, 'counts' | 'latency' | 'means' | 'measured'>,
  { from, until, shiftMs, edges, scatterBefore }: PastAsked,
  signal: AbortSignal,
): Promise<BesidePast | undefined> {
  const { counts: own, latency, means, measured } = settings;
  // A baseline is gone by then, and didn't exist before.
  const counter = await counterOf(context, sources, { counts: own, latency, means, measured });
  const open = await countableSpan(counter.server, from, signal);
  if (!open) return undefined;
  const span = { from, to: Math.min(open.to, until) };
  const past = { from: span.from - shiftMs, to: span.to - shiftMs };
  await demandSamples(counter.server, past.from, signal);
  // By the past: edges chosen by the judged counts would void the guarantee.
  const then = await countAll(counter, past, edges, signal);
  const now = await countAll(counter, span, then.latency?.edges ?? edges, signal);
  const dispersions = await dispersionsBefore(counter, { edges: then.latency?.edges, until: scatterBefore }, signal);
  const counts = Object.entries(now.counts).flatMap(([name, { primary: canary }]) => {
    const primary = Object.hasOwn(then.counts, name) ? then.counts[name]?.primary : undefined;
    return primary ? [[name, { canary, primary }] as const] : [];
  });
  return {
    span,
    past,
    requests: { canary: now.arms.primary.requests, primary: then.arms.primary.requests },
    counts: Object.fromEntries(counts),
    ...(now.latency && then.latency
      ? { latency: { edges: then.latency.edges, canary: now.latency.primary, primary: then.latency.primary } }
      : {}),
    ...(dispersions ? { dispersions } : {}),
  };
}

/** @throws ProviderError where the server wasn't scraping then, or has deleted the samples */
async function demandSamples(server: MetricsProvider, at: number, signal: AbortSignal): Promise<void> {
  try {
    await server.query(`count(up @ ${(at / 1000).toFixed(3)})`, signal);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NoValuesFound') throw error;
    const when = new Date(at).toISOString();
    throw new ProviderError(`the metrics server has no samples of ${when}, so there is no past to compare with`);
  }
}
