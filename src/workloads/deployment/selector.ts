import { UserError } from '../../errors.js';
import type { Deployment } from './types.js';

/** The label that tells the target's pods from the primary's. */
export interface Selector {
  readonly label: string;
  readonly value: string;
}

/**
 * @param supported label names in the order of preference
 * @throws UserError where the target has none of them
 */
export function selectorOf(deployment: Deployment, supported: readonly string[]): Selector {
  const labels = deployment.spec.selector.matchLabels ?? {};
  for (const label of supported) {
    const value = labels[label];
    if (value !== undefined) return { label, value };
  }
  const { name, namespace } = deployment.metadata;
  throw new UserError(
    `getSelectorLabel failed: deployment ${name}.${namespace} spec.selector.matchLabels must contain one of [${supported.join(' ')}]`,
  );
}

export function primaryValue(selector: Selector): string {
  return `${selector.value}-primary`;
}
