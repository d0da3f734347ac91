import { Problem } from '../problems/problem.js';
import { Expiring } from '../expiring.js';

/** Temporal's index knows a new run within a second or so; this bridges far more. */
const REMEMBERED_MS = 10 * 60_000;

/**
 * Does what is asked for under a key once, and gives the same answer to everybody who asks under it again. What fails
 * may be tried again. Only of this process: what has been done is found in Temporal by all of them.
 */
export class Once<T> {
  private readonly answers = new Expiring<{ readonly fingerprint: string; readonly answer: T }>(REMEMBERED_MS);

  /** @throws Problem where the key was used for something else */
  async run(key: string, fingerprint: string, work: () => Promise<T>): Promise<T> {
    const known = await this.answers.get(key, async () => ({ fingerprint, answer: await work() }));
    if (known.fingerprint === fingerprint) return known.answer;
    throw new Problem('idempotency-key-reused', 'another request was sent under this key before', {
      field: 'Idempotency-Key',
      remedy: 'use a new key for each request, and the same only to send one again',
    });
  }
}

/** Lets one at a time do something with the same key; the others wait in turn. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.catch(() => undefined);
    this.last.set(key, settled);
    try {
      return await mine;
    } finally {
      if (this.last.get(key) === settled) this.last.delete(key);
    }
  }
}
