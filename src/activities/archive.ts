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
 * Stores a part of a release in the archive. Repeating it changes nothing.
 *
 * @throws TransientError for every failure: it is retried without limit, since a user may fix the cause
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

/** The archive that existed when the release began has been switched off: nothing is stored any more. */
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
  // An earlier attempt has deleted what it archived; and an undo of the release may have been archived since.
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
 * Whoever finds a release in the archive must find its whole record. A part whose workflow is gone was stored long ago;
 * one whose workflow was terminated is never stored, and the rest doesn't wait for it.
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

/** Outcomes after which the primary holds its former content. */
const PROMOTED_NOTHING: readonly string[] = ['rolled-back', 'aborted', 'rejected', 'died'];

/** What the cluster still shows of the release, where nothing was saved for it. */
async function readShown(deps: Dependencies, { canary, ended }: Part<'end'>): ReturnType<typeof readUnpromoted> {
  if (!PROMOTED_NOTHING.includes(ended.ending.kind)) return undefined;
  const view = await readCanary(deps, canary);
  return view?.canary ? readUnpromoted(canaryContext(deps, view), ended.revision?.hash) : undefined;
}

/**
 * Templates that are lost must not keep the rest out of the archive.
 *
 * @throws TransientError for failures that may pass
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
