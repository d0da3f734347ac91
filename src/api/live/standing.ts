import type { CanarySummary } from '../schema/canary.js';
import type { FleetStatus } from '../schema/standing.js';

/** The facts about a Canary that determine its status. */
export type Known = Pick<CanarySummary, 'phase' | 'problem' | 'missing' | 'suspended'> & {
  /** Its last release was undone, according to its condition. */
  readonly undone: boolean;
  /** The version promoted last has turned out to be worse than the one before it, according to its condition. */
  readonly regressed: boolean;
};

/**
 * @param waiting what its run waits for: `resume`, or a gate; undefined where it waits for nobody, or that is unknown
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
