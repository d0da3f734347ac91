import type { Gate, PolicyGateName } from '../approvals/gates.js';
import type { Phase } from '../phases.js';
import type { Revision } from '../revision.js';

/** From the one that everybody may ignore to the one that wakes somebody up. */
export const SEVERITIES = ['info', 'warn', 'error'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** Whether somebody who wants alerts from `least` on wants this one. */
export function reaches(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}

/** What an alert is about: systems that keep alerts until they are over know them by it. */
export type Topic = 'initialized' | 'progressing' | 'waiting' | 'failed' | 'stopped' | 'promoted';

/** Something a step wants people to be notified of. */
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
  readonly gate?: Gate | PolicyGateName;
  /** The canary's share of the traffic, in percent. */
  readonly weight: number;
}

/**
 * What people and machines outside are notified of a release. It holds no address and no secret: who is notified is read when
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
      /** Where the release stands, for orders that are offered with it; missing in what earlier versions have sent. */
      readonly occasion?: Occasion;
    } & Alert)
  /** Alerts that were raised and are over now. */
  | { readonly kind: 'over'; readonly at: number; readonly topics: readonly Topic[] };

/** Whether anybody is to be notified at all; where nobody is, nothing is kept for delivery. */
export interface Listeners {
  /** Somebody wants the events. */
  readonly events: boolean;
  /** The least severity of alerts that anybody wants; undefined where nobody wants any. */
  readonly alertsFrom: Severity | undefined;
}
