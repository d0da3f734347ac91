import { UserError } from '../../errors.js';
import type { PodController } from './pod-controller.js';

/** The label that tells the target's pods from the primary's. */
export interface Selector {
  readonly label: string;
  readonly value: string;
}

/**
 * @param supported label names in the order of preference
 * @returns undefined where the target has none of them
 */
export function findSelector(target: PodController, supported: readonly string[]): Selector | undefined {
  const labels = target.spec.selector.matchLabels ?? {};
  for (const label of supported) {
    const value = labels[label];
    if (value !== undefined) return { label, value };
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
