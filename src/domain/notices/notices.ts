import type { Decision, Effect } from '../decision/effects.js';
import { messagesFor } from './messages.js';
import type { Phase } from '../phases.js';
import type { RunState } from '../state.js';
import { reaches, type Topic, type Alert, type Occasion, type Notice, type Listeners } from './notice.js';

const NOBODY: Listeners = { events: false, alertsFrom: undefined };

/** The part of a state that its notices depend on. */
export type NoticeState = Pick<
  RunState,
  'canary' | 'policy' | 'phase' | 'weight' | 'applied' | 'stranded' | 'gate' | 'ending' | 'raised'
>;

/** The decision with all notices that are due after it has been carried out. */
export function announced(before: RunState, decision: Decision, now: number): Decision {
  switch (decision.do) {
    case 'nothing':
      return decision;
    case 'apply': {
      const raised = notesOf(before, decision.next, decision.effects, decision.alerts ?? [], now);
      return { ...decision, next: raised.next, notices: raised.notices };
    }
    case 'rollBack': {
      const note = (servedBy: 'primary' | 'canary') => {
        const next = decision.next(servedBy);
        return notesOf(before, next, retreatEffects(next, decision), decision.alerts ?? [], now);
      };
      return {
        ...decision,
        next: (servedBy) => note(servedBy).next,
        notices: (servedBy) => note(servedBy).notices,
      };
    }
  }
}

/** The notices of a rollback without a decision: the workflow's guard or the dead-man's switch carried it out. */
export function noticesOfRetreat(
  before: NoticeState,
  failed: NoticeState,
  reason: string,
  now: number,
): readonly Notice[] {
  const alert: Alert = { severity: 'error', topic: 'failed', message: reason, details: false };
  return notesOf(before, failed, retreatEffects(failed, { before: [], summary: reason }), [alert], now).notices;
}

/** The events of a rollback, in the order in which its activity records them. */
function retreatEffects(
  failed: NoticeState,
  decision: { readonly before: readonly Effect[]; readonly summary: string },
): readonly Effect[] {
  const say = messagesFor(failed);
  const last = failed.stranded ? say.failedServing : say.failed;
  return [
    ...decision.before,
    { do: 'event', type: 'Warning', message: decision.summary },
    { do: 'event', type: 'Warning', message: last, phase: 'Failed' },
  ];
}

function notesOf<S extends NoticeState>(
  before: NoticeState,
  next: S,
  effects: readonly Effect[],
  alerts: readonly Alert[],
  now: number,
): { readonly next: S; readonly notices: readonly Notice[] } {
  const { events: eventsWanted, alertsFrom } = (next.policy ?? before.policy)?.listeners ?? NOBODY;
  const events = eventsWanted ? eventsOf(before.phase, next, effects, now) : [];
  if (alertsFrom === undefined) return { next, notices: events };
  const wanted = alerts.filter(({ severity }) => reaches(severity, alertsFrom));
  const over = before.raised.filter((topic) => isOver(topic, next, wanted));
  const raised = [...before.raised.filter((topic) => !over.includes(topic)), ...wanted.map(({ topic }) => topic)];
  return {
    next: { ...next, raised: [...new Set(raised)].filter(lasts) },
    notices: [
      ...events,
      ...wanted.map((alert): Notice => ({ kind: 'alert', at: now, ...alert, ...occasion(alert.topic, next) })),
      ...(over.length > 0 ? [{ kind: 'over', at: now, topics: over } as const] : []),
    ],
  };
}

/** Only messages that offer orders say where the release stands. */
function occasion(topic: Topic, { gate, applied, weight }: NoticeState): { readonly occasion?: Occasion } {
  if (topic !== 'waiting' && topic !== 'progressing') return {};
  const revision = (gate?.revision ?? applied)?.hash;
  return {
    occasion: {
      ...(revision === undefined ? {} : { revision }),
      ...(gate === undefined ? {} : { gate: gate.gate }),
      weight,
    },
  };
}

/** Each event with the phase that the Canary has at that moment. */
function eventsOf(phase: Phase, next: NoticeState, effects: readonly Effect[], at: number): readonly Notice[] {
  let current = phase;
  const events: Notice[] = [];
  for (const effect of effects) {
    if (effect.do === 'status') current = effect.status.phase;
    if (effect.do !== 'event') continue;
    const { type, message } = effect;
    events.push({ kind: 'event', at, type, message, phase: effect.phase ?? current, revision: next.applied });
  }
  return events;
}

/** A success alert is over once it has been read; these last until something else happens. */
function lasts(topic: Topic): boolean {
  return topic !== 'initialized' && topic !== 'promoted';
}

function isOver(topic: Topic, next: NoticeState, raised: readonly Alert[]): boolean {
  if (raised.some((alert) => alert.topic === topic)) return false;
  switch (topic) {
    case 'waiting':
      return next.gate === undefined || next.ending !== undefined;
    case 'progressing':
      return next.ending !== undefined;
    default:
      // A failure lasts until the next release is under way, or something else has resolved it.
      return next.phase !== 'Failed';
  }
}
