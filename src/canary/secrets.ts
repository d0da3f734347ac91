import { UserError } from '../errors.js';
import type { ClusterCache } from '../kube/cache.js';
import { SECRETS } from '../kube/object.js';

/**
 * The content of a Secret, read from the API server for each use: what isn't stored can't leak.
 *
 * @throws UserError where there is none of this name
 */
export async function readSecret(
  cache: ClusterCache,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  const object = await cache.read(SECRETS, namespace, name);
  if (!object) throw new UserError(`secrets "${name}" not found`);
  const data = (object['data'] ?? {}) as Readonly<Record<string, string>>;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}
