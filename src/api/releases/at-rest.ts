import { readCanary, type CanaryView } from '../../canary/read.js';
import type { Dependencies } from '../../dependencies.js';
import { policyIn } from '../../canary/policy.js';
import { readRestoreOptions } from '../../activities/restore-options.js';
import { parseStatus } from '../../crds/status.js';
import type { CanaryKey } from '../../domain/identity.js';
import { initialState } from '../../domain/initial.js';
import { possibleAtRest } from '../../domain/orders/possible.js';
import type { RunState } from '../../domain/state.js';
import { askKubernetes } from '../problems/outside.js';
import { Problem } from '../problems/problem.js';
import type { Release } from '../schema/release.js';
import { desiredOf, type MayGet } from './desired.js';
import type { Runs } from './runs.js';
import { stepsOf } from './steering.js';

type AtRest = Pick<Release, 'steering' | 'desired'>;

/**
 * The possible orders about an ended release: none, unless it is the newest of its Canary and nothing is under way.
 * None either where that can't be found out.
 *
 * @param mayGet whether the caller may get an object that would be shown
 */
export async function steeringAtRest(
  deps: Dependencies,
  runs: Runs,
  key: CanaryKey,
  release: Release,
  mayGet: MayGet,
): Promise<AtRest> {
  if (!release.ended) return {};
  try {
    if ((await runs.latest(key))?.status === 'running') return {};
    return await askKubernetes(() => atRest(deps, key, release, mayGet));
  } catch (error) {
    if (error instanceof Problem) return {};
    throw error;
  }
}

async function atRest(deps: Dependencies, key: CanaryKey, release: Release, mayGet: MayGet): Promise<AtRest> {
  const view = await readCanary(deps, key);
  if (!view) return {};
  const state = asItRests(deps, key, view);
  if (state.applied === undefined || state.applied.hash !== release.revision) return {};
  const steering = stepsOf(possibleAtRest(state, await readRestoreOptions(deps, key)), release.id);
  const desired = release.outcome === 'undone' ? await desiredOf(deps, key, mayGet) : undefined;
  return { steering, ...(desired ? { desired } : {}) };
}

/** As a run that was started for an order would find it. */
function asItRests(deps: Dependencies, key: CanaryKey, { object, canary }: CanaryView): RunState {
  const status = parseStatus(object['status']);
  const { phase, failedChecks, iterations, lastAppliedSpec: hash, trackedConfigs: configs } = status;
  const taken = {
    epoch: 0,
    phase,
    weight: status.canaryWeight,
    failedChecks,
    iterations,
    applied: hash === '' ? undefined : { hash, configs },
    promoted: status.lastPromotedSpec,
    markedInvalid: false,
  };
  const state = initialState(key, { id: '', kind: 'order', by: '' }, taken, deps.now());
  return { ...state, policy: canary && policyIn(deps, canary) };
}
