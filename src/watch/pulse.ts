import type { Pulse } from '../domain/silence/silent-run.js';

/** Where Temporal's pulse is felt. */
export interface Artery {
  /** Whether there is a connection, whatever comes through it. */
  readonly isConnected: () => boolean;
  /**
   * One question to Temporal, which ends by itself; rejects where there is no answer.
   *
   * @returns what differs whenever a worker has asked for work
   */
  readonly ask: () => Promise<string>;
}

/** Between two questions, however many releases want to know. */
const EVERY_MS = 2_000;
/** An answer that takes longer is a late one. */
const LATE_MS = 3_000;
/** Before a missing connection counts as an outage: one that is just built again takes less, and a restart, too. */
const UNREACHABLE_MS = 6_000;
/** Before no answer at all, over a connection that stands, counts as an outage. */
const SILENT_MS = 30_000;
/** What was heard longer ago says nothing about now. */
const STALE_MS = 30_000;

/**
 * Temporal's pulse, and that of its workers: one question for all releases, asked only while somebody wants to know, and
 * never before the last one has ended.
 */
export class PulseMeter {
  private asking = false;
  private askedAt = -Infinity;
  private readAt = -Infinity;
  private disconnectedSince: number | undefined;
  private unansweredSince: number | undefined;
  /** How long the last answer has taken; undefined until there is one. */
  private tookMs: number | undefined;
  private polls: string | undefined;
  private workersSeenAt = -Infinity;

  /** @param now milliseconds, of a clock that only counts what this process was there for */
  constructor(
    private readonly artery: Artery,
    private readonly now: () => number,
  ) {}

  /** A worker has done something, as somebody has seen elsewhere. */
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
      // The first answer tells who has asked at some time: only the next ones tell who is there.
      if (this.polls !== undefined && this.polls !== polls) this.workersSeenAt = now;
      this.polls = polls;
      this.tookMs = now - at;
      this.unansweredSince = undefined;
    } catch {
      // That there is no answer shows in the time that goes by without one.
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
