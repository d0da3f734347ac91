import { messageOf } from '../errors.js';
import type { Budget } from './budget.js';

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 15_000;

/**
 * Processes keys, a few at a time, each key by one worker only. A key that is added while it waits is processed once;
 * one that fails is repeated after a growing pause.
 */
export class WorkQueue {
  private readonly waiting = new Set<string>();
  private readonly running = new Set<string>();
  private readonly again = new Set<string>();
  /** Keys that have used up their share, and return when they have some. */
  private readonly delayed = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private stopped = false;

  /**
   * @param work processes a key; a key for which it throws is repeated
   * @param report receives each failure
   */
  constructor(
    private readonly work: (key: string) => Promise<void>,
    private readonly options: {
      readonly concurrency: number;
      readonly report: (key: string, problem: string) => void;
      /** Each key's budget; no limit where undefined. */
      readonly budget?: Pick<Budget, 'spend'>;
    },
  ) {}

  add(key: string): void {
    if (this.stopped || this.delayed.has(key)) return;
    if (this.running.has(key)) this.again.add(key);
    else this.waiting.add(key);
    this.pump();
  }

  /** Keys that wait, and those in process. */
  get size(): number {
    return this.waiting.size + this.delayed.size + this.running.size;
  }

  addLater(key: string, ms: number): void {
    if (this.stopped) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.add(key);
    }, ms);
    this.timers.add(timer);
  }

  stop(): void {
    this.stopped = true;
    this.waiting.clear();
    for (const timer of this.timers) clearTimeout(timer);
  }

  private pump(): void {
    for (const key of this.waiting) {
      if (this.running.size >= this.options.concurrency) return;
      this.waiting.delete(key);
      const wait = this.options.budget?.spend(key) ?? 0;
      if (wait > 0) this.delay(key, wait);
      else void this.run(key);
    }
  }

  private delay(key: string, ms: number): void {
    this.delayed.add(key);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.delayed.delete(key);
      this.add(key);
    }, ms);
    this.timers.add(timer);
  }

  private async run(key: string): Promise<void> {
    this.running.add(key);
    try {
      await this.work(key);
      this.failures.delete(key);
    } catch (error) {
      this.options.report(key, messageOf(error));
      const failures = (this.failures.get(key) ?? 0) + 1;
      this.failures.set(key, failures);
      this.addLater(key, Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), MAX_RETRY_MS));
    } finally {
      this.running.delete(key);
      if (this.again.delete(key) && !this.stopped) this.waiting.add(key);
      this.pump();
    }
  }
}
