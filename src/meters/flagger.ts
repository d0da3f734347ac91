import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { FinishedRelease, MeteredTarget, Meters } from './port.js';
import type { MetricResult } from '../domain/findings.js';
import type { Strategy } from '../domain/policy.js';

/** Prometheus's own defaults, which Flagger uses. */
const DEFAULT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const STRATEGIES: Readonly<Record<Strategy['kind'], string>> = {
  canary: 'canary',
  blueGreen: 'blue-green',
  ab: 'ab-testing',
};

/** Any worker may make a release's next observation, so a worker's last value is soon outdated. */
const VALUE_LASTS_MS = 10 * 60_000;

/** Serinus judges it in milliseconds, Flagger shows it in seconds. */
const DURATION_METRIC = 'request-duration';

/** Flagger's metrics of a worker; names, labels and meaning are Flagger's. */
export class FlaggerMeters implements Pick<Meters, 'analysed' | 'finished'> {
  private readonly durations: Histogram<'name' | 'namespace'>;
  private readonly successes: Counter;
  private readonly failures: Counter;
  private readonly values = new Map<string, Value>();

  constructor(
    registry: Registry,
    private readonly now: () => number,
  ) {
    const registers = [registry];
    const labelNames = ['name', 'namespace', 'deployment_strategy', 'analysis_status'];
    this.durations = new Histogram({
      name: 'flagger_canary_duration_seconds',
      help: 'Seconds spent performing canary analysis.',
      labelNames: ['name', 'namespace'],
      buckets: DEFAULT_BUCKETS,
      registers,
    });
    this.successes = new Counter({
      name: 'flagger_canary_successes_total',
      help: 'Total number of canary successes',
      labelNames,
      registers,
    });
    this.failures = new Counter({
      name: 'flagger_canary_failures_total',
      help: 'Total number of canary failures',
      labelNames,
      registers,
    });
    const recent = (): readonly Value[] => this.recentValues();
    new Gauge({
      name: 'flagger_canary_metric_analysis',
      help: 'Last canary analysis result per metric',
      labelNames: ['name', 'namespace', 'metric'],
      registers,
      collect() {
        this.reset();
        for (const { labels, value } of recent()) this.set(labels, value);
      },
    });
  }

  analysed({ name, namespace }: MeteredTarget, seconds: number, results: readonly MetricResult[]): void {
    this.durations.observe({ name, namespace }, seconds);
    for (const { metric, value } of results) {
      if (value === undefined) continue;
      const shown = metric === DURATION_METRIC ? value / 1000 : value;
      const labels = { name, namespace, metric };
      this.values.set(JSON.stringify(labels), { labels, value: shown, at: this.now() });
    }
  }

  finished({ name, namespace }: MeteredTarget, { strategy, skipped, succeeded }: FinishedRelease): void {
    const labels = {
      name,
      namespace,
      deployment_strategy: STRATEGIES[strategy],
      analysis_status: skipped && succeeded ? 'skipped' : 'completed',
    };
    if (succeeded) this.successes.inc(labels);
    else this.failures.inc(labels);
  }

  private recentValues(): readonly Value[] {
    for (const [key, { at }] of this.values) if (this.now() - at > VALUE_LASTS_MS) this.values.delete(key);
    return [...this.values.values()];
  }
}

interface Value {
  readonly labels: { readonly name: string; readonly namespace: string; readonly metric: string };
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}
