import type { KubeObject } from '../../src/kube/object.js';

/** A Kubernetes Event about the Canary. */
export interface CanaryEvent {
  readonly type: string;
  readonly message: string;
}

/** Tells each Event once, in the order in which they happened. */
export class EventFeed {
  private readonly shown = new Set<string>();

  /** @returns those of `events` that were not there before */
  news(events: readonly KubeObject[]): CanaryEvent[] {
    // Their names are made of their time, because several happen within a second.
    const fresh = events
      .filter(({ metadata }) => !this.shown.has(metadata.name))
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    return fresh.map((event) => {
      this.shown.add(event.metadata.name);
      return { type: String(event['type']), message: String(event['message']) };
    });
  }
}
