import type { Undelivered } from '../notices/outbox.js';
import type { LoadTestSummary } from '../record/record.js';
import type { RunState } from '../state.js';
import { recorded } from './common.js';

/** Records finished load tests. */
export function withLoadTests(state: RunState, results: readonly LoadTestSummary[], now: number): RunState {
  return recorded(
    state,
    results.map((result) => ({ at: now, what: 'load-test', result })),
  );
}

/** Records who could not be notified, and of what. */
export function withUndelivered(state: RunState, undelivered: readonly Undelivered[], now: number): RunState {
  return recorded(
    state,
    undelivered.map((one) => ({ at: now, what: 'undelivered', ...one })),
  );
}
