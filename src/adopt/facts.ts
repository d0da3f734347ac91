import type { Phase } from '../domain/phases.js';
import type { KnownRevisions, Revision } from '../domain/revision.js';
import type { Weights } from '../domain/weights.js';

/** What is known of a Canary that is to change hands. */
export interface CanaryFacts {
  readonly namespace: string;
  readonly name: string;
  readonly phase: Phase;
  /** As the status has it: 100 in `Failed` says that a promotion has failed and the canary serves everybody. */
  readonly weight: number;
  /** The revisions that the status names. */
  readonly recorded: KnownRevisions;
  /** It is Serinus that computed the recorded revision's hash. */
  readonly recordedHere: boolean;
  readonly deleting: boolean;
  readonly suspended: boolean;
  /** What a person must mend before Serinus can do anything with it. */
  readonly trouble: string | undefined;
  readonly target: TargetFacts | undefined;
  /** How the route divides the traffic now; undefined where there is no route to tell. */
  readonly routed: Weights | undefined;
  /** Generated objects that Serinus will write once it runs, `Kind/name`. */
  readonly drift: readonly string[];
  /** There is a Lease of Serinus. */
  readonly leased: boolean;
  /** That Lease says that Serinus has dealt with the Canary, by a run or by its adoption. */
  readonly dealtWith: boolean;
  /** Who has that Lease, and lives; empty where nobody does. */
  readonly holder: string;
  /** What the status said when Serinus adopted it. */
  readonly handover: Handover | undefined;
}

export interface TargetFacts {
  readonly revision: Revision;
  /** The primary exists. */
  readonly built: boolean;
  /** The primary runs what the target holds. */
  readonly sameAsPrimary: boolean;
}

/** Flagger's own words for the revision that it left behind, for the case that it comes back to the very same one. */
export interface Handover {
  readonly phase: Phase;
  /** The target as Serinus names it. */
  readonly revision: Revision;
  /** Flagger's hashes, which nobody else can compute. */
  readonly lastAppliedSpec: string;
  readonly lastPromotedSpec: string;
}

/** A promotion has failed: the canary serves everybody. */
export function isStranded({ phase, weight }: Pick<CanaryFacts, 'phase' | 'weight'>): boolean {
  return phase === 'Failed' && weight === 100;
}
