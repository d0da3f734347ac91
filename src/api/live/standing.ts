import type { CanarySummary } from '../schema/canary.js';
import type { FleetStatus } from '../schema/standing.js';

/** What of a Canary decides how it stands. */
export type Known = Pick<CanarySummary, 'phase' | 'problem' | 'missing' | 'suspended'> & {
  /** Its last release was undone, as its condition says. */
  readonly undone: boolean;
  /** What was promoted last has turned out to be worse than what was there before, as its condition says. */
  readonly regressed: boolean;
};

/**
 * @param waiting what its run says that it waits for: `resume`, or a gate; undefined where it waits for nobody, or that
 *   is not known
 */
export function standingOf(
  { phase, problem, missing, suspended, undone, regressed }: Known,
  waiting?: string,
): FleetStatus {
  if (phase === 'Terminating' || phase === 'Terminated') return 'leaving';
  if (waiting === 'resume') return 'paused';
  if (problem !== undefined) return 'invalid';
  if (waiting !== undefined || phase === 'Waiting' || phase === 'WaitingPromotion') return 'waiting';
  if (missing !== undefined) return 'blocked';
  switch (phase) {
    case 'Failed':
      return undone ? 'undone' : 'failed';
    case 'Progressing':
      return 'progressing';
    case 'Promoting':
    case 'Finalising':
      return 'promoting';
    case '':
    case 'Initializing':
      return suspended ? 'suspended' : 'starting';
    case 'Initialized':
      return suspended ? 'suspended' : 'initialized';
    case 'Succeeded':
      return regressed ? 'regressed' : suspended ? 'suspended' : 'succeeded';
  }
}
