import { JUDGEMENT_ANNOTATION } from '../../../src/crds/own-settings.js';
import type { KubeObject } from '../../../src/kube/object.js';
import { appCanary, type AppOptions } from './objects.js';
import type { ReleaseScene } from './scene.js';

/** Judged by statistics alone: no metric has a fixed limit. */
export function judgedCanary(app: AppOptions, text: string, analysis: Record<string, unknown> = {}): KubeObject {
  const canary = appCanary(
    app,
    { progressDeadlineSeconds: 120 },
    { metrics: [], stepWeight: 25, maxWeight: 50, ...analysis },
  );
  return { ...canary, metadata: { ...canary.metadata, annotations: { [JUDGEMENT_ANNOTATION]: text } } };
}

/** How the release ended, and what each of its windows has shown. */
export async function analyses(world: ReleaseScene) {
  const { record, ending } = await world.run.result();
  return { ending, judged: record.flatMap((entry) => (entry.what === 'analysis' ? (entry.judged ?? []) : [])) };
}
