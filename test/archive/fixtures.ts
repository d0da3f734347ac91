import { randomUUID } from 'node:crypto';
import type { RecordChunk, ReleaseDocument } from '../../src/archive/document.js';

export const START = Date.parse('2026-03-01T12:00:00Z');
export const MINUTE = 60_000;

/** A release that ended so many minutes after {@link START}; it took ten of them. */
export function release(endedMinutes: number, fields: Partial<ReleaseDocument> = {}): ReleaseDocument {
  const namespace = fields.namespace ?? 'shop';
  const name = fields.name ?? 'cart';
  const run = fields.runs?.[0] ?? randomUUID();
  return {
    version: 1,
    id: `${namespace}.${name}.${run}`,
    cluster: 'default',
    namespace,
    name,
    runs: [run],
    outcome: 'promoted',
    reason: 'Promotion completed!',
    cause: { kind: 'target', by: 'anna' },
    triggeredBy: 'anna',
    actors: ['anna'],
    revision: 'abc',
    promotedRevision: 'abc',
    images: { before: ['registry:5000/shop/cart:1.0'], after: ['registry:5000/shop/cart:1.1'] },
    startedAt: new Date(START + (endedMinutes - 10) * MINUTE).toISOString(),
    endedAt: new Date(START + endedMinutes * MINUTE).toISOString(),
    phase: 'Succeeded',
    weight: 0,
    failedChecks: 0,
    recordLength: 0,
    ...fields,
  };
}

/** A piece of a release's record; each entry says its position. */
export function chunk({ cluster, id }: ReleaseDocument, from: number, length: number): RecordChunk {
  return {
    version: 1,
    cluster,
    release: id,
    from,
    entries: Array.from({ length }, (_, index) => {
      const n = from + index;
      return { at: START + n, what: 'event', type: 'Normal', message: `entry ${n}`, n };
    }),
  };
}
