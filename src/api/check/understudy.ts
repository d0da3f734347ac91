import type { FastifyRequest } from 'fastify';
import type { Understudy } from '../../check/rehearsal/stage-client.js';
import type { ApiClient } from '../../kube/client.js';
import type { Guard } from '../auth/guard.js';
import { resourceOf } from './reader.js';

/**
 * The identity for dry runs of a release's writes: the caller's token, if the API server accepts it. With a session, or
 * a token that is issued for Serinus alone, Serinus' own account, as far as the caller's permissions allow.
 */
export function understudyFor(request: FastifyRequest, guard: Guard, client: ApiClient): Understudy {
  const token = guard.tokenOf(request);
  if (token !== undefined) return { client: client.rehearsing(token) };
  return {
    client: client.rehearsing(),
    refusal: ({ verb, type, namespace, name }) =>
      guard.refusal(request, { verb, ...resourceOf(type), namespace, ...(verb === 'create' ? {} : { name }) }),
  };
}
