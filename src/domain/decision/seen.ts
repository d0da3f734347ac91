import type { Findings } from '../findings.js';
import { compareRevisions, type Revision } from '../revision.js';
import type { ReleaseState } from '../state.js';
import { canaryAt, type Weights } from '../weights.js';

/* What a look has seen, as far as it was asked for; what the release knows where it wasn't. */

/** The revision the world shows: the one that was asked with, unless it says otherwise. */
export function seenRevision(s: ReleaseState, f: Findings): Revision {
  return f.world.revision ?? s.applied ?? { hash: '', configs: {} };
}

/** What the world shows, compared with what is released. */
export function compareWithWorld(s: ReleaseState, f: Findings): 'same' | 'reverted' | 'new' {
  return compareRevisions(s, { revision: seenRevision(s, f), sameAsPrimary: f.world.sameAsPrimary });
}

/** How traffic is divided: as the route says, or as it was set last. */
export function weightsOf(s: ReleaseState, f: Findings): Weights {
  return f.world.weights ?? canaryAt(s.weight);
}

/** As looks of earlier versions tell it: the same drift again may be somebody who fights for it. */
export function hasNewDrift(s: ReleaseState, f: Findings): boolean {
  if (f.world.leftAlone !== undefined) return false;
  return f.world.drift.some((name) => !s.lastDrift.includes(name));
}
