import type { Dependencies } from '../../dependencies.js';
import type { Guard } from '../auth/guard.js';
import type { Canaries } from '../canaries/canaries.js';
import { canaryDetailSchema, canaryListSchema } from '../schema/canary.js';
import { canaryParamsSchema, listQuerySchema } from '../schema/requests.js';
import { problems, type App } from './app.js';

const tags = ['canaries'];

/** Reading Canaries. */
export function canaryRoutes(app: App, deps: Dependencies, guard: Guard, canaries: Canaries): void {
  app.get('/api/v1/canaries', {
    schema: {
      tags,
      operationId: 'listCanaries',
      summary: 'All Canaries, or those of a namespace',
      querystring: listQuerySchema,
      response: { 200: canaryListSchema, ...problems },
    },
    onRequest: (request) => guard.admit(request, { verb: 'list', namespace: request.query.namespace }),
    handler: async ({ query }) => ({ items: await canaries.list(query.namespace) }),
  });

  app.get('/api/v1/namespaces/:namespace/canaries/:name', {
    schema: {
      tags,
      operationId: 'getCanary',
      summary: 'A Canary, its images and what is under way',
      params: canaryParamsSchema,
      response: { 200: canaryDetailSchema, ...problems },
    },
    onRequest: (request) => guard.admit(request, { verb: 'get', ...request.params }),
    handler: ({ params }) => canaries.detail({ cluster: deps.settings.clusterName, ...params }),
  });
}
