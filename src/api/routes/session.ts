import type { FastifyRequest } from 'fastify';
import { ORDER_NAMES, type OrderName, wordOf } from '../../domain/orders/catalogue.js';
import { logsAccess, orderAccess, startAccess } from '../auth/access.js';
import type { Guard } from '../auth/guard.js';
import type { Authentication } from '../options.js';
import { canaryParamsSchema } from '../schema/requests.js';
import { permissionsSchema, sessionAnswerSchema, type Permissions, type SessionAnswer } from '../schema/session.js';
import { problems, type App } from './app.js';

const tags = ['session'];

/** The caller's identity and permissions. */
export function sessionRoutes(app: App, guard: Guard, mode: Authentication['kind']): void {
  app.get('/api/v1/session', {
    schema: {
      tags,
      operationId: 'getSession',
      summary: 'Who asks, and how to log in',
      security: [],
      response: { 200: sessionAnswerSchema, ...problems },
    },
    onRequest: (request) => guard.greet(request),
    handler: (request) => sessionOf(request, mode),
  });

  app.get('/api/v1/namespaces/:namespace/canaries/:name/permissions', {
    schema: {
      tags,
      operationId: 'getPermissions',
      summary: 'What the caller may do with a Canary; whether there is such a Canary is not looked at',
      params: canaryParamsSchema,
      response: { 200: permissionsSchema, ...problems },
    },
    onRequest: (request) => guard.identify(request),
    handler: async (request): Promise<Permissions> => {
      const { params } = request;
      const granted = async (order: OrderName): Promise<[string, boolean]> => [
        wordOf(order),
        await guard.may(request, orderAccess(order, params)),
      ];
      const [start, logs, ...orders] = await Promise.all([
        guard.may(request, startAccess(params)),
        guard.may(request, logsAccess(params)),
        ...ORDER_NAMES.map(granted),
      ]);
      return { start, logs, orders: Object.fromEntries(orders) };
    },
  });
}

function sessionOf({ user, session }: FastifyRequest, mode: Authentication['kind']): SessionAnswer {
  return {
    mode,
    development: mode === 'none',
    ...(user ? { user: { name: user.username, groups: [...(user.groups ?? [])] } } : {}),
    ...(mode === 'oidc' ? { login: '/auth/login' } : {}),
    ...(session ? { csrfToken: session.csrf, expiresAt: new Date(session.expires * 1000).toISOString() } : {}),
  };
}
