import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Dependencies } from '../../dependencies.js';
import type { CanaryKey } from '../../domain/identity.js';
import { ORDER_NAMES, ORDERS, summaryOf, wordOf, type OrderName } from '../../domain/orders/catalogue.js';
import { orderAccess, type Access } from '../auth/access.js';
import { actorOf, channelOf } from '../auth/actor.js';
import type { Guard } from '../auth/guard.js';
import type { Orders } from '../orders/give.js';
import { unknownRelease, type GivenOrder } from '../orders/given.js';
import { parseReleaseId, type ReleaseId } from '../releases/id.js';
import { steeringAtRest } from '../releases/at-rest.js';
import type { Finder } from '../releases/find.js';
import type { Runs } from '../releases/runs.js';
import { releaseSchema } from '../schema/release.js';
import { headersSchema, obeyedSchema, orderSchemas, pendingSchema, releaseParamsSchema } from '../schema/requests.js';
import { problems, type App } from './app.js';
import { placesOf } from './tree.js';

const tags = ['releases'];

type OrderBody = z.output<typeof orderSchemas.plain> &
  Partial<Pick<z.output<typeof orderSchemas.gate>, 'gate'>> &
  Partial<Pick<z.output<typeof orderSchemas.weight>, 'weight'>>;

/** Reads a release, and gives it orders. */
export function releaseRoutes(
  app: App,
  deps: Dependencies,
  guard: Guard,
  finder: Finder,
  runs: Runs,
  orders: Orders,
): void {
  const idOf = ({ id }: { id: string }): ReleaseId => {
    const parsed = parseReleaseId(deps.settings.clusterName, id);
    if (!parsed) throw unknownRelease(id);
    return parsed;
  };
  const admit = async (
    request: FastifyRequest<{ Params: { id: string } }>,
    access: (canary: CanaryKey) => Access,
  ): Promise<void> => guard.admit(request, access(idOf(request.params).canary));

  const looking = placesOf(
    'GET',
    (branch) => `/api/v1/${branch}/:id`,
    {
      operationId: 'getRelease',
      summary: 'Everything about a release, wherever it is kept, its record included; also after it has ended',
    },
    'getRollout',
  );
  for (const { path, ...described } of looking) {
    app.get(path, {
      schema: { tags, ...described, params: releaseParamsSchema, response: { 200: releaseSchema, ...problems } },
      onRequest: (request) => admit(request, ({ namespace, name }) => ({ verb: 'get', namespace, name })),
      handler: async (request) => {
        const { params } = request;
        const mayGet = (access: Access): Promise<boolean> => guard.may(request, access);
        const release = await finder.find(idOf(params));
        if (!release) throw unknownRelease(params.id);
        return { ...release, ...(await steeringAtRest(deps, runs, idOf(params).canary, release, mayGet)) };
      },
    });
  }

  for (const order of ORDER_NAMES) {
    const steering = placesOf(
      'POST',
      (branch) => `/api/v1/${branch}/:id/${wordOf(order)}`,
      { operationId: order, summary: summaryOf(order) },
      `${order}Rollout`,
    );
    for (const { path, ...described } of steering) {
      app.post(path, {
        schema: {
          tags,
          ...described,
          params: releaseParamsSchema,
          headers: headersSchema,
          body: bodyOf(order),
          response: { 200: obeyedSchema, 202: pendingSchema, ...problems },
        },
        onRequest: (request) => admit(request, (canary) => orderAccess(order, canary)),
        handler: async (request, reply) => {
          const release = idOf(request.params);
          const given = orderOf(order, request.body, request);
          const answer = await orders.give(release, given);
          deps.log.info(
            {
              audit: 'taken',
              canary: `${release.canary.name}.${release.canary.namespace}`,
              order: answer.order,
              user: given.details.by,
              channel: given.details.channel,
              from: request.ip,
            },
            `${answer.order} ordered${answer.taken === true ? '' : ', no worker has taken it yet'}`,
          );
          return answer.taken === true ? reply.code(200).send(answer) : reply.code(202).send(answer);
        },
      });
    }
  }
}

function bodyOf(order: OrderName): z.ZodType<OrderBody> {
  return orderSchemas[ORDERS[order].takes ?? 'plain'];
}

function orderOf(order: OrderName, body: OrderBody, request: FastifyRequest): GivenOrder {
  const { by, ...details } = body;
  const key = request.headers['idempotency-key'];
  return {
    order,
    details: {
      ...details,
      by: actorOf(request.user, by),
      // Only verified ones count.
      ...(ORDERS[order].asksGroups === true && request.user ? { groups: request.user.groups ?? [] } : {}),
      channel: channelOf(request),
      // The same key for another order is another request.
      requestId: `${order}:${typeof key === 'string' ? key : randomUUID()}`,
    },
  };
}
