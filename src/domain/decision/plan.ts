import { isPolicyGate, titleOf } from '../approvals/approvals.js';
import { longestWait, patienceOf } from '../silence/silence.js';
import { isActive } from '../phases.js';
import { progressOf } from '../narrative/progress.js';
import type { PolicyGate } from '../approvals/approval-state.js';
import type { RunState } from '../state.js';

/** What the driver does next. */
export type Plan =
  | { readonly do: 'observe' }
  | { readonly do: 'wait'; readonly ms: number; readonly summary: string }
  | {
      readonly do: 'awaitReady';
      readonly of: 'primary' | 'canary';
      readonly said: string | undefined;
      readonly quietMs: number;
      /** The next observation is at the latest after this, ready or not. */
      readonly withinMs?: number;
    }
  | { readonly do: 'callHooks' }
  | { readonly do: 'hold'; readonly summary: string }
  | { readonly do: 'end' };

/** @param now milliseconds since 1970 */
export function plan(state: RunState, now: number): Plan {
  const { waiting } = state;
  if (waiting.for === 'nothing') return { do: 'end' };
  if (waiting.for === 'hooks') return { do: 'callHooks' };
  if (state.fresh) return { do: 'observe' };
  if (state.paused) return { do: 'hold', summary: `paused by ${state.paused.by}: wait for resume` };
  switch (waiting.for) {
    case 'order':
      return { do: 'hold', summary: isPolicyGate(state.gate) ? atGate(state.gate) : 'suspended: wait for a change' };
    case 'readiness': {
      const withinMs = waiting.until === undefined ? undefined : waiting.until - now;
      if (withinMs !== undefined && withinMs <= 0) return { do: 'observe' };
      const quietMs =
        waiting.said === undefined
          ? 0
          : Math.max(0, waiting.saidAt + (state.policy?.intervalSeconds ?? 10) * 1000 - now);
      const wait = { do: 'awaitReady', of: waiting.of, said: waiting.said, quietMs } as const;
      return withinMs === undefined ? wait : { ...wait, withinMs };
    }
    case 'tick':
      return waiting.at <= now ? { do: 'observe' } : { do: 'wait', ms: waiting.at - now, summary: waitSummary(state) };
  }
}

function atGate(gate: PolicyGate): string {
  return `gate ${titleOf(gate)}: wait for approvals`;
}

function waitSummary(state: RunState): string {
  if (isPolicyGate(state.gate)) return atGate(state.gate);
  if (state.gate) return `gate ${state.gate.gate}: closed by ${state.gate.hook}, ask again`;
  if (state.problem) return `look again: ${state.problem.text}`;
  if (state.phase === 'Progressing') return `${progressOf(state)}: next analysis`;
  return `${state.phase}: next tick`;
}

/** How long traffic may stay as it is without a renewal of the Lease. */
export type LeaseTerm =
  | {
      readonly kind: 'seconds';
      readonly seconds: number;
      /** It is renewed when less than this is left; two thirds where undefined. */
      readonly renewBelow?: number;
    }
  /** The hold is intended: no other process takes over, however long it lasts. */
  | { readonly kind: 'held' }
  | { readonly kind: 'released' };

/** @param minimumSeconds shortest term, however short the analysis interval */
export function leaseTerm(state: RunState, minimumSeconds: number): LeaseTerm {
  if (state.ending && state.waiting.for === 'nothing') return { kind: 'released' };
  const holder = state.paused ?? state.gate ?? (state.policy?.suspend === true ? state.policy : undefined);
  if (holder && isActive(state.phase)) return { kind: 'held' };
  const interval = state.policy?.intervalSeconds ?? 0;
  const wait = state.problem ? Math.max(interval, longestWait(state)) : interval;
  return { kind: 'seconds', ...patienceOf(minimumSeconds, interval, wait) };
}
