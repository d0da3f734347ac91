import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Archive } from '../archive/port.js';
import { messageOf, TransientError } from '../errors.js';
import type { Archived, ArchiveInput } from '../workflows/contract.js';
import { readCanary, canaryContext } from '../canary/read.js';
import type { Dependencies } from '../dependencies.js';
import { documentOf } from '../archive/release/document.js';
import { readSnapshot, readUnpromoted } from '../archive/release/snapshots.js';
import { undoneBy } from '../archive/release/undone.js';

type Part<Of extends ArchiveInput['part']> = Extract<ArchiveInput, { part: Of }>;

/**
 * Brings a part of a release into the archive. Done twice, the second time changes nothing.
 *
 * @throws TransientError whatever has gone wrong: it is tried again for as long as it takes, since a person may mend it
 */
export async function archive(deps: Dependencies, client: Client, input: ArchiveInput): Promise<Archived> {
  const { archive: store } = deps;
  if (!store) return withoutArchive(deps, input);
  try {
    if (input.part === 'record') await putEntries(store, input, input.from, input.entries);
    else await putRelease(deps, store, client, input);
    return { store: store.store };
  } catch (error) {
    deps.log.error({ release: input.release }, `the archive has not taken it yet: ${messageOf(error)}`);
    throw error instanceof TransientError ? error : new TransientError(messageOf(error));
  }
}

/** The archive there was when the release began is no longer wanted: nothing is kept for it any more. */
async function withoutArchive(deps: Dependencies, { part, canary, release }: ArchiveInput): Promise<Archived> {
  if (part === 'end') await orNothing(deps, release, async () => (await readSnapshot(deps, canary, release)).forget());
  return { store: undefined };
}

async function putEntries(
  store: Archive,
  { canary, release }: ArchiveInput,
  from: number,
  entries: Part<'record'>['entries'],
): Promise<void> {
  if (entries.length === 0) return;
  await store.putChunk({ version: 1, cluster: canary.cluster, release, from, entries });
}

async function putRelease(deps: Dependencies, store: Archive, client: Client, input: Part<'end'>): Promise<void> {
  const { ended, release, after } = input;
  await untilClosed(client, after);
  await putEntries(store, input, ended.handedOver?.entries ?? 0, ended.record);
  const kept = await orNothing(deps, release, () => readSnapshot(deps, input.canary, release, ended.revision?.hash));
  // What an earlier attempt has archived, it has also deleted; and an undo of it may have been archived since.
  const known = await store.get(input.canary.cluster, release);
  const former = kept?.templates ? undefined : known?.templates;
  const shown = kept?.templates || former ? undefined : await orNothing(deps, release, () => readShown(deps, input));
  const artifacts = ended.shipment ?? shown?.shipment;
  const templates = kept?.templates ?? former ?? shown?.templates;
  const undone = await undoneBy(store, ended);
  const document = documentOf(release, { ...ended, shipment: artifacts }, templates, undone?.id);
  await store.putRelease(known?.undoneBy === undefined ? document : { ...document, undoneBy: known.undoneBy });
  if (undone) await store.putRelease({ ...undone, undoneBy: release });
  await orNothing(deps, release, async () => kept?.forget());
}

/**
 * Whoever finds the release in the archive shall find its whole record. A part whose workflow is gone was brought long
 * ago; one whose workflow somebody has ended is never brought, and the rest doesn't wait for it.
 */
async function untilClosed(client: Client, workflows: readonly string[]): Promise<void> {
  for (const id of workflows) {
    try {
      const { status } = await client.workflow.getHandle(id).describe();
      if (status.name === 'RUNNING') throw new TransientError(`an earlier part is still on its way: ${id}`);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}

/** Outcomes after which the primary holds what it held before. */
const PROMOTED_NOTHING: readonly string[] = ['rolled-back', 'aborted', 'rejected', 'died'];

/** What the cluster still shows of the release, where nothing was kept. */
async function readShown(deps: Dependencies, { canary, ended }: Part<'end'>): ReturnType<typeof readUnpromoted> {
  if (!PROMOTED_NOTHING.includes(ended.ending.kind)) return undefined;
  const view = await readCanary(deps, canary);
  return view?.canary ? readUnpromoted(canaryContext(deps, view), ended.revision?.hash) : undefined;
}

/**
 * Templates that can't be had for good must not keep the rest out of the archive.
 *
 * @throws TransientError for what may pass
 */
async function orNothing<T>(deps: Dependencies, release: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TransientError) throw error;
    deps.log.warn({ release }, `what the release has replaced is missing from the archive: ${messageOf(error)}`);
    return undefined;
  }
}
