import { messageOf, TransientError } from '../errors.js';
import { type KubeClient } from '../kube/client.js';
import { KubeError } from '../kube/kube-error.js';
import { ProviderError, QueryRefused } from '../metrics/errors.js';
import { excerpt } from '../http/shown.js';
import type { ClusterApi } from '../metrics/environment.js';

/** The request itself is at fault. */
const NOT_VALID = [400, 413, 422];

/** The Kubernetes API for metrics providers that live in the cluster. */
export function clusterApi(client: Pick<KubeClient, 'request'>): ClusterApi {
  return {
    get: (path, { signal, token }) =>
      orUndefined(
        () => client.request<unknown>('GET', path, undefined, { signal, ...(token === undefined ? {} : { token }) }),
        token,
      ),
    create: async (path, object, { signal }) => {
      await inProvidersWords(() => client.request('POST', path, object, { signal }));
    },
    delete: async (path) => {
      await orUndefined(() => client.request('DELETE', path));
    },
  };
}

async function orUndefined<T>(call: () => Promise<T>, secret?: string): Promise<T | undefined> {
  return inProvidersWords(async () => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof KubeError && error.notFound) return undefined;
      throw error;
    }
  }, secret);
}

/** Translates the client's errors into those of metrics providers. */
async function inProvidersWords<T>(call: () => Promise<T>, secret = ''): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const message = excerpt(messageOf(error), [secret]);
    if (error instanceof TransientError) throw new ProviderError(message);
    if (!(error instanceof KubeError)) throw error;
    throw NOT_VALID.includes(error.status) ? new QueryRefused(message) : new ProviderError(message, error.status);
  }
}
