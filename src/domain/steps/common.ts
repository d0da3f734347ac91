import type { Decision, Effect } from '../decision/effects.js';
import { statusOf } from '../decision/effects.js';
import type { Findings, HookRound } from '../findings.js';
import { messagesFor } from '../notices/messages.js';
import type { Alert } from '../notices/notice.js';
import { afresh, overdueAt } from '../decision/patience.js';
import type { Side } from '../decision/diagnostics.js';
import { lastPhaseIn, type RecordEntry } from '../record/record.js';
import type { Problem } from '../decision/diagnostics.js';
import type { Ending, RunState } from '../state.js';
import { intervalMs } from '../state.js';

/** What every step gets: the state of the run, the tick's findings, and the time of the observation. */
export interface Context {
  readonly state: RunState;
  readonly findings: Findings;
  readonly now: number;
}

/** A world for decisions that don't depend on it: about an order, or about effects that have failed. */
export const NOTHING_SEEN = {
  built: true,
  primary: { ready: true },
  canary: { ready: true },
  sameAsPrimary: false,
  drift: [],
} as const;

export type EventEffect = Effect & { readonly do: 'event' };

function event(type: 'Normal' | 'Warning', message: string): EventEffect {
  return { do: 'event', type, message };
}

export function normal(message: string): EventEffect {
  return event('Normal', message);
}

export function warning(message: string): EventEffect {
  return event('Warning', message);
}

/** What the API server refuses, on the condition, where `kubectl get` and GitOps tools look. */
export function refusedCondition(message: string): Effect {
  return { do: 'condition', message, refused: true };
}

/** Logged at error level, as Flagger does with failures that aren't the canary's. */
export function failure(message: string): EventEffect {
  return { do: 'event', type: 'Warning', message, error: true };
}

export function status(next: RunState): Effect {
  return { do: 'status', status: statusOf(next) };
}

export function nothing(next: RunState): Decision {
  return { do: 'nothing', next };
}

/** Carries the effects out, then changes the state and sends the alerts; events and effects are recorded. */
export function apply(
  effects: readonly Effect[],
  summary: string,
  next: RunState,
  now: number,
  alerts: readonly Alert[] = [],
): Decision {
  return {
    do: 'apply',
    effects,
    summary,
    alerts,
    next: recorded(
      next,
      effects.flatMap((effect) => entryOf(effect, now)),
    ),
  };
}

function entryOf(effect: Effect, at: number): RecordEntry[] {
  switch (effect.do) {
    case 'event':
      return [{ at, what: 'event', type: effect.type, message: effect.message }];
    case 'weights':
      return [{ at, what: 'weight', canary: effect.canary }];
    case 'status':
      return [{ at, what: 'phase', phase: effect.status.phase }];
    default:
      return [];
  }
}

/** Adds lines to the record; a phase is only recorded when it changes. */
export function recorded(state: RunState, entries: readonly RecordEntry[]): RunState {
  const phase = lastPhaseIn(state.record) ?? state.handedOver.phase;
  const fresh = entries.filter((entry) => entry.what !== 'phase' || entry.phase !== phase);
  return fresh.length === 0 ? state : { ...state, record: [...state.record, ...fresh] };
}

/** Something blocks the run, perhaps the same as before. */
export function withProblem(state: RunState, text: string, now: number): RunState & { readonly problem: Problem } {
  const count = state.problem?.text === text ? state.problem.count + 1 : 1;
  return { ...state, problem: { text, count }, stuckSince: state.paused ? undefined : (state.stuckSince ?? now) };
}

/** Observes again at once. */
export function tickNow(state: RunState, now: number): RunState {
  return { ...state, waiting: { for: 'tick', at: now } };
}

/** Observes again one interval after this observation. */
export function tickLater(state: RunState, now: number): RunState {
  return { ...state, waiting: { for: 'tick', at: now + intervalMs(state) } };
}

/** Waits for pods that have just been started or replaced: the release's clock for them starts. */
export function awaitingAfresh({ findings, now }: Context, state: RunState, of: Side): RunState {
  const next = { ...state, unready: afresh(state, of, findings.world, now) };
  return awaiting(next, of, overdueAt(next, of));
}

/**
 * Waits for pods.
 *
 * @param until the next observation is then at the latest, ready or not, milliseconds since 1970
 */
export function awaiting(state: RunState, of: Side, until = Infinity): RunState {
  const before = state.waiting.for === 'readiness' && state.waiting.of === of ? state.waiting : undefined;
  const known = state.unready?.[of] ?? before;
  const waiting = { for: 'readiness', of, said: known?.said, saidAt: known?.saidAt ?? 0 } as const;
  return { ...state, waiting: Number.isFinite(until) ? { ...waiting, until } : waiting };
}

export function ended(state: RunState, ending: Ending): RunState {
  return { ...state, waiting: { for: 'nothing' }, gate: undefined, paused: undefined, ending };
}

/** The event, unless it has been recorded for this revision already. */
export function once(state: RunState, effect: EventEffect): readonly [readonly Effect[], RunState] {
  if (state.said.includes(effect.message)) return [[], state];
  return [[effect], { ...state, said: [...state.said, effect.message].slice(-SAID_LIMIT) }];
}

const SAID_LIMIT = 20;

/** Reports each message once for the revision; for findings that ticks repeat. */
export function sayOnce(state: RunState, effects: readonly Effect[]): readonly [readonly Effect[], RunState] {
  let next = state;
  const said: Effect[] = [];
  for (const effect of effects) {
    if (effect.do !== 'event') {
      said.push(effect);
      continue;
    }
    const [once_, after] = once(next, effect);
    said.push(...once_);
    next = after;
  }
  return [said, next];
}

/** `<Title> check <hook> passed`, for every hook of the round that did. */
export function passes(state: RunState, title: string, round: HookRound | undefined): readonly EventEffect[] {
  const say = messagesFor(state);
  return (round?.results ?? []).filter((r) => r.ok).map((r) => normal(say.hookPassed(title, r.hook)));
}
