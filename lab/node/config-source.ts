import { z } from 'zod';
import type { KubeClient } from '../../src/kube/client.js';
import { CONFIG_MAPS, SECRETS } from '../../src/kube/object.js';
import { stringMap } from '../kube/metadata.js';

const configMapSchema = z.object({ data: stringMap.default({}) });

/** A ConfigMap, Secret or key that a pod needs and that isn't there; the pod waits for it. */
export class MissingConfigError extends Error {
  override readonly name = 'MissingConfigError';
}

/** Reads ConfigMaps and Secrets of one namespace as plain text by key. */
export class ConfigSource {
  constructor(
    readonly client: KubeClient,
    readonly namespace: string,
  ) {}

  configMap(name: string, optional: boolean): Promise<Record<string, string>> {
    return this.#read('configmap', name, optional, (text) => text);
  }

  secret(name: string, optional: boolean): Promise<Record<string, string>> {
    return this.#read('secret', name, optional, (text) => Buffer.from(text, 'base64').toString());
  }

  async #read(kind: 'configmap' | 'secret', name: string, optional: boolean, decode: (text: string) => string) {
    const object = await this.client.get(kind === 'secret' ? SECRETS : CONFIG_MAPS, this.namespace, name);
    if (object) {
      const { data } = configMapSchema.parse(object);
      return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, decode(text)]));
    }
    if (optional) return {};
    throw new MissingConfigError(`${kind} "${name}" not found`);
  }
}
