import type { Canary } from '../crds/canary.js';
import type { Weights } from '../domain/weights.js';
import type { Claim } from '../kubernetes/claim.js';
import type { NamedObject, ResourceType } from '../kube/object.js';
import type { OwnedObject } from '../kubernetes/ownership.js';

/**
 * A traffic provider: how the users' requests are divided between primary and canary.
 *
 * Reads come from informer caches. Writes are idempotent, fenced, and guarded by the version that was read; they keep
 * what users have added to an object. All methods throw {@link UserError} for what a user must fix (a missing route, no
 * backend of that service), in words for an Event, and {@link FencedError} where a newer run has taken over.
 */
export interface Router {
  /** As in `spec.provider`. */
  readonly provider: string;
  /** Kinds of objects whose changes concern a Canary, for watches. */
  readonly watches: readonly ResourceType[];
  /** Updates the cached objects of the provider from the API server. */
  refresh(canary: Canary): Promise<void>;
  /**
   * Corrects the provider's objects and keeps their weights.
   *
   * @param weights for an object that must be created
   */
  reconcile(canary: Canary, weights: Weights, fence: Claim): Promise<void>;
  /** Generated objects with drift, `Kind/name`; weights don't count. */
  drift(canary: Canary): Promise<readonly string[]>;
  /**
   * How traffic is divided now; undefined where there is no object yet.
   *
   * @throws UserError with the data plane's error; DataPlaneLate where it only hasn't applied the change yet
   */
  weights(canary: Canary): Promise<Weights | undefined>;
  /**
   * Divides the traffic. Where the Canary has `analysis.match`, a canary at 100 means that every matching request goes
   * to the canary, and all others to the primary; `mirrored` adds copies of requests for the canary. Writes the fence
   * annotation even where the weights are right already, so that every older writer is fenced off.
   */
  setWeights(canary: Canary, weights: Weights, fence: Claim): Promise<void>;
  /** Whether the data plane has applied the last change; undefined where the provider doesn't report it. */
  isSettled(canary: Canary): Promise<boolean | undefined>;
  /**
   * How long its data plane takes to apply a change at most, by default, in milliseconds: the wait where it doesn't
   * report that. Absent where two seconds are plenty.
   */
  readonly followsWithinMs?: number | undefined;
  /**
   * Deletes what exists only for a baseline, once no route leads to it; absent where that is only a part of the route.
   */
  dropBaseline?(canary: Canary, fence: Claim): Promise<void>;
  /** Undoes what must not outlive the Canary and isn't deleted with it. */
  finalize(canary: Canary, fence: Claim): Promise<void>;
  /**
   * The objects that the router writes. Each belongs to one Canary only: a foreign one is never written, counts as
   * missing when it is read, and is refused by name.
   *
   * @throws UserError where the Canary lacks what their names need
   */
  owns(canary: Canary): readonly OwnedObject[];
  /** Objects of the Canary's namespace whose changes concern it. */
  concerns(canary: Canary): readonly NamedObject[];
}
