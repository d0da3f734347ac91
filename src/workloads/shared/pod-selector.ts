import type { StringMap } from '../../kubernetes/objects/metadata.js';

/** How the target's pods are found, and the label that tells them from the primary's. */
export interface Selector {
  readonly label: string;
  readonly value: string;
  /** All labels by which the target selects its pods, the one above among them. */
  readonly labels: StringMap;
}
