import type { Dependencies } from '../../dependencies.js';
import type { CanaryKey } from '../../domain/identity.js';
import { CANARIES } from '../../kube/object.js';
import { startAccess } from '../auth/access.js';
import { actorOf, channelOf } from '../auth/actor.js';
import type { Guard } from '../auth/guard.js';
import { cachesFilled } from '../caches.js';
import { unknownCanary } from '../canaries/canaries.js';
import type { Runs } from '../releases/runs.js';
import { summaryOf } from '../releases/view.js';
import type { Rollouts } from '../rollouts/start.js';
import { historySchema, type ReleaseHistory } from '../schema/release.js';
import {
  acceptedSchema,
  canaryParamsSchema,
  headersSchema,
  historyQuerySchema,
  startRolloutSchema,
} from '../schema/requests.js';
import { problems, type App } from './app.js';
import { placesOf } from './tree.js';

const tags = ['releases'];
const pathOf = (branch: string): string => `/api/v1/namespaces/:namespace/canaries/:name/${branch}`;

/** Starts releases of a Canary, and lists past ones. */
export function rolloutRoutes(app: App, deps: Dependencies, guard: Guard, rollouts: Rollouts, runs: Runs): void {
  const keyOf = (params: { namespace: string; name: string }): CanaryKey => ({
    cluster: deps.settings.clusterName,
    ...params,
  });

  const starting = placesOf(
    'POST',
    pathOf,
    { operationId: 'startRelease', summary: 'Release other images, or another change of the pod template' },
    'startRollout',
  );
  for (const { path, ...described } of starting) {
    app.post(path, {
      schema: {
        tags,
        ...described,
        params: canaryParamsSchema,
        headers: headersSchema,
        body: startRolloutSchema,
        response: { 202: acceptedSchema, ...problems },
      },
      onRequest: (request) => guard.admit(request, startAccess(request.params)),
      handler: async (request, reply) => {
        const canary = keyOf(request.params);
        const by = actorOf(request.user, request.body.by);
        const requestId = request.headers['idempotency-key'];
        const answer = await rollouts.start({ canary, body: request.body, by, requestId });
        deps.log.info(
          {
            audit: 'taken',
            canary: `${canary.name}.${canary.namespace}`,
            user: by,
            channel: channelOf(request),
            from: request.ip,
            release: answer.id,
          },
          `rollout asked for: ${answer.verdict}`,
        );
        return reply.code(202).header('Location', answer.location).send(answer);
      },
    });
  }

  const looking = placesOf(
    'GET',
    pathOf,
    { operationId: 'listReleasesOfCanary', summary: 'Releases of a Canary: what is under way, then the newest first' },
    'listRollouts',
  );
  for (const { path, ...described } of looking) {
    app.get(path, {
      schema: {
        tags,
        ...described,
        params: canaryParamsSchema,
        querystring: historyQuerySchema,
        response: { 200: historySchema, ...problems },
      },
      onRequest: (request) => guard.admit(request, { verb: 'get', ...request.params }),
      handler: async ({ params, query }): Promise<ReleaseHistory> => {
        const canary = keyOf(params);
        const page = await runs.history(canary, { ...query, all: query.all === 'true', pageToken: query.pageToken });
        if (
          page.runs.length === 0 &&
          query.pageToken === undefined &&
          !(await exists(deps, runs.patience.readMs, canary))
        ) {
          throw unknownCanary(canary);
        }
        const { nextPageToken } = page;
        return { items: page.runs.map(summaryOf), ...(nextPageToken === undefined ? {} : { nextPageToken }) };
      },
    });
  }
}

async function exists(deps: Dependencies, waitMs: number, { namespace, name }: CanaryKey): Promise<boolean> {
  await cachesFilled(deps, waitMs);
  return (await deps.cache.get(CANARIES, namespace, name)) !== undefined;
}
