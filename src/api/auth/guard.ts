import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../../activities/dependencies.js';
import type { KubeClient } from '../../kubernetes/client.js';
import { isLoopback, type Authentication } from '../options.js';
import { pathOf } from '../problems/handler.js';
import { Problem } from '../problems/problem.js';
import { Reviews, type Access, type User } from './reviews.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who the token belongs to; undefined where no tokens are checked. */
    user: User | undefined;
  }
}

/** Decides before anything else is read of a request whether it may go on. */
export class Guard {
  private readonly reviews: Reviews | undefined;

  constructor(
    authentication: Authentication,
    client: KubeClient,
    private readonly log: Logger,
  ) {
    this.reviews = authentication.kind === 'kubernetes' ? new Reviews(client, authentication.audiences) : undefined;
  }

  /** Marks every answer with how callers are authenticated, and shuts out pages of other sites in a browser. */
  watchOver(app: FastifyInstance): void {
    const kind = this.reviews ? 'kubernetes' : 'none';
    app.decorateRequest('user', undefined);
    app.addHook('onRequest', (request, reply, done) => {
      reply.header('Serinus-Authentication', kind);
      done(this.reviews ? undefined : foreignHost(request));
    });
  }

  /** @throws Problem where the caller may not do this, or it can't be found out */
  async admit(request: FastifyRequest, access: Access): Promise<void> {
    if (!this.reviews) return;
    const { token, user } = await this.recognise(request, this.reviews, said(access));
    if (!(await this.reviews.mayAccess(token, user, access))) {
      const problem = new Problem('forbidden', `${user.username} may not ${said(access)}`, {
        remedy: 'have the right granted by a Role or ClusterRole of Kubernetes',
      });
      throw this.refused(request, user.username, said(access), problem);
    }
    request.user = user;
  }

  /**
   * For requests of which only the body tells what they are about: {@link admit} is still to be asked.
   *
   * @throws Problem where it isn't known who asks
   */
  async identify(request: FastifyRequest): Promise<void> {
    if (this.reviews) await this.recognise(request, this.reviews, 'anything');
  }

  private async recognise(request: FastifyRequest, reviews: Reviews, access: string): Promise<Known> {
    const token = tokenOf(request);
    if (token === undefined) {
      throw this.refused(request, 'nobody', access, new Problem('unauthenticated', 'there is no bearer token', ASK));
    }
    const user = await reviews.userOf(token);
    if (user) return { token, user };
    throw this.refused(request, 'nobody', access, new Problem('unauthenticated', 'the token is not valid here', ASK));
  }

  private refused(request: FastifyRequest, user: string, access: string, problem: Problem): Problem {
    const fields = { audit: 'refused', status: problem.status, user, method: request.method, path: pathOf(request) };
    this.log.warn({ ...fields, from: request.ip, access }, problem.detail);
    return problem;
  }
}

interface Known {
  readonly token: string;
  readonly user: User;
}

const ASK = { field: 'Authorization', remedy: 'send the header Authorization: Bearer <token of a Kubernetes account>' };

function tokenOf(request: FastifyRequest): string | undefined {
  return /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** As a rule of a Role would have it. */
function said({ verb, resource: whole = 'canaries', subresource, namespace, name }: Access): string {
  const resource = subresource === undefined ? whole : `${whole}/${subresource}`;
  const which = name === undefined ? '' : ` "${name}"`;
  return `${verb} ${resource}.flagger.app${which} in ${namespace === undefined ? 'all namespaces' : `namespace "${namespace}"`}`;
}

/**
 * Without tokens, whoever reaches the port may do everything. A page of another site in a browser on this machine can
 * reach it too, by a name of its own that it lets point here: such a request names another host.
 */
function foreignHost(request: FastifyRequest): Problem | undefined {
  if (isLoopback(request.hostname)) return undefined;
  return new Problem('wrong-host', `without authentication, requests must be sent to a loopback address`, {
    field: 'Host',
    value: request.hostname,
    remedy: 'use http://127.0.0.1 or http://localhost, or run the API with --auth kubernetes',
  });
}
