import { CANARIES, type KubeObject } from '../../../src/kube/object.js';
import { until } from '../until.js';
import { APP, appCanary } from './objects.js';
import type { ReleaseScene } from './scene.js';

/** A Canary that wants to be undone: it must not stay for ever where there is nothing left to undo. */
export function reverting({ app }: ReleaseScene): KubeObject {
  return appCanary(app, { revertOnDeletion: true }, { metrics: [] });
}

export async function isGone({ kube, namespace }: ReleaseScene): Promise<void> {
  await until(async () => !(await kube.get(CANARIES, namespace, APP)), 'the Canary is gone', 30_000);
}
