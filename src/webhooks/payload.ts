import { createHash } from 'node:crypto';
import type { Revision } from '../domain/revision.js';

/** The common content of a round of webhooks: the Canary, its phase, and the revision. */
export interface Subject {
  readonly name: string;
  readonly namespace: string;
  /** The phase as the Canary's status has it, for instance `Progressing`. */
  readonly phase: string;
  /** See {@link checksumOf}. */
  readonly checksum: string;
}

/** Additional content for `event` webhooks. */
export interface EventNotice {
  readonly message: string;
  readonly type: 'Normal' | 'Warning';
  /** Milliseconds since 1970. */
  readonly at: number;
}

export type Metadata = Readonly<Record<string, string>>;

/**
 * The JSON body of a webhook call, with Flagger's keys in Flagger's order. `metadata` is left out when there is none,
 * and its keys are sorted: the same call has the same bytes, however often it is made.
 */
export function payloadOf(subject: Subject, metadata: Metadata = {}): string {
  const { name, namespace, phase, checksum } = subject;
  const entries = Object.entries(metadata).sort(byKey);
  return JSON.stringify({
    name,
    namespace,
    phase,
    checksum,
    ...(entries.length === 0 ? {} : { metadata: Object.fromEntries(entries) }),
  });
}

/** An `event` webhook's metadata: the event, and the hook's own entries, which can't override it. */
export function eventMetadata(event: EventNotice, own: Metadata = {}): Metadata {
  return { ...own, eventMessage: event.message, eventType: event.type, timestamp: String(event.at) };
}

/**
 * A short text that is equal for equal revisions and differs between others: the first 16 hex digits of the SHA-256
 * over the template's hash and the checksums of the ConfigMaps and Secrets, sorted by name. Receivers compare it with
 * earlier ones to distinguish releases. Flagger hashes the same things with FNV; the texts of the two never match.
 */
export function checksumOf(revision: Revision): string {
  const configs = Object.entries(revision.configs).sort(byKey);
  return createHash('sha256')
    .update(JSON.stringify([revision.hash, configs]))
    .digest('hex')
    .slice(0, 16);
}

function byKey([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
