import type { Readiness } from '../../domain/findings.js';
import type { KubeObject, ObjectMeta, ResourceType } from '../../kube/object.js';
import type { PodSpec } from '../../kubernetes/objects/config-references.js';
import type { StringMap } from '../../kubernetes/objects/metadata.js';
import type { Selector } from './pod-selector.js';

/** A workload that makes pods from a template: the parts that are looked at; the rest is carried along. */
export interface PodController extends KubeObject {
  readonly spec: PodControllerSpec;
}

export interface PodControllerSpec {
  readonly selector: { readonly matchLabels?: StringMap; readonly [field: string]: unknown };
  readonly template: PodTemplate;
  readonly [field: string]: unknown;
}

export interface PodTemplate {
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec: PodSpec;
}

export interface ReadinessRule {
  /** Percent of the updated pods that must be available. */
  readonly thresholdPercent: number;
  /** The Canary's progress deadline. */
  readonly deadlineSeconds: number;
}

/** What one kind of pod controller is, as pure functions; a {@link PodWorkload} does the rest. */
export interface PodKind {
  /** As `targetRef.kind` has it. */
  readonly kind: string;
  readonly type: ResourceType;
  /** Fields of the spec that the primary takes over with each promotion, besides the template. */
  readonly copied: readonly string[];
  /** @throws UserError where such a target can't be released */
  check(target: PodController): void;
  /** The template without what only keeps the target at zero: what users have written. */
  template(controller: PodController): PodTemplate;
  /** The pod spec, where something in it names these pods and must name the primary's, or others. */
  primaryPods(spec: PodSpec, pods: Selector, others?: string): PodSpec;
  /** The fields by which a primary that has to be made gets its size. */
  firstSize(target: PodController): Readonly<Record<string, unknown>>;
  /** The fields by which a primary gets the target's size with a promotion; none where it keeps its own. */
  promotedSize(target: PodController): Readonly<Record<string, unknown>>;
  /** Pods that it is to have: 0 where it is at zero. */
  replicas(controller: PodController): number;
  /** As it is with so many pods; a kind that can't be counted takes any number above 0 for "as usual". */
  scaled(controller: PodController, replicas: number): PodController;
  /** Whether its latest template is rolled out. @param now milliseconds since 1970 */
  readiness(controller: PodController, rule: ReadinessRule, now: number): Readiness;
}

export function asPodController(object: KubeObject): PodController {
  return object as PodController;
}
