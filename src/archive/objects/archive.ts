import { UserError } from '../../errors.js';
import { cursorOf, positionOf } from '../cursor.js';
import {
  assembled,
  type ArchivedRelease,
  type ArchivedSummary,
  type RecordChunk,
  type ReleaseDocument,
} from '../document.js';
import { idsOf } from '../id.js';
import { parseAlias, parseChunk, parseDocument, parseSummary } from '../parse.js';
import type { Archive, ArchivePage, ReleaseFilter } from '../port.js';
import { isWanted } from '../select.js';
import {
  chunkKey,
  chunkOf,
  indexed,
  indexKey,
  indexPrefix,
  indexStart,
  recordPrefix,
  recordsPrefix,
  releaseKey,
  runKey,
} from './keys.js';
import type { Objects } from './port.js';
import { ahead } from './ahead.js';

/** Objects that are requested at the same time. */
const AT_ONCE = 8;

/** The archive as one JSON document a release, with an index to find it. */
export class ObjectArchive implements Archive {
  readonly store: string;

  constructor(private readonly objects: Objects) {
    this.store = objects.store;
  }

  async putRelease(document: ReleaseDocument): Promise<void> {
    const { templates: _, ...summary } = document;
    const { cluster, id } = document;
    const key = needed(releaseKey(cluster, id), id);
    const former = await this.document(cluster, id);
    await this.objects.put(key, JSON.stringify(document));
    for (const other of idsOf(document).filter((one) => one !== id)) {
      await this.objects.put(needed(runKey(cluster, other), other), JSON.stringify({ release: id }));
    }
    // Last, so that what is listed can be read.
    await this.objects.put(indexKey(summary), JSON.stringify(summary));
    if (former && former.endedAt !== document.endedAt) await this.objects.delete(indexKey(former));
  }

  async putChunk(chunk: RecordChunk): Promise<void> {
    await this.objects.put(needed(chunkKey(chunk), chunk.release), JSON.stringify(chunk));
  }

  async get(cluster: string, id: string): Promise<ArchivedRelease | undefined> {
    const release = (await this.document(cluster, id)) ?? (await this.byRun(cluster, id));
    return release && this.whole(release);
  }

  async known(cluster: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for await (const [id, is] of ahead(ids, AT_ONCE, async (id) => [id, await this.has(cluster, id)] as const)) {
      if (is) found.add(id);
    }
    return found;
  }

  async list(filter: ReleaseFilter, limit: number, cursor?: string): Promise<ArchivePage> {
    const items: ArchivedSummary[] = [];
    for await (const summary of this.summaries(filter, cursor)) {
      if (items.length === limit) {
        const last = items.at(-1);
        return { items, next: last && cursorOf({ endedAt: Date.parse(last.endedAt), id: last.id }) };
      }
      items.push(summary);
    }
    return { items, next: undefined };
  }

  async *export(filter: ReleaseFilter): AsyncGenerator<ArchivedRelease> {
    for await (const { cluster, id } of this.summaries(filter, undefined)) {
      const release = await this.get(cluster, id);
      if (release) yield release;
    }
  }

  async prune(cluster: string, before: Date): Promise<number> {
    let gone = 0;
    // Releases that ended at exactly that time stay.
    const from = `${indexStart(cluster, before.getTime())}/~`;
    for await (const { key } of this.objects.list(indexPrefix(cluster), from)) {
      const at = indexed(key);
      if (at === undefined) continue;
      const document = await this.document(cluster, at.id);
      await this.remove(cluster, at.id, document);
      // Last, so that an interrupted deletion is found again.
      await this.objects.delete(key);
      gone += 1;
    }
    await this.pruneRecords(cluster, before);
    return gone;
  }

  async check(): Promise<void> {
    for await (const _ of this.objects.list('check/')) break;
  }

  async close(): Promise<void> {
    await this.objects.close();
  }

  private async *summaries(filter: ReleaseFilter, cursor: string | undefined): AsyncGenerator<ArchivedSummary> {
    const { cluster } = filter;
    const position = cursor === undefined ? undefined : positionOf(cursor);
    const after = position && indexKey({ cluster, id: position.id, endedAt: new Date(position.endedAt).toISOString() });
    const objects = this.objects;
    async function* candidates(): AsyncGenerator<string> {
      for await (const { key } of objects.list(indexPrefix(cluster), after)) {
        const at = indexed(key);
        if (at === undefined) continue;
        if (filter.since !== undefined && at.endedAt < filter.since.getTime()) return;
        if (filter.namespace !== undefined && filter.namespace !== at.namespace) continue;
        if (filter.name !== undefined && filter.name !== at.name) continue;
        yield key;
      }
    }
    for await (const text of ahead(candidates(), AT_ONCE, (key) => objects.get(key))) {
      // Deleted since it was listed.
      if (text === undefined) continue;
      const summary = parseSummary(text);
      if (isWanted(summary, filter)) yield summary;
    }
  }

  private async document(cluster: string, id: string): Promise<ReleaseDocument | undefined> {
    const key = releaseKey(cluster, id);
    const text = key === undefined ? undefined : await this.objects.get(key);
    return text === undefined ? undefined : parseDocument(text);
  }

  private async byRun(cluster: string, id: string): Promise<ReleaseDocument | undefined> {
    const key = runKey(cluster, id);
    const text = key === undefined ? undefined : await this.objects.get(key);
    return text === undefined ? undefined : this.document(cluster, parseAlias(text));
  }

  private async has(cluster: string, id: string): Promise<boolean> {
    return ((await this.document(cluster, id)) ?? (await this.byRun(cluster, id))) !== undefined;
  }

  private async whole(document: ReleaseDocument): Promise<ArchivedRelease> {
    const { cluster, id } = document;
    const prefix = needed(recordPrefix(cluster, id), id);
    const pieces: RecordChunk[] = [];
    for await (const text of ahead(this.objects.list(prefix), AT_ONCE, ({ key }) => this.objects.get(key))) {
      if (text !== undefined) pieces.push(parseChunk(text));
    }
    return { ...document, ...assembled(pieces, document.recordLength) };
  }

  private async remove(cluster: string, id: string, document: ReleaseDocument | undefined): Promise<void> {
    for await (const { key } of this.objects.list(needed(recordPrefix(cluster, id), id)))
      await this.objects.delete(key);
    for (const other of document ? idsOf(document) : []) {
      await this.objects.delete(needed(runKey(cluster, other), other));
    }
    await this.objects.delete(needed(releaseKey(cluster, id), id));
  }

  private async pruneRecords(cluster: string, before: Date): Promise<void> {
    for await (const { key, putAt } of this.objects.list(recordsPrefix(cluster))) {
      const chunk = chunkOf(key);
      if (chunk === undefined || putAt >= before.getTime()) continue;
      if ((await this.document(cluster, chunk.id)) === undefined) await this.objects.delete(key);
    }
  }
}

function needed(key: string | undefined, id: string): string {
  if (key === undefined)
    throw new UserError(`"${id}" can't be the id of a release: it must be <namespace>.<name>.<run id>`);
  return key;
}
