import { z } from 'zod';
import { cursorOf, LATEST_MS, LONGEST_CURSOR, type Position } from '../../archive/cursor.js';
import type { Archive, ReleaseFilter } from '../../archive/port.js';
import { imagesOf } from '../../archive/select.js';
import type { CanaryKey } from '../../domain/identity.js';
import type { Logger } from '../../logging.js';
import { askArchive, wrongCursor } from '../archive.js';
import { Problem } from '../problems/problem.js';
import type { ReleaseItem, ReleasesPage } from '../schema/releases.js';
import { formatReleaseId } from './id.js';
import { itemOfArchived, itemOfRun } from './items.js';
import type { Run } from './run.js';
import { WrongPageToken } from './page-token.js';
import type { Runs } from './runs.js';
import { Completion, type Listed } from './completion.js';
import { closedQuery, openQuery } from './visibility.js';

/** Page size of requests to Temporal. */
const RUNS_AT_ONCE = 100;

/**
 * The end of a page. `at`: when the listing began, which decides which releases were under way. `open`: Temporal's
 * token, while pages of releases under way continue; `after`: the last release, after those.
 */
const moment = z.int().min(0).max(LATEST_MS);
const text = z.string().min(1).max(LONGEST_CURSOR);
const cursorSchema = z.union([
  z.strictObject({ at: moment, open: text }),
  z.strictObject({ at: moment, after: z.strictObject({ endedAt: moment, id: text }).optional() }),
]);
type Cursor = z.output<typeof cursorSchema>;

/** The inputs of lists besides the runs. */
interface Sources {
  readonly archive: Archive | undefined;
  readonly runs: Runs;
  /** The images of a Canary's target now. */
  readonly images: (canary: CanaryKey) => Promise<readonly string[]>;
  readonly now: () => number;
  readonly log: Pick<Logger, 'warn'>;
}

/**
 * Releases of all Canaries: those under way according to Temporal, then those in the archive or in Temporal, none
 * twice.
 */
export class Listing {
  private readonly completion: Completion;

  constructor(private readonly sources: Sources) {
    this.completion = new Completion(sources.archive, sources.runs, sources.log);
  }

  /** @throws Problem where the archive fails, or the cursor is invalid */
  async page(filter: ReleaseFilter, limit: number, text: string | undefined): Promise<ReleasesPage> {
    const cursor: Cursor | undefined = text === undefined ? undefined : read(text);
    const at = cursor?.at ?? this.sources.now();
    if (cursor !== undefined && !('open' in cursor)) return this.ended(filter, limit, at, cursor.after, []);
    // A release under way has no outcome.
    if (filter.outcome !== undefined) return this.ended(filter, limit, at, undefined, []);
    try {
      const { items, token } = await this.underWay(filter, limit, cursor?.open).catch(asWrongCursor);
      if (token !== undefined) return { items, nextCursor: write({ at, open: token }) };
      return await this.ended(filter, limit, at, undefined, items);
    } catch (error) {
      if (!isTemporalDown(error) || !this.sources.archive) throw error;
      return { ...(await this.ended(filter, limit, at, undefined, [])), incomplete: missing(error) };
    }
  }

  private async underWay(filter: ReleaseFilter, limit: number, token: string | undefined) {
    const page = await this.sources.runs.search(filter.cluster, openQuery(filter), limit, token);
    const items = await Promise.all(
      (await this.unarchived(filter.cluster, page.runs)).map(async (run) =>
        itemOfRun(run, await this.sources.images(run.canary)),
      ),
    );
    const { image } = filter;
    return {
      items: image === undefined ? items : items.filter(({ images }) => imagesOf(images).includes(image)),
      token: page.nextPageToken,
    };
  }

  /** @param first the beginning of the page */
  private async ended(
    filter: ReleaseFilter,
    limit: number,
    at: number,
    after: Position | undefined,
    first: readonly ReleaseItem[],
  ): Promise<ReleasesPage> {
    const room = limit - first.length;
    if (room <= 0) return { items: [...first], nextCursor: write({ at }) };
    const archived = await this.fromArchive(filter, room + 1, at, after);
    const last = archived.items.at(-1);
    // Releases older than the archive's page aren't needed from Temporal for this one.
    const back = archived.more && last ? endOf(last) : undefined;
    const { items: known, problem } = await this.fromTemporal(
      filter,
      room + 1,
      { from: back, to: after?.endedAt ?? at },
      after,
    );
    const all = [...archived.items.map((item) => ({ item })), ...known].sort((a, b) => byEnd(a.item, b.item));
    const items = await this.completion.complete(all.slice(0, room));
    const end = items.at(-1);
    const more = all.length > room && end !== undefined;
    return {
      items: [...first, ...items],
      ...(more ? { nextCursor: write({ at, after: { endedAt: endOf(end), id: end.id } }) } : {}),
      ...(problem === undefined ? {} : { incomplete: problem }),
    };
  }

  private async fromArchive(filter: ReleaseFilter, count: number, at: number, after: Position | undefined) {
    const { archive } = this.sources;
    if (!archive) return { items: [], more: false };
    const items: ReleaseItem[] = [];
    let cursor = after && cursorOf(after);
    do {
      const page = await askArchive(() => archive.list(filter, count, cursor));
      // Releases that have ended since then were listed as under way.
      const releases = page.items.filter(({ cause }) => isRelease(cause.kind));
      items.push(...releases.map(itemOfArchived).filter((item) => endOf(item) <= at));
      cursor = page.next;
    } while (items.length < count && cursor !== undefined);
    return { items, more: cursor !== undefined };
  }

  private async fromTemporal(
    filter: ReleaseFilter,
    count: number,
    span: { readonly from: number | undefined; readonly to: number },
    after: Position | undefined,
  ): Promise<{ readonly items: readonly Listed[]; readonly problem?: string }> {
    // Temporal has no images of ended releases.
    if (filter.image !== undefined) return { items: [] };
    const from = Math.max(filter.since?.getTime() ?? 0, span.from ?? 0);
    const query = closedQuery(filter, from === 0 ? undefined : from, span.to);
    const items: Listed[] = [];
    let token: string | undefined;
    try {
      do {
        const page = await this.sources.runs.search(filter.cluster, query, RUNS_AT_ONCE, token);
        const runs = await this.unarchived(filter.cluster, page.runs);
        const listed = runs.map((run) => ({ item: itemOfRun(run, []), run }));
        items.push(...listed.filter(({ item }) => !after || isAfter(item, after)));
        token = page.nextPageToken;
      } while (items.length < count && token !== undefined);
    } catch (error) {
      if (isTemporalDown(error) && this.sources.archive) return { items: [], problem: missing(error) };
      throw error;
    }
    return { items };
  }

  private async unarchived(cluster: string, runs: readonly Run[]): Promise<readonly Run[]> {
    const { archive } = this.sources;
    const id = (run: Run): string => formatReleaseId(run.canary, run.runId);
    const releases = runs.filter(({ kind }) => isRelease(kind));
    if (!archive || releases.length === 0) return releases;
    const known = await askArchive(() => archive.known(cluster, releases.map(id)));
    return releases.filter((run) => !known.has(id(run)));
  }
}

/** A run that the janitor starts rolls another run's release back: the outcome belongs to that release. */
function isRelease(kind: string | undefined): boolean {
  return kind !== 'recover';
}

function isTemporalDown(error: unknown): error is Problem {
  return error instanceof Problem && error.problem === 'temporal-unreachable';
}

/** Temporal's token is a part of the cursor. */
function asWrongCursor(error: unknown): never {
  throw error instanceof WrongPageToken ? wrongCursor() : error;
}

function missing({ detail }: Problem): string {
  return `releases that aren't in the archive are missing: ${detail}`;
}

function endOf({ endedAt }: ReleaseItem): number {
  return endedAt === undefined ? 0 : Date.parse(endedAt);
}

function byEnd(a: ReleaseItem, b: ReleaseItem): number {
  return endOf(b) - endOf(a) || (a.id < b.id ? -1 : 1);
}

function isAfter(item: ReleaseItem, { endedAt, id }: Position): boolean {
  return endOf(item) < endedAt || (endOf(item) === endedAt && item.id > id);
}

function write(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** @throws Problem for text that {@link write} didn't make */
function read(text: string): Cursor {
  if (text.length > LONGEST_CURSOR) throw wrongCursor();
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    throw wrongCursor();
  }
}
