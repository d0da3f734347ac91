import type { Sent } from '../alerts/send.js';
import type { Numbered } from '../domain/notices/outbox.js';

/** Somebody who is notified of a release. */
export interface Recipient {
  /** Names it in the record; the same from one attempt to the next. */
  readonly to: string;
  wants(notice: Numbered): boolean;
  /**
   * Tells it, once.
   *
   * @param key the same for each repetition of this notice
   * @param thread the conversation that earlier notices of the release are in, where one was named
   * @throws whatever `signal` was aborted with
   */
  notify(notice: Numbered, key: string, signal: AbortSignal, thread: string | undefined): Promise<Sent>;
}
