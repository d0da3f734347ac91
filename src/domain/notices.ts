import type { Decision, Effect } from './effects.js';
import { messagesFor } from './messages.js';
import type { Phase } from './phases.js';
import type { Revision } from './revision.js';
import type { ClosedGate, RunState } from './state.js';

/** From the one that everybody may ignore to the one that wakes somebody up. */
export const SEVERITIES = ['info', 'warn', 'error'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** Whether somebody who wants alerts from `least` on wants this one. */
export function reaches(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}

/** What an alert is about: systems that keep alerts until they are over know them by it. */
export type Topic = 'initialized' | 'progressing' | 'waiting' | 'failed' | 'stopped' | 'promoted';

/** Something a step wants people to be told. */
export interface Alert {
  readonly severity: Severity;
  readonly topic: Topic;
  readonly message: string;
  /** Told with the target and how it is released. */
  readonly details: boolean;
}

/** What an order that is offered with a message is about: the same order of a release that has gone on is another one. */
export interface Occasion {
  /** Hash of the revision under way. */
  readonly revision?: string;
  /** At which it waits. */
  readonly gate?: ClosedGate['gate'];
  /** The canary's share of the traffic, in percent. */
  readonly weight: number;
}

/**
 * What people and machines outside are told of a release. It holds no address and no secret: who is told is read when
 * it is sent.
 */
export type Notice =
  | {
      readonly kind: 'event';
      /** Milliseconds since 1970. */
      readonly at: number;
      readonly type: 'Normal' | 'Warning';
      readonly message: string;
      readonly phase: Phase;
      readonly revision: Revision | undefined;
    }
  | ({
      readonly kind: 'alert';
      readonly at: number;
      /** Where the release stands, for orders that are offered with it; missing in what earlier versions have told. */
      readonly occasion?: Occasion;
    } & Alert)
  /** Alerts that were raised and are over now. */
  | { readonly kind: 'over'; readonly at: number; readonly topics: readonly Topic[] };

/** Whether anybody is to be told at all; where nobody is, nothing is kept for telling. */
export interface Listeners {
  /** Somebody wants the events. */
  readonly events: boolean;
  /** The least severity of alerts that anybody wants; undefined where nobody wants any. */
  readonly alertsFrom: Severity | undefined;
}

const NOBODY: Listeners = { events: false, alertsFrom: undefined };

/** What of a state matters for what is told of it. */
export type Teller = Pick<
  RunState,
  'canary' | 'policy' | 'phase' | 'weight' | 'applied' | 'stranded' | 'gate' | 'ending' | 'raised'
>;

/** The decision with all that is to be told when it has been carried out. */
export function announced(before: RunState, decision: Decision, now: number): Decision {
  switch (decision.do) {
    case 'nothing':
      return decision;
    case 'apply': {
      const told = notesOf(before, decision.next, decision.effects, decision.alerts ?? [], now);
      return { ...decision, next: told.next, notices: told.notices };
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

/** What is told of a rollback that was not decided here, but by whoever looks after a run that can't any more. */
export function noticesOfRetreat(before: Teller, failed: Teller, reason: string, now: number): readonly Notice[] {
  const alert: Alert = { severity: 'error', topic: 'failed', message: reason, details: false };
  return notesOf(before, failed, retreatEffects(failed, { before: [], summary: reason }), [alert], now).notices;
}

/** The events of a rollback, in the order in which its activity records them. */
function retreatEffects(
  failed: Teller,
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

function notesOf<S extends Teller>(
  before: Teller,
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

/** Only messages that orders are offered with say where the release stands. */
function occasion(topic: Topic, { gate, applied, weight }: Teller): { readonly occasion?: Occasion } {
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

/** Each event with the phase that the Canary has when it is said. */
function eventsOf(phase: Phase, next: Teller, effects: readonly Effect[], at: number): readonly Notice[] {
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

/** A message of success is over once it has been read; these last until something else has happened. */
function lasts(topic: Topic): boolean {
  return topic !== 'initialized' && topic !== 'promoted';
}

function isOver(topic: Topic, next: Teller, told: readonly Alert[]): boolean {
  if (told.some((alert) => alert.topic === topic)) return false;
  switch (topic) {
    case 'waiting':
      return next.gate === undefined || next.ending !== undefined;
    case 'progressing':
      return next.ending !== undefined;
    default:
      // A failure lasts until the next release is under way, or something else has made it good.
      return next.phase !== 'Failed';
  }
}
