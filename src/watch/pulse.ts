import type { Pulse } from '../domain/silence/silent-run.js';

/** How to find out whether Temporal is alive. */
export interface Artery {
  /** Whether there is a connection, whether or not anything comes through it. */
  readonly isConnected: () => boolean;
  /**
   * One request to Temporal with a time limit; rejects where there is no answer.
   *
   * @returns a text that changes whenever a worker has polled
   */
  readonly ask: () => Promise<string>;
}

/** Between two requests, however many releases need the answer. */
const EVERY_MS = 2_000;
/** An answer that takes longer counts as late. */
const LATE_MS = 3_000;
/** A connection missing for longer counts as an outage: reconnecting takes less, and so does a restart. */
const UNREACHABLE_MS = 6_000;
/** No answer for longer, over a working connection, counts as an outage. */
const SILENT_MS = 30_000;
/** An older answer says nothing about now. */
const STALE_MS = 30_000;

/**
 * Whether Temporal and its workers are alive: one request for all releases, made only while the answer is needed, and
 * never before the last one has ended.
 */
export class PulseMeter {
  private asking = false;
  private askedAt = -Infinity;
  private readAt = -Infinity;
  private disconnectedSince: number | undefined;
  private unansweredSince: number | undefined;
  /** Duration of the last answered request; undefined until there is one. */
  private tookMs: number | undefined;
  private polls: string | undefined;
  private workersSeenAt = -Infinity;

  /** @param now milliseconds, of a clock that leaves out this process' pauses */
  constructor(
    private readonly artery: Artery,
    private readonly now: () => number,
  ) {}

  /** A worker has done something, according to another source. */
  seen(): void {
    this.workersSeenAt = this.now();
  }

  /** @returns undefined until something is known */
  read(): Pulse | undefined {
    const now = this.now();
    if (now - this.readAt > STALE_MS) this.forget();
    this.readAt = now;
    if (!this.asking && now - this.askedAt >= EVERY_MS) void this.ask(now);
    this.disconnectedSince = this.artery.isConnected() ? undefined : (this.disconnectedSince ?? now);
    const temporal = this.temporal(now);
    return temporal && { temporal, workersSeenAgoMs: now - this.workersSeenAt };
  }

  private temporal(now: number): Pulse['temporal'] | undefined {
    const { disconnectedSince, unansweredSince, tookMs } = this;
    if (disconnectedSince !== undefined) return now - disconnectedSince >= UNREACHABLE_MS ? 'gone' : 'late';
    if (unansweredSince !== undefined) {
      const silent = now - unansweredSince;
      if (silent >= SILENT_MS) return 'gone';
      if (silent > LATE_MS) return 'late';
    }
    if (tookMs === undefined) return undefined;
    return tookMs > LATE_MS ? 'late' : 'answers';
  }

  private async ask(at: number): Promise<void> {
    this.asking = true;
    this.askedAt = at;
    this.unansweredSince ??= at;
    try {
      const polls = await this.artery.ask();
      const now = this.now();
      // The first answer shows polls of any age: only a change after it proves a live worker.
      if (this.polls !== undefined && this.polls !== polls) this.workersSeenAt = now;
      this.polls = polls;
      this.tookMs = now - at;
      this.unansweredSince = undefined;
    } catch {
      // A missing answer shows in the time that passes without one.
    } finally {
      this.asking = false;
    }
  }

  private forget(): void {
    [this.disconnectedSince, this.unansweredSince, this.tookMs, this.polls] = [
      undefined,
      undefined,
      undefined,
      undefined,
    ];
  }
}
