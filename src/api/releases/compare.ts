import { differences } from '../../archive/difference.js';
import type { Archive } from '../../archive/port.js';
import { askArchive } from '../archive.js';
import type { Access } from '../auth/access.js';
import { unknownRelease } from '../orders/given.js';
import type { RecordLine } from '../schema/record.js';
import type { Release } from '../schema/release.js';
import type { Changes, Comparison, ReleaseItem } from '../schema/releases.js';
import type { Finder } from './find.js';
import { formatReleaseId, type ReleaseId } from './id.js';

/** The permissions needed to see pod templates: those to see the workloads that contain them. */
export function templateReaders(namespace: string): readonly Access[] {
  return (['deployments', 'daemonsets'] as const).map((resource) => ({
    verb: 'get',
    group: 'apps',
    resource,
    namespace,
  }));
}

/**
 * Two releases side by side.
 *
 * @throws Problem where one of them is unknown
 */
export async function compared(finder: Finder, a: ReleaseId, b: ReleaseId): Promise<Comparison> {
  const [left, right] = await Promise.all([found(finder, a), found(finder, b)]);
  const [before, after] = await Promise.all([templateOf(finder, a), templateOf(finder, b)]);
  return {
    a: itemOf(left),
    b: itemOf(right),
    ...(before === undefined || after === undefined ? {} : { template: [...differences(before, after)] }),
    windows: windowsOf(left.record, right.record),
  };
}

/**
 * The changes of a release, from the archive.
 *
 * @throws Problem where the archive lacks the release, or there is no archive
 */
export async function changesOf(archive: Archive, id: ReleaseId): Promise<Changes> {
  const text = formatReleaseId(id.canary, id.runId);
  const archived = await askArchive(() => archive.get(id.canary.cluster, text));
  if (!archived) throw unknownRelease(text);
  const template = archived.templates?.difference;
  if (template === undefined) return {};
  return {
    template: template.map(({ path, before, after }) => ({
      path,
      ...(before === undefined ? {} : { a: before }),
      ...(after === undefined ? {} : { b: after }),
    })),
  };
}

async function found(finder: Finder, id: ReleaseId): Promise<Release> {
  const release = await finder.find(id);
  if (!release) throw unknownRelease(formatReleaseId(id.canary, id.runId));
  return release;
}

/** The template that was to be released. */
async function templateOf(finder: Finder, id: ReleaseId): Promise<unknown> {
  return (await finder.archived(id))?.templates?.after;
}

function itemOf(release: Release): ReleaseItem {
  const { id, canary, outcome, phase, weight, revision, triggeredBy, reason, verdict } = release;
  const { startedAt, endedAt, ended } = release;
  return {
    id,
    ...canary,
    cluster: release.cluster ?? '',
    ...(outcome === undefined ? {} : { outcome }),
    phase,
    weight,
    ...(revision === undefined ? {} : { revision }),
    images: release.images?.after ?? [],
    triggeredBy,
    ...(reason === undefined ? {} : { reason }),
    ...(verdict === undefined ? {} : { verdict }),
    startedAt,
    ...(endedAt === undefined
      ? {}
      : { endedAt, durationSeconds: (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 }),
    open: !ended,
  };
}

/** The analyses of both at each weight that either had. */
function windowsOf(a: readonly RecordLine[], b: readonly RecordLine[]): Comparison['windows'] {
  const [left, right] = [byWeight(a), byWeight(b)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .sort((one, other) => one - other)
    .map((weight) => ({ weight, a: left.get(weight) ?? [], b: right.get(weight) ?? [] }));
}

function byWeight(record: readonly RecordLine[]): ReadonlyMap<number, RecordLine[]> {
  const found = new Map<number, RecordLine[]>();
  for (const line of record) {
    if (line.what !== 'analysis') continue;
    found.set(line.weight, [...(found.get(line.weight) ?? []), line]);
  }
  return found;
}
