import type { Texts } from '../i18n/en.js';

/** In words; the server's name for outcomes of a later version. */
export function outcomeName(outcome: string | undefined, { releases }: Texts): string {
  const { ended, outcomes } = releases;
  return outcome === undefined ? (ended['unknown'] ?? '') : (outcomes[outcome] ?? ended[outcome] ?? outcome);
}
