import { Problem } from '../problems/problem.js';
import { Expiring } from '../expiring.js';

/** Temporal's index has a new run within a second or so; this covers far more. */
const REMEMBERED_MS = 10 * 60_000;

/**
 * Does the work of a key once, and gives all callers with that key the same answer. Failed work may be tried again.
 * Only within this process: all processes find finished work in Temporal.
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

/** Allows one caller at a time with the same key; the others wait in turn. */
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
