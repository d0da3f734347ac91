import type { Findings, HookResult } from '../findings.js';
import type { HookType } from '../policy.js';
import type { RecordEntry } from '../record/record.js';
import type { RunState } from '../state.js';
import { recorded } from './common.js';

/** Webhooks that an observation may have called outside an analysis, in the order of the calls. */
const ASKED = ['confirm-rollout', 'rollback', 'pre-rollout', 'confirm-traffic-increase', 'confirm-promotion'] as const;

type Call = RecordEntry & { readonly what: 'webhook' };

/** Records which webhooks an observation has called. */
export function withCallsOf(state: RunState, findings: Findings, asOf: number): RunState {
  return ASKED.reduce((next, type) => withCalls(next, type, findings[type]?.results ?? [], asOf), state);
}

/**
 * Records webhooks. Repeated calls with the same answer, as at a gate, are one line.
 *
 * @param now for results without a time
 */
export function withCalls(state: RunState, type: HookType, results: readonly HookResult[], now: number): RunState {
  return results.reduce((next, result) => {
    const call = callOf(type, result, now);
    const index = next.record.findLastIndex((entry) => isOf(entry, type, result.hook));
    const last = next.record[index];
    if (last?.what !== 'webhook' || !isSameAnswer(last, call)) return recorded(next, [call]);
    const again: Call = { ...last, times: (last.times ?? 1) + 1, until: call.at };
    return { ...next, record: next.record.with(index, again) };
  }, state);
}

function callOf(type: HookType, { at, ...result }: HookResult, now: number): Call {
  return { at: at ?? now, what: 'webhook', type, ...result };
}

function isOf(entry: RecordEntry, type: HookType, hook: string): boolean {
  return entry.what === 'webhook' && entry.type === type && entry.hook === hook;
}

function isSameAnswer(a: Call, b: Call): boolean {
  return a.ok === b.ok && a.status === b.status && a.error === b.error;
}
