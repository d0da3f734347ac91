import assert from 'node:assert/strict';
import { JUDGEMENT_ANNOTATION } from '../../../src/crds/own-settings.js';
import { ERRORS } from '../../../src/crds/judgement.js';
import type { Judged } from '../../../src/domain/decision/judged.js';
import { DEPLOYMENTS, type KubeObject } from '../../../src/kube/object.js';
import { stateQuery } from '../../../src/workflows/contract.js';
import { until } from '../until.js';
import { APP, appCanary, appDeployment, appRoute, type AppOptions } from './objects.js';
import type { ReleaseScene } from './scene.js';
import type { RunningSerinus } from './serinus-process.js';
import type { Traffic } from './traffic.js';

/** Judged by statistics alone: no metric has a fixed limit. */
export function judgedCanary(app: AppOptions, text: string, analysis: Record<string, unknown> = {}): KubeObject {
  const canary = appCanary(
    app,
    { progressDeadlineSeconds: 120 },
    { metrics: [], stepWeight: 25, maxWeight: 50, ...analysis },
  );
  return { ...canary, metadata: { ...canary.metadata, annotations: { [JUDGEMENT_ANNOTATION]: text } } };
}

/** Environment of the application: how many of a hundred requests fail, how long an answer takes. */
export type Env = Readonly<Record<string, string>>;

const envOf = (env: Env) => Object.entries(env).map(([name, value]) => ({ name, value }));

function withEnv(deployment: KubeObject, env: Env): KubeObject {
  const { template, ...spec } = deployment['spec'] as { template: { spec: { containers: object[] } } };
  const containers = template.spec.containers.map((container) => ({ ...container, env: envOf(env) }));
  return { ...deployment, spec: { ...spec, template: { ...template, spec: { ...template.spec, containers } } } };
}

/** Gives the target a new version. */
export async function setVersion(world: ReleaseScene, image: string, env: Env = {}): Promise<void> {
  const patch = { spec: { template: { spec: { containers: [{ name: 'web', image, env: envOf(env) }] } } } };
  await world.kube.patch(DEPLOYMENTS, 'strategic', world.namespace, APP, patch);
}

export interface JudgedScene {
  readonly judgement: string;
  readonly analysis?: Record<string, unknown>;
  /** Of the primary, and of the new version. */
  readonly before?: Env;
  readonly after?: Env;
  readonly perSecond?: number;
}

/** A release under way, with its first requests to the primary behind it. */
export async function begun(
  world: ReleaseScene,
  { judgement, analysis = {}, before = {}, after = {}, perSecond = 60 }: JudgedScene,
): Promise<{ serinus: RunningSerinus; traffic: Traffic }> {
  const serinus = await world.serinus(['all']);
  const deployment = withEnv(appDeployment(world.app), before);
  await world.apply(
    deployment,
    appRoute(world.app),
    judgedCanary(world.app, judgement, { interval: '5s', ...analysis }),
  );
  await world.phase('Initialized');
  const traffic = world.traffic(perSecond);
  await until(() => traffic.heard('1') > 5 * perSecond, 'the primary has had requests');
  await setVersion(world, 'lab/http-echo:2', after);
  return { serinus, traffic };
}

/** What each look of the release that is under way has shown so far. */
export async function judgedSoFar(world: ReleaseScene): Promise<readonly Judged[]> {
  const { state } = await world.run.query(stateQuery);
  return (state?.record ?? []).flatMap((entry) => (entry.what === 'analysis' ? (entry.judged ?? []) : []));
}

/** No window begins before the one before it ends. */
export function assertNoOverlap(judged: readonly Judged[]): void {
  const windows = judged.flatMap(({ window }) => window ?? []);
  assert.ok(windows.length >= 2, JSON.stringify(judged));
  for (const [i, { from }] of windows.entries()) {
    const before = windows[i - 1];
    assert.ok(!before || from >= before.to, `the window ${i} begins before the one before it ends`);
  }
}

/**
 * The evidence is what the windows that counted have come to, each of them once and none forgotten.
 *
 * @param heard requests that the canary has got, by those who have sent them
 */
export function assertCountedOnce(judged: readonly Judged[], heard: number): void {
  assertNoOverlap(judged);
  let read = 0;
  let counted = 0;
  let windows = 0;
  for (const look of judged) {
    const requests = look.counts?.[ERRORS]?.canary.requests ?? 0;
    read += requests;
    if (look.window !== undefined && look.passedOver === undefined) counted += requests;
    const shown = look.metrics.find(({ metric }) => metric === ERRORS);
    assert.equal(shown?.canary.requests ?? 0, counted, `after ${look.windows} windows: ${look.says}`);
    assert.ok(look.windows >= windows, 'what was shown before is forgotten');
    windows = look.windows;
  }
  assert.ok(read > 0 && read <= heard, `${read} requests read of ${heard}`);
}

/** How the release ended, and what each of its windows has shown. */
export async function analyses(world: ReleaseScene) {
  const { record, ending } = await world.run.result();
  return { ending, judged: record.flatMap((entry) => (entry.what === 'analysis' ? (entry.judged ?? []) : [])) };
}
