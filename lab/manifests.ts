import { readFileSync } from 'node:fs';
import type { KubeClient } from '../src/kube/client.js';
import type { KubeObject } from '../src/kube/object.js';
import { clientWith, readAccess } from './kube/access.js';
import { applyObjects, parseManifest } from './kube/apply.js';
import { Layout } from './owner/layout.js';
import { ADMIN_USER } from './servers/users.js';
import type { ConnectedLab } from './types.js';

/** The walkthrough's objects, by file name without `.yaml`. */
export type ManifestName = 'namespace' | 'podinfo' | 'route' | 'load-tester' | 'canary' | 'metric-template';

/** The objects of one of the lab's manifests. */
export function manifest(name: ManifestName): KubeObject[] {
  return parseManifest(readFileSync(new URL(`manifests/${name}.yaml`, import.meta.url), 'utf8'));
}

/** A client of the lab's API server as one of its users, which needs no kubeconfig. */
export async function labClient(lab: Pick<ConnectedLab, 'directory'>, user = ADMIN_USER): Promise<KubeClient> {
  return clientWith(await readAccess(new Layout(lab.directory).accessOf(user)));
}

/** Applies the objects of a YAML text to a lab, as the admin. */
export async function applyYaml(lab: Pick<ConnectedLab, 'directory'>, text: string): Promise<void> {
  await applyObjects(await labClient(lab), parseManifest(text));
}

/** Applies manifests to a lab in the order given, as the admin. */
export async function applyManifests(
  lab: Pick<ConnectedLab, 'directory'>,
  names: readonly ManifestName[],
): Promise<void> {
  await applyObjects(await labClient(lab), names.flatMap(manifest));
}
