import { parseStatus } from '../crds/status.js';
import type { StatusEffect } from '../domain/decision/effects.js';
import { isActive, type Phase } from '../domain/phases.js';
import type { Claim } from '../kubernetes/claim.js';
import { CANARIES } from '../kube/object.js';
import { withStatus } from '../kubernetes/status.js';
import { write } from '../kubernetes/write.js';
import type { CanaryView } from './read.js';
import type { Working } from './reading.js';
import { targetOf } from '../meters/port.js';

/**
 * Writes a Canary's status, and counts the release that ends with it: once, since only the write that changes the phase
 * counts.
 *
 * @param at milliseconds since 1970
 */
export async function writeStatus(
  deps: Working,
  view: CanaryView,
  status: StatusEffect,
  at: number,
  fence: Claim,
): Promise<void> {
  const { name, namespace = '' } = view.object.metadata;
  const kind = view.canary?.targetRef.kind ?? 'Deployment';
  let before: Phase | undefined;
  await write(
    deps.cache,
    CANARIES,
    { namespace, name },
    (current) => {
      if (current === undefined) return undefined;
      before = parseStatus(current['status']).phase;
      return withStatus(current, status, kind, at);
    },
    { fence, subresource: 'status' },
  );
  if (before !== undefined) countRelease(deps, view, before, status.phase);
}

function countRelease({ meters }: Working, { canary }: CanaryView, before: Phase, after: Phase): void {
  if (!canary || !isActive(before) || (after !== 'Succeeded' && after !== 'Failed')) return;
  const { analysis, skipAnalysis } = canary;
  meters.finished(targetOf(canary), {
    strategy: analysis.strategy.kind,
    skipped: skipAnalysis,
    succeeded: after === 'Succeeded',
  });
}
