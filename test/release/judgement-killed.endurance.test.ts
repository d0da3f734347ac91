import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Judged } from '../../src/domain/decision/judged.js';
import { analyses, assertCountedOnce, begun, judgedSoFar, type JudgedScene } from '../harness/release/judged.js';
import { ReleaseScene } from '../harness/release/scene.js';
import { withStray } from '../harness/release/stray-endpoints.js';
import { until } from '../harness/until.js';

/** `judgement.test.ts` has two of them: a canary that is proven, and one about which people are asked. */

interface Killed extends JudgedScene {
  readonly name: string;
  /** Before what the worker is to die in has come to pass; what it yields is done when the worker is back. */
  readonly meanwhile?: (world: ReleaseScene) => Promise<() => Promise<void>>;
  /** The worker dies when a look has shown this. */
  readonly at: (look: Judged) => boolean;
  readonly ends: 'promoted' | 'rolled-back';
}

const LONG_MS = 240_000;
const isCounted = ({ window, passedOver }: Judged) => window !== undefined && passedOver === undefined;

const SCENES: readonly Killed[] = [
  {
    name: 'a canary about to be caught',
    judgement: 'preset: balanced\nsettle: 1s\nwait: { for: 10m, then: hold }\ntripwire: { requests: 100000 }',
    analysis: { stepWeights: [20], stepWeight: undefined, maxWeight: undefined },
    after: { FAIL_PERCENT: '6' },
    at: (look) => isCounted(look) && look.verdict === 'WAIT',
    ends: 'rolled-back',
  },
  {
    name: 'one that waits for evidence, and is given up',
    judgement:
      'preset: careful\nsettle: 1s\nsteps: guard\nwait: { for: 30s, then: rollback }\nsplit: { tolerance: 95% }',
    perSecond: 8,
    at: (look) => isCounted(look) && look.windows >= 2,
    ends: 'rolled-back',
  },
  {
    name: 'one whose requests go elsewhere',
    judgement: 'preset: balanced\nerrors: { floor: 2% }\nsettle: 1s\nsteps: prove',
    meanwhile: async (world) => {
      await world.atWeight(25);
      return withStray(world);
    },
    at: ({ passedOver }) => passedOver === 'split',
    ends: 'promoted',
  },
  {
    name: 'one that is compared with a fresh baseline',
    judgement: 'preset: balanced\nbaseline: fresh\nerrors: { floor: 5% }\nsettle: 1s\nsplit: { tolerance: 60% }',
    analysis: { stepWeight: 20, maxWeight: 40 },
    perSecond: 80,
    at: (look) => isCounted(look) && look.requests !== undefined,
    ends: 'promoted',
  },
];

describe('a worker that is killed while it judges', () => {
  for (const scene of SCENES)
    test(`${scene.name}: the evidence goes on, and no window counts twice`, (t) => killed(t, scene));
});

async function killed(t: TestContext, { at, ends, meanwhile, ...scene }: Killed): Promise<void> {
  const world = await ReleaseScene.open(t);
  const { serinus, traffic } = await begun(world, scene);
  const then = await meanwhile?.(world);
  await until(async () => (await judgedSoFar(world)).some(at), 'a look at which the worker is to die', LONG_MS);
  const before = await judgedSoFar(world);
  await serinus.kill();
  await serinus.restart();
  await then?.();
  await world.phase(ends === 'promoted' ? 'Succeeded' : 'Failed', LONG_MS);
  const seen = await traffic.stop();
  const { ending, judged } = await analyses(world);
  assert.equal(ending.kind, ends);
  assert.deepEqual(judged.slice(0, before.length), before, 'what was known stays');
  assert.ok(judged.length > before.length, 'it was judged after the death, too');
  assertCountedOnce(judged, traffic.heard('2') + seen.failed);
  t.diagnostic(`${before.length} looks before, ${judged.length} in all: ${judged.at(-1)?.says ?? ''}`);
}
