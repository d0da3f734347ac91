import { UserError } from '../../errors.js';
import { withoutFlux, type StringMap } from '../../kubernetes/objects/metadata.js';
import type { ServiceSelector } from '../../kubernetes/objects/service.js';
import type { PodController } from './pod-controller.js';
import type { Selector } from './pod-selector.js';

/**
 * @param supported label names in the order of preference
 * @returns undefined where the target has none of them
 */
export function findSelector(target: PodController, supported: readonly string[]): Selector | undefined {
  const labels = target.spec.selector.matchLabels ?? {};
  for (const label of supported) {
    const value = labels[label];
    // Flux's labels are kept off all generated objects.
    if (value !== undefined) return { label, value, labels: withoutFlux(labels) };
  }
  return undefined;
}

/**
 * As {@link findSelector}.
 *
 * @throws UserError where the target has none of the labels
 */
export function selectorOf(target: PodController, supported: readonly string[]): Selector {
  const selector = findSelector(target, supported);
  if (selector) return selector;
  const { name, namespace } = target.metadata;
  const kind = target.kind.toLowerCase();
  throw new UserError(
    `getSelectorLabel failed: ${kind} ${name}.${namespace} spec.selector.matchLabels must contain one of [${supported.join(' ')}]`,
  );
}

export function primaryValue(selector: Selector): string {
  return `${selector.value}-primary`;
}

/**
 * The labels that select the pods with this value. One label alone could also select pods of another release of the
 * same chart.
 */
export function selecting({ label, labels }: Pick<Selector, 'label' | 'labels'>, value: string): StringMap {
  return { ...labels, [label]: value };
}

/** The labels by which a workload selects its pods. */
export function matchLabelsOf(workload: PodController | undefined): StringMap {
  return workload?.spec.selector.matchLabels ?? {};
}

/**
 * How a Service selects the primary's pods. A primary that Flagger or an earlier version has created selects them by
 * one label, for good. Its pods have the other labels as well, unless they are older than those: so the Service's
 * selector is narrowed only when there are no such pods.
 *
 * @param rolledOut all of the primary's pods are of its present template
 */
export function primarySelector(
  selector: Selector,
  primary: PodController | undefined,
  rolledOut: boolean,
): ServiceSelector {
  const wanted = selecting(selector, primaryValue(selector));
  const labels = matchLabelsOf(primary);
  if (!primary || Object.keys(labels).length === 0) return { labels: wanted };
  const borne = primary.spec.template.metadata?.labels ?? {};
  const further = Object.entries(wanted).filter(([key, value]) => !Object.hasOwn(labels, key) && borne[key] === value);
  return { labels, further: { labels: Object.fromEntries(further), hold: rolledOut } };
}
