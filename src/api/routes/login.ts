import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../../logging.js';
import type { Guard } from '../auth/guard.js';
import type { Limits } from '../auth/limits.js';
import { identityOf, UnusableClaims, type Identity } from '../auth/oidc/claims.js';
import type { Issuer } from '../auth/oidc/issuer.js';
import type { ClaimSettings } from '../auth/oidc/settings.js';
import type { Login, Session, Sessions } from '../auth/sessions/sessions.js';
import { Problem } from '../problems/problem.js';
import { loggedOutSchema, loginQuerySchema } from '../schema/session.js';
import { problems, type App } from './app.js';

const tags = ['session'];

export interface LoginOptions {
  readonly guard: Guard;
  readonly sessions: Sessions;
  readonly limits: Limits;
  readonly issuer: Issuer;
  readonly claims: ClaimSettings;
  readonly log: Logger;
}

/** Logging in and out with a browser. */
export function loginRoutes(app: App, options: LoginOptions): void {
  const { guard, sessions, limits, issuer, log } = options;

  /** Limits logins, their failures and their refusals. */
  const counted =
    (attempt: 'login' | 'callback') =>
    async (request: FastifyRequest): Promise<void> => {
      await audited(guard, request, () => limits.spendAttempt(request, attempt));
    };

  app.get('/auth/login', {
    schema: {
      tags,
      operationId: 'login',
      summary: 'Send the browser to the issuer to log in',
      security: [],
      querystring: loginQuerySchema,
      response: { ...problems },
    },
    onRequest: counted('login'),
    handler: async (request, reply) => {
      const { return: returnTo } = request.query;
      if (!isOwnPath(returnTo)) throw wrongReturn(returnTo);
      const { url, login } = await issuer.begin(returnTo);
      await sessions.beginLogin(request, reply, login);
      return reply.redirect(url, 302);
    },
  });

  app.get('/auth/callback', {
    schema: {
      tags,
      operationId: 'loginCallback',
      summary: 'Where the issuer sends the browser back to',
      security: [],
      response: { ...problems },
    },
    onRequest: counted('callback'),
    handler: (request, reply) =>
      audited(guard, request, async () => {
        const { login, session } = await loggedIn(options, request, reply);
        log.info(
          { audit: 'login', user: session.user.username, channel: 'ui', from: request.ip },
          `${session.user.username} has logged in`,
        );
        return reply.redirect(login.returnTo, 302);
      }),
  });

  app.post('/auth/logout', {
    schema: {
      tags,
      operationId: 'logout',
      summary: 'End the session of the browser',
      response: { 200: loggedOutSchema, ...problems },
    },
    // Protected against forged requests, like any other change.
    onRequest: (request) => guard.identify(request),
    handler: async (request, reply) => {
      const idToken = await sessions.end(request, reply);
      log.info(
        { audit: 'logout', user: request.user?.username, channel: 'ui', from: request.ip },
        `${request.user?.username} has logged out`,
      );
      return { location: (await issuer.logoutUrl(idToken)) ?? '/' };
    },
  });
}

/** @throws Problem where the browser doesn't return from a login that it has begun here */
async function loggedIn(
  { sessions, issuer, claims, log }: LoginOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ login: Login; session: Session }> {
  const query = new URL(request.url, sessions.origin).search;
  const state = new URLSearchParams(query).get('state') ?? '';
  const login = await sessions.endLogin(request, reply, state);
  if (!login) {
    throw new Problem('login-failed', 'this browser has begun no such login here, or too long ago', {
      field: 'state',
      remedy: 'log in again, and allow cookies',
    });
  }
  const verified = await issuer.end(query, login);
  const identity = believed(() => identityOf(verified.claims, claims));
  if (identity.ignored.length > 0) {
    log.warn(
      { user: identity.username, groups: identity.ignored },
      'groups of Kubernetes’ own are not taken from tokens',
    );
  }
  const { username, groups } = identity;
  const session = await sessions.begin(request, reply, { username, groups }, verified.idToken);
  if (!session) {
    throw new Problem('login-failed', `${username} is in more groups (${groups.length}) than cookies can hold`, {
      remedy: 'have the issuer put only the groups into ID tokens that rights are bound to',
    });
  }
  return { login, session };
}

function believed(read: () => Identity): Identity {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnusableClaims)) throw error;
    throw new Problem('login-failed', `the issuer's ID token can't be used: ${error.message}`, {
      remedy: 'ask who runs the API which users may log in',
    });
  }
}

function wrongReturn(value: string): Problem {
  return new Problem('invalid-input', 'query parameter return: use a path of this page, such as /releases', {
    field: 'return',
    value: value.slice(0, 200),
    remedy: 'use a path of this page, such as /releases',
  });
}

async function audited<T>(guard: Guard, request: FastifyRequest, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    throw guard.refused(request, 'log in', error);
  }
}

/** Only used to see how a browser would resolve a path. */
const HERE = 'http://serinus.invalid';

/**
 * Whether this is a path of our own to which a browser may be sent: `//evil.example`, `/\evil.example` and the like,
 * which browsers take for another host, aren't.
 */
export function isOwnPath(path: string): boolean {
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(path) || path.includes('\\')) return false;
  if (!URL.canParse(path, HERE)) return false;
  const { origin, pathname } = new URL(path, HERE);
  // Not to the login again, nor to where dots in the path might lead.
  return origin === HERE && !pathname.startsWith('//') && !pathname.startsWith('/auth/');
}
