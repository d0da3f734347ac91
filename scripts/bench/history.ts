import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';

/** What Temporal keeps of a run. */
export interface HistorySize {
  readonly events: number;
  readonly bytes: number;
}

/** What one tick adds, and what a whole release comes to. */
export interface HistoryCost {
  readonly perTick: HistorySize;
  /** Ticks between the first sample and the last one. */
  readonly ticks: number;
  readonly release: HistorySize;
}

type Handle = Pick<WorkflowHandle, 'describe'>;

/**
 * Measures what ticks add to a run's history: its size is read in the middle between two ticks, when nothing is under
 * way, after each change of the Canary's status; the difference of two samples is what the ticks between them cost.
 */
export class HistoryMeter {
  private readonly samples: HistorySize[] = [];
  private readonly stopped = new AbortController();
  private readonly following: Promise<void>;

  /**
   * @param intervalMs between two ticks
   * @param changes counts what each tick of the analysis changes once
   */
  constructor(
    private readonly handle: Handle,
    intervalMs: number,
    changes: () => number,
  ) {
    this.following = this.follow(intervalMs / 2, changes);
  }

  private async follow(half: number, changes: () => number): Promise<void> {
    const { signal } = this.stopped;
    for (let seen = changes(); !signal.aborted;) {
      if (changes() === seen) {
        await pause(50, signal);
        continue;
      }
      seen = changes();
      await pause(half, signal);
      if (!signal.aborted && changes() === seen) this.samples.push(await sizeOf(this.handle));
    }
  }

  /** @returns undefined where there were fewer than two samples */
  async stop(): Promise<HistoryCost | undefined> {
    this.stopped.abort();
    await this.following;
    const [first] = this.samples;
    const last = this.samples.at(-1);
    const ticks = this.samples.length - 1;
    if (!first || !last || ticks < 1) return undefined;
    return {
      perTick: { events: (last.events - first.events) / ticks, bytes: (last.bytes - first.bytes) / ticks },
      ticks,
      release: await sizeOf(this.handle),
    };
  }
}

async function sizeOf(handle: Handle): Promise<HistorySize> {
  const { historyLength, historySize = 0 } = await handle.describe();
  return { events: historyLength, bytes: historySize };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
