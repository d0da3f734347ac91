import { compareRevisions } from '../domain/revision.js';
import type { CanaryKey } from '../domain/identity.js';
import type { RestoreOptions } from '../domain/orders/restore-options.js';
import { messageOf, UserError } from '../errors.js';
import { readCanary, canaryContext, type CanaryView, type Reading } from '../canary/read.js';
import { isTerminating } from '../kube/terminating.js';

/** Reads from the API server what could be released again of a Canary at rest. */
export async function readRestoreOptions(deps: Reading, key: CanaryKey): Promise<RestoreOptions> {
  const view = await readCanary(deps, key, true);
  if (!view) return { target: 'changed', obstacle: 'the Canary does not exist' };
  const obstacle = obstacleOf(view);
  if (obstacle !== undefined) return { target: 'changed', obstacle };
  try {
    const previous = await lookBack(deps, view);
    return { target: await lookAtTarget(deps, view), ...(previous ? { previous } : {}) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { target: 'changed', obstacle: messageOf(error) };
  }
}

function obstacleOf({ object, refusal, canary }: CanaryView): string | undefined {
  if (isTerminating(object)) return 'the Canary is being deleted';
  if (refusal || !canary) {
    const { field = 'spec', value = '', remedy = 'mend the spec' } = refusal ?? {};
    return `the spec of the Canary is not valid: ${field}: ${value} is not valid, ${remedy}`;
  }
  return canary.suspend ? 'the Canary is suspended; set spec.suspend to false first' : undefined;
}

async function lookBack(deps: Reading, view: CanaryView): Promise<RestoreOptions['previous']> {
  const { canary, workload } = canaryContext(deps, view);
  await workload.refresh(canary);
  const previous = await workload.previous(canary);
  if (previous === undefined || previous === 'undone') return previous;
  const warm = await workload.warm?.readiness(canary, Date.now());
  return { revision: previous.revision, warm: warm?.ready === true };
}

async function lookAtTarget(deps: Reading, view: CanaryView): Promise<RestoreOptions['target']> {
  const { canary, workload } = canaryContext(deps, view);
  const seen = await workload.look(canary);
  const { lastAppliedSpec: hash, trackedConfigs: configs, lastPromotedSpec: promoted } = canary.status;
  const compared = compareRevisions({ applied: hash === '' ? undefined : { hash, configs }, promoted }, seen);
  if (seen.sameAsPrimary || compared === 'reverted') return 'promoted';
  return compared === 'same' ? 'same' : 'changed';
}
