// `npm run bench`: how long releases take, and how long bad ones keep their traffic, on real servers. See docs/bench.md.
import { UsageError } from '../lab/cli/usage-error.js';
import { readArguments, USAGE, type Arguments } from './bench/arguments.js';
import { thisMachine } from './bench/machine.js';
import type { Scene } from './bench/objects.js';
import { measureOrders, ordersReportOf } from './bench/orders.js';
import { openPlace, type Place } from './bench/place.js';
import {
  badMetric,
  badVersion,
  calm,
  goodRelease,
  scenesOf,
  type BadRelease,
  type GoodRelease,
} from './bench/releases.js';
import { measureRepairs, repairsReportOf } from './bench/repairs.js';
import { reportOf, timelineOf, type BadCase, type Measured } from './bench/report.js';
import { crowdReportOf } from './bench/scale-report.js';
import { measureCrowd, type Crowd } from './bench/scale.js';
import { Stage } from './bench/stage.js';

const say = (line: string): void => console.error(line);

async function main(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  if (args.help) {
    console.log(USAGE);
    return 0;
  }
  const place = await openPlace(Math.min(args.intervalSeconds, 10), say);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void place.close().finally(() => process.exit(130)));
  }
  try {
    if (args.orders !== undefined) {
      const latencies = await measureOrders(place, args.orders);
      console.log(args.json ? JSON.stringify(latencies) : `\n${ordersReportOf(latencies)}`);
      return 0;
    }
    if (args.repairs) {
      const repairs = await measureRepairs(place);
      console.log(args.json ? JSON.stringify(repairs) : `\n${repairsReportOf(repairs)}`);
      return 0;
    }
    if (args.scale.length > 0) {
      const crowds = await measureCrowds(place, args);
      console.log(args.json ? JSON.stringify(crowds) : `\n${crowdReportOf(crowds)}`);
      return 0;
    }
    const measured = await measure(place, args);
    if (args.json) console.log(JSON.stringify(measured));
    const text = [...(args.timeline ? [timelineOf(measured), ''] : []), reportOf(measured)].join('\n');
    (args.json ? console.error : console.log)(`\n${text}`);
    return 0;
  } finally {
    await place.close();
  }
}

/** The smallest first: what was made for it serves the larger one, too. */
async function measureCrowds(place: Place, { scale, intervalSeconds }: Arguments): Promise<readonly Crowd[]> {
  const crowds: Crowd[] = [];
  for (const [round, count] of [...scale].sort((a, b) => a - b).entries()) {
    crowds.push(await measureCrowd(place, { count, intervalSeconds, round, say }));
  }
  return crowds;
}

async function measure(place: Place, { intervalSeconds, runs }: Arguments): Promise<Measured> {
  const machine = thisMachine();
  const scenes = scenesOf(intervalSeconds);
  // Alone, so that nothing else takes part in its time.
  const walkthrough = await Stage.open(place, scenes.good);
  const { initialisation } = walkthrough;
  say(`initialised in ${initialisation.seconds.toFixed(1)} s`);
  const good: GoodRelease[] = [];
  for (let run = 0; run < runs; run += 1) {
    const release = await goodRelease(walkthrough, run);
    say(`good release ${run + 1} of ${runs}: ${release.seconds.total.toFixed(1)} s`);
    good.push(release);
  }
  await walkthrough.timeline.stop();
  const ofBad = await measureBad(place, scenes, runs);
  return { machine, intervalSeconds, runs, initialisation, good, ...ofBad };
}

/** The bad ones are mostly waiting: they take place side by side. */
async function measureBad(
  place: Place,
  { metric, version }: ReturnType<typeof scenesOf>,
  runs: number,
): Promise<Pick<Measured, 'badMetric' | 'badVersion'>> {
  const open = (scenes: readonly Scene[]) => Promise.all(scenes.map((scene) => Stage.open(place, scene)));
  const metricStages = await open(metric);
  const versionStages = await open(version);
  const [ofMetric, ofVersion] = await Promise.all([
    Promise.all(metricStages.map((stage) => repeated(stage, runs, badMetric))),
    Promise.all(versionStages.map((stage) => repeated(stage, runs, badVersion))),
  ]);
  return { badMetric: ofMetric, badVersion: ofVersion };
}

async function repeated(
  stage: Stage,
  runs: number,
  release: (stage: Stage, run: number) => Promise<BadRelease>,
): Promise<BadCase> {
  const { namespace, threshold } = stage.scene;
  const releases: BadRelease[] = [];
  for (let run = 0; run < runs; run += 1) {
    if (run > 0) await calm();
    const measured = await release(stage, run);
    say(`${namespace}, release ${run + 1} of ${runs}: ${measured.seconds.toFixed(1)} s`);
    releases.push(measured);
  }
  await stage.timeline.stop();
  return { threshold, releases };
}

async function ending(): Promise<number> {
  try {
    return await main();
  } catch (error) {
    if (error instanceof UsageError) say(error.message);
    else console.error(error);
    return error instanceof UsageError ? 2 : 1;
  }
}

process.exit(await ending());
