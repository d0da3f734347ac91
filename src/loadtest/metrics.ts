import { Counter, Gauge, Registry } from 'prom-client';

const PREFIX = 'serinus_loadtester';

/** How a task ended, or why it never began. */
export type TaskEnd = 'finished' | 'failed' | 'skipped';

/** The load tester's own metrics. */
export class LoadTesterMetrics {
  private readonly registry = new Registry();
  private readonly tasks = new Counter({
    name: `${PREFIX}_tasks_total`,
    help: 'Tasks by how they ended; skipped ones were running already.',
    labelNames: ['result'],
    registers: [this.registry],
  });
  private readonly running = new Gauge({
    name: `${PREFIX}_tasks_running`,
    help: 'Tasks that are running.',
    registers: [this.registry],
  });

  begun(): void {
    this.running.inc();
  }

  ended(result: Exclude<TaskEnd, 'skipped'>): void {
    this.running.dec();
    this.tasks.inc({ result });
  }

  skipped(): void {
    this.tasks.inc({ result: 'skipped' satisfies TaskEnd });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  print(): Promise<string> {
    return this.registry.metrics();
  }
}
