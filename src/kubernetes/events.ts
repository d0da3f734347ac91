import { type ApiClient } from '../kube/client.js';
import { KubeError } from '../kube/kube-error.js';
import { fitting, LONGEST_NAME } from '../kube/names.js';
import type { KubeObject } from '../kube/object.js';
import { EVENTS } from '../kube/object.js';

export interface EventRecord {
  readonly type: 'Normal' | 'Warning';
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Position among the events of the same instant. */
  readonly index: number;
}

/** The API server's limit for an Event's note. */
const MESSAGE_LIMIT = 1024;

/**
 * Records an Event about a Canary. Each gets an object of its own, so nothing is merged into "combined from similar
 * events". Its name is made from its time: recording it twice changes nothing, and `kubectl describe`, which sorts by
 * name within a second, shows Events in the order in which they happened. In a namespace under deletion no Event is
 * recorded, since nobody could read it.
 */
export async function recordEvent(client: ApiClient, about: KubeObject, event: EventRecord): Promise<void> {
  const namespace = about.metadata.namespace ?? 'default';
  const time = new Date(event.at).toISOString().replace(/\.\d+Z$/, 'Z');
  const nanos = (BigInt(event.at) * 1_000_000n + BigInt(event.index)).toString(16);
  // The time ends the name, so that names sort by time.
  const subject = fitting(about.metadata.name, LONGEST_NAME - nanos.length - 1);
  try {
    await client.create(EVENTS, {
      apiVersion: EVENTS.apiVersion,
      kind: EVENTS.kind,
      metadata: { name: `${subject}.${nanos}`, namespace },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name: about.metadata.name,
        namespace,
        uid: about.metadata.uid,
        resourceVersion: about.metadata.resourceVersion,
      },
      type: event.type,
      reason: 'Synced',
      message: event.message.length > MESSAGE_LIMIT ? `${event.message.slice(0, MESSAGE_LIMIT - 1)}…` : event.message,
      source: { component: 'serinus' },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    });
  } catch (error) {
    if (error instanceof KubeError && (error.alreadyExists || error.namespaceEnding)) return;
    throw error;
  }
}
