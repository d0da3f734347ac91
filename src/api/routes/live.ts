import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Dependencies } from '../../dependencies.js';
import type { CanaryKey } from '../../domain/identity.js';
import { CANARIES } from '../../kube/object.js';
import type { Guard } from '../auth/guard.js';
import { cachesFilled } from '../caches.js';
import { unknownCanary } from '../canaries/canaries.js';
import { Feeds, type FeedMessage } from '../live/feeds.js';
import { Fleet, type News } from '../live/fleet.js';
import type { LinkTemplates } from '../live/link-templates.js';
import { Links } from '../live/links.js';
import type { EventStream } from '../live/sse.js';
import { Streams, STREAM_LIMITS } from '../live/streams.js';
import { LiveView } from '../live/view.js';
import type { OpenRuns } from '../live/open-runs.js';
import type { Runs } from '../releases/runs.js';
import { liveSchema } from '../schema/live.js';
import { canaryParamsSchema, listQuerySchema } from '../schema/requests.js';
import { problems, type App } from './app.js';

const tags = ['live'];
const PATH = '/api/v1/namespaces/:namespace/canaries/:name';

const streamHeaders = z.object({
  'last-event-id': z
    .string()
    .max(100, { error: 'use the id of the last event' })
    .optional()
    .describe('Of the last event that was seen; browsers send it by themselves'),
});
const events = (description: string) => ({
  200: { description, content: { 'text/event-stream': { schema: z.string() } } },
});

/** The state of a Canary and its release now, once or continuously. */
export function liveRoutes(
  app: App,
  deps: Dependencies,
  guard: Guard,
  runs: Runs,
  openRuns: OpenRuns,
  links: LinkTemplates,
): void {
  const view = new LiveView(deps, runs, new Links(deps, links, runs.temporalNamespace));
  const feeds = new Feeds(deps, view);
  const fleet = new Fleet(deps, openRuns);
  const streams = new Streams(app, deps.log, STREAM_LIMITS);
  const keyOf = (params: { namespace: string; name: string }): CanaryKey => ({
    cluster: deps.settings.clusterName,
    ...params,
  });
  const toCanary = (request: FastifyRequest<{ Params: { namespace: string; name: string } }>) =>
    ({ verb: 'get', ...request.params }) as const;
  const toFleet = (request: FastifyRequest<{ Querystring: { namespace?: string | undefined } }>) =>
    ({ verb: 'list', namespace: request.query.namespace }) as const;

  app.get(`${PATH}/live`, {
    schema: {
      tags,
      operationId: 'getLive',
      summary: 'How a Canary and its release stand now, why, and what comes next',
      params: canaryParamsSchema,
      response: { 200: liveSchema, ...problems },
    },
    onRequest: (request) => guard.admit(request, toCanary(request)),
    handler: ({ params }) => view.of(keyOf(params)),
  });

  app.get(`${PATH}/stream`, {
    schema: {
      tags,
      operationId: 'streamLive',
      summary: 'The same as server-sent events, whenever it changes',
      params: canaryParamsSchema,
      headers: streamHeaders,
      response: {
        ...events('Events "release", each with the whole of what /live answers; "gone" where the Canary is deleted'),
        ...problems,
      },
    },
    onRequest: (request) => guard.admit(request, toCanary(request)),
    handler: async (request, reply) => {
      streams.demandRoom(request);
      const key = keyOf(request.params);
      await cachesFilled(deps, runs.patience.readMs);
      if (!(await deps.cache.get(CANARIES, key.namespace, key.name))) throw unknownCanary(key);
      let known = request.headers['last-event-id'];
      const send = (stream: EventStream, message: FeedMessage): void => {
        if (message === 'gone') {
          stream.send({ event: 'gone', id: 'gone', data: key, key: 'release' });
        } else if (message.id !== known) {
          stream.send({ event: 'release', id: message.id, data: message.live, key: 'release' });
        }
        known = undefined;
      };
      return streams.serve(
        request,
        reply,
        () => guard.admitAgain(request, toCanary(request)),
        (stream) => feeds.watch(key, (message) => send(stream, message)),
      );
    },
  });

  app.get('/api/v1/stream', {
    schema: {
      tags,
      operationId: 'streamCanaries',
      summary: 'All Canaries, or those of a namespace, as server-sent events',
      querystring: listQuerySchema,
      headers: streamHeaders,
      response: {
        ...events(
          'Events "canary" with a row of the list, "gone", and "synced" after all rows that there are: whoever is not among them is gone',
        ),
        ...problems,
      },
    },
    onRequest: (request) => guard.admit(request, toFleet(request)),
    handler: async (request, reply) => {
      streams.demandRoom(request);
      await cachesFilled(deps, runs.patience.readMs);
      const { namespace } = request.query;
      const concerns = (news: News): boolean => namespace === undefined || news.row.namespace === namespace;
      return streams.serve(
        request,
        reply,
        () => guard.admitAgain(request, toFleet(request)),
        (stream) => {
          const { first, whole, stop } = fleet.watch(request.headers['last-event-id'], (news) => {
            if (concerns(news)) sendNews(stream, news, true);
          });
          // Rows of a snapshot have no ids: a client that loses the stream in the middle of it needs all of it again.
          for (const news of first.filter(concerns)) sendNews(stream, news, !whole);
          const canaries = first.filter(concerns).map(({ row }) => `${row.namespace}/${row.name}`);
          if (whole) stream.send({ event: 'synced', id: fleet.id, data: { canaries }, key: 'synced' });
          return stop;
        },
      );
    },
  });
}

function sendNews(stream: EventStream, { id, event, row }: News, named: boolean): void {
  stream.send({ event, ...(named ? { id } : {}), data: row, key: `${row.namespace}/${row.name}` });
}
