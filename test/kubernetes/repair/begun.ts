import assert from 'node:assert/strict';
import { begin } from '../../../src/activities/begin.js';
import { parseStatus } from '../../../src/crds/status.js';
import type { Dependencies } from '../../../src/dependencies.js';
import { initialState } from '../../../src/domain/initial.js';
import type { RunState } from '../../../src/domain/state.js';
import { CANARIES } from '../../../src/kube/object.js';
import { CLUSTER } from './dependencies.js';

/** Shortest term of a rig's Lease. */
export const LEASE_SECONDS = 60;

/** Where a run stands that has just taken a Canary. @param holder who takes it */
export async function begun(deps: Dependencies, namespace: string, name: string, holder: string): Promise<RunState> {
  const canary = { cluster: CLUSTER, namespace, name };
  await deps.cache.getFresh(CANARIES, namespace, name);
  const taken = await begin(deps, { canary, holder, leaseSeconds: LEASE_SECONDS });
  assert.ok(!taken.gone);
  const { phase } = parseStatus((await deps.cache.getFresh(CANARIES, namespace, name))?.['status']);
  const cause = { id: holder, kind: 'target', by: 'test' } as const;
  return { ...initialState(canary, cause, taken, deps.now()), recover: false, phase };
}
