import { Gauge, type Registry } from 'prom-client';

/** What waits for somebody to have time. */
export interface Backlog {
  /** Canaries that have changed, and nobody has looked at since. */
  readonly canaries: () => number;
  /** Tasks of releases that no worker has taken, and seconds that the oldest has waited; rejects where nobody can tell. */
  readonly tasks: () => Promise<Readonly<Record<'workflow' | 'activity', Tasks>>>;
}

export interface Tasks {
  readonly count: number;
  readonly seconds: number;
}

/** Shows that there is more to do than is done, before it makes anything late. Asked for at each scrape only. */
export function showBacklog(registry: Registry, { canaries, tasks }: Backlog): void {
  const registers = [registry];
  new Gauge({
    name: 'serinus_waiting_canaries',
    help: 'Canaries that have changed and that this process has not looked at since',
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
        // Whether Temporal can be reached is told elsewhere; a number that nobody knows isn't shown.
      }
    },
  });
}
