import { Gauge, Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import type { Dependencies } from '../../dependencies.js';
import { parseStatus } from '../../crds/status.js';
import { PHASES } from '../../domain/phases.js';
import type { KubeObject } from '../../kube/object.js';
import { CANARIES } from '../../kube/object.js';
import { EVENT_STREAM } from '../live/streams.js';
import { open, type App } from './app.js';

/** `/metrics`: of the process, of the Canaries, and of the requests to the API. */
export function metricsRoute(app: App, deps: Dependencies): void {
  const registry = new Registry();
  countCanaries(registry, deps);
  timeRequests(app, registry);

  app.get('/metrics', {
    schema: {
      ...open,
      summary: 'Metrics for Prometheus',
      response: { 200: { content: { 'text/plain': { schema: z.string() } } } },
    },
    handler: async (_request, reply) =>
      reply
        .type(deps.meters.contentType)
        .serializer(String)
        .send(`${await deps.meters.expose()}\n${await registry.metrics()}`),
  });
}

function timeRequests(app: App, registry: Registry): void {
  const durations = new Histogram({
    name: 'serinus_http_request_duration_seconds',
    help: 'Time to answer requests to the API',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  app.addHook('onResponse', (request, reply, done) => {
    // The duration of a stream says nothing about the API.
    if (reply.raw.getHeader('content-type') === EVENT_STREAM) return done();
    const route = request.routeOptions.url ?? 'unknown';
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    done();
  });
}

function countCanaries(registry: Registry, deps: Dependencies): void {
  // Metrics must be available while the API server isn't: the cache's content counts.
  const known = (): KubeObject[] => deps.cache.watch(CANARIES).store.list();

  new Gauge({
    name: 'serinus_canaries',
    help: 'Canaries by phase',
    labelNames: ['phase'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const phase of PHASES) this.set({ phase: phase === '' ? 'New' : phase }, 0);
      for (const object of known()) this.inc({ phase: parseStatus(object['status']).phase || 'New' });
    },
  });

  new Gauge({
    name: 'serinus_canary_weight',
    help: 'Percent of the traffic that the canary gets',
    labelNames: ['namespace', 'name'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const { metadata, status } of known()) {
        this.set({ namespace: metadata.namespace ?? '', name: metadata.name }, parseStatus(status).canaryWeight);
      }
    },
  });
}
