import type { Canary } from '../crds/canary.js';
import type { Weights } from '../domain/weights.js';
import type { Claim } from '../kubernetes/claim.js';
import type { NamedObject, ResourceType } from '../kube/object.js';
import type { OwnedObject } from '../kubernetes/ownership.js';

/**
 * A traffic provider: how the users' requests are divided between primary and canary.
 *
 * Reads come from informer caches. Writes are idempotent, fenced, and guarded by the version that was read; what users
 * have added to an object survives them. All methods throw {@link UserError} for what a person must mend (a missing
 * route, no backend of that service), in words for an Event, and {@link FencedError} where a newer run has taken over.
 */
export interface Router {
  /** As `spec.provider` names it. */
  readonly provider: string;
  /** Kinds of objects whose changes concern a Canary, for whoever watches. */
  readonly watches: readonly ResourceType[];
  /** Brings what is cached of the provider's objects up to date from the API server. */
  refresh(canary: Canary): Promise<void>;
  /**
   * Makes the provider's objects right and keeps the weights they have.
   *
   * @param weights for an object that has to be made
   */
  reconcile(canary: Canary, weights: Weights, fence: Claim): Promise<void>;
  /** Generated objects that aren't as they should be, `Kind/name`; weights don't count. */
  drift(canary: Canary): Promise<readonly string[]>;
  /**
   * How traffic is divided now; undefined where there is no object to tell it yet.
   *
   * @throws UserError what the data plane has against it; DataPlaneLate where that is only that it hasn't followed yet
   */
  weights(canary: Canary): Promise<Weights | undefined>;
  /**
   * Divides the traffic. Where the Canary has `analysis.match`, a canary at 100 means that every request which fits it
   * meets the canary, and all others the primary; `mirrored` adds copies of requests for the canary. Stamps the object even where the weights are right already, so that every older writer is
   * shut out.
   */
  setWeights(canary: Canary, weights: Weights, fence: Claim): Promise<void>;
  /** Whether the data plane has taken over what was written last; undefined where the provider doesn't tell. */
  isSettled(canary: Canary): Promise<boolean | undefined>;
  /**
   * How long its data plane takes to follow at most, by default, in milliseconds: waited for where it doesn't tell.
   * Absent where two seconds are plenty.
   */
  readonly followsWithinMs?: number | undefined;
  /**
   * Removes what is there for a baseline alone, to which nothing leads any more; absent where that is nothing but a part of
   * the route.
   */
  dropBaseline?(canary: Canary, fence: Claim): Promise<void>;
  /** Undoes what must not outlive the Canary and isn't removed with it. */
  finalize(canary: Canary, fence: Claim): Promise<void>;
  /**
   * What the router writes. Each of them belongs to one Canary only: one that is somebody else's is never written, counts
   * as missing when it is read, and is refused by name.
   *
   * @throws UserError where the Canary doesn't say enough to name them
   */
  owns(canary: Canary): readonly OwnedObject[];
  /** Objects of the Canary's namespace whose changes concern it. */
  concerns(canary: Canary): readonly NamedObject[];
}
