import type { FastifyRequest } from 'fastify';
import type { Understudy } from '../../check/rehearsal/stage-client.js';
import type { ApiClient } from '../../kube/client.js';
import type { Guard } from '../auth/guard.js';
import { resourceOf } from './reader.js';

/**
 * Who has the API server check what a release would write: the caller, by the token that they have sent, where that
 * opens the API server. With a session, or a token that is meant for Serinus alone, Serinus asks by its own account, as
 * far as the caller's rights would do.
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
