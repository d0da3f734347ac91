import { ActivityFailure, CancellationScope, isCancellation, log } from '@temporalio/workflow';
import type { CanaryKey } from '../domain/identity.js';
import type { LoadTestSummary } from '../domain/record/record.js';
import type { RunState } from '../domain/state.js';
import { load } from './activity-proxies.js';

/**
 * The load tests that a release runs itself, beside its ticks: one at a time for each webhook that defines one, as long
 * as the analysis runs.
 */
export class LoadTests {
  private readonly scope = new CancellationScope({ cancellable: true });
  private readonly running = new Map<string, Promise<void>>();
  private results: LoadTestSummary[] = [];

  constructor(private readonly canary: CanaryKey) {}

  get areRunning(): boolean {
    return this.running.size > 0;
  }

  /** Starts the load tests for the release's state, and stops all when the analysis is over. */
  follow(state: RunState): void {
    const analysing =
      (state.phase === 'Progressing' || state.phase === 'WaitingPromotion') && state.begun && !state.paused;
    if (!analysing) {
      if (state.ending) this.stop();
      return;
    }
    for (const hook of state.policy?.loadTests ?? []) this.start(hook);
  }

  /** Results since the last call. */
  drain(): LoadTestSummary[] {
    const results = this.results;
    this.results = [];
    return results;
  }

  /** Stops all of them and waits until none sends requests any more. */
  async finish(): Promise<void> {
    this.stop();
    await Promise.all(this.running.values());
  }

  private stop(): void {
    if (this.running.size > 0) this.scope.cancel();
  }

  private start(hook: string): void {
    if (this.running.has(hook)) return;
    const test = this.scope
      .run(() => load(this.canary.cluster, `load test ${hook}`).loadTest({ canary: this.canary, hook }))
      .then((summary) => void this.results.push(summary))
      .catch((error: unknown) => {
        // A load test that can't run shows in the metrics as missing traffic; the release itself continues.
        if (!isCancellation(error)) log.warn('the load test failed', { hook, cause: causeOf(error) });
      })
      .finally(() => this.running.delete(hook));
    this.running.set(hook, test);
  }
}

function causeOf(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
