import type { LoadTestSummary } from '../record.js';
import type { State } from '../state.js';
import { recorded } from './common.js';

/** Writes finished load tests into the record. */
export function withLoadTests(state: State, results: readonly LoadTestSummary[], now: number): State {
  return recorded(
    state,
    results.map((result) => ({ at: now, what: 'load-test', result })),
  );
}
