import { NoValuesFound } from '../errors.js';
import type { Window } from '../model.js';

/** There are no values yet from the time that counts, though there are earlier ones: the canary isn't to blame. */
export class TooEarly extends Error {
  override readonly name = 'TooEarly';

  constructor(metric: string) {
    // The same at each look, so that it is said once.
    super(`Wait with metric ${metric}: no values found yet since the weight changed`);
  }
}

/**
 * Asks for a value within a window. Where there is none, it is asked for once more as if there were no window: that
 * tells a canary without any requests from one whose requests haven't made it into the metrics yet, as where a scrape
 * takes longer than the window. The second value isn't used, since it is about an earlier weight.
 *
 * @param lookBackSeconds how far back is looked without a window
 * @throws NoValuesFound where there is none at all; TooEarly; and whatever `ask` throws
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
