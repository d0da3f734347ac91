import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Meters } from './port.js';
import { FlaggerMeters } from './flagger.js';

/**
 * All metrics of a process, for `/metrics`: Flagger's under their own names, and ours.
 *
 * @see docs/alerts.md
 */
export class ProcessMeters implements Meters {
  readonly registry = new Registry();
  private readonly flagger: FlaggerMeters;
  private readonly calls: Counter<'type' | 'outcome'>;
  private readonly deliveries: Counter<'kind' | 'outcome'>;
  private readonly rollbacks: Counter<'by'>;
  private readonly storms: Counter<'name' | 'namespace'>;
  private readonly lateReleases: Gauge;
  private readonly attempts: Histogram<'activity' | 'outcome'>;

  constructor(now: () => number = Date.now) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.flagger = new FlaggerMeters(this.registry, now);
    this.calls = new Counter({
      name: 'serinus_webhook_calls_total',
      help: 'Webhooks that were asked, event webhooks aside',
      labelNames: ['type', 'outcome'],
      registers,
    });
    this.deliveries = new Counter({
      name: 'serinus_deliveries_total',
      help: 'Attempts to deliver alerts and events',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.rollbacks = new Counter({
      name: 'serinus_rollbacks_total',
      help: 'Rollbacks that were carried out, by any process',
      labelNames: ['by'],
      registers,
    });
    this.storms = new Counter({
      name: 'serinus_throttled_canaries_total',
      help: 'Canaries that change without a break, or take more of the processor than their share',
      labelNames: ['name', 'namespace'],
      registers,
    });
    this.lateReleases = new Gauge({
      name: 'serinus_late_releases',
      help: 'Releases that no worker has looked after for longer than their Lease, as this process sees it',
      registers,
    });
    this.attempts = new Histogram({
      name: 'serinus_activity_duration_seconds',
      help: 'Attempts of activities',
      labelNames: ['activity', 'outcome'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
      registers,
    });
  }

  analysed: Meters['analysed'] = (target, seconds, results) => this.flagger.analysed(target, seconds, results);

  finished: Meters['finished'] = (target, release) => this.flagger.finished(target, release);

  called: Meters['called'] = (type, ok) => this.calls.inc({ type, outcome: ok ? 'passed' : 'failed' });

  delivered: Meters['delivered'] = (kind, outcome) => this.deliveries.inc({ kind, outcome });

  rolledBack: Meters['rolledBack'] = (by) => this.rollbacks.inc({ by });

  throttled: Meters['throttled'] = ({ name, namespace }) => this.storms.inc({ name, namespace });

  late: Meters['late'] = (releases) => this.lateReleases.set(releases);

  get contentType(): string {
    return this.registry.contentType;
  }

  expose(): Promise<string> {
    return this.registry.metrics();
  }

  attempted: Meters['attempted'] = (activity, outcome, seconds) =>
    this.attempts.observe({ activity, outcome }, seconds);
}
