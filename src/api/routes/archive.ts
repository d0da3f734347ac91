import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Dependencies } from '../../dependencies.js';
import { doraOf } from '../../archive/dora.js';
import type { ReleaseFilter } from '../../archive/port.js';
import type { CanaryKey } from '../../domain/identity.js';
import { archiveIn, askArchive } from '../archive.js';
import type { Guard } from '../auth/guard.js';
import { unknownRelease } from '../orders/given.js';
import { Problem } from '../problems/problem.js';
import { changesOf, compared, templateReaders } from '../releases/compare.js';
import { endedSince, exported } from '../releases/export.js';
import type { Finder } from '../releases/find.js';
import { parseReleaseId, type ReleaseId } from '../releases/id.js';
import type { Listing } from '../releases/listing.js';
import {
  changesSchema,
  comparisonSchema,
  compareQuerySchema,
  doraQuerySchema,
  doraSchema,
  exportQuerySchema,
  releasesQuerySchema,
  releasesSchema,
  type ExportQuery,
} from '../schema/releases.js';
import { releaseParamsSchema } from '../schema/requests.js';
import { problems, type App } from './app.js';

const tags = ['releases'];
const DAY_MS = 24 * 3_600_000;
/** Default period of the delivery figures. */
const DORA_DAYS = 30;

/** Releases of all Canaries, including old ones, and figures about them. */
export function archiveRoutes(app: App, deps: Dependencies, guard: Guard, finder: Finder, listing: Listing): void {
  const { clusterName: cluster } = deps.settings;
  const idOf = (id: string): ReleaseId => {
    const parsed = parseReleaseId(cluster, id);
    if (!parsed) throw unknownRelease(id);
    return parsed;
  };
  const admitList = (request: FastifyRequest, namespace: string | undefined): Promise<void> =>
    guard.admit(request, { verb: 'list', namespace });

  // Templates contain what the workloads contain, so permission to see those suffices.
  const admitToTemplates = async (request: FastifyRequest, { namespace, name }: CanaryKey): Promise<void> => {
    await guard.admit(request, { verb: 'get', namespace, name });
    for (const access of templateReaders(namespace)) await guard.admit(request, access);
  };

  app.get('/api/v1/releases', {
    schema: {
      tags,
      operationId: 'listReleases',
      summary: 'Releases of all Canaries: those under way, then those that have ended, the last one first',
      querystring: releasesQuerySchema,
      response: { 200: releasesSchema, ...problems },
    },
    onRequest: (request) => admitList(request, request.query.namespace),
    handler: ({ query }) => listing.page(filterOf(cluster, query), query.limit, query.cursor),
  });

  app.get('/api/v1/releases/export', {
    schema: {
      tags,
      operationId: 'exportReleases',
      summary: 'Every release in the archive with its record, one a line',
      querystring: exportQuerySchema,
      response: { 200: { content: { 'application/jsonl': { schema: z.unknown() } } }, ...problems },
    },
    onRequest: (request) => admitList(request, request.query.namespace),
    handler: async ({ query }, reply) => {
      const lines = await exported(archiveIn(deps), filterOf(cluster, query), deps.log);
      return reply.type('application/jsonl').send(Readable.from(lines));
    },
  });

  app.get('/api/v1/releases/compare', {
    schema: {
      tags,
      operationId: 'compareReleases',
      summary: 'Two releases side by side: where their templates differ, and how each weight was judged',
      querystring: compareQuerySchema,
      response: { 200: comparisonSchema, ...problems },
    },
    onRequest: async (request) => {
      // The query hasn't been validated yet.
      const ids: readonly unknown[] = [request.query.a, request.query.b];
      await guard.identify(request);
      for (const id of ids) {
        if (typeof id === 'string' && id !== '') await admitToTemplates(request, idOf(id).canary);
      }
    },
    handler: async ({ query }) => compared(finder, idOf(query.a), idOf(query.b)),
  });

  app.get('/api/v1/releases/:id/changes', {
    schema: {
      tags,
      operationId: 'getChanges',
      summary: 'What a release that has ended changes in the pod template, as the archive has kept it',
      params: releaseParamsSchema,
      response: { 200: changesSchema, ...problems },
    },
    onRequest: (request) => admitToTemplates(request, idOf(request.params.id).canary),
    handler: ({ params }) => changesOf(archiveIn(deps), idOf(params.id)),
  });

  app.get('/api/v1/dora', {
    schema: {
      tags,
      operationId: 'getDora',
      summary: 'How often is released, how often that fails, how fast it is mended, and how long changes take',
      querystring: doraQuerySchema,
      response: { 200: doraSchema, ...problems },
    },
    onRequest: (request) => admitList(request, request.query.namespace),
    handler: async ({ query }) => {
      const archive = archiveIn(deps);
      const until = query.until === undefined ? new Date(deps.now()) : new Date(query.until);
      const since = query.since === undefined ? new Date(until.getTime() - DORA_DAYS * DAY_MS) : new Date(query.since);
      if (since >= until) throw backwards(query.since ?? since.toISOString());
      const { namespace, name } = query;
      const releases = await askArchive(() => endedSince(archive, { cluster, namespace, name, since }));
      return { since: since.toISOString(), until: until.toISOString(), ...doraOf(releases, since, until) };
    },
  });
}

function filterOf(cluster: string, { since, until, ...rest }: ExportQuery): ReleaseFilter {
  return {
    ...rest,
    cluster,
    since: since === undefined ? undefined : new Date(since),
    until: until === undefined ? undefined : new Date(until),
  };
}

function backwards(value: string): Problem {
  const remedy = 'use a time before until';
  return new Problem('invalid-input', `query parameter since: ${remedy}`, { field: 'since', value, remedy });
}
