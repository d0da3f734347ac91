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
    /** Who the token or the session belongs to; undefined until that is known, and where nobody is asked who he is. */
    user: User | undefined;
    /** Where it came with the cookie of one. */
    session: Session | undefined;
  }
}

export interface GuardOptions {
  readonly authentication: Authentication;
  /** Asks for reviews. */
  readonly client: ApiClient;
  readonly log: Logger;
  readonly limits: Limits;
  /** Of browsers; undefined where nobody can log in with one. */
  readonly sessions: Sessions | undefined;
}

/** Decides before anything else is read of a request whether it may go on. */
export class Guard {
  private readonly reviews: Reviews | undefined;

  constructor(private readonly options: GuardOptions) {
    const { authentication, client } = options;
    this.reviews = authentication.kind === 'none' ? undefined : new Reviews(client, authentication.audiences);
  }

  /** Marks every answer with how callers are authenticated, and shuts out pages of other sites in a browser. */
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

  /** @throws Problem where the caller may not do this, or it can't be found out */
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
   * The same for a request that was let in a while ago and goes on: its token or session may be over since.
   *
   * @throws Problem as {@link admit} does
   */
  async admitAgain(request: FastifyRequest, access: Access): Promise<void> {
    request.user = undefined;
    await this.admit(request, access);
  }

  /**
   * For requests of which only the body tells what they are about: {@link admit} is still to be asked.
   *
   * @throws Problem where it isn't known who asks
   */
  async identify(request: FastifyRequest): Promise<void> {
    if (this.reviews) await this.recognise(request, this.reviews, 'anything');
  }

  /**
   * For requests that need nobody's name, but answer more where there is one.
   *
   * @throws Problem where there is a token that isn't valid
   */
  async greet(request: FastifyRequest): Promise<void> {
    const { sessions } = this.options;
    if (request.headers.authorization !== undefined || (await sessions?.read(request)) !== undefined) {
      await this.identify(request);
    }
  }

  /** Whether a caller who is known may do this; everybody may where nobody is asked who he is. */
  async may(request: FastifyRequest, access: Access): Promise<boolean> {
    demandNames(access);
    if (!this.reviews) return true;
    return request.user !== undefined && this.reviews.mayAccess(request.user, access);
  }

  /** Why a caller who is known may not do this, in words; undefined where they may. */
  async refusal(request: FastifyRequest, access: Access): Promise<string | undefined> {
    if (await this.may(request, access)) return undefined;
    return `${request.user?.username ?? 'nobody'} may not ${inWords(access)}`;
  }

  /**
   * The token by which a caller is known to the API server itself; undefined where they have come by a session, with a
   * token that is meant for Serinus alone, or nobody asks who they are.
   */
  tokenOf(request: FastifyRequest): string | undefined {
    const { authentication } = this.options;
    if (authentication.kind === 'none' || authentication.audiences.length > 0) return undefined;
    return request.user && !request.session ? tokenOf(request) : undefined;
  }

  /** The same as {@link may} for somebody whom another system has recognised. */
  async mayAs(user: User, access: Access): Promise<boolean> {
    return !this.reviews || this.reviews.mayAccess(user, access);
  }

  /** Says a refusal in the log. @returns the problem */
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

  /** A token that isn't known yet costs a question to Kubernetes; who has tried many that were wrong waits for an answer. */
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

  /** Browsers send cookies along whoever's page has caused a request: that it was ours must be shown. */
  private demandOwnPage(request: FastifyRequest, sessions: Sessions, session: Session): void {
    const foreign = foreignOrigin(request, (origin) => origin === sessions.origin);
    if (foreign) throw foreign;
    if (sessions.holdsCsrfToken(request, session)) return;
    throw new Problem('csrf-token', 'the header X-Serinus-Csrf must hold the token of this session', {
      field: 'X-Serinus-Csrf',
      remedy: 'send the csrfToken that GET /api/v1/session tells; programs use a bearer token instead of a cookie',
    });
  }
}

/**
 * Who asks is found out before anything of the request has been checked: a parameter may be there twice, and be a list.
 *
 * @throws Problem where no object can be called so
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
