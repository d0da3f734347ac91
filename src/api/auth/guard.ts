import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../../logging.js';
import { isNamespaceName, isObjectName } from '../../domain/names.js';
import type { ApiClient } from '../../kube/client.js';
import type { Authentication } from '../options.js';
import { pathOf } from '../problems/handler.js';
import { Problem } from '../problems/problem.js';
import { inWords, type Access } from './access.js';
import { channelOf } from './actor.js';
import { changes, foreignHost, foreignOrigin, forwarded, isLoopbackOrigin } from './browser.js';
import type { Limits } from './limits.js';
import { Reviews } from './reviews.js';
import type { Session, Sessions } from './sessions/sessions.js';
import type { User } from './user.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The user of the token or the session; undefined until it is known, and without authentication. */
    user: User | undefined;
    /** The session, where the request carries its cookie. */
    session: Session | undefined;
  }
}

export interface GuardOptions {
  readonly authentication: Authentication;
  /** For token and access reviews. */
  readonly client: ApiClient;
  readonly log: Logger;
  readonly limits: Limits;
  /** Browser sessions; undefined where logins aren't possible. */
  readonly sessions: Sessions | undefined;
}

/** Decides whether a request is permitted, before anything else of it is read. */
export class Guard {
  private readonly reviews: Reviews | undefined;

  constructor(private readonly options: GuardOptions) {
    const { authentication, client } = options;
    this.reviews = authentication.kind === 'none' ? undefined : new Reviews(client, authentication.audiences);
  }

  /** Marks every answer with the authentication mode, and refuses requests from pages of other sites. */
  watchOver(app: FastifyInstance): void {
    const { kind } = this.options.authentication;
    app.decorateRequest('user', undefined);
    app.decorateRequest('session', undefined);
    app.addHook('onRequest', (request, reply, done) => {
      reply.header('Serinus-Authentication', kind);
      const foreign = kind === 'none' ? foreignPage(request) : undefined;
      done(foreign && this.refused(request, 'anything', foreign));
    });
  }

  /** @throws Problem where the caller isn't permitted, or that can't be checked */
  async admit(request: FastifyRequest, access: Access): Promise<void> {
    demandNames(access);
    if (!this.reviews) return;
    const user = await this.recognise(request, this.reviews, inWords(access));
    if (await this.reviews.mayAccess(user, access)) return;
    const problem = new Problem('forbidden', `${user.username} may not ${inWords(access)}`, {
      remedy: 'have the right granted by a Role or ClusterRole of Kubernetes',
    });
    throw this.refused(request, inWords(access), problem);
  }

  /**
   * The same for a long request that was permitted before: its token or session may have expired since.
   *
   * @throws Problem as {@link admit} does
   */
  async admitAgain(request: FastifyRequest, access: Access): Promise<void> {
    request.user = undefined;
    await this.admit(request, access);
  }

  /**
   * For requests whose subject is in the body: a call of {@link admit} must follow.
   *
   * @throws Problem where the caller is unknown
   */
  async identify(request: FastifyRequest): Promise<void> {
    if (this.reviews) await this.recognise(request, this.reviews, 'anything');
  }

  /**
   * For requests that need no authentication, but answer more with it.
   *
   * @throws Problem where there is an invalid token
   */
  async greet(request: FastifyRequest): Promise<void> {
    const { sessions } = this.options;
    if (request.headers.authorization !== undefined || (await sessions?.read(request)) !== undefined) {
      await this.identify(request);
    }
  }

  /** Whether an identified caller may do this; always true without authentication. */
  async may(request: FastifyRequest, access: Access): Promise<boolean> {
    demandNames(access);
    if (!this.reviews) return true;
    return request.user !== undefined && this.reviews.mayAccess(request.user, access);
  }

  /** Why an identified caller may not do this, in words; undefined where they may. */
  async refusal(request: FastifyRequest, access: Access): Promise<string | undefined> {
    if (await this.may(request, access)) return undefined;
    return `${request.user?.username ?? 'nobody'} may not ${inWords(access)}`;
  }

  /**
   * The caller's token for the API server itself; undefined for a session, for a token that is issued for Serinus
   * alone, and without authentication.
   */
  tokenOf(request: FastifyRequest): string | undefined {
    const { authentication } = this.options;
    if (authentication.kind === 'none' || authentication.audiences.length > 0) return undefined;
    return request.user && !request.session ? tokenOf(request) : undefined;
  }

  /** The same as {@link may} for a user that another system has identified. */
  async mayAs(user: User, access: Access): Promise<boolean> {
    return !this.reviews || this.reviews.mayAccess(user, access);
  }

  /** Logs a refusal. @returns the problem */
  refused(request: FastifyRequest, access: string, problem: Problem): Problem {
    this.options.log.warn(
      {
        audit: 'refused',
        status: problem.status,
        user: request.user?.username ?? 'nobody',
        channel: channelOf(request),
        method: request.method,
        path: pathOf(request),
        from: request.ip,
        access,
      },
      problem.detail,
    );
    return problem;
  }

  private async recognise(request: FastifyRequest, reviews: Reviews, access: string): Promise<User> {
    if (request.user) return request.user;
    try {
      const { authorization } = request.headers;
      request.user = await (authorization === undefined ? this.bySession(request) : this.byToken(request, reviews));
      await this.options.limits.spend(request, changes(request));
      return request.user;
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      throw this.refused(request, access, error);
    }
  }

  /** An unknown token costs a request to Kubernetes; an address that has sent many wrong ones must wait. */
  private async byToken(request: FastifyRequest, reviews: Reviews): Promise<User> {
    const { limits } = this.options;
    const token = tokenOf(request);
    if (token === undefined) throw new Problem('unauthenticated', 'there is no bearer token', ASK);
    const look = (): Promise<User | undefined> => reviews.userOf(token);
    const user = await (reviews.remembers(token) ? look() : limits.inTurn(request, look));
    if (user) return user;
    await limits.spendAttempt(request, 'token');
    throw new Problem('unauthenticated', 'the token is not valid here', ASK);
  }

  private async bySession(request: FastifyRequest): Promise<User> {
    const { sessions } = this.options;
    if (!sessions) throw new Problem('unauthenticated', 'there is no bearer token', ASK);
    const session = await sessions.read(request);
    if (!session) {
      const why = sessions.sent(request)
        ? 'the session is over or not valid here'
        : 'there is no session and no bearer token';
      throw new Problem('unauthenticated', why, LOG_IN);
    }
    request.session = session;
    request.user = session.user;
    if (changes(request)) this.demandOwnPage(request, sessions, session);
    return session.user;
  }

  /** Browsers send cookies with requests from any page: the request must prove that it comes from ours. */
  private demandOwnPage(request: FastifyRequest, sessions: Sessions, session: Session): void {
    const foreign = foreignOrigin(request, (origin) => origin === sessions.origin);
    if (foreign) throw foreign;
    if (sessions.holdsCsrfToken(request, session)) return;
    throw new Problem('csrf-token', 'the header X-Serinus-Csrf must hold the token of this session', {
      field: 'X-Serinus-Csrf',
      remedy: 'send the csrfToken that GET /api/v1/session returns; programs use a bearer token instead of a cookie',
    });
  }
}

/**
 * Authentication comes before any validation: a parameter may be repeated, and be a list.
 *
 * @throws Problem where it can't be the name of an object
 */
function demandNames({ namespace, name }: { readonly namespace?: unknown; readonly name?: unknown }): void {
  demandName('namespace', namespace, isNamespaceName, 'a namespace');
  demandName('name', name, isObjectName, 'an object');
}

function demandName(field: string, value: unknown, isIt: (text: string) => boolean, of: string): void {
  if (value === undefined || (typeof value === 'string' && isIt(value))) return;
  const remedy = `use the name of ${of}: small letters, digits, - and .`;
  const shown = typeof value === 'string' ? value.slice(0, SHOWN) : value;
  throw new Problem('invalid-input', `${field}: ${remedy}`, { field, value: shown, remedy });
}

const SHOWN = 200;

const ASK = { field: 'Authorization', remedy: 'send the header Authorization: Bearer <token of a Kubernetes account>' };
const LOG_IN = { field: 'Cookie', remedy: 'log in at /auth/login, or send a bearer token of a Kubernetes account' };

function tokenOf(request: FastifyRequest): string | undefined {
  return /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
}

function foreignPage(request: FastifyRequest): Problem | undefined {
  return (
    forwarded(request) ??
    foreignHost(request) ??
    (changes(request) ? foreignOrigin(request, isLoopbackOrigin) : undefined)
  );
}
