import type { Container, Probe } from '../pod.js';
import type { ProbeAction } from './action.js';
import { Prober } from './prober.js';

export interface ContainerProbesEvents {
  onStarted(): void;
  onReady(ready: boolean): void;
  /** The container must be restarted: its liveness or startup probe has failed for good. */
  onUnhealthy(which: string): void;
  onFailedAttempt(which: string, message: string): void;
}

/**
 * The probes of one run of a container, in their order: as long as there is a startup probe that has not
 * succeeded, the other two wait. A container without a readiness probe is ready as soon as it has started.
 */
export class ContainerProbes {
  readonly #probers = new Map<'startup' | 'liveness' | 'readiness', Prober>();

  constructor(
    readonly container: Container,
    readonly toAction: (probe: Probe) => ProbeAction,
    readonly events: ContainerProbesEvents,
  ) {}

  start(): void {
    const { startupProbe } = this.container;
    if (!startupProbe) return this.#afterStartup();
    this.#run('startup', startupProbe, (verdict) => {
      if (verdict === 'failure') return this.events.onUnhealthy('startup');
      this.#probers.get('startup')?.stop();
      this.#afterStartup();
    });
  }

  /** Stops what would restart the container. The readiness probe goes on while it is on its way out. */
  stopRestarting(): void {
    this.#probers.get('startup')?.stop();
    this.#probers.get('liveness')?.stop();
  }

  stop(): void {
    for (const prober of this.#probers.values()) prober.stop();
  }

  #afterStartup(): void {
    const { livenessProbe, readinessProbe } = this.container;
    this.events.onStarted();
    if (livenessProbe) {
      this.#run('liveness', livenessProbe, (verdict) => {
        if (verdict === 'failure') this.events.onUnhealthy('liveness');
      });
    }
    if (readinessProbe) this.#run('readiness', readinessProbe, (verdict) => this.events.onReady(verdict === 'success'));
    else this.events.onReady(true);
  }

  #run(
    which: 'startup' | 'liveness' | 'readiness',
    probe: Probe,
    onVerdict: (verdict: 'success' | 'failure') => void,
  ): void {
    const onFailedAttempt = (message: string) => this.events.onFailedAttempt(which, message);
    const prober = new Prober(probe, this.toAction(probe), { onVerdict, onFailedAttempt });
    this.#probers.set(which, prober);
    void prober.run();
  }
}
