import { readFileSync } from 'node:fs';
import { readAccess } from './kube/access.js';
import { applyObjects, parseManifest, type KubeObject } from './kube/apply.js';
import { KubeClient } from './kube/client.js';
import { Layout } from './owner/layout.js';
import { ADMIN_USER } from './servers/users.js';
import type { ConnectedLab } from './types.js';

/** The walkthrough's objects, by file name without `.yaml`. */
export type ManifestName = 'namespace' | 'podinfo' | 'route' | 'load-tester' | 'canary' | 'metric-template';

/** The objects of one of the lab's manifests. */
export function manifest(name: ManifestName): KubeObject[] {
  return parseManifest(readFileSync(new URL(`manifests/${name}.yaml`, import.meta.url), 'utf8'));
}

/** A small client of the lab's API server as one of its users; close it when done. */
export async function labClient(lab: Pick<ConnectedLab, 'directory'>, user = ADMIN_USER): Promise<KubeClient> {
  return new KubeClient(await readAccess(new Layout(lab.directory).accessOf(user)), 'serinus-lab');
}

/** Applies manifests to a lab in the order given, as the admin. */
export async function applyManifests(
  lab: Pick<ConnectedLab, 'directory'>,
  names: readonly ManifestName[],
): Promise<void> {
  const client = await labClient(lab);
  try {
    await applyObjects(client, names.flatMap(manifest));
  } finally {
    client.close();
  }
}
