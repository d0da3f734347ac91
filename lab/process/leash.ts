import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('leash.sh', import.meta.url));

/**
 * Ties process groups to the life of this process: when it ends in any way, SIGKILL included, the groups
 * still held are killed by a small helper that notices its pipe closing.
 *
 * The helper runs in a session of its own, so that Ctrl-C in a terminal or a kill of our process group
 * does not take it along.
 */
export class Leash {
  readonly #helper = spawn('/bin/sh', [script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });

  constructor() {
    this.#helper.unref();
    // The helper can only be gone when somebody killed it; then nothing has to be released.
    this.#helper.stdin.on('error', () => undefined);
    // Neither the helper nor the pipe to it is a reason for this process to stay.
    if (this.#helper.stdin instanceof Socket) this.#helper.stdin.unref();
  }

  /** Takes a process group under guard. Call it in the same tick as `spawn`, so that no gap is left. */
  hold(group: number): void {
    this.#helper.stdin.write(`hold ${group}\n`);
  }

  /** Lets go of a group whose processes are known to be gone (its number may be used again). */
  release(group: number): void {
    this.#helper.stdin.write(`release ${group}\n`);
  }

  /** Kills what is still held, as the end of this process would. */
  close(): void {
    this.#helper.stdin.end();
  }
}
