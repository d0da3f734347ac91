import { setMaxListeners } from 'node:events';
import { pause, Pace } from './load/pace.js';
import type { Environment } from './load/proxy.js';
import { Sender } from './load/sender.js';
import { checkLoadSpec, LIMITS, type LoadSpec } from './load/spec.js';
import { Tally, type LoadReport, type LoadState } from './load/tally.js';

export { fromHey } from './load/hey.js';
export type { LoadSpec } from './load/spec.js';
export { loadStateSchema, type LoadReport, type LoadState } from './load/tally.js';

export interface LoadTools {
  /** Ends the run within 100 ms; the results so far are returned. */
  readonly signal?: AbortSignal;
  /**
   * Receives the results so far, once in `progressMs`, and the state for `resume`. An exception from it ends the run.
   */
  readonly onProgress?: (soFar: LoadReport, state: LoadState) => void;
  /** The state of the same run elsewhere: only the rest of it is run, and the report covers both parts. */
  readonly resume?: LoadState | undefined;
  /** Milliseconds; 1000 unless said otherwise. */
  readonly progressMs?: number;
  /** Where HTTP_PROXY and NO_PROXY are looked up; the process's environment unless said otherwise. */
  readonly environment?: Environment;
}

/** Without a rate, a service that refuses connections would be called as fast as the CPU allows. */
const PAUSE_AFTER_FAILURE_MS = 10;

/**
 * Puts load on a URL and measures the answers. Requests without an answer, and answers of 5xx, count as failed.
 * Redirects are answers like others. When the time is up, the run waits for requests under way, within their own
 * timeout.
 *
 * @throws UserError where the spec is invalid; a service that fails is a result, not an exception
 */
export async function runLoad(spec: LoadSpec, tools: LoadTools = {}): Promise<LoadReport> {
  checkLoadSpec(spec);
  const run = new Run(spec, new Sender(spec, tools.environment ?? process.env), tools.resume);
  return run.carryOut(tools);
}

class Run {
  private readonly tally = new Tally();
  /** Aborted when no further request may begin. */
  private readonly over = new AbortController();
  private readonly started = performance.now();
  /** Seconds that the run had lasted before it was resumed here. */
  private readonly before: number;
  private left: number;

  constructor(
    private readonly spec: LoadSpec,
    private readonly sender: Sender,
    resume: LoadState | undefined,
  ) {
    this.before = resume?.seconds ?? 0;
    if (resume) this.tally.add(resume);
    // Each connection waits with it.
    setMaxListeners(spec.connections + 1, this.over.signal);
    this.left = 'requests' in spec.until ? spec.until.requests - this.tally.total : Infinity;
  }

  async carryOut({ signal, onProgress, progressMs = 1_000 }: LoadTools): Promise<LoadReport> {
    const seconds = 'seconds' in this.spec.until ? this.spec.until.seconds : LIMITS.seconds;
    const end = setTimeout(() => this.over.abort(), Math.max(0, seconds - this.before) * 1_000);
    if (this.before >= seconds) this.over.abort();
    const stop = () => this.stop();
    const progress = this.reportEvery(progressMs, onProgress);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) this.stop();
    try {
      await Promise.all(Array.from({ length: this.spec.connections }, (_, index) => this.connection(index)));
      progress.throwIfFailed();
      return this.report();
    } finally {
      clearTimeout(end);
      progress.end();
      signal?.removeEventListener('abort', stop);
      this.sender.close();
    }
  }

  /** One connection's requests, one after another. Connections start spread over their interval, not in step. */
  private async connection(index: number): Promise<void> {
    const { requestsPerSecond, connections } = this.spec;
    const intervalMs = requestsPerSecond === undefined ? 0 : 1_000 / requestsPerSecond;
    const pace = new Pace(intervalMs, this.started + (intervalMs * index) / connections);
    while (this.left > 0 && (await pace.next(this.over.signal)) && this.left-- > 0) {
      const sent = await this.sender.send();
      if (sent.kind === 'answered') this.tally.answered(sent.status, sent.milliseconds);
      if (sent.kind !== 'unanswered') continue;
      this.tally.unanswered(sent.code);
      if (intervalMs === 0) await pause(PAUSE_AFTER_FAILURE_MS, this.over.signal);
    }
  }

  private stop(): void {
    this.over.abort();
    this.sender.cancel();
  }

  private report(): LoadReport {
    return this.tally.report(this.spec.name, this.seconds);
  }

  private get seconds(): number {
    return this.before + (performance.now() - this.started) / 1_000;
  }

  private reportEvery(
    milliseconds: number,
    onProgress: LoadTools['onProgress'],
  ): { end(): void; throwIfFailed(): void } {
    let failure: { readonly thrown: unknown } | undefined;
    const timer = setInterval(() => {
      try {
        onProgress?.(this.report(), this.tally.state(this.seconds));
      } catch (thrown) {
        failure ??= { thrown };
        this.stop();
      }
    }, milliseconds);
    return {
      end: () => clearInterval(timer),
      throwIfFailed: () => {
        if (failure) throw failure.thrown;
      },
    };
  }
}
