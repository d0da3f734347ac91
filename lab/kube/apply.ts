import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { KubeClient } from './client.js';

const FIELD_MANAGER = 'serinus-lab';

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

export type KubeObject = z.infer<typeof objectSchema>;

const resourcesSchema = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

/** The objects of a YAML text with one or more documents. Rejects what is not a Kubernetes object. */
export function parseManifest(text: string): KubeObject[] {
  return parseAllDocuments(text)
    .filter((document) => document.contents !== null)
    .map((document) => objectSchema.parse(document.toJS()));
}

/** Server-side apply of objects, in the order given, like `kubectl apply --server-side --force-conflicts`. */
export async function applyObjects(client: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const query = { fieldManager: FIELD_MANAGER, force: 'true' };
    await client.patch(await pathOf(client, object), 'apply', object, { query });
  }
}

/** The path of an object in the API, looked up in the API server's own list of what it serves. */
export async function pathOf(client: KubeClient, object: KubeObject): Promise<string> {
  const base = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const { resources } = await client.get(base, resourcesSchema);
  const resource = resources.find(({ kind, name }) => kind === object.kind && !name.includes('/'));
  if (!resource) throw new Error(`the API server knows no ${object.kind} in ${object.apiVersion}`);
  const scope = resource.namespaced ? `/namespaces/${object.metadata.namespace ?? 'default'}` : '';
  return `${base}${scope}/${resource.name}/${object.metadata.name}`;
}
