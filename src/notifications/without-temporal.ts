import { setTimeout as sleep } from 'node:timers/promises';
import type { CanaryKey } from '../domain/identity.js';
import type { Notice } from '../domain/notices/notice.js';
import { afterRound, dueAt, EMPTY_OUTBOX, pendingOf, posted, roundOf } from '../domain/notices/outbox.js';
import { deliver } from './deliver.js';
import type { Dependencies } from '../dependencies.js';

/** Notices that aren't delivered by then are lost. */
const LIMIT_MS = 600_000;

/**
 * Notifies all recipients from this process' memory alone: for a rollback while Temporal can't be reached.
 *
 * @param origin by which receivers recognise repetitions, see `DeliverInput.origin`
 */
export async function notifyWithoutTemporal(
  deps: Dependencies,
  canary: CanaryKey,
  origin: string,
  notices: readonly Notice[],
  signal: AbortSignal,
): Promise<void> {
  const deadline = deps.now() + LIMIT_MS;
  let [outbox] = posted(EMPTY_OUTBOX, notices);
  for (let due = dueAt(outbox); due !== undefined && due < deadline; due = dueAt(outbox)) {
    await sleep(Math.max(0, due - deps.now()), undefined, { signal });
    const round = roundOf(outbox, deps.now());
    [outbox] = afterRound(outbox, round, await deliver(deps, { canary, origin, round }, signal), deps.now());
  }
  for (const { to, count, error } of pendingOf(outbox))
    deps.log.error({ canary: `${canary.name}.${canary.namespace}` }, `${to} was not notified (${count}): ${error}`);
}
