import type { KubeClient } from '../../../src/kube/client.js';

/** The same client, which counts its writes. */
export function counting(client: KubeClient): { client: KubeClient; writes: () => number } {
  let writes = 0;
  const methods = new Set<PropertyKey>(['create', 'replace', 'apply', 'patch', 'delete']);
  const counted = new Proxy(client, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (methods.has(name)) writes += 1;
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { client: counted, writes: () => writes };
}
