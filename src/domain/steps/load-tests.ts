import type { LoadTestSummary } from '../record/record.js';
import type { RunState } from '../state.js';
import { recorded } from './common.js';

/** Writes finished load tests into the record. */
export function withLoadTests(state: RunState, results: readonly LoadTestSummary[], now: number): RunState {
  return recorded(
    state,
    results.map((result) => ({ at: now, what: 'load-test', result })),
  );
}
