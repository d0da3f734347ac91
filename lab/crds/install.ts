import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { KubeObject, ResourceType } from '../../src/kube/object.js';
import { clientWith, type KubeAccess } from '../kube/access.js';
import { applyObjects, parseManifest } from '../kube/apply.js';
import { waitFor } from '../process/wait.js';

const ESTABLISH_TIMEOUT_MS = 15_000;

const crdSchema = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }),
});

const DEFINITIONS: ResourceType = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
};

const FOLDER = new URL('.', import.meta.url);

/** Teaches the API server the kinds that traffic providers would bring along: every YAML file beside this one. */
export async function installCrds(access: KubeAccess): Promise<void> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
  const crds = files.sort().flatMap((file) => parseManifest(readFileSync(new URL(file, FOLDER), 'utf8')));
  await installDefinitions(access, crds);
}

/** Teaches the API server these kinds, in place of what it may know of them, and waits until it serves them. */
export async function installDefinitions(access: KubeAccess, crds: readonly KubeObject[]): Promise<void> {
  const client = clientWith(access);
  await applyObjects(client, crds);
  for (const { metadata } of crds) {
    const isEstablished = async () => {
      const { conditions } = crdSchema.parse(await client.get(DEFINITIONS, undefined, metadata.name)).status;
      return conditions.some(({ type, status }) => type === 'Established' && status === 'True') || undefined;
    };
    await waitFor(`${metadata.name} to be served`, isEstablished, { timeoutMs: ESTABLISH_TIMEOUT_MS });
  }
}

/** Applies objects in the order given. */
export async function applyAs(access: KubeAccess, objects: readonly KubeObject[]): Promise<void> {
  await applyObjects(clientWith(access), objects);
}
