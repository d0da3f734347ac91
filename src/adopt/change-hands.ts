import { approvalsDigest } from '../crds/approvals.js';
import { keptSpec, readCanary, canaryContext, type CanaryView, type Reading } from '../canary/read.js';
import { newestStamp } from '../canary/stamps.js';
import { leaseOwner } from '../canary/lease-guard.js';
import { UserError } from '../errors.js';
import { LeaseClaim, type Claim } from '../kubernetes/claim.js';
import { leaseName } from '../kubernetes/lease-object.js';
import type { KubeObject } from '../kube/object.js';
import { CANARIES, LEASES } from '../kube/object.js';
import { withStatus } from '../kubernetes/status.js';
import { write } from '../kubernetes/write.js';
import { handoverAnnotation } from './handover.js';
import type { Entry } from './plan.js';
import { tracesOf } from './traces.js';

/** How long the Lease is held while a Canary changes hands. */
const TERM = { kind: 'seconds', seconds: 30 } as const;

/**
 * Carries out an entry of an adoption's plan. The Lease then says that this generation of the Canary has been handled,
 * so that Serinus starts no run for it. Repeating it does no harm.
 */
export async function adopt(reading: Reading, entry: Entry, now: number): Promise<void> {
  const view = await present(reading, entry);
  const owner = leaseOwner(entry, view.object);
  const stamp = await newestStamp(reading, view, { fresh: false });
  const fence = await reading.leases.take(owner, 'serinus adopt', TERM, { stamp });
  if (entry.handover) {
    const annotations = handoverAnnotation(entry.handover);
    const { namespace, name } = entry;
    const lease = await reading.cache.client.patch(LEASES, 'merge', namespace, leaseName(name), {
      metadata: { annotations },
    });
    reading.cache.remember(LEASES, lease);
  }
  const claim = new LeaseClaim(reading.leases, owner, fence);
  await writeStatus(reading, entry, view, now, claim);
  const observedGeneration = view.object.metadata.generation ?? 0;
  const observedApprovals = approvalsDigest(view.object);
  const seen = { observedGeneration, observedApprovals, spec: keptSpec(view) };
  await claim.renew({ kind: 'released' }, seen);
}

/**
 * Carries out an entry of a plan to give back: removes Serinus's annotations from all objects, deletes those that only
 * Serinus uses, and last its Lease, so that a second attempt finds what a first one has left. Moves no traffic.
 *
 * @throws UserError where the Canary is gone, or warm pods serve, since the plan was made
 */
export async function giveBack(reading: Reading, entry: Entry, now: number): Promise<void> {
  const view = await present(reading, entry);
  const { namespace, name } = entry;
  const { client } = reading.cache;
  // Fences off a run that the plan didn't see.
  const owner = leaseOwner(entry, view.object);
  const stamp = await newestStamp(reading, view, { fresh: false });
  const fence = await reading.leases.take(owner, 'serinus adopt --give-back', TERM, { stamp });
  const claim = new LeaseClaim(reading.leases, owner, fence);
  const traces = await tracesOf(reading, view);
  // Users of the warm pods would reach nothing.
  if (traces.diverted) throw new UserError(`canary ${name}.${namespace}: an undo has begun since the plan was made`);
  for (const { type, name: of, stamps } of traces.stamped) {
    const annotations = Object.fromEntries(stamps.map((stamp) => [stamp, null]));
    await client.patch(type, 'merge', namespace, of, { metadata: { annotations } });
  }
  if (view.canary) await canaryContext(reading, view).workload.undoArtifacts.forget(view.canary, claim);
  for (const { type, name: of } of traces.forArchive) await client.delete(type, namespace, of);
  await writeStatus(reading, entry, view, now, claim);
  await client.delete(LEASES, namespace, leaseName(name));
}

/** @throws UserError where the Canary is gone since the plan was made */
async function present(reading: Reading, { namespace, name }: Entry): Promise<CanaryView> {
  const view = await readCanary(reading, { cluster: '', namespace, name }, true);
  if (!view) throw new UserError(`canary ${name}.${namespace} is gone`);
  return view;
}

async function writeStatus(reading: Reading, entry: Entry, view: CanaryView, now: number, fence: Claim): Promise<void> {
  const { status } = entry;
  if (!status) return;
  const kind = view.canary?.targetRef.kind ?? 'Deployment';
  const desire = (current: KubeObject | undefined) => current && withStatus(current, status, kind, now);
  await write(reading.cache, CANARIES, entry, desire, { fence, subresource: 'status' });
}
