import { Counter, Histogram, type Registry } from 'prom-client';
import type { Completed, GatewayPlugin, PluginConfig } from './plugin.js';

/** APISIX' default buckets, in milliseconds. */
const BUCKETS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 30000, 60000];

/**
 * APISIX' plugin of the same name: counts the requests of routes that have it enabled, with APISIX' metric
 * names and labels. `node` is the address of the pod that answered.
 */
export class PrometheusPlugin implements GatewayPlugin {
  readonly name = 'prometheus';
  readonly #status: Counter;
  readonly #latency: Histogram;

  constructor(registry: Registry) {
    this.#status = new Counter({
      name: 'apisix_http_status',
      help: 'HTTP status codes per service in APISIX',
      labelNames: ['code', 'route', 'matched_uri', 'matched_host', 'service', 'consumer', 'node'],
      registers: [registry],
    });
    this.#latency = new Histogram({
      name: 'apisix_http_latency',
      help: 'HTTP request latency in milliseconds per service in APISIX',
      labelNames: ['type', 'route', 'service', 'consumer', 'node'],
      buckets: BUCKETS_MS,
      registers: [registry],
    });
  }

  onCompleted({ match, code, node, requestMs, upstreamMs }: Completed, config: PluginConfig): void {
    if (config['disable'] === true) return;
    const route = config['prefer_name'] === true ? match.route.name : match.route.id;
    const common = { route, service: '', consumer: '', node };
    this.#status.inc({ ...common, code, matched_uri: match.path, matched_host: match.host });
    this.#latency.observe({ ...common, type: 'request' }, requestMs);
    if (upstreamMs !== undefined) this.#latency.observe({ ...common, type: 'upstream' }, upstreamMs);
    this.#latency.observe({ ...common, type: 'apisix' }, Math.max(0, requestMs - (upstreamMs ?? 0)));
  }
}
