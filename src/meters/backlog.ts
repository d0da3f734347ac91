import { Gauge, type Registry } from 'prom-client';

/** Work that waits for a free process. */
export interface Backlog {
  /** Canaries that have changed and have not been observed since. */
  readonly canaries: () => number;
  /**
   * Release tasks that no worker has taken, and the waiting time of the oldest in seconds; rejects where it is unknown.
   */
  readonly tasks: () => Promise<Readonly<Record<'workflow' | 'activity', Tasks>>>;
}

export interface Tasks {
  readonly count: number;
  readonly seconds: number;
}

/** Shows a growing backlog before it delays anything. Read only at scrapes. */
export function showBacklog(registry: Registry, { canaries, tasks }: Backlog): void {
  const registers = [registry];
  new Gauge({
    name: 'serinus_waiting_canaries',
    help: 'Canaries that have changed and that this process has not observed since',
    registers,
    collect() {
      this.set(canaries());
    },
  });
  const age = new Gauge({
    name: 'serinus_waiting_tasks_age_seconds',
    help: 'How long the oldest task has waited for a worker',
    labelNames: ['type'],
    registers,
  });
  new Gauge({
    name: 'serinus_waiting_tasks',
    help: 'Tasks of releases that wait for a worker, but for those that wait for one that has the release in memory',
    labelNames: ['type'],
    registers,
    async collect() {
      this.reset();
      age.reset();
      try {
        for (const [type, { count, seconds }] of Object.entries(await tasks())) {
          this.set({ type }, count);
          age.set({ type }, seconds);
        }
      } catch {
        // Other metrics show whether Temporal can be reached; an unknown number isn't shown.
      }
    },
  });
}
