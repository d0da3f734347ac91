import type { FastifyRequest } from 'fastify';
import type { ClusterReader } from '../../check/object-lookup.js';
import { type ApiClient } from '../../kube/client.js';
import { KubeError } from '../../kube/kube-error.js';
import type { ResourceType } from '../../kube/object.js';
import type { Access } from '../auth/access.js';
import type { Guard } from '../auth/guard.js';

/** The caller may not read this, although Serinus may. */
export class NotForCaller extends KubeError {
  constructor(message: string) {
    super(403, 'Forbidden', message);
  }
}

/**
 * The cluster as the caller of the API may see it: Serinus reads with its own account, but only what the caller's own
 * permissions allow.
 */
export function readerFor(request: FastifyRequest, guard: Guard, client: ApiClient): ClusterReader {
  const demand = async (access: Access): Promise<void> => {
    const refusal = await guard.refusal(request, access);
    if (refusal !== undefined) throw new NotForCaller(refusal);
  };
  return {
    get: async (type, namespace, name, signal) => {
      await demand({ verb: 'get', ...resourceOf(type), namespace, name });
      return client.get(type, namespace, name, signal);
    },
    list: async (type, options = {}, signal) => {
      await demand({ verb: 'list', ...resourceOf(type), namespace: options.namespace });
      return client.list(type, options, signal);
    },
  };
}

/** A kind in the words of RBAC. */
export function resourceOf({ apiVersion, plural }: ResourceType): Pick<Access, 'group' | 'resource'> {
  const [group = '', version] = apiVersion.split('/');
  return { group: version === undefined ? '' : group, resource: plural };
}
