import { setTimeout as sleep } from 'node:timers/promises';
import { HistoryMeter, type HistoryCost } from './history.js';
import { WALKTHROUGH } from './objects.js';
import { TAGS } from './place.js';
import type { Stage } from './stage.js';
import type { Told } from './timeline.js';

/** Longest a release may take, in intervals, plus pods that start. */
const PATIENCE_INTERVALS = 20;
const PODS_MS = 120_000;
/** The checks look back a minute, and what a failed canary left behind must not count against the next one. */
const WINDOW_MS = 65_000;
/** In the middle of the analysis. */
const BAD_FROM_WEIGHT = 20;

/** Of a good release, all in seconds. */
export interface GoodFigures {
  readonly total: number;
  readonly untilNoticed: number;
  readonly untilFirstWeight: number;
  readonly steps: number;
  readonly lastCheck: number;
  readonly untilTrafficOnPrimary: number;
  readonly untilSucceeded: number;
}

export interface GoodRelease {
  readonly seconds: GoodFigures;
  /** Checks that did not pass; each costs an interval. */
  readonly halts: number;
  readonly requests: number;
  readonly failedRequests: number;
  /** Requests of Serinus to the API server about objects of the namespace. */
  readonly apiRequests: number;
  readonly history: HistoryCost | undefined;
  /** Since `set image`. */
  readonly timeline: readonly Told[];
}

export interface BadRelease {
  /** From the cause to the route's weight of the canary at 0. */
  readonly seconds: number;
  /** From the cause to the last answer that a user got from the canary. */
  readonly secondsToLastAnswer: number;
  readonly halts: number;
  readonly history: HistoryCost | undefined;
}

/** A version without fault: set image, and wait for `Succeeded`. */
export async function goodRelease(stage: Stage, run: number): Promise<GoodRelease> {
  const { timeline, place, scene } = stage;
  const users = stage.users();
  // The checks need to have seen requests before they are asked.
  await sleep(3_000);
  users.seen.requests = 0;
  const began = await stage.setImage(tagOf(TAGS.good, run));
  const meter = await meterOf(stage);
  await timeline.first(['phase Succeeded'], patience(stage));
  const history = await meter.stop();
  await stage.run.result();
  await users.stop();
  const since = new Date(began);
  const { total: apiRequests } = await place.lab.apiRequests({
    userAgentPrefix: 'serinus/',
    namespace: scene.namespace,
    since,
  });
  const { requests, failed } = users.seen;
  const seconds = figuresOf(stage, began);
  const halts = timeline.count('event [Warning] Halt');
  return { seconds, halts, requests, failedRequests: failed, apiRequests, history, timeline: timeline.since(began) };
}

function figuresOf({ timeline }: Stage, began: number): GoodFigures {
  const at = (what: string): number => {
    const mark = timeline.find(what);
    if (!mark) throw new Error(`a good release went by without "${what}"`);
    return mark.at;
  };
  const between = (from: number, to: number): number => (to - from) / 1000;
  const noticed = at('phase Progressing');
  const first = at('route weight 10');
  const full = at('route weight 50');
  const promoting = at('phase Promoting');
  const home = at('route weight 0');
  const succeeded = at('phase Succeeded');
  return {
    total: between(began, succeeded),
    untilNoticed: between(began, noticed),
    untilFirstWeight: between(noticed, first),
    steps: between(first, full),
    lastCheck: between(full, promoting),
    untilTrafficOnPrimary: between(promoting, home),
    untilSucceeded: between(home, succeeded),
  };
}

/** A version whose metric turns bad in the middle of its analysis: somebody asks for pages that fail. */
export async function badMetric(stage: Stage, run: number): Promise<BadRelease> {
  let attack: { stop(): Promise<void> } | undefined;
  try {
    return await badRelease(stage, tagOf(TAGS.good, run), async () => {
      await stage.timeline.first([`route weight ${BAD_FROM_WEIGHT}`], patience(stage));
      attack = stage.attack();
      return Date.now();
    });
  } finally {
    await attack?.stop();
  }
}

/** A version that fails a third of its requests from its first one on. */
export async function badVersion(stage: Stage, run: number): Promise<BadRelease> {
  return badRelease(stage, tagOf(TAGS.bad, run), async () => {
    const { at } = await stage.timeline.first(['route weight 10'], patience(stage));
    return at;
  });
}

async function badRelease(stage: Stage, tag: string, begins: () => Promise<number>): Promise<BadRelease> {
  const { timeline } = stage;
  const users = stage.users();
  await sleep(3_000);
  await stage.setImage(tag);
  const meter = await meterOf(stage);
  const bad = await begins();
  const { at: off } = await timeline.first(['route weight 0'], patience(stage));
  const history = await meter.stop();
  await timeline.first(['phase Failed'], patience(stage));
  await stage.run.result();
  await users.stop();
  return {
    seconds: (off - bad) / 1000,
    secondsToLastAnswer: ((users.seen.lastHeard.get(tag) ?? bad) - bad) / 1000,
    halts: timeline.count('event [Warning] Halt'),
    history,
  };
}

/** What a failed canary left in the metrics is forgotten. */
export async function calm(): Promise<void> {
  await sleep(WINDOW_MS);
}

async function meterOf(stage: Stage): Promise<HistoryMeter> {
  const { timeline, run, scene, place } = stage;
  await timeline.first(['phase Progressing'], patience(stage));
  const { runId } = await run.describe();
  const handle = place.temporal.workflow.getHandle(run.workflowId, runId);
  // Before the first weight nothing is analysed, only waited for.
  const ticks = (): number => (timeline.find('route weight 10') ? timeline.count('status Progressing') : 0);
  return new HistoryMeter(handle, scene.intervalSeconds * 1000, ticks);
}

function patience({ scene }: Stage): number {
  return scene.intervalSeconds * 1000 * PATIENCE_INTERVALS + PODS_MS;
}

function tagOf(tags: readonly [string, string], run: number): string {
  return tags[run % 2 === 0 ? 0 : 1];
}

/** The scenes of a bench: the walkthrough itself, and copies of it that fail. */
export function scenesOf(intervalSeconds: number) {
  const copy = (name: string, threshold: number) => ({
    namespace: `bad-${name}-${threshold}`,
    host: `bad-${name}-${threshold}.example.com`,
    threshold,
    intervalSeconds,
  });
  return {
    good: { ...WALKTHROUGH, intervalSeconds },
    metric: [copy('metric', WALKTHROUGH.threshold), copy('metric', 2)],
    version: [copy('version', WALKTHROUGH.threshold), copy('version', 2)],
  } as const;
}
