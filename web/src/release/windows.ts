import type { Line } from '../api/types.js';
import { entriesOf } from './record.js';

export type Verdict = 'passed' | 'failed' | 'unknown';

/** The result of one metric, or one webhook, in one check. */
export interface Judged {
  readonly kind: 'metric' | 'hook';
  readonly name: string;
  readonly verdict: Verdict;
  readonly value?: number;
  readonly min?: number;
  readonly max?: number;
  readonly error?: string;
  /** The time span of its query, milliseconds since 1970. */
  readonly window?: { readonly from: number; readonly to: number };
  readonly href?: string;
}

/** One check of the analysis. */
export interface Window {
  readonly at: string;
  readonly weight: number;
  readonly verdict: Verdict;
  readonly judged: readonly Judged[];
}

/** All checks of a release, oldest first. */
export function windowsOf(record: readonly Line[]): readonly Window[] {
  return entriesOf(record, 'analysis').map(({ at, weight, ok, hooks, metrics }) => {
    const judged: readonly Judged[] = [
      ...hooks.map((result): Judged => ({
        kind: 'hook',
        name: result.hook,
        verdict: result.ok ? 'passed' : 'failed',
        ...(result.error !== undefined && { error: result.error }),
      })),
      ...metrics.map((result): Judged => ({
        kind: 'metric',
        name: result.metric,
        verdict: result.ok ? 'passed' : result.providerError ? 'unknown' : 'failed',
        ...(result.value !== undefined && { value: result.value }),
        ...(result.min !== undefined && { min: result.min }),
        ...(result.max !== undefined && { max: result.max }),
        ...(result.window !== undefined && { window: result.window }),
        ...(result.message !== undefined && !result.ok && { error: result.message }),
      })),
    ];
    const onlyUnknown = !ok && judged.every(({ verdict }) => verdict !== 'failed');
    return { at, weight, verdict: ok ? 'passed' : onlyUnknown ? 'unknown' : 'failed', judged };
  });
}
