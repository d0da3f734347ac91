import type { Findings, HookResult } from '../findings.js';
import type { HookType } from '../policy.js';
import type { RecordEntry } from '../record/record.js';
import type { RunState } from '../state.js';
import { recorded } from './common.js';

/** What a look may have asked outside of an analysis, in the order in which it does. */
const ASKED = ['confirm-rollout', 'rollback', 'pre-rollout', 'confirm-traffic-increase', 'confirm-promotion'] as const;

type Call = RecordEntry & { readonly what: 'webhook' };

/** Writes into the record which webhooks a look has asked. */
export function withCallsOf(state: RunState, findings: Findings, asOf: number): RunState {
  return ASKED.reduce((next, type) => withCalls(next, type, findings[type]?.results ?? [], asOf), state);
}

/**
 * Writes webhooks into the record. One that is asked again and again, as at a gate, and gives the same answer, stays one
 * line.
 *
 * @param now for results that don't say when
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
