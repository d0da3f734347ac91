import type { ArchivedSummary, RecordChunk } from '../document.js';
import { partsOf } from '../id.js';

/**
 * Where things are:
 *
 *     <cluster>/releases/<namespace>/<name>/<run>.json         a release's document
 *     <cluster>/records/<namespace>/<name>/<run>/<from>-<length>.json   a piece of its record
 *     <cluster>/runs/<namespace>/<name>/<run>.json             the release of a later run
 *     <cluster>/index/<time>/<namespace>/<name>/<run>.json     its summary; the latest end sorts first
 */

/** The last millisecond that the index can represent, in the year 2286. */
const END_OF_TIME = 9_999_999_999_999;

export function releaseKey(cluster: string, id: string): string | undefined {
  const path = pathOf(id);
  return path && `${part(cluster)}/releases/${path}.json`;
}

export function runKey(cluster: string, id: string): string | undefined {
  const path = pathOf(id);
  return path && `${part(cluster)}/runs/${path}.json`;
}

export function recordPrefix(cluster: string, id: string): string | undefined {
  const path = pathOf(id);
  return path && `${part(cluster)}/records/${path}/`;
}

/** All records of a cluster. */
export function recordsPrefix(cluster: string): string {
  return `${part(cluster)}/records/`;
}

export function chunkKey({ cluster, release, from, entries }: RecordChunk): string | undefined {
  const prefix = recordPrefix(cluster, release);
  return prefix && `${prefix}${String(from).padStart(9, '0')}-${entries.length}.json`;
}

export function chunkOf(key: string): { readonly id: string; readonly from: number } | undefined {
  const match = /\/records\/([^/]+)\/([^/]+)\/([^/]+)\/(\d+)-\d+\.json$/.exec(key);
  const [, namespace, name, run, from] = match ?? [];
  return from === undefined ? undefined : { id: `${namespace}.${name}.${run}`, from: Number(from) };
}

export function indexPrefix(cluster: string): string {
  return `${part(cluster)}/index/`;
}

export function indexKey({ cluster, id, endedAt }: Pick<ArchivedSummary, 'cluster' | 'id' | 'endedAt'>): string {
  return `${indexStart(cluster, Date.parse(endedAt))}/${pathOf(id) ?? part(id)}.json`;
}

/** A prefix of the keys of all that ended in that millisecond. */
export function indexStart(cluster: string, endedAt: number): string {
  return `${indexPrefix(cluster)}${String(END_OF_TIME - endedAt).padStart(13, '0')}`;
}

/** The parts of an index key. */
export function indexed(key: string) {
  const match = /\/index\/(\d+)\/([^/]+)\/([^/]+)\/([^/]+)\.json$/.exec(key);
  const [, time, namespace, name, run] = match ?? [];
  if (time === undefined || namespace === undefined || name === undefined) return undefined;
  return { endedAt: END_OF_TIME - Number(time), namespace, name, id: `${namespace}.${name}.${run}` };
}

function pathOf(id: string): string | undefined {
  const parts = partsOf(id);
  return parts && `${parts.namespace}/${parts.name}/${parts.run}`;
}

/** Clusters may have any name. */
function part(text: string): string {
  return encodeURIComponent(text).replaceAll('.', '%2E').replaceAll('*', '%2A');
}
