import { isActive, isResting } from '../../src/domain/phases.js';
import { workflowIdOf, type Outcome } from '../../src/workflows/contract.js';
import type { rollout } from '../../src/workflows/rollout.js';
import type { Place } from '../place/place.js';
import { setImage } from '../setup/apply.js';
import { APP } from '../setup/objects.js';
import type { Stage } from '../stage.js';
import { pause, waitFor } from '../waiting.js';
import { Attack } from './attack.js';
import type { ReleasePlan } from './plan.js';
import { weightsOf, type ReleaseResult } from './result.js';

const NOTICE_MS = 60_000;
const RESULT_MS = 30_000;
const ANSWER_MS = 5_000;
const MARGIN_MS = 150_000;
/** A release by these figures takes twelve intervals at the longest. */
const LONGEST_INTERVALS = 30;
/** Requests are counted on for a moment: the pods of the version that goes mustn't take any with them. */
const SETTLE_MS = 3_000;

/**
 * Releases a version by changing the Deployment's image, as a team would, and follows it until the Canary rests.
 *
 * @throws DemoError when it takes far too long, or the signal's reason
 */
export async function playRelease(stage: Stage, plan: ReleasePlan): Promise<ReleaseResult> {
  const { place, signal, explain } = stage.setting;
  const { tally, events } = stage.begin(`a ${plan.kind} version`);
  const began = Date.now();
  await setImage(place.kube, place.canary.namespace, `${APP.image}:${plan.version}`);
  const noticed = async () => (isActive(stage.watch.observation.phase) ? runUnderWay(place) : undefined);
  const run = await waitFor(`Serinus notices version ${plan.version}`, noticed, {
    timeoutMs: NOTICE_MS,
    signal,
    explain,
  });
  const ended = await untilAtRest(stage, plan);
  const outcome = await waitFor(`the run ${run.workflowId} closes`, () => outcomeOf(place, run), {
    timeoutMs: RESULT_MS,
    signal,
    explain,
  });
  await pause(SETTLE_MS, signal);
  return {
    plan,
    revision: outcome.revision?.hash ?? '',
    outcome: outcome.ending.kind,
    weights: weightsOf(outcome.record),
    seconds: Math.round((ended - began) / 100) / 10,
    requests: tally.requests,
    requestsByVersion: Object.fromEntries(tally.byVersion),
    failedRequests: tally.failed,
    failures: Object.fromEntries(tally.problems),
    events: [...events],
    ...run,
  };
}

/** @returns when the Canary came to rest */
async function untilAtRest({ watch, setting }: Stage, plan: ReleasePlan): Promise<number> {
  const { place, intervalSeconds, signal, explain } = setting;
  let attack: Attack | undefined;
  const rests = () => {
    const { phase, weight } = watch.observation;
    // Before the first weight there is nothing to be judged.
    if (plan.attacked && weight > 0) attack ??= new Attack(place.gatewayUrl);
    return isResting(phase) ? Date.now() : undefined;
  };
  const timeoutMs = intervalSeconds * 1000 * LONGEST_INTERVALS + MARGIN_MS;
  try {
    return await waitFor(`the release of ${plan.version} ends`, rests, { timeoutMs, signal, explain });
  } finally {
    await attack?.stop();
  }
}

interface Run {
  readonly workflowId: string;
  readonly runId: string;
}

async function runUnderWay({ canary, temporal }: Place): Promise<Run> {
  const workflowId = workflowIdOf(canary);
  const { runId } = await temporal.client.workflow.getHandle(workflowId).describe();
  return { workflowId, runId };
}

/** The result of a run, which closes a moment after the Canary rests. */
async function outcomeOf({ temporal }: Place, { workflowId, runId }: Run): Promise<Outcome> {
  const { client } = temporal;
  const handle = client.workflow.getHandle<typeof rollout>(workflowId, runId);
  return client.withDeadline(Date.now() + ANSWER_MS, () => handle.result());
}
