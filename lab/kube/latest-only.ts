import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 300;

/**
 * Runs one piece of work, never twice at a time: asked again while it runs, it runs once more afterwards.
 * Right for "write the present state", where only the last state counts. Work that fails is retried.
 */
export class LatestOnly {
  #wanted = false;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(
    readonly work: () => Promise<void>,
    readonly onTrouble: (error: unknown) => void,
  ) {}

  /** Asks for the work to be done; resolves once it has been, with the state of now or a later one. */
  ask(): Promise<void> {
    this.#wanted = true;
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** No more work from now on, retries included. */
  close(): void {
    this.#closed = true;
  }

  async #run(): Promise<void> {
    while (this.#wanted && !this.#closed) {
      this.#wanted = false;
      try {
        await this.work();
      } catch (error) {
        this.onTrouble(error);
        this.#wanted = true;
        await sleep(RETRY_MS);
      }
    }
  }
}
