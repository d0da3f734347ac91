import type { Findings } from '../findings.js';
import { compareRevisions, type Revision } from '../revision.js';
import type { ReleaseState } from '../state.js';
import { canaryAt, type Weights } from '../weights.js';

/* What an observation shows; where it doesn't cover something, what the release knows. */

/** The revision that the world shows: the one in the question, unless the answer differs. */
export function seenRevision(s: ReleaseState, f: Findings): Revision {
  return f.world.revision ?? s.applied ?? { hash: '', configs: {} };
}

/** The world's revision, compared with the one released. */
export function compareWithWorld(s: ReleaseState, f: Findings): 'same' | 'reverted' | 'new' {
  return compareRevisions(s, { revision: seenRevision(s, f), sameAsPrimary: f.world.sameAsPrimary });
}

/** How traffic is divided: as the route says, or as it was set last. */
export function weightsOf(s: ReleaseState, f: Findings): Weights {
  return f.world.weights ?? canaryAt(s.weight);
}

/** For observations of earlier versions: the same drift again may be another controller that fights for it. */
export function hasNewDrift(s: ReleaseState, f: Findings): boolean {
  if (f.world.leftAlone !== undefined) return false;
  return f.world.drift.some((name) => !s.lastDrift.includes(name));
}
