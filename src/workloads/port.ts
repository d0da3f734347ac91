import type { Canary } from '../crds/canary.js';
import type { Readiness } from '../domain/findings.js';
import type { Revision } from '../domain/revision.js';
import type { Stray } from '../domain/strays.js';
import type { Claim } from '../kubernetes/claim.js';
import type { NamedObject, ResourceType } from '../kube/object.js';
import type { OwnedObject } from '../kubernetes/ownership.js';
import type { StringMap } from '../kubernetes/objects/metadata.js';
import type { ServiceSelector } from '../kubernetes/objects/service.js';
import type { ServicePort } from '../kubernetes/objects/service-port.js';
import type { Selector } from './shared/pod-selector.js';

/** What is known of a target. */
export interface TargetView {
  readonly revision: Revision;
  /** What the Canary's Services lead to; undefined where the target is a Service, and its copies are used instead. */
  readonly pods: PodsView | undefined;
  /** It is being deleted, in words for an event; absent where it isn't. */
  readonly leaving?: string;
  /** The primary exists. */
  readonly built: boolean;
  /** The primary runs what the target holds, configs included. */
  readonly sameAsPrimary: boolean;
}

/** What a release replaces, and by what: pod templates, or the specs of Services. They may hold secrets. */
export interface Contents {
  /** The target's. */
  readonly revision: Revision;
  /** The primary's as it was before any promotion that is under way; undefined where there is no primary. */
  readonly before: object | undefined;
  /** The target's, as its users have written it. */
  readonly after: object;
  /** What a promotion makes of the target's: what `before` is to be compared with. */
  readonly promoted: object;
  /** Of the target, and of its pods. */
  readonly annotations: StringMap;
}

/** How the target's pods are found. */
export interface PodsView {
  readonly selector: Selector;
  /** How the primary's are found. */
  readonly primary: ServiceSelector;
  readonly ports: readonly ServicePort[];
}

/** What the primary held before its last promotion. */
export interface Previous {
  /** Hash of that revision; empty where it isn't known. */
  readonly revision: string;
}

/** Pods that run what the primary held before its last promotion, so that an undo needs not wait for any. */
export interface WarmPods {
  /** Starts as many as the primary has. @param until when they may go, milliseconds since 1970 */
  keep(canary: Canary, until: number, fence: Claim): Promise<void>;
  /** Stops them; nothing where there are none. */
  drop(canary: Canary, fence: Claim): Promise<void>;
  /** Pods that there are to be; 0 where there are none. */
  size(canary: Canary): Promise<number>;
  /** Gives them the primary's size, if they are fewer. */
  grow(canary: Canary, fence: Claim): Promise<void>;
  /** Undefined where there are none. */
  readiness(canary: Canary, now: number): Promise<Readiness | undefined>;
  /** When they may go, milliseconds since 1970; undefined where there are none. */
  expiry(canary: Canary): Promise<number | undefined>;
  /** What would be written for them; nothing where the Canary keeps none. */
  owns(canary: Canary): readonly OwnedObject[];
  /** What makes them; undefined where there are none. */
  find(canary: Canary): Promise<NamedObject | undefined>;
  /** The value of the selector label by which they are found. */
  label(selector: Selector): string;
  /** Whether a pod of this name is one of them. */
  has(canary: Canary, pod: string): boolean;
}

/** Fresh pods of the primary's version, as many as the canary has, with which that is compared. */
export interface BaselinePods {
  /** Starts them, or makes them as they shall be; nothing while the canary has no pods. */
  put(canary: Canary, fence: Claim): Promise<void>;
  /** Stops them; nothing where there are none. */
  stop(canary: Canary, fence: Claim): Promise<void>;
  /** Removes them and what makes them; nothing where there are none. */
  drop(canary: Canary, fence: Claim): Promise<void>;
  /** What isn't as it should be of them; nothing while there are to be none. */
  strays(canary: Canary): Promise<readonly Stray[]>;
  /** Undefined where there are none, or nothing is compared with them. */
  readiness(canary: Canary, now: number): Promise<Readiness | undefined>;
  /** What makes them; undefined where there are none. */
  find(canary: Canary): Promise<NamedObject | undefined>;
  /** Pods that there are to be; 0 where there are none. */
  size(canary: Canary): Promise<number>;
  /** What would be written for them; nothing where the Canary doesn't ask for them. */
  owns(canary: Canary): readonly OwnedObject[];
  /** Objects whose changes concern the Canary. */
  concerns(canary: Canary): readonly NamedObject[];
  /** The value of the selector label by which they are found. */
  label(selector: Selector): string;
}

/** Objects that are there for an undo alone: what the primary and its configs held before, and warm pods. */
export interface UndoArtifacts {
  list(canary: Canary): Promise<readonly NamedObject[]>;
  /** Deletes them: nothing can be undone any more. */
  forget(canary: Canary, fence: Claim): Promise<void>;
}

/**
 * A kind of workload that can be released: how to read it, to make a primary of it, and to promote it.
 *
 * Reads come from informer caches, unless `refresh` was called just before. Writes are idempotent, guarded by the
 * version that was read, and fenced: by a stamp where the object has room for one, by the Lease everywhere.
 * All methods throw {@link UserError} for what a person must mend (a missing target, no supported label), and
 * {@link FencedError} where a newer run has taken over.
 */
export interface Workload {
  /** As `targetRef.kind` has it. */
  readonly kind: string;
  /** Where the API server has targets and primaries of this kind. */
  readonly type: ResourceType;
  /** Brings what is cached of target, primary and configs up to date from the API server. */
  refresh(canary: Canary): Promise<void>;
  /** @throws UserError where the target is missing or can't be used */
  look(canary: Canary): Promise<TargetView>;
  /** @throws UserError where the target is missing or can't be used */
  contents(canary: Canary): Promise<Contents>;
  /**
   * The label that tells the target's pods from the primary's; undefined where nothing tells, because the target is
   * gone, has no such label, or is a Service.
   */
  selector(canary: Canary): Promise<Selector | undefined>;
  /**
   * Whether primary or canary have rolled their latest template out. A missing one is not ready, for good. A canary that is
   * compared with a baseline isn't ready before that is.
   */
  readiness(canary: Canary, of: 'primary' | 'canary', now: number): Promise<Readiness>;
  /**
   * What is written for the primary, but for copies of configs. Each belongs to one Canary only: one that is somebody
   * else's is never written, counts as missing when it is read, and is refused by name.
   */
  owns(canary: Canary): readonly OwnedObject[];
  /**
   * Beyond what {@link owns} names: copies of configs that would be written over somebody else's, and pods of others that
   * a generated selector would find.
   *
   * @throws UserError naming the first of them
   */
  refuseForeign(canary: Canary): Promise<void>;
  /** Objects of the Canary's namespace whose changes concern it: the workloads, their configs and autoscalers. */
  concerns(canary: Canary): Promise<readonly NamedObject[]>;
  /** Calls back whenever target or primary may have become more or less ready. @returns a function that ends it */
  onChange(canary: Canary, listener: () => void): Promise<() => void>;
  /** What is made for the primary and isn't as it should be; what a release changes doesn't count. */
  drift(canary: Canary): Promise<readonly Stray[]>;
  /**
   * Makes the primary, the copies of its configs and its autoscaler; while the Canary is initialised, also follows the
   * target's changes, since nobody is served by the primary yet.
   */
  build(canary: Canary, fence: Claim): Promise<void>;
  /** Makes again all that {@link drift} names, by what the target holds: for a Canary that is initialised. */
  reconcile(canary: Canary, fence: Claim): Promise<void>;
  /**
   * Makes one thing again that {@link drift} names; nothing where it names something else.
   *
   * @param runs hash of the revision that a primary which is gone is to run
   * @throws UserError where what it held isn't known any more
   */
  mend(canary: Canary, stray: Stray, runs: string, fence: Claim): Promise<void>;
  /** Pods that a side is to have: 0 where it is at zero. */
  size(canary: Canary, of: 'primary' | 'canary'): Promise<number>;
  /** Most pods that the primary's autoscaler allows; undefined where it has none. */
  most(canary: Canary): Promise<number | undefined>;
  /** Gives the primary at least so many pods. @returns whether it had fewer */
  grow(canary: Canary, pods: number, fence: Claim): Promise<boolean>;
  /**
   * Copies target, configs and the changes of the autoscaler to the primary.
   *
   * @returns false where the target isn't `revision` any more; nothing is written then
   */
  promote(canary: Canary, revision: Revision, fence: Claim): Promise<boolean>;
  /**
   * Puts the primary's template and configs of before an unfinished promotion back; nothing where there is none.
   *
   * @returns hash of the revision that the primary has been put back to, now or lately, where that is known
   */
  restore(canary: Canary, fence: Claim): Promise<string | undefined>;
  /** The promotion is finished: a rollback has nothing to restore any more, but an undo may reopen it. */
  settle(canary: Canary, fence: Claim): Promise<void>;
  /** What an undo would bring back; undefined where nothing was promoted before, or it is no longer known. */
  previous(canary: Canary): Promise<Previous | 'undone' | undefined>;
  /**
   * Takes the last promotion for unfinished again, so that {@link restore} puts back what was before it, whoever calls
   * it.
   */
  reopen(canary: Canary, fence: Claim): Promise<void>;
  /** Pods of the former version that wait for an undo; undefined where this kind of workload can't have them. */
  readonly warm: WarmPods | undefined;
  /** What a canary can be compared with besides the primary; undefined where this kind of workload can't have it. */
  readonly baseline: BaselinePods | undefined;
  readonly undoArtifacts: UndoArtifacts;
  /** What the Canary says of other objects and has no effect, in words for events. */
  unused(canary: Canary): Promise<readonly string[]>;
  /** Readies the target for users; an autoscaler that was kept from scaling it may do so again. */
  scaleUp(canary: Canary, fence: Claim): Promise<void>;
  /** Stops the target's pods, and keeps its autoscaler from starting any. */
  scaleDown(canary: Canary, fence: Claim): Promise<void>;
  /** Gives the target as many replicas as its primary has. */
  scaleLikePrimary(canary: Canary, fence: Claim): Promise<void>;
}
