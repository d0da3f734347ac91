import { UserError } from '../../errors.js';
import type { PodController } from './pod-controller.js';

/** The label that tells the target's pods from the primary's. */
export interface Selector {
  readonly label: string;
  readonly value: string;
}

/**
 * @param supported label names in the order of preference
 * @throws UserError where the target has none of them
 */
export function selectorOf(target: PodController, supported: readonly string[]): Selector {
  const labels = target.spec.selector.matchLabels ?? {};
  for (const label of supported) {
    const value = labels[label];
    if (value !== undefined) return { label, value };
  }
  const { name, namespace } = target.metadata;
  const kind = target.kind.toLowerCase();
  throw new UserError(
    `getSelectorLabel failed: ${kind} ${name}.${namespace} spec.selector.matchLabels must contain one of [${supported.join(' ')}]`,
  );
}

export function primaryValue(selector: Selector): string {
  return `${selector.value}-primary`;
}
