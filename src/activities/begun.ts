import type { KeptDecision } from '../domain/decision/kept.js';
import type { Dependencies } from '../dependencies.js';
import { decisionIn } from '../kubernetes/kept.js';
import type { LeaseView } from '../kubernetes/lease.js';
import type { LeftBegun, ObserveInput } from '../workflows/activities.js';

/** What a workflow task of this run has begun in this very batch before it was lost: Temporal doesn't know of it. */
export function begunIn(lease: LeaseView | undefined, epoch: number, batch: number): KeptDecision | undefined {
  const { kept } = lease ?? {};
  return lease?.fence.epoch === epoch && kept?.batch === batch ? decisionIn(kept) : undefined;
}

/** What a look finds before it looks: the task that has asked for it is done again, and comes to the same as before. */
export async function leftBegun(
  { leases }: Pick<Dependencies, 'leases'>,
  { canary, fence, keeps }: ObserveInput,
): Promise<LeftBegun | undefined> {
  if (!keeps) return undefined;
  const kept = begunIn(await leases.view(canary.namespace, canary.name), fence.epoch, fence.seq);
  return kept && { kept };
}
