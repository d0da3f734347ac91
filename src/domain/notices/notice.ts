import type { Gate, PolicyGateName } from '../approvals/gates.js';
import type { Phase } from '../phases.js';
import type { Revision } from '../revision.js';

/** From what everybody may ignore to what wakes people up. */
export const SEVERITIES = ['info', 'warn', 'error'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** Whether a recipient that wants alerts of severity `least` or worse wants this one. */
export function reaches(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}

/** What an alert is about: systems that keep alerts until they are resolved identify them by it. */
export type Topic = 'initialized' | 'progressing' | 'waiting' | 'failed' | 'stopped' | 'promoted';

/** Something about which a step notifies people. */
export interface Alert {
  readonly severity: Severity;
  readonly topic: Topic;
  readonly message: string;
  /** Sent with the target and its strategy. */
  readonly details: boolean;
}

/**
 * The situation that an order in a message was offered for: once the release has moved on, the same order means
 * something else.
 */
export interface Occasion {
  /** Hash of the revision under way. */
  readonly revision?: string;
  /** The gate at which the release waits. */
  readonly gate?: Gate | PolicyGateName;
  /** The canary's share of the traffic, in percent. */
  readonly weight: number;
}

/**
 * A notification about a release, for people and machines outside. It holds no address and no secret: recipients are
 * looked up when it is sent.
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
      /**
       * The situation of the release, for the orders offered in the message; missing in what earlier versions have
       * sent.
       */
      readonly occasion?: Occasion;
    } & Alert)
  /** Alerts that were raised and are resolved now. */
  | { readonly kind: 'over'; readonly at: number; readonly topics: readonly Topic[] };

/** Who is to be notified; where nobody is, no notices are kept for delivery. */
export interface Listeners {
  /** At least one recipient wants the events. */
  readonly events: boolean;
  /** The least severity of alerts that any recipient wants; undefined where none wants any. */
  readonly alertsFrom: Severity | undefined;
}
