import { setTimeout as sleep } from 'node:timers/promises';
import type { Probe } from '../pod.js';
import { runProbe, type ProbeAction } from './action.js';
import { initialProbeState, observe, type ProbeState } from './probe-state.js';

export interface ProberEvents {
  /** The verdict has changed. */
  onVerdict(verdict: 'success' | 'failure', message: string): void;
  /** A single attempt has failed, whatever the verdict. */
  onFailedAttempt(message: string): void;
}

/**
 * Repeats one probe of one running container until it is stopped. The first attempt comes after
 * `initialDelaySeconds`, the others every `periodSeconds`, however long an attempt takes.
 */
export class Prober {
  readonly #stop = new AbortController();
  #state: ProbeState = initialProbeState;

  constructor(
    readonly probe: Probe,
    readonly action: ProbeAction,
    readonly events: ProberEvents,
  ) {}

  /** Runs until `stop`; never rejects. */
  async run(): Promise<void> {
    let next = Date.now() + this.probe.initialDelaySeconds * 1000;
    for (;;) {
      await sleep(Math.max(0, next - Date.now()), undefined, { signal: this.#stop.signal }).catch(() => undefined);
      if (this.#stop.signal.aborted) return;
      next = Math.max(next + this.probe.periodSeconds * 1000, Date.now());
      await this.#attempt();
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  async #attempt(): Promise<void> {
    const { success, message } = await runProbe(this.action, this.probe.timeoutSeconds * 1000);
    if (this.#stop.signal.aborted) return;
    const former = this.#state.verdict;
    this.#state = observe(this.#state, success, {
      success: this.probe.successThreshold,
      failure: this.probe.failureThreshold,
    });
    if (!success) this.events.onFailedAttempt(message);
    const { verdict } = this.#state;
    if (verdict !== former && verdict !== 'unknown') this.events.onVerdict(verdict, message);
  }
}
