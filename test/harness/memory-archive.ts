import { assembled, type ArchivedRelease, type RecordChunk, type ReleaseDocument } from '../../src/archive/document.js';
import type { Archive } from '../../src/archive/port.js';
import { TransientError } from '../../src/errors.js';

/** An archive in memory, which may be down. */
export class MemoryArchive implements Archive {
  readonly store = 'memory';
  readonly documents = new Map<string, ReleaseDocument>();
  readonly chunks: RecordChunk[] = [];
  down = false;

  async putRelease(document: ReleaseDocument): Promise<void> {
    await this.check();
    this.documents.set(document.id, document);
  }

  async putChunk(chunk: RecordChunk): Promise<void> {
    await this.check();
    this.chunks.push(chunk);
  }

  async get(_cluster: string, id: string): Promise<ArchivedRelease | undefined> {
    await this.check();
    const document = this.documents.get(id);
    if (!document) return undefined;
    const chunks = this.chunks.filter(({ release }) => release === id);
    return { ...document, ...assembled(chunks, document.recordLength) };
  }

  known(_cluster: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set(ids.filter((id) => this.documents.has(id))));
  }

  list(): ReturnType<Archive['list']> {
    return Promise.resolve({ items: [...this.documents.values()], next: undefined });
  }

  async *export(): AsyncIterable<ArchivedRelease> {
    for (const id of this.documents.keys()) {
      const release = await this.get('', id);
      if (release) yield release;
    }
  }

  prune(): Promise<number> {
    return Promise.resolve(0);
  }

  check(): Promise<void> {
    return this.down ? Promise.reject(new TransientError('the archive is down')) : Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
