import type { MetricsContext, MetricsSources } from '../context.js';
import { within } from '../http/limit.js';
import { observerOf } from '../observers.js';
import { metricsServerOf } from '../providers.js';
import { builtinQuery } from '../queries/builtin.js';
import { builtinText, type Answered } from './answered.js';
import { shareTexts, type ShareSpan } from './share.js';

/** Whoever takes longer is asked one by one, by the time limits of those. */
const TIMEOUT_MS = 2_000;
/** A request's address holds them all; proxies take one of eight kilobytes. */
const LONGEST = 3_500;
/** Who couldn't answer isn't asked in this way again for so long, in milliseconds. */
const REST_MS = 5 * 60_000;

/**
 * Puts the queries that are Serinus' own, those of the built-in checks and of the share that was seen, as one request to
 * the metrics server. It saves requests and decides nothing: what can't be answered in this way is asked one by one.
 */
export class Together {
  /** Until when servers are asked one by one, by their address; milliseconds since 1970. */
  private readonly resting = new Map<string, number>();

  constructor(private readonly now: () => number = Date.now) {}

  /**
   * @returns undefined where nothing could be asked in this way
   * @throws whatever `signal` was aborted with
   */
  async ask(
    context: MetricsContext,
    sources: MetricsSources,
    span: ShareSpan,
    signal: AbortSignal,
  ): Promise<Answered | undefined> {
    const { metricsServer } = context;
    if (this.now() < (this.resting.get(metricsServer) ?? 0)) return undefined;
    this.resting.delete(metricsServer);
    try {
      return await asked(context, sources, span, signal);
    } catch {
      signal.throwIfAborted();
      // Asked one by one, they tell what is wrong.
      this.resting.set(metricsServer, this.now() + REST_MS);
      return undefined;
    }
  }
}

async function asked(
  context: MetricsContext,
  sources: MetricsSources,
  span: ShareSpan,
  signal: AbortSignal,
): Promise<Answered | undefined> {
  const texts = await textsOf(context, sources, span);
  if (texts.length < 2 || texts.reduce((sum, text) => sum + text.length, 0) > LONGEST) return undefined;
  const server = await metricsServerOf(context, sources, 'analysis');
  if (!server.together) return undefined;
  const together = server.together.bind(server);
  const values = await within({ timeoutMs: TIMEOUT_MS, whom: 'the metrics server' }, signal, (limited) =>
    together(texts, limited),
  );
  return new Map(texts.map((text) => [text, values.get(text)]));
}

async function textsOf(context: MetricsContext, sources: MetricsSources, span: ShareSpan): Promise<readonly string[]> {
  const { names, metricsProvider, flavour, window, metrics } = context;
  const observer = observerOf(metricsProvider);
  const texts: (string | undefined)[] = [];
  for (const source of metrics.flatMap(({ sources: all }) => all)) {
    if (source.kind !== 'builtin') continue;
    const query = builtinQuery(observer, source.builtin, { flavour });
    const addresses = query.ofAddresses ? await sources.canaryAddresses() : [];
    texts.push(builtinText(query, { names, interval: source.interval, clip: window, addresses }));
  }
  const share = await shareTexts(context, sources, span);
  if (share) texts.push(share.percent, share.requests);
  return [...new Set(texts.filter((text) => text !== undefined))];
}
