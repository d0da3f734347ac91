import type { Phase } from '../domain/phases.js';
import type { KnownRevisions, Revision } from '../domain/revision.js';
import type { Weights } from '../domain/weights.js';

/** Facts about a Canary that is to change hands. */
export interface CanaryFacts {
  readonly namespace: string;
  readonly name: string;
  readonly phase: Phase;
  /** From the status: 100 in `Failed` means that a promotion has failed and the canary serves all users. */
  readonly weight: number;
  /** The revisions that the status names. */
  readonly recorded: KnownRevisions;
  /** Serinus computed the recorded revision's hash. */
  readonly recordedHere: boolean;
  readonly deleting: boolean;
  readonly suspended: boolean;
  /** What a user must fix before Serinus can process it. */
  readonly trouble: string | undefined;
  readonly target: TargetFacts | undefined;
  /** How the route divides the traffic now; undefined where there is no route. */
  readonly routed: Weights | undefined;
  /** Generated objects that Serinus will write once it runs, `Kind/name`. */
  readonly drift: readonly string[];
  /** There is a Lease of Serinus. */
  readonly leased: boolean;
  /** The Lease says that Serinus has handled the Canary, by a run or by its adoption. */
  readonly dealtWith: boolean;
  /** The live holder of that Lease; empty where there is none. */
  readonly holder: string;
  /** The status at the time of its adoption. */
  readonly handover: Handover | undefined;
}

export interface TargetFacts {
  readonly revision: Revision;
  /** The primary exists. */
  readonly built: boolean;
  /** The primary runs what the target holds. */
  readonly sameAsPrimary: boolean;
}

/** Flagger's own data about the revision that it left behind, for a return to that very revision. */
export interface Handover {
  readonly phase: Phase;
  /** Serinus' hash of the target. */
  readonly revision: Revision;
  /** Flagger's hashes, which only Flagger can compute. */
  readonly lastAppliedSpec: string;
  readonly lastPromotedSpec: string;
}

/** A promotion has failed: the canary serves all users. */
export function isStranded({ phase, weight }: Pick<CanaryFacts, 'phase' | 'weight'>): boolean {
  return phase === 'Failed' && weight === 100;
}
