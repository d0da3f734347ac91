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
    // Flux's marks are kept off everything that is generated.
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
 * The labels by which pods are found that are distinguished by this value. With one label alone those of another release
 * of the same chart would be found as well.
 */
export function selecting({ label, labels }: Pick<Selector, 'label' | 'labels'>, value: string): StringMap {
  return { ...labels, [label]: value };
}

/** The labels by which a workload finds its pods. */
export function matchLabelsOf(workload: PodController | undefined): StringMap {
  return workload?.spec.selector.matchLabels ?? {};
}

/**
 * How a Service finds the primary's pods. A primary that Flagger or an earlier version has made selects them by one
 * label, for good. Its pods bear the others as well, unless they are older than the label: so a Service is narrowed when
 * there are no such pods.
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
