import type { ReleaseDocument } from '../document.js';
import type { Archive } from '../port.js';
import type { EndedRelease } from '../../domain/record/outcome.js';

/** The outcome of a run that has restored the primary's content from before its last promotion. */
const UNDONE: string = 'undone';

/**
 * The release that another one has undone: the Canary's last promotion before it.
 *
 * @returns undefined where it has undone none, or the archive lacks it
 */
export async function undoneBy(store: Archive, ended: EndedRelease): Promise<ReleaseDocument | undefined> {
  if (ended.ending.kind !== UNDONE) return undefined;
  const { cluster, namespace, name } = ended.canary;
  const until = new Date(ended.startedAt);
  const { items } = await store.list({ cluster, namespace, name, outcome: 'promoted', until }, 1);
  const [last] = items;
  const found = last && (await store.get(cluster, last.id));
  if (!found) return undefined;
  const { record: _, recordDropped: __, ...document } = found;
  return document;
}
