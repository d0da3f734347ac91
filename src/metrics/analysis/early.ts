import { NoValuesFound } from '../errors.js';
import type { Window } from '../model.js';

/** There are no values yet of the time that counts, though there are earlier ones: the canary isn't to blame. */
export class TooEarly extends Error {
  override readonly name = 'TooEarly';

  constructor(metric: string) {
    // The same text at each observation, so that it is reported once.
    super(`Wait with metric ${metric}: no values found yet since the weight changed`);
  }
}

/**
 * Queries a value within a window. Where there is none, it queries again without the window: that distinguishes a
 * canary without any requests from one whose requests aren't in the metrics yet, for instance because a scrape takes
 * longer than the window. The second value isn't used, since it is about an earlier weight.
 *
 * @param lookBackSeconds how far back the query without a window looks
 * @throws NoValuesFound where there is no value at all; TooEarly; and whatever `ask` throws
 */
export async function askWithin(
  metric: string,
  { window, lookBackSeconds }: { readonly window: Window | undefined; readonly lookBackSeconds: number },
  ask: (window: Window | undefined) => Promise<number>,
): Promise<number> {
  try {
    return await ask(window);
  } catch (error) {
    if (!(error instanceof NoValuesFound) || !window) throw error;
    if (window.now - window.notBefore >= lookBackSeconds * 1_000) throw error;
    await ask(undefined);
    throw new TooEarly(metric);
  }
}
