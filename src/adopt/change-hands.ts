import { approvalsDigest } from '../crds/approvals.js';
import { keptSpec, readCanary, workbench, type CanaryView, type Reading } from '../activities/canary.js';
import { leaseOwner } from '../activities/tenure.js';
import { UserError } from '../errors.js';
import { leaseName } from '../kubernetes/lease.js';
import type { KubeObject, NamedObject } from '../kubernetes/object.js';
import { CANARIES, CONTROLLER_REVISIONS, LEASES, SERVICES } from '../kubernetes/object.js';
import { withStatus } from '../kubernetes/status.js';
import { write } from '../kubernetes/write.js';
import { handoverAnnotation } from './handover.js';
import type { Entry } from './plan.js';

/** How long the Lease is held while a Canary changes hands, in seconds. */
const TERM_SECONDS = 30;
/** Annotations that Serinus writes on generated objects. */
const STAMPS = ['serinus.dev/fence', 'serinus.dev/fence-of', 'serinus.dev/promoted-from'];

/**
 * Carries an entry of an adoption's plan out. The Lease says afterwards that this generation of the Canary has been
 * dealt with, so that Serinus has no reason for a run when it starts. Doing it twice does no harm.
 */
export async function adopt(reading: Reading, entry: Entry, now: number): Promise<void> {
  const view = await present(reading, entry);
  const owner = leaseOwner(entry, view.object);
  const fence = await reading.leases.take(owner, 'serinus adopt', { kind: 'seconds', seconds: TERM_SECONDS });
  if (entry.handover) {
    const annotations = handoverAnnotation(entry.handover);
    const { namespace, name } = entry;
    const lease = await reading.cache.client.patch(LEASES, 'merge', namespace, leaseName(name), {
      metadata: { annotations },
    });
    reading.cache.remember(LEASES, lease);
  }
  await writeStatus(reading, entry, view, now);
  const observedGeneration = view.object.metadata.generation ?? 0;
  const observedApprovals = approvalsDigest(view.object);
  const seen = { observedGeneration, observedApprovals, spec: keptSpec(view) };
  await reading.leases.renew(owner, fence, { kind: 'released' }, seen);
}

/**
 * Carries an entry of a plan to give back out: takes Serinus's marks off everything, and last its Lease, so that a
 * second attempt finds what a first one has left.
 */
export async function giveBack(reading: Reading, entry: Entry, now: number): Promise<void> {
  const view = await present(reading, entry);
  const { namespace, name } = entry;
  const { client } = reading.cache;
  // Shuts out a run that nobody has seen.
  const owner = leaseOwner(entry, view.object);
  await reading.leases.take(owner, 'serinus adopt --give-back', { kind: 'seconds', seconds: TERM_SECONDS });
  for (const { type, name: of } of await generatedObjects(reading, view)) {
    const object = await client.get(type, namespace, of);
    const stamps = STAMPS.filter((stamp) => object?.metadata.annotations?.[stamp] !== undefined);
    if (stamps.length === 0) continue;
    const annotations = Object.fromEntries(stamps.map((stamp) => [stamp, null]));
    await client.patch(type, 'merge', namespace, of, { metadata: { annotations } });
  }
  const revisions = await client.list(CONTROLLER_REVISIONS, { namespace, labelSelector: `serinus.dev/canary=${name}` });
  for (const { metadata } of revisions.items) await client.delete(CONTROLLER_REVISIONS, namespace, metadata.name);
  await writeStatus(reading, entry, view, now);
  await client.delete(LEASES, namespace, leaseName(name));
}

/** @throws UserError where the Canary has gone since the plan was made */
async function present(reading: Reading, { namespace, name }: Entry): Promise<CanaryView> {
  const view = await readCanary(reading, { cluster: '', namespace, name }, true);
  if (!view) throw new UserError(`canary ${name}.${namespace} is gone`);
  return view;
}

async function writeStatus(reading: Reading, entry: Entry, view: CanaryView, now: number): Promise<void> {
  const { status } = entry;
  if (!status) return;
  const kind = view.canary?.targetRef.kind ?? 'Deployment';
  const desire = (current: KubeObject | undefined) => current && withStatus(current, status, kind, now);
  await write(reading.cache, CANARIES, entry, desire, { subresource: 'status' });
}

/** Whatever Serinus may have stamped. */
async function generatedObjects(reading: Reading, view: CanaryView): Promise<readonly NamedObject[]> {
  if (!view.canary) return [];
  const { canary, workload, router } = workbench(reading, view);
  const { service } = canary;
  const services = [service.name, service.primaryName, service.canaryName].map((name) => ({ type: SERVICES, name }));
  const concerned = [...(await workload.concerns(canary)), ...router.concerns(canary), ...services];
  const copies = concerned.map(({ type, name }) => ({ type, name: `${name}-primary` }));
  return [...concerned, ...copies];
}
