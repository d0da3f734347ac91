import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { KubeClient } from '../../src/kube/client.js';
import type { KubeObject, ResourceType } from '../../src/kube/object.js';

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().exactOptional() }),
});

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
    const { type, object: placed } = await placeOf(client, object);
    await client.apply(type, placed);
  }
}

/**
 * Where an object is in the API, looked up in the API server's own list of what it serves: its type, and the object with
 * the namespace that it goes to.
 */
export async function placeOf(
  client: KubeClient,
  object: KubeObject,
): Promise<{ readonly type: ResourceType; readonly object: KubeObject }> {
  const { apiVersion, kind } = object;
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources } = resourcesSchema.parse(await client.request<unknown>('GET', base));
  const resource = resources.find(({ kind: served, name }) => served === kind && !name.includes('/'));
  if (!resource) throw new Error(`the API server knows no ${kind} in ${apiVersion}`);
  const type = { apiVersion, kind, plural: resource.name };
  const { namespace: given, ...metadata } = object.metadata;
  const placed = resource.namespaced ? { ...metadata, namespace: given ?? 'default' } : metadata;
  return { type, object: { ...object, metadata: placed } };
}
