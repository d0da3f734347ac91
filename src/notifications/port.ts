import type { Sent } from '../alerts/send.js';
import type { Numbered } from '../domain/notices/outbox.js';

/** A recipient of a release's notices. */
export interface Recipient {
  /** Its name in the record; the same in all attempts. */
  readonly to: string;
  wants(notice: Numbered): boolean;
  /**
   * Sends a notice, once.
   *
   * @param key the same for each repetition of this notice
   * @param thread the conversation that earlier notices of the release are in, where one was named
   * @throws whatever `signal` was aborted with
   */
  notify(notice: Numbered, key: string, signal: AbortSignal, thread: string | undefined): Promise<Sent>;
}
