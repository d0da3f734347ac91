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

/** An observed target. */
export interface TargetView {
  readonly revision: Revision;
  /**
   * The pods that the Canary's Services lead to; undefined where the target is a Service, whose copies are used
   * instead.
   */
  readonly pods: PodsView | undefined;
  /** Why it is being deleted, in words for an event; absent where it isn't. */
  readonly leaving?: string;
  /** The primary exists. */
  readonly built: boolean;
  /** The primary runs what the target holds, configs included. */
  readonly sameAsPrimary: boolean;
}

/** What a release replaces, and its replacement: pod templates, or the specs of Services. They may hold secrets. */
export interface Contents {
  /** The target's revision. */
  readonly revision: Revision;
  /** The primary's contents before any promotion that is under way; undefined where there is no primary. */
  readonly before: object | undefined;
  /** The target's contents, as users have written them. */
  readonly after: object;
  /** The result of promoting the target's contents, for comparison with `before`. */
  readonly promoted: object;
  /** Of the target, and of its pods. */
  readonly annotations: StringMap;
}

/** How the target's pods are selected. */
export interface PodsView {
  readonly selector: Selector;
  /** How the primary's pods are selected. */
  readonly primary: ServiceSelector;
  readonly ports: readonly ServicePort[];
}

/** What the primary held before its last promotion. */
export interface Previous {
  /** Hash of that revision; empty where it is unknown. */
  readonly revision: string;
}

/** Pods of the version before the last promotion, so that an undo needn't wait for any. */
export interface WarmPods {
  /** Starts as many as the primary has. @param until when they may be stopped, milliseconds since 1970 */
  keep(canary: Canary, until: number, fence: Claim): Promise<void>;
  /** Stops them; nothing where there are none. */
  drop(canary: Canary, fence: Claim): Promise<void>;
  /** Desired number of pods; 0 where there are none. */
  size(canary: Canary): Promise<number>;
  /** Scales them up to the primary's size, if they are fewer. */
  grow(canary: Canary, fence: Claim): Promise<void>;
  /** Undefined where there are none. */
  readiness(canary: Canary, now: number): Promise<Readiness | undefined>;
  /** When they may be stopped, milliseconds since 1970; undefined where there are none. */
  expiry(canary: Canary): Promise<number | undefined>;
  /** The objects that would be written for them; none where the Canary keeps no warm pods. */
  owns(canary: Canary): readonly OwnedObject[];
  /** Their workload; undefined where there is none. */
  find(canary: Canary): Promise<NamedObject | undefined>;
  /** The value of the selector label of these pods. */
  label(selector: Selector): string;
  /** Whether a pod of this name is one of them. */
  has(canary: Canary, pod: string): boolean;
}

/** Fresh pods of the primary's version, as many as the canary's, to compare the canary with. */
export interface BaselinePods {
  /** Starts them, or makes them as they shall be; nothing while the canary has no pods. */
  put(canary: Canary, fence: Claim): Promise<void>;
  /** Stops them; nothing where there are none. */
  stop(canary: Canary, fence: Claim): Promise<void>;
  /** Deletes them with their workload; nothing where there are none. */
  drop(canary: Canary, fence: Claim): Promise<void>;
  /** Their drift; nothing while none are wanted. */
  strays(canary: Canary): Promise<readonly Stray[]>;
  /** Undefined where there are none, or nothing is compared with them. */
  readiness(canary: Canary, now: number): Promise<Readiness | undefined>;
  /** Their workload; undefined where there is none. */
  find(canary: Canary): Promise<NamedObject | undefined>;
  /** Desired number of pods; 0 where there are none. */
  size(canary: Canary): Promise<number>;
  /** The objects that would be written for them; none where the Canary has no baseline. */
  owns(canary: Canary): readonly OwnedObject[];
  /** Objects whose changes concern the Canary. */
  concerns(canary: Canary): readonly NamedObject[];
  /** The value of the selector label of these pods. */
  label(selector: Selector): string;
}

/** Objects that exist only for an undo: what the primary and its configs held before, and warm pods. */
export interface UndoArtifacts {
  list(canary: Canary): Promise<readonly NamedObject[]>;
  /** Deletes them: no undo is possible after that. */
  forget(canary: Canary, fence: Claim): Promise<void>;
}

/**
 * A kind of workload that can be released: reading it, making a primary of it, and promoting it.
 *
 * Reads come from informer caches, unless `refresh` was called just before. Writes are idempotent, guarded by the
 * version that was read, and fenced: by an annotation where the object has room for one, by the Lease everywhere. All
 * methods throw {@link UserError} for what a user must fix (a missing target, no supported label), and
 * {@link FencedError} where a newer run has taken over.
 */
export interface Workload {
  /** As in `targetRef.kind`. */
  readonly kind: string;
  /** The API type of targets and primaries. */
  readonly type: ResourceType;
  /** Updates the cached target, primary and configs from the API server. */
  refresh(canary: Canary): Promise<void>;
  /** @throws UserError where the target is missing or can't be used */
  look(canary: Canary): Promise<TargetView>;
  /** @throws UserError where the target is missing or can't be used */
  contents(canary: Canary): Promise<Contents>;
  /**
   * The label that distinguishes the target's pods from the primary's; undefined where the target is missing, has no
   * such label, or is a Service.
   */
  selector(canary: Canary): Promise<Selector | undefined>;
  /**
   * Whether primary or canary have rolled their latest template out. A missing one is not ready, for good. A canary
   * with a baseline is ready only when the baseline is, too.
   */
  readiness(canary: Canary, of: 'primary' | 'canary', now: number): Promise<Readiness>;
  /**
   * The objects written for the primary, except copies of configs. Each belongs to one Canary only: a foreign one is
   * never written, counts as missing when read, and is refused by name.
   */
  owns(canary: Canary): readonly OwnedObject[];
  /**
   * Beyond the objects of {@link owns}: copies of configs that would overwrite foreign objects, and foreign pods that a
   * generated selector would select.
   *
   * @throws UserError naming the first of them
   */
  refuseForeign(canary: Canary): Promise<void>;
  /** Objects of the Canary's namespace whose changes concern it: the workloads, their configs and autoscalers. */
  concerns(canary: Canary): Promise<readonly NamedObject[]>;
  /** Calls back whenever target or primary may have become more or less ready. @returns a function that ends it */
  onChange(canary: Canary, listener: () => void): Promise<() => void>;
  /** Drift of the objects made for the primary; fields that a release changes don't count. */
  drift(canary: Canary): Promise<readonly Stray[]>;
  /**
   * Creates the primary, the copies of its configs and its autoscaler; while the Canary is initialised it also follows
   * the target's changes, since the primary serves no users yet.
   */
  build(canary: Canary, fence: Claim): Promise<void>;
  /** Corrects all that {@link drift} names, according to the target: for a Canary that is initialised. */
  reconcile(canary: Canary, fence: Claim): Promise<void>;
  /**
   * Corrects one thing that {@link drift} names; nothing where it names something else.
   *
   * @param runs hash of the revision for a primary that is missing
   * @throws UserError where its former content is lost
   */
  mend(canary: Canary, stray: Stray, runs: string, fence: Claim): Promise<void>;
  /** Desired number of pods of a side: 0 where it is at zero. */
  size(canary: Canary, of: 'primary' | 'canary'): Promise<number>;
  /** Most pods that the primary's autoscaler allows; undefined where it has none. */
  most(canary: Canary): Promise<number | undefined>;
  /** Scales the primary to at least so many pods. @returns whether it had fewer */
  grow(canary: Canary, pods: number, fence: Claim): Promise<boolean>;
  /**
   * Copies target, configs and changes of the autoscaler to the primary.
   *
   * @returns false where the target is no longer `revision`; nothing is written then
   */
  promote(canary: Canary, revision: Revision, fence: Claim): Promise<boolean>;
  /**
   * Restores the primary's template and configs from before an unfinished promotion; nothing where there is none.
   *
   * @returns hash of the revision that the primary has been restored to, now or lately, where it is known
   */
  restore(canary: Canary, fence: Claim): Promise<string | undefined>;
  /** The promotion is finished: a rollback has nothing to restore any more, but an undo may reopen it. */
  settle(canary: Canary, fence: Claim): Promise<void>;
  /** What an undo would restore; undefined where nothing was promoted before, or it is no longer known. */
  previous(canary: Canary): Promise<Previous | 'undone' | undefined>;
  /**
   * Marks the last promotion as unfinished again, so that {@link restore} by any process brings back the version before
   * it.
   */
  reopen(canary: Canary, fence: Claim): Promise<void>;
  /** Pods of the former version that wait for an undo; undefined where this kind of workload can't have them. */
  readonly warm: WarmPods | undefined;
  /** Comparison pods for the canary; undefined where this kind of workload can't have them. */
  readonly baseline: BaselinePods | undefined;
  readonly undoArtifacts: UndoArtifacts;
  /** Parts of the Canary about other objects that have no effect, in words for events. */
  unused(canary: Canary): Promise<readonly string[]>;
  /** Prepares the target for users; an autoscaler that was kept from scaling it may do so again. */
  scaleUp(canary: Canary, fence: Claim): Promise<void>;
  /** Stops the target's pods, and keeps its autoscaler from starting any. */
  scaleDown(canary: Canary, fence: Claim): Promise<void>;
  /** Gives the target as many replicas as its primary has. */
  scaleLikePrimary(canary: Canary, fence: Claim): Promise<void>;
}
