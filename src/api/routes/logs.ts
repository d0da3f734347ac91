import type { FastifyRequest } from 'fastify';
import type { Dependencies } from '../../dependencies.js';
import { logsAccess } from '../auth/access.js';
import type { Guard } from '../auth/guard.js';
import { cachesFilled } from '../caches.js';
import { PodLogs } from '../live/logs.js';
import { Pods } from '../live/pods.js';
import type { Runs } from '../releases/runs.js';
import { logsQuerySchema, logsSchema } from '../schema/logs.js';
import { canaryParamsSchema } from '../schema/requests.js';
import { problems, type App } from './app.js';

/** The logs of a Canary's pods, for callers who may read them otherwise, too. */
export function logsRoute(app: App, deps: Dependencies, guard: Guard, runs: Runs): void {
  const logs = new PodLogs(deps, new Pods(deps.cache.client, deps.log));
  app.get('/api/v1/namespaces/:namespace/canaries/:name/logs', {
    schema: {
      tags: ['live'],
      operationId: 'getLogs',
      summary: 'The last lines that a pod of the canary, or of the primary, has logged',
      params: canaryParamsSchema,
      querystring: logsQuerySchema,
      response: { 200: logsSchema, ...problems },
    },
    onRequest: async (request: FastifyRequest<{ Params: { namespace: string; name: string } }>) => {
      await guard.admit(request, { verb: 'get', ...request.params });
      await guard.admit(request, logsAccess(request.params));
    },
    handler: async ({ params, query }) => {
      await cachesFilled(deps, runs.patience.readMs);
      return logs.of({ cluster: deps.settings.clusterName, ...params }, query);
    },
  });
}
