import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Dependencies } from '../../dependencies.js';
import { check } from '../../check/check.js';
import type { Manifests } from '../../check/manifest.js';
import type { Guard } from '../auth/guard.js';
import { answerOf } from '../check/answer.js';
import { manifestsIn } from '../check/manifests.js';
import { NotForCaller, readerFor } from '../check/reader.js';
import { understudyFor } from '../check/understudy.js';
import { askKubernetes } from '../problems/outside.js';
import { Problem } from '../problems/problem.js';
import { checkAnswerSchema, checkRequestSchema } from '../schema/check.js';
import { problems, type App } from './app.js';

type Body = z.output<typeof checkRequestSchema>;

const REMEDY = 'send a Canary (flagger.app/v1beta1), alone or with other Kubernetes objects, in YAML or JSON';

/** Checks a policy before a release relies on it. */
export function checkRoute(app: App, deps: Dependencies, guard: Guard): void {
  app.post('/api/v1/check', {
    schema: {
      tags: ['canaries'],
      operationId: 'checkPolicy',
      summary: 'Check a Canary before it is relied on: mistakes, how long a release takes, what its metrics say now',
      body: checkRequestSchema,
      response: { 200: checkAnswerSchema, ...problems },
    },
    // Only the body names the Canaries.
    onRequest: (request) => guard.identify(request),
    handler: async (request) => {
      const { body } = request;
      const manifests = manifestsIn(body, REMEDY, (sent) => sent.demandCanary());
      await admit(guard, request, manifests, body);
      const { client } = deps.cache;
      const reader = body.cluster || body.metrics ? readerFor(request, guard, client) : undefined;
      const reports = await askKubernetes(() =>
        check(manifests, {
          settings: deps.settings,
          cluster: reader,
          understudy: reader && understudyFor(request, guard, client),
          live: body.metrics ? { environment: process.env, showAllQueries: false } : undefined,
          traffic: body.traffic,
        }).catch(forCaller),
      );
      return answerOf(reports);
    },
  });
}

/** @throws Problem where the caller lacks a permission that a check needs */
function forCaller(error: unknown): never {
  if (!(error instanceof NotForCaller)) throw error;
  throw new Problem('forbidden', error.message, {
    remedy: 'have the right granted by a Role or ClusterRole of Kubernetes, or check without metrics',
  });
}

/**
 * Reading needs permission to see such a Canary. Querying metrics needs more: with an address and a Secret of the
 * caller's choice, it can do what a Canary and a MetricTemplate could make Serinus do once applied, so the caller must
 * be permitted to apply them.
 */
async function admit(guard: Guard, request: FastifyRequest, manifests: Manifests, { metrics }: Body): Promise<void> {
  for (const { metadata } of manifests.canaries) {
    await guard.admit(request, { verb: 'get', namespace: metadata.namespace, name: metadata.name });
    if (metrics) await guard.admit(request, { verb: 'create', namespace: metadata.namespace });
  }
  if (!metrics) return;
  for (const { metadata } of manifests.templates) {
    await guard.admit(request, { verb: 'create', resource: 'metrictemplates', namespace: metadata.namespace });
  }
}
