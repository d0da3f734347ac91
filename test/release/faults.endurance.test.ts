import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { randomFrom } from '../../src/judgement/random.js';
import { until } from '../harness/until.js';
import { Faults } from '../harness/release/faults.js';
import { Fleet } from '../harness/release/fleet.js';
import { ReleaseScene } from '../harness/release/scene.js';

// Releases of several applications at once, good and bad ones, while those who look after them are killed, frozen and
// replaced, and what they go by is deleted. What must hold is looked at all along.

const APPLICATIONS = Number(process.env['SERINUS_ENDURANCE_APPS'] ?? 4);
const FAULTS = Number(process.env['SERINUS_ENDURANCE_FAULTS'] ?? 40);
/** The same seeds make the same choices, though not at the same instants of a release. */
const SEEDS = process.env['SERINUS_ENDURANCE_SEEDS']?.split(',').map(Number) ?? [1, 2, 3].map(() => newSeed());
/** `dist/src/cli/main.js` of the version that an upgrade begins with, built by its own sources; undefined for this one. */
const FORMER = process.env['SERINUS_FORMER_CLI'];
/** Nobody is away for so long: that a release is rolled back for want of anybody who looks after it would be wrong. */
const ARGS = ['--lease-seconds', '120', '--janitor-seconds', '2'];
const RELEASES_AT_LEAST = 2;

function newSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}

async function crewOf(world: ReleaseScene, version?: string) {
  const env: Record<string, string> =
    version === undefined ? {} : { SERINUS_WORKFLOW_BUNDLE: join(version, '../../../workflow-bundle.js') };
  const crew = [1, 2].map(() => world.start(['all', ...ARGS], env, version));
  await Promise.all(crew.map((one) => one.ready()));
  return crew;
}

async function looked(t: TestContext, fleet: Fleet): Promise<void> {
  await fleet.atRest();
  await fleet.quiet();
  await fleet.reportedOnce();
  t.diagnostic(`${fleet.answers} answers to clients, ${fleet.forgiven} of them failures of what was deleted by force`);
  assert.deepEqual(fleet.violations, []);
}

describe('faults at random', () => {
  for (const seed of SEEDS) {
    test(`${FAULTS} of them, seed ${seed}: what must hold holds`, async (t) => {
      const world = await ReleaseScene.open(t);
      const crew = await crewOf(world);
      const fleet = await Fleet.open(t, world, APPLICATIONS);
      await fleet.initialised();
      const before = memoryOf(crew[0]?.pid) ?? 'unknown';
      const faults = new Faults(fleet, crew, randomFrom(seed), ARGS);
      let over = false;
      const releases = fleet.members.map(async (member, at) => {
        const random = randomFrom(seed + 1_000 * (at + 1));
        let nth = 0;
        while (!over || nth < 2 * RELEASES_AT_LEAST) {
          nth += 2;
          // A bad version that is overtaken by the next before it has been judged.
          if (random() < 0.25) {
            await fleet.setImage(member, `lab/http-echo:${nth}`, true);
            await new Promise((resolve) => setTimeout(resolve, 3_000 * random()));
          }
          await fleet.release(member, `lab/http-echo:${nth + 1}`, random() < 0.4);
        }
        return nth / 2;
      });
      const failed = Promise.race(releases.map((one) => one.then(() => new Promise<never>(() => undefined))));
      await Promise.race([faults.happen(FAULTS), failed]);
      over = true;
      const ended = await Promise.all(releases);
      const sum = ended.reduce((all, nth) => all + nth, 0);
      t.diagnostic(`seed ${seed}: ${sum} releases, ${JSON.stringify(faults.done)}`);
      t.diagnostic(
        `resident memory: ${before} MB at first, ${crew.map(({ pid }) => memoryOf(pid) ?? 'unknown').join(' and ')} MB at the end`,
      );
      await looked(t, fleet);
    });
  }
});

test('everybody who looks after releases under way is replaced: they go on, and nobody notices', async (t) => {
  const world = await ReleaseScene.open(t);
  const crew = await crewOf(world, FORMER);
  const fleet = await Fleet.open(t, world, APPLICATIONS);
  await fleet.initialised();
  const faults = new Faults(fleet, crew, randomFrom(1), ARGS);
  const releases = Promise.all(fleet.members.map((member) => fleet.release(member, 'lab/http-echo:2', false)));
  const someAreUnderWay = () => fleet.members.some(({ weight }) => weight > 0);
  await Promise.race([releases, until(someAreUnderWay, 'releases are under way', 120_000)]);
  for (const at of crew.keys()) await faults.replace(at);
  await releases;
  await looked(t, fleet);
});

/** Resident, in megabytes; undefined where the system doesn't tell. */
function memoryOf(pid: number | undefined): number | undefined {
  try {
    const pages = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return pages === undefined ? undefined : Math.round(Number(pages) / 1024);
  } catch {
    return undefined;
  }
}
