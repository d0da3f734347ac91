import { createHash } from 'node:crypto';
import type { Canary } from '../../crds/canary.js';
import type { Revision } from '../../domain/revision.js';
import type { Fence } from '../../domain/decision/fence.js';

/** A UUID that is the same whenever the same promotion is carried out, and another for the next. */
export function rolloutId(canary: Canary, revision: Revision, fence: Fence): string {
  const text = JSON.stringify([canary.uid, revision.hash, revision.configs, fence.epoch]);
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
