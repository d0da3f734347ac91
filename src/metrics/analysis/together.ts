import type { MetricsContext, MetricsSources } from '../context.js';
import { within } from '../http/limit.js';
import { observerOf } from '../observers.js';
import { metricsServerOf } from '../providers.js';
import { builtinQuery } from '../queries/builtin.js';
import { builtinText, type Answered } from './answered.js';
import { shareTexts, type ShareSpan } from './share.js';

/** Where a server takes longer, the queries are sent one by one, with their own time limits. */
const TIMEOUT_MS = 2_000;
/** All of them are in the request's address; proxies accept one of eight kilobytes. */
const LONGEST = 3_500;
/** A server that failed gets no combined query for so long, in milliseconds. */
const REST_MS = 5 * 60_000;

/**
 * Sends Serinus' own queries, those of the built-in checks and of the measured share, as one request to the metrics
 * server. It saves requests and decides nothing: queries that fail together are sent one by one.
 */
export class Together {
  /** Until when servers get single queries, by {@link serverOf}; milliseconds since 1970. */
  private readonly resting = new Map<string, number>();

  constructor(private readonly now: () => number = Date.now) {}

  /**
   * @returns undefined where nothing could be asked this way
   * @throws whatever `signal` was aborted with
   */
  async ask(
    context: MetricsContext,
    sources: MetricsSources,
    span: ShareSpan,
    signal: AbortSignal,
  ): Promise<Answered | undefined> {
    const whose = serverOf(context);
    if (this.now() < (this.resting.get(whose) ?? 0)) return undefined;
    this.resting.delete(whose);
    let texts: readonly string[] = [];
    try {
      texts = await textsOf(context, sources, span);
      return texts.length < 2 ? undefined : await answersTo(texts, context, sources, signal);
    } catch {
      signal.throwIfAborted();
      // Single queries show what is wrong. Without any query to send the server isn't at fault.
      if (texts.length > 0) this.resting.set(whose, this.now() + REST_MS);
      return undefined;
    }
  }
}

/** A server and the identity used there: one may be refused what another gets. */
function serverOf({ metricsServer, metricsServerSecret, names }: MetricsContext): string {
  return JSON.stringify([
    metricsServer,
    ...(metricsServerSecret === undefined ? [] : [names.namespace, metricsServerSecret]),
  ]);
}

async function answersTo(
  texts: readonly string[],
  context: MetricsContext,
  sources: MetricsSources,
  signal: AbortSignal,
): Promise<Answered | undefined> {
  if (texts.reduce((sum, text) => sum + text.length, 0) > LONGEST) return undefined;
  const server = await metricsServerOf(context, sources, 'analysis');
  const together = server.together?.bind(server);
  if (!together) return undefined;
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
