import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { KubeAccess } from '../kube/access.js';
import { applyObjects, parseManifest, pathOf, type KubeObject } from '../kube/apply.js';
import { KubeClient } from '../kube/client.js';
import { waitFor } from '../process/wait.js';

const ESTABLISH_TIMEOUT_MS = 15_000;

const crdSchema = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }),
});

const FOLDER = new URL('.', import.meta.url);

/** Teaches the API server the kinds that traffic providers would bring along: every YAML file beside this one. */
export async function installCrds(access: KubeAccess): Promise<void> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
  const crds = files.sort().flatMap((file) => parseManifest(readFileSync(new URL(file, FOLDER), 'utf8')));
  await installDefinitions(access, crds);
}

/** Teaches the API server these kinds, in place of what it may know of them, and waits until it serves them. */
export async function installDefinitions(access: KubeAccess, crds: readonly KubeObject[]): Promise<void> {
  const client = new KubeClient(access, 'serinus-lab');
  try {
    await applyObjects(client, crds);
    for (const crd of crds) {
      const path = await pathOf(client, crd);
      const isEstablished = async () => {
        const { conditions } = (await client.get(path, crdSchema)).status;
        return conditions.some(({ type, status }) => type === 'Established' && status === 'True') || undefined;
      };
      await waitFor(`${crd.metadata.name} to be served`, isEstablished, { timeoutMs: ESTABLISH_TIMEOUT_MS });
    }
  } finally {
    client.close();
  }
}

/** Applies objects in the order given. */
export async function applyAs(access: KubeAccess, objects: readonly KubeObject[]): Promise<void> {
  const client = new KubeClient(access, 'serinus-lab');
  try {
    await applyObjects(client, objects);
  } finally {
    client.close();
  }
}
