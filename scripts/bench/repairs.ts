import { setTimeout as sleep } from 'node:timers/promises';
import { DEPLOYMENTS, SERVICES, type ResourceType } from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { describeMachine, thisMachine } from './machine.js';
import { APP, WALKTHROUGH } from './objects.js';
import { TAGS, type Place } from './place.js';
import { spreadOf } from './spread.js';
import { Stage } from './stage.js';

/** So long that nothing but repairs happens meanwhile: what is put right in time isn't put right by the next check. */
const STANDSTILL_SECONDS = 3_600;
const PATIENCE_MS = 120_000;
const POLL_MS = 10;

/** What Serinus has made for the walkthrough's Canary; each is deleted seldom enough to be no fight. */
const GENERATED: readonly { readonly type: ResourceType; readonly name: string }[] = [
  { type: SERVICES, name: `${APP.name}-primary` },
  { type: SERVICES, name: `${APP.name}-canary` },
  { type: SERVICES, name: APP.name },
  { type: APISIX_ROUTES, name: `${APP.name}-${APP.name}-canary` },
  { type: DEPLOYMENTS, name: `${APP.name}-primary` },
];

/** How long something was away. */
export interface RepairTime {
  readonly when: 'at rest' | 'in mid-release';
  readonly object: string;
  /** From the answer to its deletion until the API server has it again, milliseconds. */
  readonly ms: number;
}

/** Deletes each generated object, at rest and in mid-release, and measures when it is there again. */
export async function measureRepairs(place: Place): Promise<readonly RepairTime[]> {
  const stage = await Stage.open(place, { ...WALKTHROUGH, intervalSeconds: STANDSTILL_SECONDS });
  const atRest = await deleteEach(stage, 'at rest');
  await stage.setImage(TAGS.good[0]);
  await stage.timeline.first(['route weight 10'], PATIENCE_MS);
  const inRelease = await deleteEach(stage, 'in mid-release');
  await stage.timeline.stop();
  return [...atRest, ...inRelease];
}

async function deleteEach(stage: Stage, when: RepairTime['when']): Promise<readonly RepairTime[]> {
  const { kube } = stage.place;
  const { namespace } = stage.scene;
  const found: RepairTime[] = [];
  for (const { type, name } of GENERATED) {
    const before = await kube.get(type, namespace, name);
    const object = `${type.kind}/${name}`;
    if (!before) throw new Error(`there is no ${object} to delete`);
    await kube.delete(type, namespace, name);
    const began = performance.now();
    for (;;) {
      const now = await kube.get(type, namespace, name);
      if (now && now.metadata.uid !== before.metadata.uid) break;
      if (performance.now() - began > PATIENCE_MS) throw new Error(`${object} is not made again`);
      await sleep(POLL_MS);
    }
    found.push({ when, object, ms: performance.now() - began });
    if (type === DEPLOYMENTS) await untilServes(stage, name);
  }
  return found;
}

/** What comes next is measured with a primary that serves. */
async function untilServes({ place, scene }: Stage, name: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const { status } = (await place.kube.get(DEPLOYMENTS, scene.namespace, name)) as unknown as {
      readonly status?: { readonly availableReplicas?: number };
    };
    if ((status?.availableReplicas ?? 0) > 0) return;
    if (performance.now() > until) throw new Error(`${name} doesn't serve`);
    await sleep(100);
  }
}

/** The figures as people read them. */
export function repairsReportOf(repairs: readonly RepairTime[]): string {
  const row = ({ when, object, ms }: RepairTime): string =>
    `${object.padEnd(44)}  ${when.padEnd(14)}  ${ms.toFixed(0)} ms`;
  const { median, max } = spreadOf(repairs.map(({ ms }) => ms));
  return [
    'from a deletion until the object is there again',
    describeMachine(thisMachine()),
    ...repairs.map(row),
    `median ${median.toFixed(0)} ms, slowest ${max.toFixed(0)} ms`,
  ].join('\n');
}
