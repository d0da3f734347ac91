import type { Readiness } from '../../domain/findings.js';
import type { KubeObject, ObjectMeta, ResourceType } from '../../kube/object.js';
import type { PodSpec } from '../../kubernetes/objects/config-references.js';
import type { StringMap } from '../../kubernetes/objects/metadata.js';
import type { Selector } from './pod-selector.js';

/** A workload that creates pods from a template: the parts that are read; the rest is carried along. */
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

/** One kind of pod controller, as pure functions; a {@link PodWorkload} does the rest. */
export interface PodKind {
  /** As in `targetRef.kind`. */
  readonly kind: string;
  readonly type: ResourceType;
  /** Fields of the spec, besides the template, that each promotion copies to the primary. */
  readonly copied: readonly string[];
  /** @throws UserError where such a target can't be released */
  check(target: PodController): void;
  /** The template as users have written it, without what only keeps the target at zero. */
  template(controller: PodController): PodTemplate;
  /** The pod spec with references to these pods replaced by references to the primary's, or to others. */
  primaryPods(spec: PodSpec, pods: Selector, others?: string): PodSpec;
  /** The size fields of a new primary. */
  firstSize(target: PodController): Readonly<Record<string, unknown>>;
  /** The size fields that a promotion copies to the primary; none where it keeps its own. */
  promotedSize(target: PodController): Readonly<Record<string, unknown>>;
  /** Desired number of pods: 0 where it is at zero. */
  replicas(controller: PodController): number;
  /** The same workload with so many pods; for a kind without a number, anything above 0 means "as usual". */
  scaled(controller: PodController, replicas: number): PodController;
  /** Whether its latest template is rolled out. @param now milliseconds since 1970 */
  readiness(controller: PodController, rule: ReadinessRule, now: number): Readiness;
}

export function asPodController(object: KubeObject): PodController {
  return object as PodController;
}
